"""From a row in `alerts` to the person: the notifier, the history in the lake, their queues, e-mail, text messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration, SecretValue
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import Function
from infra.lake_access import append_to_lake
from infra.names import CONFIGURATION_SET, DEAD_QUEUE, HISTORY_DEAD_QUEUE, RETRY_QUEUE, Names, partition_of
from infra.permissions import Allow
from infra.queues import encrypted_queue
from infra.settings import AlertSettings, Settings

CHANGING_TABLES = ("alerts", "alert_actions")
NOTIFIER_SECONDS = 60
HISTORY_SECONDS = 300
STREAM_AGE_MINUTES = 15
"""Older changes would be written down as stale: they are put aside instead of tried again."""


class Alerts(Construct):
    """Both functions behind the streams of `alerts` and `alert_actions`."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        key: kms.IKey,
        tables: Mapping[str, dynamodb.Table],
        notifier_code: Path,
        history_code: Path,
    ) -> None:
        super().__init__(scope, name)
        names = settings.names
        dead = encrypted_queue(self, "Dead", DEAD_QUEUE, key)
        retry = encrypted_queue(
            self,
            "Retry",
            RETRY_QUEUE,
            key,
            # Six times the function's own time, as AWS asks for; a message is not seen twice while it is worked on.
            visibility=Duration.seconds(6 * NOTIFIER_SECONDS),
            dead=sqs.DeadLetterQueue(queue=dead, max_receive_count=10),
        )
        history_dead = encrypted_queue(self, "HistoryDead", HISTORY_DEAD_QUEUE, key)
        streams = [str(tables[name].table_stream_arn) for name in CHANGING_TABLES]
        _email(self, settings.alerts)
        self.notifier = Function(
            self,
            "Notifier",
            names=names,
            what="notifier",
            handler="lambdas.notifier.handler.handle",
            code=notifier_code,
            key=key,
            environment=notifier_environment(settings, retry_url=retry.queue_url, dead_url=dead.queue_url),
            allowed=notifier_permissions(settings, streams, key.key_arn),
            memory_megabytes=512,
            timeout_seconds=NOTIFIER_SECONDS,
        )
        self.history = Function(
            self,
            "History",
            names=names,
            what="history",
            handler="lambdas.history.handler.handler",
            code=history_code,
            key=key,
            environment=history_environment(settings, dead_url=history_dead.queue_url),
            allowed=history_permissions(names, streams, key.key_arn),
            memory_megabytes=1024,
            timeout_seconds=HISTORY_SECONDS,
        )
        for number, stream in enumerate(streams):
            _on_changes(self, f"Notify{number}", self.notifier, stream, dead, reports_items=True)
            # A commit a minute at most: each one makes a file.
            _on_changes(self, f"Keep{number}", self.history, stream, history_dead, batch=1000, wait_seconds=60)
        lambda_.EventSourceMapping(
            self,
            "Again",
            target=self.notifier.function,
            event_source_arn=retry.queue_arn,
            batch_size=10,
            report_batch_item_failures=True,
        ).node.add_dependency(self.notifier.policy)


def notifier_environment(settings: Settings, *, retry_url: str, dead_url: str) -> dict[str, str]:
    """Return what `lambdas/notifier/settings.py` reads."""
    alerts = settings.alerts
    values = {
        "APP_URL": alerts.app_url,
        "RETRY_QUEUE_URL": retry_url,
        "DEAD_QUEUE_URL": dead_url,
        "SENDER": alerts.sender,
        "CONFIGURATION_SET": CONFIGURATION_SET if alerts.sender else "",
        "SMS_BY": alerts.sms_by,
        "ORIGINATION_IDENTITY": alerts.sms_pool,
        "PUSH_KEY": _secret(alerts.push_key_secret),
        "PUSH_CONTACT": alerts.push_contact,
        "STALE_AFTER_SECONDS": str(alerts.stale_after_seconds),
    }
    return {f"NOTIFIER_{name}": value for name, value in values.items() if value}


def history_environment(settings: Settings, *, dead_url: str) -> dict[str, str]:
    """Return what `lambdas/history/handler.py` reads."""
    return {
        "HISTORY_WAREHOUSE": settings.names.warehouse,
        "HISTORY_DATABASE": settings.lake.database,
        "HISTORY_DEAD_QUEUE_URL": dead_url,
    }


