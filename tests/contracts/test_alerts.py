"""What state follows from the job's and from people's acts, and which acts are refused: for any order of both."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.alerts import (
    OPEN_JOB_STATES,
    VERDICTS,
    Action,
    ActionKind,
    ActionRefusedError,
    Advice,
    Alert,
    AlertState,
    JobState,
    Verdict,
    action_id,
    action_of,
    alert_id,
    alert_of,
    check_action,
    effective_state,
    needs_review,
    plain,
    state_of,
)

STARTED_MS = 1_790_000_000_000
ALERT = Alert(
    store_id="store-1", alert_id=alert_id("store-1", "lane", "lane-1", "long", STARTED_MS), rule_id="long",
    rule_version=3, title="Long queue", metric="queue_length", place_kind="lane", place_id="lane-1", severity="medium",
    state="raised", started_ms=STARTED_MS, raised_ms=STARTED_MS + 60_000, escalated_ms=0, ended_ms=0,
    changed_ms=STARTED_MS + 60_000, value=6.25, worst_value=7.5, limit_value=5.0, history="[]", advice="",
    roles="shift_lead", escalation_roles="", cool_down_seconds=600, repeat_of="", hazard_id="", clip_id="",
    expires_at=1_800_000_000,
)  # fmt: skip
HAZARD = replace(ALERT, metric="hazard.person_lying", severity="high", state="needs_review", hazard_id="hazard-1")

job_states = st.sampled_from(get_args(JobState))
kinds = st.sampled_from(get_args(ActionKind))
verdicts = st.sampled_from(VERDICTS)


def act(number: int, action: ActionKind, verdict: Verdict | None = None, person_id: str = "person-1") -> Action:
    """Return an act on ALERT."""
    return Action(
        store_id="store-1", action_id=action_id(ALERT.alert_id, number), alert_id=ALERT.alert_id, action=action,
        verdict=verdict, comment="words" if action == "comment" else None, person_id=person_id,
        acted_ms=STARTED_MS + number, expires_at=ALERT.expires_at,
    )  # fmt: skip


@st.composite
def acts(draw: st.DrawFn) -> tuple[Action, ...]:
    """Acts as they may come to lie in the table, refused ones too."""
    chosen: list[ActionKind] = draw(st.lists(kinds, max_size=6))
    return tuple(
        act(number, kind, draw(verdicts) if kind == "verdict" else None) for number, kind in enumerate(chosen, start=1)
    )


@given(state=job_states, done=acts(), is_hazard_review=st.booleans())
def test_the_latest_verdict_that_it_was_nothing_ends_it(
    state: JobState, done: tuple[Action, ...], *, is_hazard_review: bool
) -> None:
    """Whatever else anybody did, and whatever the job says."""
    ended = (*done, act(9, "verdict", "false"))
    assert effective_state(state, ended, is_hazard_review=is_hazard_review) == "resolved"


@given(st.sampled_from(sorted(OPEN_JOB_STATES)), acts())
def test_a_hazard_awaits_review_until_a_verdict(state: JobState, done: tuple[Action, ...]) -> None:
    """Neither time nor an acknowledgement stands in for somebody who looked."""
    unjudged = tuple(each for each in done if each.action != "verdict")
    assert effective_state(state, unjudged, is_hazard_review=True) == "needs_review"
    judged = effective_state(state, (*unjudged, act(9, "verdict", "true")), is_hazard_review=True)
    assert judged in ("raised", "escalated", "acknowledged")


@given(st.sampled_from(["resolved", "expired"]), acts())
def test_what_the_job_ended_stays_ended(state: JobState, done: tuple[Action, ...]) -> None:
    """People can say what it was, and not that it goes on."""
    assert effective_state(state, done) in (state, "resolved")


@given(state=job_states, done=acts(), is_hazard_review=st.booleans())
def test_comments_change_no_state(state: JobState, done: tuple[Action, ...], *, is_hazard_review: bool) -> None:
    """They are words."""
    without = tuple(each for each in done if each.action != "comment")
    folded = effective_state(state, done, is_hazard_review=is_hazard_review)
    assert folded == effective_state(state, without, is_hazard_review=is_hazard_review)
    assert folded in get_args(AlertState)


@given(st.sampled_from(["raised", "escalated"]), st.sampled_from(["raised", "escalated"]))
def test_a_replay_of_the_job_leaves_an_acknowledgement(before: JobState, after: JobState) -> None:
    """It tells its own state again; what people did is not in it."""
    done = (act(1, "acknowledge"),)
    assert effective_state(before, done) == effective_state(after, done) == "acknowledged"


@given(job_states, acts(), kinds, verdicts)
def test_what_is_accepted_does_what_it_says(
    state: JobState, done: tuple[Action, ...], kind: ActionKind, verdict: Verdict
) -> None:
    """An accepted acknowledgement is the first and of an open alert; verdicts and comments are always taken."""
    alert = replace(ALERT, state=state)
    given_verdict = verdict if kind == "verdict" else None
    is_open = state_of(alert, done) in ("raised", "escalated", "needs_review")
    is_first = all(each.action != "acknowledge" for each in done)
    if kind == "acknowledge" and not (is_open and is_first):
        with pytest.raises(ActionRefusedError, match=r"expected .*, came .* instead"):
            check_action(alert, done, kind, None)
        return
    check_action(alert, done, kind, given_verdict)
    if kind == "acknowledge":
        after = (*done, act(9, "acknowledge"))
        assert state_of(alert, after) in ("acknowledged", "needs_review")
        with pytest.raises(ActionRefusedError, match="acknowledged already"):
            check_action(alert, after, "acknowledge", None)


@pytest.mark.parametrize(
    ("kind", "verdict", "says"),
    [
        ("verdict", None, "verdict: expected one with the act verdict only, came None"),
        ("acknowledge", "true", "verdict: expected one with the act verdict only, came 'true' with acknowledge"),
        ("comment", "false", "verdict: expected one with the act verdict only, came 'false' with comment"),
        ("verdict", "maybe", "verdict: expected one of true, false, duplicate, not_actionable, came 'maybe'"),
    ],
)
def test_a_verdict_belongs_to_its_act(kind: ActionKind, verdict: Verdict, says: str) -> None:
    """What comes from outside is checked where acts are decided."""
    with pytest.raises(ActionRefusedError) as refused:
        check_action(ALERT, (), kind, verdict)
    assert says in str(refused.value)


def test_who_comes_second_is_told_who_was_first() -> None:
    """And what can be done instead."""
    with pytest.raises(ActionRefusedError, match=r"came one that person-7 acknowledged already; comment on it"):
        check_action(ALERT, (act(1, "acknowledge", person_id="person-7"),), "acknowledge", None)


@pytest.mark.parametrize(
    "other", [replace(HAZARD, severity="medium"), replace(ALERT, severity="high"), replace(HAZARD, severity="low")]
)
def test_only_hazards_of_high_severity_need_review(other: Alert) -> None:
    """A long queue is a number; a person who lies there may be a display."""
    assert needs_review(HAZARD)
    assert not needs_review(other)


@given(st.text(max_size=12), st.text(max_size=12), st.integers(min_value=0, max_value=9_999_999_999_999))
def test_an_id_is_the_same_for_the_same_and_sorts_by_time(place: str, rule: str, started_ms: int) -> None:
    """However often it is worked out; names with the hash's own separators are told apart."""
    identity = alert_id("store-1", "zone", place, rule, started_ms)
    assert identity == alert_id("store-1", "zone", place, rule, started_ms)
    assert identity < alert_id("store-1", "zone", place, rule, started_ms + 1) or started_ms == 9_999_999_999_999
    assert identity != alert_id("store-1", "zone", place + "x", rule, started_ms)
    assert action_id(identity, 9) < action_id(identity, 10)


