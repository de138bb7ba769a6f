"""Alerts, acts and people that tests start from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contracts.alerts import Action, Advice, Alert, JobState, Verdict, action_id, alert_id
from contracts.recipients import Channel, Recipient

START_MS = 1_790_091_720_000
"""2026-09-22, 17:42 in Berlin, a Tuesday."""
MINUTE_MS = 60_000
ADVICE = Advice(
    lanes_open=3,
    lanes_needed=4,
    wait_now_seconds=330.0,
    wait_then_seconds=125.0,
    arrivals_per_hour=84.0,
    service_seconds=95.0,
    waiting=14,
)


def an_alert(**changes: Any) -> Alert:
    """A queue of seven at lane 3 since 17:42, just raised."""
    started_ms = changes.get("started_ms", START_MS)
    plain = Alert(
        store_id="store-1",
        alert_id=alert_id("store-1", "lane", "lane-3", "long-queue", started_ms),
        rule_id="long-queue",
        rule_version=1,
        title="",
        metric="queue_length",
        place_kind="lane",
        place_id="lane-3",
        severity="medium",
        state="raised",
        started_ms=started_ms,
        raised_ms=started_ms + MINUTE_MS,
        escalated_ms=0,
        ended_ms=0,
        changed_ms=started_ms + MINUTE_MS,
        value=7.0,
        worst_value=7.0,
        limit_value=5.0,
        history="[]",
        advice=ADVICE.to_json(),
        roles="manager,lead",
        escalation_roles="regional",
        cool_down_seconds=600,
        repeat_of="",
        hazard_id="",
        clip_id="",
        expires_at=started_ms // 1000 + 90 * 86_400,
    )
    return replace(plain, **changes)


def a_hazard(**changes: Any) -> Alert:
    """A person lying, seen with high severity: nobody outside may hear of it yet."""
    usual = {
        "alert_id": f"{START_MS:013d}-00000000hazard00",
        "rule_id": "lying",
        "metric": "hazard.person_lying",
        "place_kind": "zone",
        "place_id": "aisle-2",
        "severity": "high",
        "state": "needs_review",
        "value": 0.83,
        "worst_value": 0.83,
        "limit_value": 0.5,
        "advice": "",
    }
    return an_alert(**{**usual, **changes})


def later(alert: Alert, state: JobState, minutes: int = 5) -> Alert:
    """The alert in another state, some minutes after it was raised."""
    at_ms = alert.raised_ms + minutes * MINUTE_MS
    times: dict[str, dict[str, Any]] = {
        "escalated": {"escalated_ms": at_ms},
        "resolved": {"ended_ms": at_ms},
        "expired": {"ended_ms": at_ms},
    }
    return replace(alert, state=state, changed_ms=at_ms, **times.get(state, {}))


def a_verdict(alert: Alert, verdict: Verdict, number: int = 1, **changes: Any) -> Action:
    """Somebody's verdict, a minute after the alert was raised."""
    plain = Action(
        store_id=alert.store_id,
        action_id=action_id(alert.alert_id, number),
        alert_id=alert.alert_id,
        action="verdict",
        verdict=verdict,
        person_id="person-9",
        acted_ms=alert.raised_ms + MINUTE_MS,
        expires_at=alert.expires_at,
    )
    return replace(plain, **changes)


def an_acknowledgement(alert: Alert, number: int = 1) -> Action:
    """Somebody takes it."""
    return replace(a_verdict(alert, "true", number), action="acknowledge", verdict=None)


def a_person(number: int = 1, *, roles: tuple[str, ...] = ("manager",), **changes: Any) -> Recipient:
    """A person outside who gets e-mails."""
    plain = Recipient(
        store_id="store-1",
        person_id=f"person-{number}",
        roles=roles,
        channels=(Channel(kind="email", address=f"person-{number}@example.com"),),
    )
    return replace(plain, **changes)


def by(*channels: tuple[Any, str]) -> tuple[Channel, ...]:
    """Return channels of kinds and addresses."""
    return tuple(Channel(kind=kind, address=address) for kind, address in channels)
