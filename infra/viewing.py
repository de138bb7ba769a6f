"""Who opens dashboards: the function that gives a person their page, and the report that comes by mail on Monday.

Permissions and variables are those of docs/dashboards-access.md. The address of the page is given by the app's API,
which calls the function; here it is made, and called by nobody yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import Function
from infra.names import CONFIGURATION_SET, PREFIX, REPORT_DEAD_QUEUE, REPORT_QUEUE, Names
from infra.permissions import Allow
from infra.queues import encrypted_queue
from infra.settings import Settings
from quicksight.dashboards.weekly import WEEKLY

READER_ROLE = f"{PREFIX}-reader"
SENT_TABLE = f"{PREFIX}-reports-sent"
FOLDER = "reports/weekly"
AUDIENCES = "weekly/audiences.toml"
PDF_DAYS = 30
REPORT_SECONDS = 120


class Viewing(Construct):
    """The role of readers, the function that opens a dashboard, and the two that make and mail the report."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        key: kms.IKey,
        code: Path,
        dashboard_ids: Mapping[str, str],
        access_logs: s3.IBucket,
    ) -> None:
        super().__init__(scope, name)
        names = settings.names
        _reader_role(self)
        self.opener = Function(
            self,
            "Opener",
            names=names,
            what="open-dashboard",
            handler="lambdas.dashboards.handler.handle",
            code=code,
            key=key,
            environment=opener_environment(settings, dashboard_ids),
            allowed=opener_permissions(settings, dashboard_ids),
            timeout_seconds=30,
        )
        if settings.has_weekly_report:
            self._weekly(settings, key, code, dashboard_ids, access_logs)

    def _weekly(
        self,
        settings: Settings,
        key: kms.IKey,
        code: Path,
        dashboard_ids: Mapping[str, str],
        access_logs: s3.IBucket,
    ) -> None:
        _report_bucket(self, settings, access_logs)
        _sent_table(self, key)
        queue = _report_queue(self, key)
        environment = weekly_environment(settings, dashboard_ids[WEEKLY.name], queue.queue_url)
        for part, handler in (("start-reports", "on_schedule"), ("send-reports", "on_queue")):
            function = Function(
                self,
                "".join(word.capitalize() for word in part.split("-")),
                names=settings.names,
                what=part,
                handler=f"lambdas.dashboards.weekly.handler.{handler}",
                code=code,
                key=key,
                environment=environment,
                allowed=weekly_permissions(settings, dashboard_ids[WEEKLY.name], key.key_arn, part),
                memory_megabytes=512,
                timeout_seconds=REPORT_SECONDS,
            )
            if handler == "on_queue":
                lambda_.EventSourceMapping(
                    self,
                    "Take",
                    target=function.function,
                    event_source_arn=queue.queue_arn,
                    batch_size=10,
                    report_batch_item_failures=True,
                ).node.add_dependency(function.policy)


def opener_environment(settings: Settings, dashboard_ids: Mapping[str, str]) -> dict[str, str]:
    """Return what `lambdas/dashboards/settings.py` reads."""
    names = settings.names
    return {
        "DASHBOARDS_ACCOUNT_ID": settings.account,
        "DASHBOARDS_IDENTITY_REGION": settings.dashboards.identity_region,
        "DASHBOARDS_ROLE_ARN": names.role(READER_ROLE),
        "DASHBOARDS_IDS": ",".join(f"{name}={identifier}" for name, identifier in dashboard_ids.items()),
        "DASHBOARDS_DOMAINS": ",".join(settings.dashboards.domains),
    }


def weekly_environment(settings: Settings, dashboard_id: str, queue_url: str) -> dict[str, str]:
    """Return what `lambdas/dashboards/weekly/settings.py` reads."""
    values = {
        "ACCOUNT_ID": settings.account,
        "DASHBOARD_ID": dashboard_id,
        "SHEET_IDS": ",".join(sheet.name for sheet in WEEKLY.sheets),
        "BUCKET": settings.names.bucket("reports"),
        "BUCKET_REGION": settings.region,
        "FOLDER": FOLDER,
        "AUDIENCES": AUDIENCES,
        "QUEUE_URL": queue_url,
        "SENT_TABLE": SENT_TABLE,
        "SENDER": settings.alerts.sender,
        "CONFIGURATION_SET": CONFIGURATION_SET,
        "APP_URL": settings.alerts.app_url,
    }
    return {f"WEEKLY_{name}": value for name, value in values.items()}


