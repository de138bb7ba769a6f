"""The sample's two streamed days: events of simulated customers, and every table that the job makes of them.

The first day is the one on which Berlin's clock is set back, in the hour that it shows twice.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from contracts.events import PAYLOADS
from sim.run import simulate
from sim.scenario import load
from tests.oracle.rows import instant
from tests.oracle.tables import expected_tables
from tests.sample.alerts import alert_rows
from tests.sample.stores import BERLIN, CHICAGO, PUNE, ZONES, Row, Store

CLOCK_SET_BACK = dt.date(2025, 10, 26)
PLAIN_DAY = dt.date(2026, 1, 30)
STREAMED_DAYS = (CLOCK_SET_BACK, PLAIN_DAY)
WATCHED = (BERLIN, PUNE, CHICAGO)
HOURS = 0.25
TIMES = ("entered_ms", "left_ms")
CAMERAS = frozenset({"cam-entrance", "cam-aisle-1", "cam-aisle-2", "cam-lane-1", "cam-lane-2"})
MOVED_CAMERA = "cam-aisle-2"
"""In Berlin it looks at another scene than its zone was drawn on."""
FIRST_BESIDE = 1_000_000
"""Above every number of a simulated event."""
LATE_ONE_OF = 40
ARRIVES_AFTER = dt.timedelta(seconds=2)


def stream_tables() -> dict[str, list[Row]]:
    """Return the tables of events, facts, books and alerts."""
    events = list(_events())
    reports = [event["event_id"] for event in events if event["kind"] == "health"]
    late = set(reports[::LATE_ONE_OF])
    tables: dict[str, list[Row]] = expected_tables([event for event in events if event["event_id"] not in late])
    stored = [_stored(number, event, is_late=event["event_id"] in late) for number, event in enumerate(events)]
    tables["event_v1"] = stored
    tables["rejected_v1"] = list(_rejected(stored))
    tables["accounting_hour_v1"] = list(_accounts(stored, tables["rejected_v1"]))
    return tables | alert_rows(tables["hazard_v1"], tables["lane_minute_v1"])


def streamed_days() -> frozenset[tuple[str, dt.date]]:
    """Return each watched store with the dates, where it is, of which there are minutes."""
    starts = ((store, _start(store, day)) for store in WATCHED for day in STREAMED_DAYS)
    return frozenset((store.store_id, start.astimezone(store.zone).date()) for store, start in starts)


def _events() -> Iterator[Row]:
    for number, store in enumerate(WATCHED, start=1):
        walked = _walked(seed=number)
        first_ms = min(event["event_time_ms"] for event in walked)
        for day in STREAMED_DAYS:
            shift_ms = round(_start(store, day).timestamp() * 1000) - first_ms
            moved = [_moved(event, store, shift_ms, day) for event in walked]
            yield from moved
            yield from _beside(moved)


@cache
def _walked(*, seed: int) -> tuple[Row, ...]:
    """Return a quarter of an hour of customers, as events of the zones that the sample's stores have."""
    run = simulate(load("supermarket"), seed=seed, hours=HOURS)
    return tuple(event for event in (_of_our_zones(made.to_dict()) for made in run.events) if event is not None)


def _of_our_zones(event: Row) -> Row | None:
    ours = {zone_id for zone_id, _, _ in ZONES}
    if event["kind"] == "snapshot":
        zones = [zone for zone in event["snapshot"]["zones"] if zone["zone_id"] in ours]
        return event | {"snapshot": event["snapshot"] | {"zones": zones}} if zones else None
    if event["kind"] == "health":
        return event if event["health"]["camera_id"] in CAMERAS else None
    return event if event["kind"] != "visit" or event["visit"]["zone_id"] in ours else None


def _start(store: Store, day: dt.date) -> dt.datetime:
    """Return when the watched half hour begins: across the hour that Berlin's clock shows twice, or after noon."""
    if day == CLOCK_SET_BACK:
        return dt.datetime(2025, 10, 26, 0, 40, tzinfo=dt.UTC)
    return store.instant(day, 12) + dt.timedelta(minutes=40)


def _moved(event: Row, store: Store, shift_ms: int, day: dt.date) -> Row:
    """Return an event as another store's, at another time."""
    device_id = event["device_id"].replace(event["store_id"], store.store_id)
    boot_id = f"boot-{day:%m%d}"
    moved = event | {
        "event_id": f"{device_id}/{boot_id}/{event['seq']}",
        "store_id": store.store_id,
        "device_id": device_id,
        "boot_id": boot_id,
        "event_time_ms": event["event_time_ms"] + shift_ms,
    }
    if event["kind"] == "visit":
        visit = event["visit"]
        moved["visit"] = visit | {name: visit[name] + shift_ms for name in TIMES}
    if event["kind"] == "health":
        is_moved = store is BERLIN and event["health"]["camera_id"] == MOVED_CAMERA
        moved["health"] = event["health"] | {"is_moved": is_moved}
    return moved


