"""Every alarm, as a value: what it looks at, when it rings, and what it means. docs/runbook.md has the cures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from infra.functions.freshness import NAMESPACE as FRESHNESS
from infra.names import (
    APPLICATION,
    DEAD_QUEUE,
    HISTORY_DEAD_QUEUE,
    IMAGE_PROJECT,
    NIGHTLY,
    PREFIX,
    REPORT_DEAD_QUEUE,
    SCHEDULE_DEAD_QUEUE,
    STREAM,
    Names,
)
from infra.settings import Settings

Missing = Literal["breaching", "notBreaching"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm.

    Attributes:
        name: what the runbook's section is called; in CloudWatch behind `store-traffic-`.
        means: one sentence for who is woken.
        namespace: of the metric.
        metric: its name.
        dimensions: of the metric.
        statistic: of CloudWatch.
        above: it rings when the figure is above this;
        below: where given, when it is below this instead.
        period_seconds: what the figure is taken over.
        periods: so many in a row.
        is_growth: the metric counts up since the start: it is how much it grew that counts.
        missing: what no figure at all means.
    """

    name: str
    means: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str = "Maximum"
    above: float = 0
    below: float | None = None
    period_seconds: int = 300
    periods: int = 1
    is_growth: bool = False
    missing: Missing = "notBreaching"

    @property
    def full_name(self) -> str:
        """Its name in CloudWatch."""
        return f"{PREFIX}-{self.name}"


def alarms(settings: Settings) -> tuple[Alarm, ...]:
    """Return every alarm of a stage."""
    return (
        *_stream(settings),
        *_content(settings),
        *_deliveries(settings),
        *_functions(settings),
        *_nights(settings.names),
    )


def _stream(settings: Settings) -> tuple[Alarm, ...]:
    limits, flink = settings.alarms, {"Application": APPLICATION}
    return (
        Alarm(
            name="lag",
            means="The application reads the stream later than it should: live values and alerts are late.",
            namespace="AWS/KinesisAnalytics",
            metric="millisBehindLatest",
            dimensions=flink,
            above=limits.lag_seconds * 1000,
            periods=2,
        ),
        Alarm(
            name="stream-age",
            means="Records lie in the stream unread: the application reads slowly, or not at all.",
            namespace="AWS/Kinesis",
            metric="GetRecords.IteratorAgeMilliseconds",
            dimensions={"StreamName": STREAM},
            above=limits.lag_seconds * 1000,
            periods=2,
        ),
        Alarm(
            name="downtime",
            means="The application stands: nothing is counted until it runs again.",
            namespace="AWS/KinesisAnalytics",
            metric="downtime",
            dimensions=flink,
            above=0,
            periods=2,
        ),
        Alarm(
            name="restarts",
            means="The application started again by itself: something in it fails.",
            namespace="AWS/KinesisAnalytics",
            metric="fullRestarts",
            dimensions=flink,
            is_growth=True,
        ),
        Alarm(
            name="failed-checkpoints",
            means="Checkpoints fail: after a restart more would be read again, and the lake gets no rows meanwhile.",
            namespace="AWS/KinesisAnalytics",
            metric="numberOfFailedCheckpoints",
            dimensions=flink,
            is_growth=True,
            periods=2,
        ),
        Alarm(
            name="checkpoint-age",
            means="The stream has committed nothing to the lake for too long: no checkpoint came to its end.",
            namespace=FRESHNESS,
            metric="CheckpointAgeSeconds",
            dimensions={},
            above=limits.checkpoint_age_seconds,
            # Whoever measures it has stopped.
            missing="breaching",
            periods=2,
        ),
        Alarm(
            name="throttled-events",
            means="The stream refuses records of the stores: they wait on the devices.",
            namespace="AWS/Kinesis",
            metric="WriteProvisionedThroughputExceeded",
            dimensions={"StreamName": STREAM},
            statistic="Sum",
            periods=3,
        ),
    )


def _content(settings: Settings) -> tuple[Alarm, ...]:
    limits = settings.alarms
    return (
        Alarm(
            name="no-data",
            means="Stores that spoke within a day say nothing now; the log of the function `freshness` names them.",
            namespace=FRESHNESS,
            metric="SilentStores",
            dimensions={},
            periods=2,
        ),
        Alarm(
            name="late-share",
            means="Too many events come behind the watermark: minutes lack them until the night counts them again.",
            namespace=FRESHNESS,
            metric="LatePercent",
            dimensions={},
            above=limits.late_percent,
            period_seconds=3600,
        ),
        Alarm(
            name="rejected-share",
            means="Too many records cannot be used; rejected_v1 has each with its reason.",
            namespace=FRESHNESS,
            metric="RejectedPercent",
            dimensions={},
            above=limits.rejected_percent,
            period_seconds=3600,
        ),
    )


def _deliveries(settings: Settings) -> tuple[Alarm, ...]:
    queues = {
        DEAD_QUEUE: "Messages of alerts could not be delivered.",
        HISTORY_DEAD_QUEUE: "Alerts or acts could not be kept in the lake.",
        SCHEDULE_DEAD_QUEUE: "Something that runs by the clock could not be started.",
    }
    if settings.has_weekly_report:
        queues[REPORT_DEAD_QUEUE] = "A weekly report could not be made or mailed."
    return tuple(
        Alarm(
            name=f"dead-letters-{queue.removeprefix(f'{PREFIX}-').removesuffix('-dead')}",
            means=means,
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue},
        )
        for queue, means in queues.items()
    )


def _functions(settings: Settings) -> tuple[Alarm, ...]:
    what = {
        "notifier": "The notifier fails: nobody may be told of alerts.",
        "history": "Alerts and acts are not kept in the lake.",
        "freshness": "Nobody looks whether all is fresh: the alarms that it feeds are blind.",
    }
    if settings.dashboards.is_on:
        what["open-dashboard"] = "Dashboards cannot be opened."
    return tuple(
        Alarm(
            name=f"errors-{name}",
            means=means,
            namespace="AWS/Lambda",
            metric="Errors",
            dimensions={"FunctionName": f"{PREFIX}-{name}"},
            statistic="Sum",
            periods=2,
        )
        for name, means in what.items()
    )


def _nights(names: Names) -> tuple[Alarm, ...]:
    return (
        Alarm(
            name="night-failed",
            means="A step of the night failed: yesterday's figures are as streamed, or the lake was not tidied.",
            namespace="AWS/States",
            metric="ExecutionsFailed",
            dimensions={"StateMachineArn": names.arn("states", f"stateMachine:{NIGHTLY}")},
            statistic="Sum",
        ),
        Alarm(
            name="night-missing",
            means="No night ended well for a day: it was not started, or it hangs.",
            namespace="AWS/States",
            metric="ExecutionsSucceeded",
            dimensions={"StateMachineArn": names.arn("states", f"stateMachine:{NIGHTLY}")},
            statistic="Sum",
            below=1,
            period_seconds=86_400,
            missing="breaching",
        ),
        Alarm(
            name="image-failed",
            means="The image of the batch jobs could not be built: the night runs the one before.",
            namespace="AWS/CodeBuild",
            metric="FailedBuilds",
            dimensions={"ProjectName": IMAGE_PROJECT},
            statistic="Sum",
        ),
    )
