"""The alert policy within Flink: one keyed process function, a store being the key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from pyflink.common import Row, TypeInformation, Types
from pyflink.datastream import (
    DataStream,
    KeyedProcessFunction,
    KeyedStream,
    RuntimeContext,
    StreamExecutionEnvironment,
    TimeDomain,
)
from pyflink.datastream.state import ValueState, ValueStateDescriptor
from pyflink.java_gateway import get_gateway

from contracts.alerts import Alert
from contracts.tables import ALERTS
from contracts.types import DOUBLE, LONG, STRING, Scalar, Type
from flink_jobs.alerting.policy import LOOKS_EVERY_MS, Policy
from flink_jobs.alerting.rulebook import read_book_text

SIGNAL = "alert_signal"
SIGNAL_COLUMNS = (
    ("store_id", "STRING"),
    ("kind", "STRING"),
    ("time_ms", "BIGINT"),
    ("body", "STRING"),
    ("rules", "STRING"),
)
LIVE_WITHIN_MS = 10 * 60_000
"""A store whose signals are not older than this is followed live: when it falls silent, the clock goes on for it."""

END_OF_TIME_MS = 2**63 - 1

logger = logging.getLogger(__name__)


class AlertPolicy(KeyedProcessFunction):  # type: ignore[misc]
    """Feeds each store's signals to its `Policy`, and keeps the policy's state.

    Event time drives everything. Only where a store that was followed live falls silent, so that no event moves its
    time on, does the processing clock stand in; the alert's id comes out the same either way.
    """

    def __init__(self, *, item_days: int) -> None:
        self._item_days = item_days

    def open(self, runtime_context: RuntimeContext) -> None:
        """Take the state that Flink keeps for each store."""
        self._policy: ValueState = runtime_context.get_state(ValueStateDescriptor("policy", Types.STRING()))
        self._rules: ValueState = runtime_context.get_state(ValueStateDescriptor("rules", Types.STRING()))
        self._latest: dict[str, tuple[int, int]] = {}

    def process_element(self, value: Row, ctx: KeyedProcessFunction.Context) -> Iterator[Row]:
        """Take one signal; yields the alerts that begin, change or end."""
        kind, time_ms, body, rules = value
        store_id = ctx.get_current_key()
        if self._rules.value() != rules:
            self._rules.update(rules)
        policy = self._of(store_id)
        try:
            alerts = policy.take(kind, time_ms, body, read_book_text(rules))
        except Exception:
            # The lake's numbers do not depend on it: they go on, and the store's next signal is tried again.
            logger.exception("store %s: a signal of kind %s at %s could not be used: %s", store_id, kind, time_ms, body)
            return
        self._policy.update(policy.text)
        self._set_timers(ctx.timer_service(), policy, store_id, time_ms, rules)
        yield from map(_row, alerts)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[Row]:
        """Do what is due; yields alerts as `process_element`."""
        store_id, timers = ctx.get_current_key(), ctx.timer_service()
        if timers.current_watermark() == END_OF_TIME_MS:
            # The job is being drained. Nothing is overdue by that, and no store is silent.
            return
        now_ms = timestamp
        if ctx.time_domain() == TimeDomain.PROCESSING_TIME:
            silent_ms = self._silent_ms(store_id, timestamp)
            if silent_ms is None:
                return
            timers.register_processing_time_timer(timestamp + LOOKS_EVERY_MS)
            now_ms = self._latest[store_id][1] + silent_ms
        rules = self._rules.value()
        policy = self._of(store_id)
        alerts = policy.advance(now_ms, read_book_text(rules))
        self._policy.update(policy.text)
        if ctx.time_domain() == TimeDomain.EVENT_TIME:
            self._set_event_timer(timers, policy, now_ms, rules)
        yield from map(_row, alerts)

    def _of(self, store_id: str) -> Policy:
        return Policy(store_id, self._policy.value(), item_days=self._item_days)

    def _set_timers(self, timers: Any, policy: Policy, store_id: str, time_ms: int, rules: str) -> None:
        self._set_event_timer(timers, policy, time_ms, rules)
        clock_ms = timers.current_processing_time()
        if clock_ms - time_ms > LIVE_WITHIN_MS:
            return
        self._latest[store_id] = (clock_ms, max(time_ms, self._latest.get(store_id, (0, 0))[1]))
        # The same instant for a whole minute: Flink keeps one timer.
        timers.register_processing_time_timer((clock_ms // LOOKS_EVERY_MS + 2) * LOOKS_EVERY_MS)

    @staticmethod
    def _set_event_timer(timers: Any, policy: Policy, now_ms: int, rules: str) -> None:
        due_ms = policy.next_due_ms(read_book_text(rules))
        if due_ms is not None:
            timers.register_event_time_timer(due_ms if due_ms > now_ms else now_ms + LOOKS_EVERY_MS)

    def _silent_ms(self, store_id: str, clock_ms: int) -> int | None:
        """Return for how long a store that was followed live has been silent; None when it is not."""
        if store_id not in self._latest:
            return None
        silent_ms = clock_ms - self._latest[store_id][0]
        return silent_ms if silent_ms >= LOOKS_EVERY_MS else None


def alerts_of(signals: Any, *, item_days: int) -> DataStream:
    """Return the stream of alerts, as rows of the table `alerts`, of a Java stream that was handed over.

    DynamoDB may delete an alert `item_days` after it began.
    """
    value_type = Types.ROW_NAMED(
        [name for name, _ in SIGNAL_COLUMNS[1:]],
        [Types.LONG() if sql_type == "BIGINT" else Types.STRING() for _, sql_type in SIGNAL_COLUMNS[1:]],
    )
    # As PyFlink's own key_by would make it; that one would send every row through a Python process to find its key.
    key_selector = get_gateway().jvm.KeyByKeySelector()
    keyed = signals.keyBy(key_selector, Types.ROW([Types.STRING()]).get_java_type_info())
    stream = KeyedStream(keyed, value_type, DataStream(signals))
    return stream.process(AlertPolicy(item_days=item_days), output_type=_alert_type()).name("alert policy")


def take_handed_over(streams: StreamExecutionEnvironment) -> Any:
    """Return the Java stream of signals, once the insertion into the hand-over table is attached."""
    loader = get_gateway().jvm.Thread.currentThread().getContextClassLoader()
    handed_over = loader.loadClass("storetraffic.alerts.HandedOver").newInstance()
    return handed_over.take(SIGNAL, streams._j_stream_execution_environment)  # noqa: SLF001 - PyFlink has no other way


def _alert_type() -> TypeInformation:
    return Types.ROW_NAMED(
        [column.name for column in ALERTS.columns], [_type(column.type) for column in ALERTS.columns]
    )


def _type(type_: Type) -> TypeInformation:
    known: dict[Scalar, TypeInformation] = {STRING: Types.STRING(), LONG: Types.LONG(), DOUBLE: Types.DOUBLE()}
    if not isinstance(type_, Scalar) or type_ not in known:
        raise TypeError(f"alerts: expected texts and numbers, came {type_}; add it to flink_jobs/alerting/operator.py")
    return known[type_]


def _row(alert: Alert) -> Row:
    return Row(*(getattr(alert, column.name) for column in ALERTS.columns))
