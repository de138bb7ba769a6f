"""Signals column by column are the signals one by one."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

import pyarrow as pa
import pytest

from alert_lab.columns import snapshot_signals
from alert_lab.windows import signals_of
from contracts.tables import EVENT
from flink_jobs.alerting.signals import zones_in
from glue.schemas import arrow_schema_of
from tests.alert_lab.days import START_MS, snapshot, zone

SCHEMA = pa.schema([arrow_schema_of(EVENT).field(name) for name in ("event_time", "snapshot")])


def table(events: list[dict[str, Any]]) -> Any:
    """Return events as `event_v1` holds them."""
    rows = [
        {
            "event_time": dt.datetime.fromtimestamp(event["event_time_ms"] / 1000, dt.UTC),
            "snapshot": event.get("snapshot"),
        }
        for event in events
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def by_zone(signals: list[Any]) -> list[tuple[int, str, list[Any]]]:
    """Return signals with their zones in the order of their names."""
    return [(each.time_ms, each.kind, sorted(json.loads(each.body))) for each in signals]


def random_events(seed: int) -> list[dict[str, Any]]:
    """Return snapshots of two devices of different pace, out of order, some zones dark, one seen by both."""
    source = random.Random(seed)
    events = []
    for device, pace_ms in (("a", 5_000), ("b", 2_000)):
        for time_ms in range(START_MS, START_MS + 60_000, pace_ms):
            zones = [
                zone(
                    name,
                    kind,
                    lane_id,
                    count=source.randrange(9),
                    person_ms=source.randrange(20_000),
                    longest_stay_ms=source.randrange(300_000),
                    entered=source.randrange(3),
                    left=source.randrange(3),
                    staff_person_ms=source.randrange(5_000),
                )
                for name, kind, lane_id in (
                    (f"aisle-{device}", "aisle", None),
                    (f"queue-{device}", "queue", f"lane-{device}"),
                    ("shared", "other", None),
                )
                if source.random() < 0.8
            ]
            event = snapshot(time_ms, zones)
            event["snapshot"]["interval_ms"] = pace_ms
            events.append(event)
    source.shuffle(events)
    return events


@pytest.mark.parametrize("seed", range(12))
def test_columns_give_what_rows_give(seed: int) -> None:
    """The sums, the last count, the longest stay, kinds and lanes of every window are the same."""
    events = random_events(seed)
    assert by_zone(snapshot_signals(table(events))) == by_zone(signals_of(events))


def test_a_window_sums_by_hand() -> None:
    """Two snapshots of 5 s: people and intervals add up, the later one tells the count and the longest stay."""
    first = zone("queue-1", "queue", "lane-1", count=4, person_ms=20_000, entered=2, left=1, longest_stay_ms=90_000)
    later = zone("queue-1", "queue", "lane-1", count=2, person_ms=10_000, entered=1, left=3, longest_stay_ms=40_000)
    (signal,) = snapshot_signals(table([snapshot(START_MS + 5_000, [later]), snapshot(START_MS, [first])]))
    assert signal.time_ms == START_MS + 10_000
    (told,) = zones_in(signal.body)
    assert (told.count, told.longest_stay_ms, told.person_ms, told.interval_ms) == (2, 40_000, 30_000, 10_000)
    assert (told.entered, told.left, told.mean) == (3, 4, 3.0)


def test_other_events_and_none_give_nothing() -> None:
    """Events without a snapshot, and no events at all, give no signal."""
    assert snapshot_signals(table([])) == []
    assert snapshot_signals(table([{"event_time_ms": START_MS}])) == []
    assert snapshot_signals(table([snapshot(START_MS, [])])) == []
