"""Who is to be told what: each rule a row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from contracts.alerts import Action, Alert, Stage
from contracts.recipients import Channel
from contracts.rules import WEEKDAYS
from lambdas.notifier.gate import Case, refusal
from lambdas.notifier.planning import chosen, due_of_act, due_of_change, ways_for
from lambdas.notifier.timing import is_quiet, shift_start_ms
from tests.lambdas.notifier.cases import START_MS, a_hazard, a_person, a_verdict, an_acknowledgement, an_alert, later

QUEUE, HAZARD = an_alert(), a_hazard()
TRUE, FALSE = a_verdict(HAZARD, "true"), a_verdict(HAZARD, "false")


def told(alert: Alert, acts: tuple[Action, ...] = (), old: Alert | None = None) -> list[str]:
    """Stage and roles of what a change asks for."""
    return [
        f"{due.stage} {due.audience} {','.join(sorted(due.roles))}".strip() for due in due_of_change(old, alert, acts)
    ]


@pytest.mark.parametrize(
    ("alert", "acts", "expected"),
    [
        (QUEUE, (), ["raised roles lead,manager"]),
        (later(QUEUE, "escalated"), (), ["escalated roles regional"]),
        (replace(later(QUEUE, "escalated"), escalation_roles=""), (), ["escalated roles lead,manager"]),
        (later(QUEUE, "resolved"), (), ["resolved told lead,manager,regional"]),
        (later(QUEUE, "expired"), (), ["resolved told lead,manager,regional"]),
        (HAZARD, (), ["review inside lead,manager"]),
        (HAZARD, (TRUE,), ["raised roles lead,manager"]),
        (HAZARD, (FALSE,), []),
        (HAZARD, (TRUE, FALSE), []),
        (later(HAZARD, "escalated"), (), ["review inside regional"]),
        (later(HAZARD, "escalated"), (TRUE,), ["escalated roles regional"]),
        (later(HAZARD, "escalated"), (FALSE,), []),
        (replace(HAZARD, severity="medium", state="raised"), (), ["raised roles lead,manager"]),
    ],
)
def test_a_change_asks_for(alert: Alert, acts: tuple[Action, ...], expected: list[str]) -> None:
    """State, kind and verdict decide the stage; the stage decides the roles."""
    before = replace(alert, state="raised", changed_ms=alert.raised_ms) if alert.state == "escalated" else None
    assert told(alert, acts, old=before) == expected


def test_of_two_states_written_at_once_both_are_told() -> None:
    """After a failure the job catches up: an alert may be escalated when it is first seen."""
    assert told(later(QUEUE, "escalated")) == ["raised roles lead,manager", "escalated roles regional"]
    assert told(later(HAZARD, "escalated")) == ["review inside lead,manager,regional"]
    assert told(later(HAZARD, "escalated"), (TRUE,)) == ["raised roles lead,manager", "escalated roles regional"]


def test_the_same_state_written_again_asks_for_nothing() -> None:
    """A restart or a replay of the job writes alerts again."""
    assert told(replace(QUEUE, value=9.0), old=QUEUE) == []
    assert told(later(QUEUE, "escalated"), old=QUEUE) == ["escalated roles regional"]


@pytest.mark.parametrize(
    ("act", "alert", "expected"),
    [
        (TRUE, HAZARD, ["raised"]),
        (TRUE, later(HAZARD, "escalated"), ["raised", "escalated"]),
        (TRUE, QUEUE, []),
        (FALSE, HAZARD, ["resolved"]),
        (a_verdict(QUEUE, "duplicate"), QUEUE, ["resolved"]),
        (an_acknowledgement(QUEUE), QUEUE, []),
        (replace(an_acknowledgement(QUEUE), action="comment", comment="on it"), QUEUE, []),
    ],
)
def test_an_act_asks_for(act: Action, alert: Alert, expected: list[str]) -> None:
    """Only verdicts tell others."""
    assert [due.stage for due in due_of_act(act, alert)] == expected


def test_a_review_is_for_people_inside() -> None:
    """With a role of the alert, and inside."""
    people = (a_person(1, is_inside=True), a_person(2), a_person(3, roles=("cleaner",), is_inside=True))
    (due,) = due_of_change(None, HAZARD, ())
    assert [person.person_id for person in chosen(people, due)] == ["person-1"]


STAGES: tuple[Stage, ...] = ("review", "raised", "escalated")
FAR = a_person(1, roles=("manager", "regional"))
NEAR = replace(FAR, is_inside=True)


def allowed(alert: Alert, acts: tuple[Action, ...], *, is_inside: bool, channel: str = "email") -> list[str]:
    """The stages that the gate lets out."""
    person = NEAR if is_inside else FAR
    way = Channel(kind=channel, address="x")  # type: ignore[arg-type]
    cases = [
        Case(alert=alert, acts=acts, stage=stage, recipient=person, channel=way, is_told=False)
        for stage in (*STAGES, "resolved")
    ]
    return [case.stage for case in cases if refusal(case) is None]


@pytest.mark.parametrize(
    ("alert", "acts", "outside", "inside"),
    [
        (QUEUE, (), ["raised", "escalated"], ["review", "raised", "escalated"]),
        (HAZARD, (), [], ["review"]),
        (later(HAZARD, "escalated"), (), [], ["review"]),
        (replace(HAZARD, metric="queue_length"), (), [], ["review"]),
        (HAZARD, (TRUE,), ["raised", "escalated"], ["raised", "escalated"]),
        (HAZARD, (FALSE,), [], []),
        (HAZARD, (TRUE, FALSE), [], []),
        (later(HAZARD, "resolved"), (), [], []),
        (later(HAZARD, "expired"), (TRUE,), [], []),
        (QUEUE, (an_acknowledgement(QUEUE),), ["raised"], ["review", "raised"]),
    ],
)
def test_the_gate(alert: Alert, acts: tuple[Action, ...], outside: list[str], inside: list[str]) -> None:
    """What may leave, to people outside and inside; never the end to who was not told the beginning."""
    assert allowed(alert, acts, is_inside=False) == outside
    assert allowed(alert, acts, is_inside=True) == inside
    assert "review" not in allowed(alert, acts, is_inside=True, channel="sns")


def test_the_gate_knows_stores_and_roles() -> None:
    """Somebody of another store, or without a role of the alert, hears nothing."""
    for person in (replace(FAR, store_id="store-2"), replace(FAR, roles=("cleaner",))):
        way = person.channels[0]
        case = Case(alert=QUEUE, acts=(), stage="raised", recipient=person, channel=way, is_told=False)
        assert refusal(case) is not None


def test_ways_by_severity_and_stage() -> None:
    """The first that fits is used; the end is no text message, a review no topic."""
    channels = (
        Channel(kind="sms", address="+14155550100", minimum_severity="high"),
        Channel(kind="email", address="a@example.com", minimum_severity="medium"),
        Channel(kind="email", address="b@example.com"),
        Channel(kind="sns", address="arn:aws:sns:us-east-1:123456789012:alerts"),
    )
    person = a_person(1, channels=channels)

    def names(stage: Stage, severity: str) -> list[str]:
        return [way.name for way in ways_for(person, stage=stage, severity=severity)]  # type: ignore[arg-type]

    assert names("raised", "high") == ["sms", "email", "email-2", "sns"]
    assert names("raised", "low") == ["email-2", "sns"]
    assert names("resolved", "high") == ["email", "email-2", "sns"]
    assert names("review", "high") == ["sms", "email", "email-2"]


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Europe/Berlin", "2026-09-22 21:59", False),
        ("Europe/Berlin", "2026-09-22 22:00", True),
        ("Europe/Berlin", "2026-09-23 05:59", True),
        ("Europe/Berlin", "2026-09-23 06:00", False),
        ("America/New_York", "2026-09-22 22:00", True),
        ("Europe/Berlin", "2026-10-25 02:30", True),
    ],
)
def test_quiet_hours_are_local(zone: str, local: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """Over midnight as two stretches, in the person's own time, also when clocks change."""
    person = a_person(1, quiet_hours=dict.fromkeys(WEEKDAYS, ("00:00-06:00", "22:00-24:00")))
    at = dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    assert is_quiet(person, ZoneInfo(zone), int(at.timestamp() * 1000)) is expected


def test_shifts_follow_each_other_from_midnight() -> None:
    """Shifts of eight hours: 17:42 belongs to the one from 16:00; of ten hours to the one from 10:00."""
    zone = ZoneInfo("Europe/Berlin")
    starts = [shift_start_ms(a_person(1, shift_hours=hours), zone, START_MS) for hours in (8, 10, 24)]
    assert [f"{dt.datetime.fromtimestamp(start / 1000, zone):%H:%M}" for start in starts] == ["16:00", "10:00", "00:00"]
