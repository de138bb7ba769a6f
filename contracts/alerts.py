"""Alerts: what an alert says, what people do about it, and the state that follows from both.

The job writes an alert as a whole and may write it again: a restart, a replay. What people do is kept apart, as acts in
an order of their own, so that no replay undoes them. Who reads an alert folds both: `effective_state`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from contracts.fields import Means
from contracts.types import DOUBLE, LONG

Severity = Literal["low", "medium", "high"]
JobState = Literal["raised", "needs_review", "escalated", "resolved", "expired"]
"""The states that the job knows of."""
AlertState = Literal["raised", "needs_review", "acknowledged", "escalated", "resolved", "expired"]
PlaceKind = Literal["store", "zone", "lane", "camera"]
ActionKind = Literal["acknowledge", "verdict", "comment"]
Verdict = Literal["true", "false", "duplicate", "not_actionable"]
Stage = Literal["review", "raised", "escalated", "resolved"]
"""What people are told, each once: please judge; it is so; nobody took it; it is over."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
OPEN_JOB_STATES: frozenset[str] = frozenset({"raised", "needs_review", "escalated"})
MAX_COMMENT_LENGTH = 2000


def _epoch_ms(doc: str) -> Means:
    return Means(f"{doc} (milliseconds since 1970-01-01 UTC; 0: not yet)", LONG, minimum=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert as the job knows it. Nothing is optional: an empty text or 0 stands for none."""

    store_id: Annotated[str, Means("Store")]
    alert_id: Annotated[str, Means("started_ms, and a hash of store, place, rule and started_ms: sorts by time")]
    rule_id: Annotated[str, Means("Rule that raised it")]
    rule_version: Annotated[int, Means("Version of the rule", LONG)]
    title: Annotated[str, Means("The rule's own words for people; empty: say it by metric and place")]
    metric: Annotated[str, Means("What was measured: a metric of contracts/rules.py; hazard.<label> for a hazard")]
    place_kind: Annotated[PlaceKind, Means("What place_id names")]
    place_id: Annotated[str, Means("Zone, lane or camera; the store's own id for the whole store")]
    severity: Annotated[Severity, Means("How bad")]
    state: Annotated[JobState, Means("State as far as the job knows; with people's acts: effective_state")]
    started_ms: Annotated[int, _epoch_ms("When the condition began")]
    raised_ms: Annotated[int, _epoch_ms("When it had held for the rule's minimum duration")]
    escalated_ms: Annotated[int, _epoch_ms("When it had stood for the rule's time to escalate")]
    ended_ms: Annotated[int, _epoch_ms("When it was over, or expired")]
    changed_ms: Annotated[int, _epoch_ms("When this state began")]
    value: Annotated[float, Means("Measured value at the last change", DOUBLE)]
    worst_value: Annotated[float, Means("Highest value so far", DOUBLE)]
    limit_value: Annotated[float, Means("The rule's on-level", DOUBLE)]
    history: Annotated[str, Means("JSON list of [time_ms, value], the last half hour until the last change")]
    advice: Annotated[str, Means("JSON object of contracts/alerts.py `Advice`; empty where there is none")]
    roles: Annotated[str, Means("Roles to tell, by commas")]
    escalation_roles: Annotated[str, Means("Roles to tell when it is escalated, by commas")]
    cool_down_seconds: Annotated[int, Means("For so long after its end the same person is not told again", LONG)]
    repeat_of: Annotated[str, Means("The alert of the same rule and place that ended within the cool-down; or empty")]
    hazard_id: Annotated[str, Means("Hazard that raised it; or empty")]
    clip_id: Annotated[str, Means("Clip kept as evidence; or empty")]
    expires_at: Annotated[int, Means("When DynamoDB may delete the item (seconds since 1970-01-01 UTC)", LONG)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One act of a person about one alert. Acts of an alert are numbered from 1 without gaps, and never change."""

    store_id: Annotated[str, Means("Store")]
    action_id: Annotated[str, Means("alert_id, `#`, and the act's number with four digits")]
    alert_id: Annotated[str, Means("Alert")]
    action: Annotated[ActionKind, Means("What was done")]
    verdict: Annotated[Verdict | None, Means("What the person found, of a verdict")] = None
    comment: Annotated[str | None, Means("The person's words", max_length=MAX_COMMENT_LENGTH)] = None
    person_id: Annotated[str, Means("Who: the user's id, never a name")]
    acted_ms: Annotated[int, _epoch_ms("When")]
    expires_at: Annotated[int, Means("When DynamoDB may delete the item (seconds since 1970-01-01 UTC)", LONG)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """How many lanes to open now, and what that does to the wait (`flink_jobs/alerting/staffing.py`).

    Waits are the expected seconds for who joins now; `wait_now_seconds` None means that the line only grows.
    """

    lanes_open: int
    lanes_needed: int
    wait_now_seconds: float | None
    wait_then_seconds: float | None
    arrivals_per_hour: float
    service_seconds: float
    waiting: int

    def to_json(self) -> str:
        """Return the advice as compact JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}, separators=(",", ":"))

    @classmethod
    def of_json(cls, text: str) -> Advice | None:
        """Read an alert's `advice`; None of an empty text."""
        return cls(**json.loads(text)) if text else None


class ActionRefusedError(ValueError):
    """The act does not fit the alert's state; the message says why and what can be done instead."""


def alert_id(store_id: str, place_kind: str, place_id: str, rule_id: str, started_ms: int) -> str:
    """Return the id: the same condition gives the same id, however often it is worked out."""
    named = json.dumps([store_id, place_kind, place_id, rule_id, started_ms])
    return f"{started_ms:013d}-{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def action_id(alert: str, number: int) -> str:
    """Return the id of an alert's act by its number, from 1."""
    return f"{alert}#{number:04d}"


def verdict_of(actions: Iterable[Action]) -> Verdict | None:
    """Return the latest verdict; acts come in their order."""
    verdicts = [action.verdict for action in actions if action.action == "verdict"]
    return verdicts[-1] if verdicts else None


def effective_state(state: JobState, actions: Sequence[Action], *, is_hazard_review: bool | None = None) -> AlertState:
    """Return the state that holds, from the job's state and people's acts in their order.

    A verdict that it was nothing ends an alert. One that awaits review stays so, whatever the job says of time passing,
    until somebody found it true: `is_hazard_review` tells that an escalated alert began as `needs_review`.
    """
    verdict = verdict_of(actions)
    if verdict is not None and verdict != "true":
        return "resolved"
    if state in ("resolved", "expired"):
        return state
    awaits_review = state == "needs_review" or bool(is_hazard_review)
    if awaits_review and verdict is None:
        return "needs_review"
    if any(action.action == "acknowledge" for action in actions):
        return "acknowledged"
    return "raised" if state == "needs_review" else state


def needs_review(alert: Alert) -> bool:
    """Whether a person must confirm the alert before anybody outside the store is told."""
    return alert.metric.startswith("hazard.") and alert.severity == "high"


def state_of(alert: Alert, actions: Sequence[Action]) -> AlertState:
    """Return the state that holds of an alert."""
    return effective_state(alert.state, actions, is_hazard_review=needs_review(alert))


def check_action(alert: Alert, actions: Sequence[Action], action: ActionKind, verdict: Verdict | None) -> None:
    """Check that a new act fits the alert and the acts so far; a verdict may be given again, and the latest holds.

    Raises:
        ActionRefusedError: it does not fit.
    """
    if (action == "verdict") != (verdict is not None):
        raise ActionRefusedError(f"verdict: expected one with the act verdict only, came {verdict!r} with {action}")
    if verdict is not None and verdict not in VERDICTS:
        raise ActionRefusedError(f"verdict: expected one of {', '.join(VERDICTS)}, came {verdict!r}; choose one")
    if action != "acknowledge":
        return
    first = next((done for done in actions if done.action == "acknowledge"), None)
    if first is not None:
        raise ActionRefusedError(
            f"alert {alert.alert_id}: expected one that nobody acknowledged, "
            f"came one that {first.person_id} acknowledged already; comment on it instead"
        )
    state = state_of(alert, actions)
    if state in ("resolved", "expired"):
        raise ActionRefusedError(
            f"alert {alert.alert_id}: expected an open one, came one that is {state}; give a verdict instead"
        )


def plain(item: Alert | Action) -> dict[str, Any]:
    """Return an alert or act as a mapping without what is absent: as DynamoDB holds it."""
    values = ((name, getattr(item, name)) for name in item.__dataclass_fields__)
    return {name: value for name, value in values if value is not None}


_WHOLE_NUMBERS = frozenset({"rule_version", "expires_at", "cool_down_seconds"})
_NUMBERS = frozenset({"value", "worst_value", "limit_value"})


def alert_of(item: dict[str, Any]) -> Alert:
    """Read an alert from an item as boto3's resource or deserializer gives it.

    Raises:
        ValueError: a field is missing or of another type; the message names it.
    """
    missing = [name for name in Alert.__dataclass_fields__ if name not in item]
    if missing:
        raise ValueError(f"alert: expected the fields of contracts/alerts.py, came none called {', '.join(missing)}")
    try:
        return Alert(**{name: _typed(name, item[name]) for name in Alert.__dataclass_fields__})
    except (TypeError, ValueError) as broken:
        raise ValueError(f"alert {item.get('alert_id')}: expected numbers where numbers belong: {broken}") from broken


def action_of(item: dict[str, Any]) -> Action:
    """Read an act from an item; raises `ValueError` when a field is missing or of another type."""
    try:
        return Action(**{name: _typed(name, item[name]) for name in Action.__dataclass_fields__ if name in item})
    except (TypeError, KeyError, ValueError) as broken:
        raise ValueError(
            f"act {item.get('action_id')}: expected the fields of contracts/alerts.py: {broken}"
        ) from broken


def _typed(name: str, value: Any) -> Any:
    if name in _WHOLE_NUMBERS or name.endswith("_ms"):
        return int(value)
    if name in _NUMBERS:
        return float(value)
    if not isinstance(value, str):
        raise TypeError(f"{name} is {value!r}")
    return value