def opener_permissions(settings: Settings, dashboard_ids: Mapping[str, str]) -> tuple[Allow, ...]:
    """Return what opening may do: set a reader's groups to the token, and ask for an address that opens once."""
    home = Names(settings.account, settings.dashboards.identity_region, settings.lake.database)
    readers = home.arn("quicksight", f"user/default/{READER_ROLE}/*")
    names = settings.names
    return (
        Allow(
            sid="RegisterReaders",
            actions=("quicksight:DescribeUser", "quicksight:RegisterUser", "quicksight:ListUserGroups"),
            resources=(readers,),
            why_open="A reader is named like the person's id; all are below the one role that nobody can assume.",
        ),
        Allow(
            sid="SetGroups",
            actions=(
                "quicksight:CreateGroup", "quicksight:CreateGroupMembership", "quicksight:DeleteGroupMembership",
            ),
            resources=(
                home.arn("quicksight", f"group/default/{PREFIX}-*"),
                home.arn("quicksight", f"groupMember/default/{PREFIX}-*"),
            ),
            why_open="There is a group for each store and region; groups of others are named another way.",
        ),
        Allow(
            sid="Open",
            actions=("quicksight:GenerateEmbedUrlForRegisteredUser",),
            resources=(
                readers,
                *(names.arn("quicksight", f"dashboard/{identifier}") for identifier in dashboard_ids.values()),
            ),
            why_open="A reader is named like the person's id; the dashboards are named one by one.",
            conditions={
                "ForAllValues:StringEquals": {"quicksight:AllowedEmbeddingDomains": list(settings.dashboards.domains)}
            },
        ),
    )  # fmt: skip


def weekly_permissions(settings: Settings, dashboard_id: str, key_arn: str, part: str) -> tuple[Allow, ...]:
    """Return what a part of the report may do: one fills the queue, the other makes and mails what lies in it."""
    names = settings.names
    queue = names.arn("sqs", REPORT_QUEUE)
    starting = (
        Allow(sid="ReadAudiences", actions=("s3:GetObject",), resources=(names.objects("reports", AUDIENCES),)),
        Allow(sid="PutIntoQueue", actions=("sqs:SendMessage",), resources=(queue,)),
        Allow(sid="DecryptAndEncrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
    )
    if part == "start-reports":
        return starting
    dashboard = names.arn("quicksight", f"dashboard/{dashboard_id}")
    sender = settings.alerts.sender
    return (
        *starting,
        Allow(
            sid="MakePdf",
            actions=(
                "quicksight:StartDashboardSnapshotJob", "quicksight:DescribeDashboardSnapshotJob",
                "quicksight:DescribeDashboardSnapshotJobResult",
            ),
            resources=(dashboard, f"{dashboard}/snapshot-job/*"),
            why_open="A job is named by its scope and week; all are of the one dashboard.",
        ),
        Allow(
            sid="KeepPdf",
            actions=("s3:GetObject", "s3:PutObject"),
            resources=(names.objects("reports", f"{FOLDER}/*"),),
            why_open="A file lies in the folder of its scope; all are below the one folder.",
        ),
        Allow(sid="TakeFromQueue", actions=("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
              resources=(queue,)),
        Allow(sid="FindPeople", actions=("dynamodb:Query",), resources=(names.table("recipients"),)),
        Allow(
            sid="KeepWhatWasSent",
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
            resources=(names.table(SENT_TABLE),),
        ),
        Allow(
            sid="Mail",
            actions=("ses:SendEmail", "ses:SendRawEmail"),
            resources=(
                *(names.arn("ses", f"identity/{identity}") for identity in (sender, sender.partition("@")[2])),
                names.arn("ses", f"configuration-set/{CONFIGURATION_SET}"),
            ),
            conditions={"StringEquals": {"ses:FromAddress": sender}},
        ),
    )  # fmt: skip


def _reader_role(scope: Construct) -> None:
    nobody = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
    iam.CfnRole(
        scope,
        "Reader",
        role_name=READER_ROLE,
        description="Readers of dashboards are registered with it; nobody can assume it",
        assume_role_policy_document=nobody,
    )


def _report_bucket(scope: Construct, settings: Settings, access_logs: s3.IBucket) -> s3.Bucket:
    return s3.Bucket(
        scope,
        "Reports",
        bucket_name=settings.names.bucket("reports"),
        # Quick Sight writes into it, and would need our key.
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix="reports/",
        lifecycle_rules=[s3.LifecycleRule(id="pdf", prefix=f"{FOLDER}/", expiration=Duration.days(PDF_DAYS))],
        removal_policy=RemovalPolicy.RETAIN if settings.keeps_data else RemovalPolicy.DESTROY,
    )


def _sent_table(scope: Construct, key: kms.IKey) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        "Sent",
        table_name=SENT_TABLE,
        partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute="expiration",
        removal_policy=RemovalPolicy.DESTROY,
    )


def _report_queue(scope: Construct, key: kms.IKey) -> sqs.Queue:
    return encrypted_queue(
        scope,
        "ReportQueue",
        REPORT_QUEUE,
        key,
        kept=None,
        visibility=Duration.seconds(6 * REPORT_SECONDS),
        dead=sqs.DeadLetterQueue(
            queue=encrypted_queue(scope, "ReportDead", REPORT_DEAD_QUEUE, key), max_receive_count=5
        ),
    )
