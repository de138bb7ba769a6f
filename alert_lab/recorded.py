"""A recorded day of one store, as the alert policy would have seen it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyiceberg import expressions

from alert_lab.columns import snapshot_signals
from alert_lab.windows import Signal, dwells_of, signals_of
from contracts.tables import EVENT, VISIT
from flink_jobs.alerting.signals import zone_readings, zones_in
from glue.business_day import BusinessDay, epoch_ms
from glue.lake import Lake

WARM_UP = dt.timedelta(hours=1)
"""Signals so long before the day are fed too: arrivals, service times and conditions that go on from them."""
MINUTE_MS = 60_000
Waits = Mapping[str, Mapping[int, float]]
"""By lane and start of minute (ms), the longest wait so far that was seen in it, in seconds."""
_COLUMNS = ("event_id", "kind", "event_time", "snapshot", "health", "hazard")
# Their constructors take positions, which their types do not tell.
_by: Any = expressions


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """What the policy is fed with from before the day until its end; alerts count from `start_ms` to `end_ms`."""

    store_id: str
    start_ms: int
    end_ms: int
    signals: tuple[Signal, ...]
    waits: Waits

    @property
    def has_data(self) -> bool:
        """Whether anything was recorded."""
        return bool(self.signals)


def day_of(store_id: str, signals: Iterable[Signal], *, start_ms: int, end_ms: int) -> RecordedDay:
    """Return a day from its signals, which may begin before it."""
    ordered = tuple(sorted(signals))
    return RecordedDay(store_id, start_ms, end_ms, ordered, waits_of(ordered, start_ms=start_ms, end_ms=end_ms))


def read_day(lake: Lake, store_id: str, day: BusinessDay, *, with_visits: bool = True) -> RecordedDay:
    """Read a store's day from the lake; late events are left out, as the job did.

    Args:
        lake: where `event_v1` and `visit_v1` are.
        store_id: the store.
        day: the day, where the store is.
        with_visits: whether dwell times are wanted, which rules of `dwell_seconds_p90` need.

    Raises:
        NoSuchTableError: a table was never created.
    """
    stretch = (day.start - WARM_UP, day.end)
    on_time = _by.And(_by.EqualTo("store_id", store_id), _by.EqualTo("is_late", False))  # noqa: FBT003 - a value
    events = lake.table(EVENT).scan(_by.And(on_time, _within("event_time", *stretch)), _COLUMNS).to_arrow()
    times = dict(zip(events["event_id"].to_pylist(), _to_ms(events["event_time"].to_pylist()), strict=True))
    signals = snapshot_signals(events) + signals_of(
        _others(events), _dwells(lake, store_id, stretch, times) if with_visits else ()
    )
    return day_of(store_id, signals, start_ms=epoch_ms(day.start), end_ms=epoch_ms(day.end))


def read_file(path: Path, store_id: str, day: BusinessDay | None) -> RecordedDay:
    """Read a store's day from `events.jsonl.gz` as `python -m sim run` writes it: all on time, no dwell times.

    Args:
        path: the file, gzipped or plain.
        store_id: the store.
        day: the day; None takes all that the file holds.

    Raises:
        ValueError: the store has no events in the file.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        events = [event for event in map(json.loads, lines) if event["store_id"] == store_id]
    if not events:
        raise ValueError(f"{path}: expected events of store {store_id}, came none; name another store or file")
    signals = signals_of(events)
    start_ms, end_ms = (signals[0].time_ms, signals[-1].time_ms) if day is None else _bounds(day)
    return day_of(store_id, _between(signals, start_ms, end_ms), start_ms=start_ms, end_ms=end_ms)


def waits_of(signals: Iterable[Signal], *, start_ms: int, end_ms: int) -> Waits:
    """Return the longest wait of each lane and minute of the day."""
    waits: dict[str, dict[int, float]] = {}
    for signal in signals:
        if signal.kind != "zones" or not start_ms < signal.time_ms <= end_ms:
            continue
        minute_ms = (signal.time_ms - 1) // MINUTE_MS * MINUTE_MS
        for reading in zone_readings(zones_in(signal.body), signal.time_ms):
            if reading.metric == "longest_wait_seconds":
                lane = waits.setdefault(reading.place_id, {})
                lane[minute_ms] = max(reading.value, lane.get(minute_ms, 0.0))
    return waits


def _dwells(
    lake: Lake, store_id: str, stretch: tuple[dt.datetime, dt.datetime], times: Mapping[str, int]
) -> list[tuple[int, str, int, int]]:
    condition = _by.And(_by.EqualTo("store_id", store_id), _within("left_time", *stretch))
    revisions = lake.table(VISIT).scan(condition).to_arrow().to_pylist()
    # A revision may come from an event after the day, or be of a day counted again: then it is not of these events.
    return list(dwells_of((row for row in revisions if row["event_id"] in times), times))


def _others(events: Any) -> list[dict[str, Any]]:
    """Return the events that are no snapshots: few, so that they are read one by one."""
    rows = events.select(["kind", "event_time", "health", "hazard"]).to_pylist()
    kept = [row for row in rows if row["kind"] in ("health", "hazard")]
    for row, time_ms in zip(kept, _to_ms([row["event_time"] for row in kept]), strict=True):
        row["event_time_ms"] = time_ms
    return kept


def _to_ms(instants: Sequence[dt.datetime]) -> list[int]:
    return [epoch_ms(instant) for instant in instants]


def _bounds(day: BusinessDay) -> tuple[int, int]:
    return epoch_ms(day.start), epoch_ms(day.end)


def _between(signals: Iterable[Signal], start_ms: int, end_ms: int) -> list[Signal]:
    since_ms = start_ms - round(WARM_UP.total_seconds() * 1000)
    return [signal for signal in signals if since_ms <= signal.time_ms <= end_ms]


def _within(column: str, start: dt.datetime, end: dt.datetime) -> Any:
    return _by.And(_by.GreaterThanOrEqual(column, start.isoformat()), _by.LessThan(column, end.isoformat()))
