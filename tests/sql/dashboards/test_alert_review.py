"""`alert_review`: each alert once, with what people found and how soon they acted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from contracts.alerts import action_id
from tests.sql.dashboards.sample_sums import answered, asked_of, rows_of
from tests.sql.lake_rows import Row, lake, row

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def state(name: str, after: dt.timedelta = dt.timedelta(), at: dt.datetime = NINE, **values: Any) -> Row:
    """Return a state of an alert of a spill in the dairy that was raised at nine."""
    usual = {"metric": "hazard.spill", "place_kind": "zone", "place_id": "dairy", "state": "raised", "severity": "low"}
    times = {"raised_time": at, "changed_time": at + after}
    return row("alert_v1", alert_id=name, **(usual | times | values))


def act(name: str, number: int, action: str, after: dt.timedelta, verdict: str | None = None) -> Row:
    """Return an act about an alert so long after nine."""
    named = {"alert_id": name, "action_id": action_id(name, number), "action": action, "verdict": verdict}
    return row("alert_action_v1", **named, acted_time=NINE + after)


def reviewed(alerts: list[Row], acts: list[Row] | None = None, **tables: list[Row]) -> dict[str, Row]:
    """Return the rows by alert."""
    content = {"store_v1": [row("store_v1")], "alert_v1": alerts, "alert_action_v1": acts or [], **tables}
    found = asked_of(lake(content), "alert_review")
    assert len({each["alert_id"] for each in found}) == len(found)
    return {each["alert_id"]: each for each in found}


def test_an_alert_is_one_row_of_all_its_states() -> None:
    """Rule: value and severity are those of raising, the worst value and the end those of its course."""
    ended: Row = {"ended_time": NINE + 20 * MINUTE, "state": "resolved"}
    states = [
        state("a", 20 * MINUTE, **ended, value=0.2, worst_value=0.9),
        state("a", value=0.6, worst_value=0.6, limit_value=0.5),
        state("a", 5 * MINUTE, state="escalated", value=0.8, worst_value=0.8),
        state("b", metric="queue_length", place_kind="lane", place_id="lane-1", severity="medium"),
    ]
    found = reviewed(states)
    one, other = found["a"], found["b"]
    assert (one["value"], one["worst_value"], one["limit_value"], one["open_seconds"]) == (0.6, 0.9, 0.5, 1200)
    assert (one["topic"], other["topic"]) == ("safety", "service")
    assert (one["label"], one["place_kind"], one["place_id"], one["severity"]) == ("spill", "zone", "dairy", "low")
    assert (other["label"], other["metric"], other["open_seconds"]) == (None, "queue_length", None)
    assert [each["alerts"] for each in (one, other)] == [1, 1]


def test_latest_verdict_and_first_acknowledgement() -> None:
    """Rule: of verdicts the last act counts, of acknowledgements the first in time; without either there is none."""
    acts = [
        act("a", 1, "acknowledge", 4 * MINUTE),
        act("a", 2, "acknowledge", 2 * MINUTE),
        act("a", 3, "verdict", 9 * MINUTE, "false"),
        act("a", 4, "verdict", 5 * MINUTE, "true"),
        act("b", 1, "verdict", 3 * MINUTE, "false"),
        act("c", 1, "verdict", 3 * MINUTE, "duplicate"),
        act("d", 1, "comment", 3 * MINUTE),
    ]
    found = reviewed([state(name) for name in "abcd"], acts)
    names = ("verdict", "is_judged", "is_true", "is_false", "is_acknowledged", "response_seconds")
    assert {name: tuple(each[column] for column in names) for name, each in found.items()} == {
        "a": ("true", True, True, False, True, 120),
        "b": ("false", True, False, True, False, None),
        "c": ("duplicate", True, False, False, False, None),
        "d": (None, False, False, False, False, None),
    }
    for each in found.values():
        flags = tuple(each[name] for name in ("is_judged", "is_true", "is_false", "is_acknowledged"))
        assert tuple(each[name] for name in ("judged", "judged_true", "judged_false", "acknowledged")) == flags


def test_what_came_after_28_days_does_not_count() -> None:
    """Rule: acts and states later than 28 days after raising change nothing."""
    late = 28 * DAY + MINUTE
    ended: Row = {"ended_time": NINE + late, "state": "resolved", "worst_value": 9.0}
    states = [state("a", worst_value=1.0), state("a", late, **ended)]
    acts = [act("a", 1, "acknowledge", late), act("a", 2, "verdict", late, "true")]
    found = reviewed(states, acts)["a"]
    assert (found["worst_value"], found["open_seconds"], found["verdict"], found["response_seconds"]) == (
        1.0, None, None, None,
    )  # fmt: skip
    in_time = reviewed([state("a"), state("a", 28 * DAY, ended_time=NINE + 28 * DAY, state="expired")])["a"]
    assert in_time["open_seconds"] == (28 * DAY).total_seconds()


def test_date_and_hour_are_those_of_the_store() -> None:
    """Rule: an alert lies on its store's date and hour; where nobody describes the store, on those of UTC."""
    night = dt.datetime(2026, 3, 2, 2, 30, tzinfo=dt.UTC)
    alerts = [state("known", at=night), state("unknown", at=night, store_id="nowhere")]
    found = reviewed(alerts, store_v1=[row("store_v1", time_zone="America/New_York")])
    placed = {name: (each["business_date"], each["hour_of_day"]) for name, each in found.items()}
    assert placed == {"known": (dt.date(2026, 3, 1), 21), "unknown": (dt.date(2026, 3, 2), 2)}


def test_a_grave_hazard_is_told_once_somebody_judged_it() -> None:
    """Rule: a possible fall that nobody judged is not there; judged it is, as is any other grave alert."""
    grave = [state(name, metric="hazard.fall", severity="high") for name in ("open", "confirmed", "wrong")]
    queue = state("queue", metric="queue_length", severity="high")
    acts = [act("confirmed", 1, "verdict", MINUTE, "true"), act("wrong", 1, "verdict", MINUTE, "false")]
    acts.append(act("open", 1, "acknowledge", MINUTE))
    assert reviewed([*grave, queue], acts).keys() == {"confirmed", "wrong", "queue"}


def test_acts_of_another_store_do_not_count() -> None:
    """Rule: an act belongs to the alert of its own store, even where ids are alike."""
    found = reviewed([state("a")], [act("a", 1, "acknowledge", MINUTE) | {"store_id": "other"}])
    assert found["a"]["acknowledged"] == 0


def test_alerts_of_the_sample() -> None:
    """Rule: each alert of the sample is there once, open for the ten minutes and taken after the two that it says."""
    found = answered("alert_review")
    states = {(each["store_id"], each["alert_id"]) for each in rows_of("alert_v1")}
    assert {(each["store_id"], each["alert_id"]) for each in found} == states
    assert len(found) == len(states)
    assert {(each["open_seconds"], each["response_seconds"]) for each in found} == {(600.0, 120.0)}
    assert {each["verdict"] for each in found if each["label"] == "spill"} == {"true", "false"}