@given(acts())
def test_acts_come_back_as_they_were(done: tuple[Action, ...]) -> None:
    """Through what DynamoDB holds: without what is absent, whole numbers as decimals."""
    for each in done:
        item = {name: Decimal(value) if isinstance(value, int) else value for name, value in plain(each).items()}
        assert None not in item.values()
        assert action_of(item) == each


@given(st.floats(min_value=0, max_value=1e6), st.integers(min_value=0, max_value=2**53))
def test_alerts_come_back_as_they_were(value: float, time_ms: int) -> None:
    """Numbers with a point by their shortest text."""
    alert = replace(ALERT, value=value, ended_ms=time_ms)
    item = {name: Decimal(repr(each)) if isinstance(each, int | float) else each for name, each in plain(alert).items()}
    assert alert_of(item) == alert


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"title": None}, "came none called title"),
        ({"started_ms": "soon"}, "expected numbers where numbers belong"),
        ({"metric": 5}, "metric is 5"),
    ],
)
def test_an_item_that_is_no_alert_is_refused(changed: dict[str, Any], says: str) -> None:
    """With the field that is wrong."""
    item = {name: value for name, value in (plain(ALERT) | changed).items() if value is not None}
    with pytest.raises(ValueError, match=says):
        alert_of(item)


def test_an_item_that_is_no_act_is_refused() -> None:
    """With the id, as far as there is one."""
    with pytest.raises(ValueError, match="act None: expected the fields"):
        action_of({"store_id": "store-1"})


def test_advice_comes_back_as_it_was() -> None:
    """And an alert without any has none."""
    advice = Advice(
        lanes_open=1, lanes_needed=2, wait_now_seconds=None, wait_then_seconds=61.5, arrivals_per_hour=80.0,
        service_seconds=70.0, waiting=6,
    )  # fmt: skip
    assert Advice.of_json(advice.to_json()) == advice
    assert json.loads(advice.to_json())["wait_now_seconds"] is None
    assert Advice.of_json("") is None
