"""What settles the days that are over: a network without a way in, an image, and a task that runs it.

`reconcile` is Flink in batch: a JVM, the jar of 230 MB, and PyFlink. That is more than a Lambda takes, and Managed
Flink runs streams only. So the same code as on one machine runs in a container on Fargate, and is paid by the minute.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.batch_image import NEWEST, BatchImage
from infra.lake_access import ask_athena, settle_days
from infra.names import ALARM_TOPIC, BATCH_TASK, CLUSTER, IMAGE_REPOSITORY, WORKGROUP, Names
from infra.network import Network
from infra.permissions import Allow, acknowledge, grant, service_role
from infra.settings import Settings

CONTAINER = "batch"
LOG_GROUP = f"/aws/ecs/{BATCH_TASK}"


class BatchJobs(Construct):
    """The network, the image, the cluster and the task; `nightly.py` says in which order it runs what."""

    def __init__(
        self, scope: Construct, name: str, *, settings: Settings, key: kms.IKey, image: Path, operations: Path
    ) -> None:
        super().__init__(scope, name)
        names = settings.names
        self.network = Network(self, "Network", region=names.region)
        BatchImage(self, "Image", names=names, key=key, source=image, operations=operations)
        self.cluster = ecs.CfnCluster(
            self,
            "Cluster",
            cluster_name=CLUSTER,
            cluster_settings=[ecs.CfnCluster.ClusterSettingsProperty(name="containerInsights", value="enabled")],
        )
        self.task = _task(self, settings, key)


def batch_environment(settings: Settings) -> dict[str, str]:
    """Return what `infra/batch` and `storeq/check_job.py` read."""
    names = settings.names
    return {
        "AWS_REGION": settings.region,
        "BATCH_WAREHOUSE": names.warehouse,
        "BATCH_DATABASE": settings.lake.database,
        "BATCH_METRICS": ",".join(f"{name}={value}" for name, value in settings.metrics.items()),
        "CHECKS_DATABASE": settings.lake.database,
        "CHECKS_TOPIC_ARN": names.arn("sns", ALARM_TOPIC),
        "CHECKS_WORKGROUP": WORKGROUP,
        "CHECKS_OUTPUT": names.results,
        "CHECKS_WITHOUT": ",".join(settings.schedules.checks_without),
    }


def batch_permissions(names: Names, key_arn: str) -> tuple[Allow, ...]:
    """Return what the steps may do: replace days, ask Athena, tell the operators what does not add up."""
    return (
        *settle_days(names),
        *ask_athena(names),
        Allow(sid="TellOperators", actions=("sns:Publish",), resources=(names.arn("sns", ALARM_TOPIC),)),
        Allow(sid="DecryptAndEncrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
    )


def _task(scope: Construct, settings: Settings, key: kms.IKey) -> ecs.CfnTaskDefinition:
    names = settings.names
    runs_as = service_role(scope, "TaskRole", service="ecs-tasks.amazonaws.com", role_name=BATCH_TASK)
    starts_by = service_role(scope, "StartRole", service="ecs-tasks.amazonaws.com", role_name=f"{BATCH_TASK}-start")
    grant(runs_as, *batch_permissions(names, key.key_arn))
    grant(starts_by, *start_permissions(names))
    logs.LogGroup(
        scope,
        "Log",
        log_group_name=LOG_GROUP,
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )
    options = {"awslogs-group": LOG_GROUP, "awslogs-region": names.region, "awslogs-stream-prefix": "night"}
    task = ecs.CfnTaskDefinition(
        scope,
        "Task",
        family=BATCH_TASK,
        cpu=str(settings.schedules.batch_cpu),
        memory=str(settings.schedules.batch_memory_megabytes),
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        ephemeral_storage=ecs.CfnTaskDefinition.EphemeralStorageProperty(size_in_gib=50),
        task_role_arn=runs_as.role_arn,
        execution_role_arn=starts_by.role_arn,
        container_definitions=[
            ecs.CfnTaskDefinition.ContainerDefinitionProperty(
                name=CONTAINER,
                image=f"{names.account}.dkr.ecr.{names.region}.amazonaws.com/{IMAGE_REPOSITORY}:{NEWEST}",
                essential=True,
                environment=[
                    ecs.CfnTaskDefinition.KeyValuePairProperty(name=name, value=value)
                    for name, value in batch_environment(settings).items()
                    if value
                ],
                log_configuration=ecs.CfnTaskDefinition.LogConfigurationProperty(log_driver="awslogs", options=options),
            )
        ],
    )
    acknowledge(task, "AwsSolutions-ECS2", "Its variables are names of tables and buckets; no secret is among them.")
    return task


def start_permissions(names: Names) -> tuple[Allow, ...]:
    """Return what ECS may do to start the task: pull its image, write its log."""
    return (
        Allow(
            sid="LogIn",
            actions=("ecr:GetAuthorizationToken",),
            resources=("*",),
            why_open="The login is for the whole registry; what may be pulled is the statement beside it.",
        ),
        Allow(
            sid="PullImage",
            actions=("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
            resources=(names.arn("ecr", f"repository/{IMAGE_REPOSITORY}"),),
        ),
        Allow(
            sid="WriteLog",
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(names.log_streams(LOG_GROUP),),
            why_open="ECS chooses the names of its log's streams; the log itself is named.",
        ),
    )
