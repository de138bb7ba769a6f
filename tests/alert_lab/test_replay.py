"""A replay lets time pass as the job does."""

from __future__ import annotations

from typing import Any

from alert_lab.replay import replay
from alert_lab.windows import Signal, signals_of
from contracts.alerts import Alert
from tests.alert_lab.days import MINUTE_MS, START_MS, STORE, candidate, lane_events, rule

SPILL = rule(rule_id="spill", metric="hazard.spill", on_level=0.5, off_level=0.5, expire_after_minutes=2)


def spill(seconds: float) -> dict[str, Any]:
    """Return the event of a spill some seconds after the start."""
    hazard = {"hazard_id": "h", "camera_id": "c", "zone_id": "z", "label": "spill", "confidence": 0.8}
    return {"kind": "hazard", "event_time_ms": START_MS + round(seconds * 1000), "hazard": hazard}


def told(alerts: list[Alert]) -> list[tuple[str, float]]:
    """Return each state with its time in minutes since the start."""
    return [(alert.state, (alert.changed_ms - START_MS) / MINUTE_MS) for alert in alerts]


def run(signals: list[Signal], *rules: dict[str, Any], until_minute: float | None = None) -> list[tuple[str, float]]:
    """Replay signals against rules."""
    until_ms = None if until_minute is None else START_MS + round(until_minute * MINUTE_MS)
    return told(list(replay(STORE, signals, candidate(*rules).book(STORE), until_ms=until_ms)))


def test_what_is_due_between_signals_comes_at_its_time() -> None:
    """An alert that nothing is heard of expires 2 minutes later, between two windows of zones."""
    signals = signals_of([spill(3), *lane_events([0.0] * 30)])
    assert run(signals, SPILL) == [("raised", 0.05), ("expired", 2.05)]


def test_what_is_due_at_the_instant_of_a_signal_is_not_forgotten() -> None:
    """An expiry that falls on the end of a window of zones, which does not feed the rule, comes all the same."""
    signals = signals_of([spill(10), *lane_events([0.0] * 30)])
    assert any(signal.time_ms == START_MS + 130_000 for signal in signals)
    assert run(signals, SPILL) == [("raised", 10 / 60), ("expired", 130 / 60)]


def test_time_goes_on_after_the_last_signal_only_as_far_as_asked() -> None:
    """Without `until_ms` nothing more happens; with it, what is due by then."""
    signals = signals_of([spill(0)])
    assert run(signals, SPILL) == [("raised", 0)]
    assert run(signals, SPILL, until_minute=1.9) == [("raised", 0)]
    assert run(signals, SPILL, until_minute=10) == [("raised", 0), ("expired", 2)]


def test_escalations_come_at_their_time() -> None:
    """A queue that stands escalates after a minute, though every window tells of it."""
    signals = signals_of(lane_events([6.0] * 12 + [0.0]))
    assert run(signals, rule(escalate_after_minutes=1)) == [
        ("raised", 10 / 60),
        ("escalated", 70 / 60),
        ("resolved", 130 / 60),
    ]


def test_silence_while_closed_is_told_when_the_store_opens() -> None:
    """What is overdue is looked at every minute: the alert comes with the opening, a minute later at most."""
    hours = {day: ["00:10-23:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")}
    silent = rule(
        rule_id="silent", metric="no_data", on_level=60, off_level=30, hours={**hours, "sunday": ["00:10-23:00"]}
    )
    states = run(signals_of(lane_events([0.0])), silent, until_minute=30)
    assert [state for state, _ in states] == ["raised"]
    assert 10 <= states[0][1] <= 11


def test_the_same_signals_give_the_same_alerts() -> None:
    """A replay has no clock of its own."""
    signals = signals_of([spill(10), *lane_events([6.0] * 20)])
    book = candidate(rule(), SPILL).book(STORE)
    assert list(replay(STORE, signals, book)) == list(replay(STORE, signals, book))
