"""Builds signals as the view `alert_signal` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from contracts.alerts import Alert
from flink_jobs.alerting.policy import Policy
from flink_jobs.alerting.rulebook import Book, read_book_text

START_MS = 1_790_000_000_000 // 60_000 * 60_000
TEN_SECONDS = 10_000


def rule(**changes: Any) -> dict[str, Any]:
    """Return a rule on the queue of any lane: on at 5, off at 2."""
    return {
        "rule_id": "long-queue",
        "metric": "queue_length",
        "on_level": 5,
        "off_level": 2,
        "roles": ["store_manager"],
        **changes,
    }


def book(*rules: dict[str, Any], store: dict[str, Any] | None = None) -> Book:
    """Return the rules as the job's `RULES_OF` would give them, all in version 1."""
    written = {each["rule_id"]: [1, each] for each in rules} | ({"~store": [1, store]} if store else {})
    return read_book_text(json.dumps(written))


def zone(
    zone_id: str = "queue-1",
    kind: str = "queue",
    lane_id: str | None = "lane-1",
    *,
    people: float = 0,
    longest_stay_ms: int = 0,
    entered: int = 0,
    left: int = 0,
    staff_ms: int = 0,
) -> list[Any]:
    """Return one zone of a window in which the same number of people stood all the time."""
    return [
        zone_id,
        kind,
        lane_id,
        round(people),
        longest_stay_ms,
        round(people * 10_000),
        10_000,
        entered,
        left,
        staff_ms,
    ]


def zones(*each: list[Any]) -> str:
    """Return the body of a signal of zones."""
    return json.dumps(each)


def hazard(label: str = "spill", confidence: float = 0.8, *, hazard_id: str = "h-1", zone_id: str = "aisle-1") -> str:
    """Return the body of a hazard."""
    return json.dumps([hazard_id, "cam-1", zone_id, label, confidence, f"clip-{hazard_id}"])


def run(policy: Policy, rules: Book, lengths: Iterable[float], *, start_ms: int = START_MS) -> list[Alert]:
    """Feed a lane's queue lengths, one a window of 10 s; returns what was told."""
    told = []
    for number, length in enumerate(lengths, start=1):
        time_ms = start_ms + number * TEN_SECONDS
        told += policy.take("zones", time_ms, zones(zone(people=length)), rules)
    return told


def states(alerts: Iterable[Alert]) -> list[tuple[str, int]]:
    """Return each state with its time in seconds from the start."""
    return [(alert.state, (alert.changed_ms - START_MS) // 1000) for alert in alerts]
