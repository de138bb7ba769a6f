"""`safety_incident`: hazards, the alerts that told of them, and what people found and did."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from contracts.alerts import VERDICTS, Action, action_id, verdict_of
from tests.sql.floor.floor_rows import dates, midnight, open_day, period
from tests.sql.lake_rows import DAY, Row, lake, row, rows

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def hazard(name: str, at: dt.datetime = NINE, **values: Any) -> Row:
    """Return a spill in the dairy."""
    usual = {"zone_id": "dairy", "label": "spill", "event_id": f"event-{name}"}
    return row(
        "hazard_v1", hazard_id=name, event_time=at, box={"x": 0.0, "y": 0.0, "w": 0.0, "h": 0.0}, **(usual | values)
    )


def alert(name: str, at: dt.datetime = NINE, **values: Any) -> Row:
    """Return the first state of an alert of a spill in the dairy."""
    usual = {
        "metric": "hazard.spill",
        "place_kind": "zone",
        "place_id": "dairy",
        "state": "raised",
        "raised_time": at,
        "changed_time": at,
    }
    return row("alert_v1", alert_id=name, **(usual | values))


def act(name: str, number: int, action: str, after: dt.timedelta, verdict: str | None = None, **values: Any) -> Row:
    """Return an act about an alert so long after nine."""
    return row(
        "alert_action_v1",
        alert_id=name,
        action_id=action_id(name, number),
        action=action,
        verdict=verdict,
        acted_time=NINE + after,
        **values,
    )


def incidents(
    hazards: list[Row], alerts: list[Row] | None = None, acts: list[Row] | None = None, *, zone: str = "UTC"
) -> dict[tuple[str, str, str | None, int], Row]:
    """Return the rows by store, label, zone and hour; stores open from 8 to 12 in a week."""
    names = ("store", "other")
    tables = {
        "period_v1": [period()],
        "store_v1": [row("store_v1", store_id=name, time_zone=zone) for name in names],
        "store_day_v1": [open_day(date, zone=zone, store_id=name) for date in dates(DAY, 7) for name in names],
        "zone_local_hour_v1": [row("zone_local_hour_v1", zone_id="dairy", hour_of_day=9)],
        "hazard_v1": hazards,
        "alert_v1": alerts or [],
        "alert_action_v1": acts or [],
    }
    found = rows(lake(tables, "safety_incident"), "SELECT * FROM safety_incident")
    return {(each["store_id"], each["label"], each["zone_id"], each["hour_of_day"]): each for each in found}


def test_candidates_by_place_and_hour() -> None:
    """Rule: a hazard counts once, where and when it was seen first; even a single one is shown."""
    found = incidents(
        [
            hazard("a", NINE + 59 * MINUTE),
            hazard("a", NINE + 61 * MINUTE, event_id="event-again"),
            hazard("b", NINE + 60 * MINUTE),
            hazard("c", zone_id=None),
            hazard("d", label="blocked_exit"),
            hazard("a", store_id="other"),
        ]
    )
    assert {cell: each["candidates"] for cell, each in found.items()} == {
        ("store", "spill", "dairy", 9): 1,
        ("store", "spill", "dairy", 10): 1,
        ("store", "spill", None, 9): 1,
        ("store", "blocked_exit", "dairy", 9): 1,
        ("other", "spill", "dairy", 9): 1,
    }
    nine, ten = (found["store", "spill", "dairy", hour] for hour in (9, 10))
    assert (nine["coverage"], ten["coverage"]) == (pytest.approx(1 / 7, abs=1e-6), 0)
    assert (nine["alerts"], nine["true_share"], nine["response_seconds_median"]) == (0, None, None)


def test_verdicts_and_responses() -> None:
    """Rule: an alert counts once for all its states, with its latest verdict and its first acknowledgement."""
    alerts = [alert(f"alert-{number}", NINE + number * MINUTE) for number in range(5)]
    alerts += [
        alert("alert-0", state="resolved", changed_time=NINE + 30 * MINUTE),
        alert("alert-1", NINE + MINUTE, store_id="other"),
        alert("wait", metric="lane.wait"),
    ]
    acts = [
        act("alert-0", 1, "acknowledge", 2 * MINUTE),
        act("alert-0", 2, "verdict", 3 * MINUTE, "false"),
        act("alert-0", 3, "verdict", 2 * MINUTE, "true"),
        act("alert-1", 1, "acknowledge", 2 * MINUTE),
        act("alert-1", 2, "verdict", 4 * MINUTE, "false"),
        act("alert-2", 1, "verdict", 4 * MINUTE, "duplicate"),
        act("alert-3", 1, "comment", 4 * MINUTE),
        act("alert-3", 2, "acknowledge", 63 * MINUTE),
        act("alert-4", 1, "verdict", 4 * MINUTE, "not_actionable"),
        act("alert-1", 3, "verdict", 9 * MINUTE, "true", store_id="other"),
    ]
    found = incidents([hazard("a"), hazard("b")], alerts, acts)
    store = found["store", "spill", "dairy", 9]
    assert (store["candidates"], store["alerts"], store["alerts_unjudged"]) == (2, 5, 1)
    assert {verdict: store[f"verdicts_{verdict}"] for verdict in VERDICTS} == dict.fromkeys(VERDICTS, 1)
    assert store["true_share"] == pytest.approx(1 / 3)
    assert (store["alerts_acknowledged"], store["response_seconds_median"]) == (3, 120)
    other = found["other", "spill", "dairy", 9]
    assert (other["candidates"], other["alerts"], other["verdicts_true"], other["alerts_acknowledged"]) == (0, 1, 1, 0)
    assert len(found) == 2


def test_latest_verdict_is_that_of_the_contract() -> None:
    """Rule: the latest verdict is the one that contracts/alerts.py takes, whatever the clocks of those who judged."""
    given = [("false", 9), ("duplicate", 2), ("true", 5)]
    acts = [
        act("alert", number, "verdict", minutes * MINUTE, verdict)
        for number, (verdict, minutes) in enumerate(given, start=1)
    ]
    names = Action.__dataclass_fields__
    actions = [
        Action(
            **{name: each[name] for name in names if name in each},
            acted_ms=round(each["acted_time"].timestamp() * 1000),
            expires_at=0,
        )
        for each in acts
    ]
    verdict = verdict_of(actions)
    (found,) = incidents([], [alert("alert")], acts[::-1]).values()
    assert found[f"verdicts_{verdict}"] == 1


def test_acts_of_28_days_count() -> None:
    """Rule: what people did later than 28 days after raising does not count."""
    days = dt.timedelta(days=28)
    alerts = [alert("in-time"), alert("late")]
    acts = [
        act(name, 1, action, after, "true" if action == "verdict" else None)
        for name, after in (("in-time", days), ("late", days + dt.timedelta(seconds=1)))
        for action in ("verdict", "acknowledge")
    ]
    (found,) = incidents([], alerts, acts).values()
    assert (found["alerts"], found["verdicts_true"], found["alerts_unjudged"]) == (2, 1, 1)
    assert (found["alerts_acknowledged"], found["response_seconds_median"]) == (1, days.total_seconds())


def test_hour_and_date_are_those_of_the_store() -> None:
    """Rule: the period is bounded by the store's midnight, and hours are on its clock; outside opening no coverage."""
    zone = "America/New_York"
    start, end = midnight(DAY, zone), midnight(DAY + dt.timedelta(days=7), zone)
    second = dt.timedelta(seconds=1)
    hazards = [hazard(str(at), at) for at in (start - second, start, end - second, end)]
    found = incidents(hazards, [alert("none", end)], zone=zone)
    assert {cell[3]: (each["candidates"], each["alerts"], each["coverage"]) for cell, each in found.items()} == {
        0: (1, 0, None),
        23: (1, 0, None),
    }


def test_alert_of_a_camera_has_no_zone() -> None:
    """Rule: an alert lies where its hazard lies: one of a camera, without a zone, in the row without a zone."""
    found = incidents([hazard("a", zone_id=None)], [alert("alert", place_kind="camera", place_id="camera-1")])
    assert {cell: (each["candidates"], each["alerts"]) for cell, each in found.items()} == {
        ("store", "spill", None, 9): (1, 1)
    }
