"""What the notifier says of itself: structured logs without an address, and metrics by channel."""

from __future__ import annotations

from typing import Literal

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "StoreTraffic/Notifier"
Outcome = Literal["sent", "sending", "held", "suppressed", "failed", "stale", "retried"]


class Telemetry:
    """Logs and metrics. Its arguments are ids and reasons: nothing that it is given holds an address."""

    def __init__(self, logger: Logger, *, has_metrics: bool = True) -> None:
        """Log by `logger`; metrics go to the standard output, where CloudWatch finds them, unless nobody reads it."""
        self._logger = logger
        self._has_metrics = has_metrics

    def outcome(
        self,
        outcome: Outcome,
        *,
        channel: str,
        person_id: str,
        notification_id: str,
        reason: str = "",
        latency_ms: int | None = None,
    ) -> None:
        """Tell what became of a message; the latency is from the row in the table until it was handed over."""
        self._logger.info(
            f"message {outcome}",
            extra={
                "outcome": outcome,
                "channel": channel,
                "person_id": person_id,
                "notification_id": notification_id,
                "reason": reason,
                "latency_ms": latency_ms,
            },
        )
        self._measure(outcome.capitalize(), MetricUnit.Count, 1, channel)
        if latency_ms is not None:
            self._measure("RowToSent", MetricUnit.Milliseconds, latency_ms, channel)

    def dead(self, kind: str, reason: str) -> None:
        """Tell that something went to the dead letters; what a reason quotes stays there."""
        self._logger.error("put aside", extra={"kind": kind, "reason": reason.partition(":")[0]})
        self._measure("Dead", MetricUnit.Count, 1, "none")

    def warn(self, message: str, **fields: object) -> None:
        """Tell of something that was left out."""
        self._logger.warning(message, extra=fields)

    def _measure(self, name: str, unit: MetricUnit, value: float, channel: str) -> None:
        if not self._has_metrics:
            return
        kind = channel.partition("-")[0]
        with single_metric(name=name, unit=unit, value=value, namespace=NAMESPACE) as metric:
            metric.add_dimension(name="channel", value=kind)
