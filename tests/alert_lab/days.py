"""Hand-made days: snapshots of lanes every 5 s, rules, verdicts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from alert_lab.candidates import Candidate, book_of
from alert_lab.recorded import RecordedDay, day_of
from alert_lab.verdicts import Judged
from alert_lab.windows import signals_of
from contracts.alerts import Verdict
from contracts.rules import Rule, read_book, read_rule

START_MS = 1_790_000_000_000 // 86_400_000 * 86_400_000
SNAPSHOT_MS = 5_000
WINDOW_MS = 10_000
MINUTE_MS = 60_000
STORE = "store-1"


def zone(zone_id: str, kind: str, lane_id: str | None = None, **seen: int) -> dict[str, Any]:
    """Return one zone of a snapshot, empty where nothing is said."""
    empty = {"count": 0, "count_max": 0, "person_ms": 0, "entered": 0, "left": 0, "longest_stay_ms": 0}
    return {
        "zone_id": zone_id,
        "zone_kind": kind,
        "lane_id": lane_id,
        "camera_id": f"cam-{zone_id}",
        "staff_person_ms": 0,
        **empty,
        **seen,
    }


def queue(lane_id: str, people: float, wait_seconds: float = 0) -> dict[str, Any]:
    """Return a lane's queue in which the same number of people stood for a whole snapshot."""
    return zone(
        f"queue-{lane_id}",
        "queue",
        lane_id,
        count=round(people),
        person_ms=round(people * SNAPSHOT_MS),
        longest_stay_ms=round(wait_seconds * 1000),
    )


def snapshot(time_ms: int, zones: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the event of a snapshot that begins at an instant."""
    payload = {"interval_ms": SNAPSHOT_MS, "zones": list(zones)}
    return {"kind": "snapshot", "event_time_ms": time_ms, "snapshot": payload}


def lane_events(
    lengths: Sequence[float], waits: Sequence[float] = (), *, lane_id: str = "lane-1"
) -> list[dict[str, Any]]:
    """Return a lane's snapshots, two for each window of 10 s: its queue length, and its longest wait in seconds."""
    told = list(waits) + [0.0] * (len(lengths) - len(waits))
    return [
        snapshot(START_MS + number * WINDOW_MS + half * SNAPSHOT_MS, [queue(lane_id, length, wait)])
        for number, (length, wait) in enumerate(zip(lengths, told, strict=True))
        for half in (0, 1)
    ]


def day(events: Iterable[dict[str, Any]], *, minutes: int = 60, store_id: str = STORE) -> RecordedDay:
    """Return a day that begins at START_MS and lasts so long."""
    return day_of(store_id, signals_of(events), start_ms=START_MS, end_ms=START_MS + minutes * MINUTE_MS)


def rule(**changes: Any) -> dict[str, Any]:
    """Return a rule on the queue of any lane as it is written: on at 5, off at 2."""
    return {
        "rule_id": "long-queue",
        "metric": "queue_length",
        "on_level": 5,
        "off_level": 2,
        "roles": ["store_manager"],
        **changes,
    }


def candidate(
    *rules: dict[str, Any], name: str = "now", target_seconds: int = 180, store_id: str = STORE, **store: Any
) -> Candidate:
    """Return a candidate of these rules for one store."""
    said = {"target_wait_seconds": target_seconds, **store}
    written = read_book({"rules": list(rules), "stores": {store_id: said}})
    return Candidate(name, {store_id: book_of(written, store_id)})


def read(written: dict[str, Any]) -> Rule:
    """Return a written rule."""
    return read_rule(written, version=1)


def judged(
    raised_minute: float, ended_minute: float, verdict: Verdict, *, alert_id: str = "", place_id: str = "lane-1"
) -> Judged:
    """Return a judged alert of the rule `long-queue` at a lane."""
    raised_ms, ended_ms = (START_MS + round(minute * MINUTE_MS) for minute in (raised_minute, ended_minute))
    name = alert_id or f"past-{raised_minute}-{place_id}"
    return Judged(STORE, name, "long-queue", "lane", place_id, raised_ms, ended_ms, verdict)


def random_lengths(seed: int, windows: int) -> list[float]:
    """Return queue lengths that wander, in tenths."""
    source, length, lengths = random.Random(seed), 3.0, []
    for _ in range(windows):
        length = min(12.0, max(0.0, length + source.choice((-1.5, -0.7, 0, 0, 0.7, 1.5))))
        lengths.append(round(length, 1))
    return lengths