def _beside(events: list[Row]) -> Iterator[Row]:
    """Give what the simulated customers do not do: a puddle, a map of heat, and one person followed as two tracks."""
    last = max(events, key=lambda event: event["event_time_ms"])
    place = {"camera_id": "cam-entrance", "zone_id": "entrance", "box": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}}
    cells = [{"index": index, "person_ms": 900 + index} for index in range(4)]
    made: tuple[tuple[str, Row], ...] = (
        ("hazard", place | {"hazard_id": f"puddle-{last['boot_id']}", "label": "spill", "confidence": 0.8}),
        ("heat", {"camera_id": "cam-entrance", "grid": {"w": 4, "h": 3}, "cells": cells}),
        ("track_merge", _merge([event["visit"] for event in events if event["kind"] == "visit"])),
    )
    for number, (kind, payload) in enumerate(made, start=FIRST_BESIDE):
        yield {
            **{name: last[name] for name in ("schema", "store_id", "device_id", "boot_id", "event_time_ms")},
            "event_id": f"{last['device_id']}/{last['boot_id']}/{number}",
            "seq": number,
            "kind": kind,
            kind: payload,
        }


def _merge(visits: list[Row]) -> Row:
    """Return that the first customer is also the next one who came after the first was gone."""
    first, *others = (visit for visit in visits if not visit["is_staff"])
    later = next(visit for visit in others if visit["entered_ms"] > first["left_ms"])
    return {"from_track_id": first["track_id"], "to_track_id": later["track_id"]}


def _stored(number: int, event: Row, *, is_late: bool) -> Row:
    """Return an event's row of event_v1."""
    happened = instant(event["event_time_ms"])
    return {
        **{name: event[name] for name in ("event_id", "kind", "store_id", "device_id", "boot_id", "seq")},
        "event_time": happened,
        "arrival_time": happened + ARRIVES_AFTER * (60 if is_late else 1),
        "shard_id": f"shard-{number % 2}",
        "sequence_number": f"{number:09d}",
        "is_late": is_late,
        **{kind: event.get(kind) for kind in PAYLOADS},
    }


def _rejected(stored: list[Row]) -> Iterator[Row]:
    """Give the late events, and for each store a repeated one, one from the future and one that is no JSON."""
    for row in stored:
        if row["is_late"]:
            yield _rejection(row, "late", row["shard_id"], row["sequence_number"])
    for number, store in enumerate(WATCHED):
        row = next(row for row in stored if row["store_id"] == store.store_id)
        for reason in ("duplicate", "future_time", "not_json"):
            yield _rejection(row, reason, "shard-9", f"{reason}-{number}")


def _rejection(row: Row, reason: str, shard_id: str, sequence_number: str) -> Row:
    told = ("store_id", "device_id", "event_id", "event_time") if reason != "not_json" else ()
    return {
        "arrival_time": row["arrival_time"],
        "shard_id": shard_id,
        "sequence_number": sequence_number,
        "reason": reason,
        "size_bytes": 700,
        "head": "{" if reason == "not_json" else None,
        **{name: row[name] for name in told},
    }


def _accounts(stored: Iterable[Row], rejected: Iterable[Row]) -> Iterator[Row]:
    """Give the rows of accounting_hour_v1: each record once, by its outcome."""
    counts: dict[tuple[str, str, dt.datetime], Counter[str]] = {}
    for row in (*stored, *(row for row in rejected if row["reason"] != "late")):
        hour = row["arrival_time"].replace(minute=0, second=0, microsecond=0)
        key = (row.get("store_id") or "", row.get("device_id") or "", hour)
        counts.setdefault(key, Counter())[_outcome(row)] += 1
    for (store_id, device_id, hour), count in counts.items():
        events = count["accepted"] + count["late"]
        yield {
            "store_id": store_id,
            "device_id": device_id,
            "window_start": hour,
            "window_end": hour + dt.timedelta(hours=1),
            "received": count.total(),
            **{name: count[name] for name in ("accepted", "late", "duplicate", "rejected")},
            "late_share": count["late"] / events if events else None,
            "is_clock_skewed": False,
        }


def _outcome(row: dict[str, Any]) -> str:
    if "reason" in row:
        return "duplicate" if row["reason"] == "duplicate" else "rejected"
    return "late" if row["is_late"] else "accepted"
