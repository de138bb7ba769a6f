"""The stream: one Managed Flink application, its code, its properties, its log, and who starts it."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CustomResource, RemovalPolicy
from aws_cdk import aws_kinesisanalyticsv2 as flink
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from contracts.tables import LIVE_TABLES
from flink_jobs.package import RUN_OPTIONS
from infra.function import Function
from infra.lake_access import append_to_lake
from infra.names import APPLICATION, STREAM, Names
from infra.permissions import Allow, grant, service_role
from infra.properties import property_groups
from infra.settings import FlinkSettings, Settings

RUNTIME = "FLINK-1_20"
LOG_GROUP = f"/aws/kinesis-analytics/{APPLICATION}"
LOG_STREAM = "application"
_APPLICATION = flink.CfnApplication


class Processing(Construct):
    """The application. It is never made before its code: the zip is in S3 when the stack's template is looked at."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, key: kms.IKey, package: Path, starter: Path
    ) -> None:
        super().__init__(scope, name)
        names = settings.names
        code = assets.Asset(self, "Code", path=str(package))
        self.role = service_role(self, "Role", service="kinesisanalytics.amazonaws.com", role_name=APPLICATION)
        policy = grant(self.role, *permissions(names, key.key_arn, _object_arn(code)))
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=LOG_GROUP,
            retention=_retention(settings.flink.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        log_stream = logs.LogStream(
            self, "LogStream", log_group=log_group, log_stream_name=LOG_STREAM, removal_policy=RemovalPolicy.DESTROY
        )
        self.application = _APPLICATION(
            self,
            "Application",
            application_name=APPLICATION,
            application_description="store_traffic: events to live values, alerts and the lake",
            runtime_environment=RUNTIME,
            service_execution_role=self.role.role_arn,
            application_configuration=_configuration(settings, code),
            run_configuration=_run_configuration(settings.flink),
        )
        self.application.node.add_dependency(policy)
        logging = flink.CfnApplicationCloudWatchLoggingOption(
            self,
            "Logging",
            application_name=APPLICATION,
            cloud_watch_logging_option=flink.CfnApplicationCloudWatchLoggingOption.CloudWatchLoggingOptionProperty(
                log_stream_arn=names.arn("logs", f"log-group:{LOG_GROUP}:log-stream:{LOG_STREAM}")
            ),
        )
        logging.add_resource_dependency(self.application)
        logging.node.add_dependency(log_stream)
        started = _started(self, names, key, starter, code.asset_hash)
        started.node.add_dependency(logging)


def permissions(names: Names, key_arn: str, code_arn: str) -> tuple[Allow, ...]:
    """Return what the application may do: read its stream, append to the lake, write the live tables, read rules."""
    return (
        Allow(sid="ReadItsCode", actions=("s3:GetObject", "s3:GetObjectVersion"), resources=(code_arn,)),
        Allow(
            sid="ReadTheStream",
            actions=(
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:ListShards",
                "kinesis:GetShardIterator", "kinesis:GetRecords",
            ),
            resources=(names.arn("kinesis", f"stream/{STREAM}"),),
        ),
        Allow(
            sid="WriteLiveTables",
            actions=("dynamodb:BatchWriteItem", "dynamodb:DescribeTable"),
            resources=tuple(names.table(table.name) for table in LIVE_TABLES),
        ),
        Allow(
            sid="ReadRules",
            actions=("dynamodb:Query",),
            resources=(names.table("rules"),),
        ),
        *append_to_lake(names),
        Allow(sid="DecryptAndEncrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
        Allow(
            sid="WriteLog",
            actions=("logs:PutLogEvents",),
            resources=(names.arn("logs", f"log-group:{LOG_GROUP}:log-stream:{LOG_STREAM}"),),
        ),
        Allow(
            sid="FindItsLog",
            actions=("logs:DescribeLogGroups", "logs:DescribeLogStreams"),
            resources=(
                names.arn("logs", "log-group:*"),
                names.arn("logs", f"log-group:{LOG_GROUP}:log-stream:*"),
            ),
            why_open="The service looks for its log by listing; listing knows no single log.",
        ),
    )  # fmt: skip


def _configuration(settings: Settings, code: assets.Asset) -> flink.CfnApplication.ApplicationConfigurationProperty:
    groups = property_groups(settings) | {_PYTHON_GROUP: RUN_OPTIONS}
    return _APPLICATION.ApplicationConfigurationProperty(
        application_code_configuration=_APPLICATION.ApplicationCodeConfigurationProperty(
            code_content_type="ZIPFILE",
            code_content=_APPLICATION.CodeContentProperty(
                s3_content_location=_APPLICATION.S3ContentLocationProperty(
                    bucket_arn=code.bucket.bucket_arn, file_key=code.s3_object_key
                )
            ),
        ),
        environment_properties=_APPLICATION.EnvironmentPropertiesProperty(
            property_groups=[
                _APPLICATION.PropertyGroupProperty(property_group_id=name, property_map=properties)
                for name, properties in groups.items()
                if properties
            ]
        ),
        application_snapshot_configuration=_APPLICATION.ApplicationSnapshotConfigurationProperty(
            snapshots_enabled=True
        ),
        # An update that cannot start goes back to what ran before, by itself.
        application_system_rollback_configuration=_APPLICATION.ApplicationSystemRollbackConfigurationProperty(
            rollback_enabled=True
        ),
        flink_application_configuration=_flink(settings.flink),
    )


_PYTHON_GROUP = "kinesis.analytics.flink.run.options"
"""Read by the service itself: what it runs, and with which jar."""


def _flink(settings: FlinkSettings) -> flink.CfnApplication.FlinkApplicationConfigurationProperty:
    return _APPLICATION.FlinkApplicationConfigurationProperty(
        checkpoint_configuration=_APPLICATION.CheckpointConfigurationProperty(
            configuration_type="CUSTOM",
            checkpointing_enabled=True,
            checkpoint_interval=settings.checkpoint_seconds * 1000,
            min_pause_between_checkpoints=5000,
        ),
        monitoring_configuration=_APPLICATION.MonitoringConfigurationProperty(
            configuration_type="CUSTOM", log_level=settings.log_level, metrics_level=settings.metrics_level
        ),
        parallelism_configuration=_APPLICATION.ParallelismConfigurationProperty(
            configuration_type="CUSTOM",
            parallelism=settings.parallelism,
            parallelism_per_kpu=settings.parallelism_per_kpu,
            auto_scaling_enabled=settings.scales_itself,
        ),
    )


def _run_configuration(settings: FlinkSettings) -> flink.CfnApplication.RunConfigurationProperty:
    return _APPLICATION.RunConfigurationProperty(
        application_restore_configuration=_APPLICATION.ApplicationRestoreConfigurationProperty(
            application_restore_type=(
                "RESTORE_FROM_LATEST_SNAPSHOT" if settings.restores else "SKIP_RESTORE_FROM_SNAPSHOT"
            )
        ),
        # State that a new plan does not know is refused: the upgrade's check says so before (flink_jobs/upgrade.py).
        flink_run_configuration=_APPLICATION.FlinkRunConfigurationProperty(allow_non_restored_state=False),
    )


def _object_arn(code: assets.Asset) -> str:
    # The one object, not the bucket that all assets of the account share.
    return f"{code.bucket.bucket_arn}/{code.s3_object_key}"


def _started(scope: Construct, names: Names, key: kms.IKey, starter: Path, code_hash: str) -> CustomResource:
    application = names.arn("kinesisanalytics", f"application/{APPLICATION}")
    function = Function(
        scope,
        "Starter",
        names=names,
        what="start-application",
        handler="infra.functions.start_application.handler",
        code=starter,
        key=key,
        allowed=(
            Allow(
                sid="StartTheApplication",
                actions=("kinesisanalytics:DescribeApplication", "kinesisanalytics:StartApplication"),
                resources=(application,),
            ),
        ),
    )
    return CustomResource(
        scope,
        "Started",
        service_token=function.function.function_arn,
        resource_type="Custom::StartedApplication",
        properties={"Application": APPLICATION, "Code": code_hash},
    )


def _retention(days: int) -> logs.RetentionDays:
    return {
        7: logs.RetentionDays.ONE_WEEK,
        14: logs.RetentionDays.TWO_WEEKS,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
    }[days]