def notifier_permissions(settings: Settings, streams: Sequence[str], key_arn: str) -> tuple[Allow, ...]:
    """Return what the notifier may do: as docs/alerts-notifier.md lists it, and by the channels that are set up."""
    names = settings.names
    return (
        _read_streams(streams),
        Allow(
            sid="ReadAlertsAndPeople",
            actions=("dynamodb:GetItem", "dynamodb:Query"),
            resources=tuple(names.table(table) for table in ("alerts", "alert_actions", "recipients", "rules")),
        ),
        Allow(
            sid="KeepWhatWasTold",
            actions=("dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            resources=(names.table("notifications"),),
        ),
        Allow(
            sid="TryAgainAndPutAside",
            actions=("sqs:SendMessage",),
            resources=(names.arn("sqs", RETRY_QUEUE), names.arn("sqs", DEAD_QUEUE)),
        ),
        Allow(
            sid="TakeWhatIsTriedAgain",
            actions=("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
            resources=(names.arn("sqs", RETRY_QUEUE),),
        ),
        Allow(sid="DecryptAndEncrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
        *_channels(settings),
    )  # fmt: skip


def history_permissions(names: Names, streams: Sequence[str], key_arn: str) -> tuple[Allow, ...]:
    """Return what the history may do: read changes, append to the lake, put aside what it cannot read."""
    return (
        _read_streams(streams),
        *append_to_lake(names),
        Allow(sid="PutAside", actions=("sqs:SendMessage",), resources=(names.arn("sqs", HISTORY_DEAD_QUEUE),)),
        Allow(sid="DecryptAndEncrypt", actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=(key_arn,)),
    )


def _channels(settings: Settings) -> tuple[Allow, ...]:
    names, alerts = settings.names, settings.alerts
    topics = Allow(
        sid="TellTopics",
        actions=("sns:Publish",),
        resources=(names.arn("sns", "store-traffic-told-*"),),
        why_open="Topics of chat rooms and pagers are made by who runs them; their names begin like this.",
    )
    email = Allow(
        sid="SendEmail",
        actions=("ses:SendEmail", "ses:SendRawEmail"),
        resources=(
            *(
                names.arn("ses", f"identity/{identity}")
                for identity in (alerts.sender, alerts.sender.partition("@")[2])
            ),
            names.arn("ses", f"configuration-set/{CONFIGURATION_SET}"),
        ),
        conditions={"StringEquals": {"ses:FromAddress": alerts.sender}},
    )
    by_pool = Allow(
        sid="SendText",
        actions=("sms-voice:SendTextMessage",),
        resources=(names.arn("sms-voice", _origination(alerts.sms_pool)),),
    )
    by_sns = Allow(
        sid="SendText",
        actions=("sns:Publish",),
        # A telephone number is no resource that could be named: everything that is no topic.
        all_but=(f"arn:{partition_of(settings.region)}:sns:*:*:*",),
        why_open="A text message is published to a number and not to a resource; no topic can be reached by it.",
    )
    texts = {"none": (), "end_user_messaging": (by_pool,), "sns": (by_sns,)}[alerts.sms_by]
    return (topics, *((email,) if alerts.sender else ()), *texts)


def _origination(identity: str) -> str:
    kind = identity.partition("-")[0]
    return {"pool": f"pool/{identity}", "phone": f"phone-number/{identity}"}.get(kind, f"sender-id/{identity}")


def _secret(name: str) -> str:
    # Resolved by CloudFormation; the function's environment is encrypted by our key.
    return SecretValue.secrets_manager(name).unsafe_unwrap() if name else ""


def _read_streams(streams: Sequence[str]) -> Allow:
    return Allow(
        sid="ReadChanges",
        actions=("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        resources=tuple(streams),
    )


def _on_changes(
    scope: Construct,
    name: str,
    function: Function,
    stream: str,
    dead: sqs.IQueue,
    *,
    batch: int = 100,
    wait_seconds: int = 0,
    reports_items: bool = False,
) -> None:
    mapping = lambda_.EventSourceMapping(
        scope,
        name,
        target=function.function,
        event_source_arn=stream,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=batch,
        max_batching_window=Duration.seconds(wait_seconds),
        max_record_age=Duration.minutes(STREAM_AGE_MINUTES),
        bisect_batch_on_error=True,
        report_batch_item_failures=reports_items,
        parallelization_factor=1,
    )
    child = mapping.node.default_child
    assert isinstance(child, lambda_.CfnEventSourceMapping)
    child.destination_config = lambda_.CfnEventSourceMapping.DestinationConfigProperty(
        on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(destination=dead.queue_arn)
    )
    mapping.node.add_dependency(function.policy)


def _email(scope: Construct, alerts: AlertSettings) -> None:
    if not alerts.sender:
        return
    ses.ConfigurationSet(
        scope,
        "ConfigurationSet",
        configuration_set_name=CONFIGURATION_SET,
        tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
        reputation_metrics=True,
        suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    )
    if alerts.makes_identity:
        ses.EmailIdentity(scope, "Identity", identity=ses.Identity.domain(alerts.sender.partition("@")[2]))
