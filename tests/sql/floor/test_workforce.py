"""`workforce`: the staff planned beside the visitors, the lanes open beside those needed, and the best shift."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.rules import Store
from flink_jobs.alerting.staffing import Load, lanes_needed
from glue.views import SMALLEST_CELL, TARGET_WAIT_SECONDS
from tests.sql.floor.floor_rows import clock_hours, dates, open_day, period
from tests.sql.lake_rows import DAY, Row, fill, lake, row, rows

DAYS = dates(DAY, 14)
HOUR_MS = 3_600_000


def door(visitors: int, hour: int = 8, **values: Any) -> Row:
    """Return an hour of the door."""
    return row("traffic_local_hour_v1", line_id="door", in_count=visitors, hour_of_day=hour, **values)


def lane(served: int, hour: int = 8, *, service_seconds: float = 60, **values: Any) -> Row:
    """Return an hour of a lane that was open all the time; all who joined were served after half a minute."""
    usual = {
        "lane_id": "lane-1",
        "joined": served,
        "wait_ms": served * 30_000,
        "service_person_ms": round(served * service_seconds * 1000),
        "open_ms": HOUR_MS,
    }
    return row("lane_local_hour_v1", served=served, hour_of_day=hour, **(usual | values))


def staff(hours: float, hour: int = 8, **values: Any) -> Row:
    """Return the staff planned in an hour."""
    return row("staff_hour_v1", staff_hours=float(hours), hour_of_day=hour, **values)


def tables(doors: list[Row], lanes: list[Row], staffs: list[Row]) -> dict[str, list[Row]]:
    """Return a lake of two stores that open from 8 to 11 every day of two weeks."""
    return {
        "period_v1": [period(days=14)],
        "store_v1": [row("store_v1", store_id=name) for name in ("store", "other")],
        "store_day_v1": [open_day(date, hours=3, store_id=name) for date in DAYS for name in ("store", "other")],
        "traffic_local_hour_v1": doors,
        "lane_local_hour_v1": lanes,
        "staff_hour_v1": staffs,
    }


def workforce(doors: list[Row], lanes: list[Row], staffs: list[Row]) -> dict[tuple[int, int], Row]:
    """Return the cells of the store by weekday and hour."""
    connection = lake(tables(doors, lanes, staffs), "workforce")
    found = rows(connection, "SELECT * FROM workforce WHERE store_id = 'store'")
    return {(each["iso_weekday"], each["hour_of_day"]): each for each in found}


def test_figures_are_of_both_mondays() -> None:
    """Rule: visitors and served are told per planned hour of the watched time; waits, level and lanes are means."""
    second: Row = {"business_date": DAYS[7]}
    found = workforce(
        [door(100), door(60, **second), door(900, store_id="other"), door(900, hour=20)],
        [
            lane(40, served_over_target=4),
            lane(20, lane_id="lane-2", wait_ms=20 * 90_000, open_ms=HOUR_MS // 2),
            lane(30, **second, coverage=0.5),
            lane(30, **second, lane_id="lane-2", coverage=0.5),
        ],
        [staff(4), staff(2, **second), staff(50, store_id="other"), staff(3, hour=20)],
    )
    monday = found[1, 8]
    assert len(found) == 21
    assert (monday["days_open"], monday["visitors"], monday["served"], monday["staff_hours"]) == (2, 160, 120, 6)
    assert monday["visitors_per_staff_hour"] == pytest.approx(160 / 6)
    assert monday["served_per_staff_hour"] == pytest.approx(120 / (4 + 2 * 0.5))
    assert monday["wait_seconds_mean"] == pytest.approx((100 * 30 + 20 * 90) / 120)
    assert monday["service_level"] == pytest.approx(116 / 120)
    assert monday["lanes_open_mean"] == pytest.approx(3.5 / 1.5)
    load = Load(arrivals_per_second=120 / (1.5 * 3600), service_seconds=60, waiting=0)
    assert monday["lanes_needed"] == needed(load)
    assert monday["lane_gap"] == pytest.approx(monday["lanes_needed"] - 3.5 / 1.5)
    assert monday["coverage"] == 0.75


def needed(load: Load) -> int:
    """Return the lanes that the job would advise with nobody waiting."""
    level = Store().service_level
    return lanes_needed(load, target_seconds=TARGET_WAIT_SECONDS, service_level=level)


@cache
def empty_lake() -> duckdb.DuckDBPyConnection:
    """Return a lake to be filled by one example after the other."""
    return lake({}, "workforce")


@given(st.integers(5, 5_000), st.floats(1, 1_000))
@settings(max_examples=60, deadline=None)
def test_lanes_needed_are_those_of_the_job(served: int, service_seconds: float) -> None:
    """Rule: by Erlang's C in SQL as many lanes are needed as flink_jobs/alerting/staffing.py says."""
    facts = lane(served, service_seconds=service_seconds)
    fill(empty_lake(), tables([], [facts], []))
    (found,) = rows(empty_lake(), "SELECT * FROM workforce WHERE lanes_needed IS NOT NULL")
    seconds = facts["service_person_ms"] / served / 1000
    assert found["lanes_needed"] == needed(Load(served / 3600, seconds, waiting=0))


def test_lanes_needed_of_nobody() -> None:
    """Rule: nobody joined: no lane; nobody was served or nothing was watched: it is not known."""
    found = workforce(
        [], [lane(0), lane(0, 9, joined=20), lane(0, 10, coverage=0.0), lane(7, 8, business_date=DAYS[1])], []
    )
    told = [found[cell]["lanes_needed"] for cell in ((1, 8), (1, 9), (1, 10), (2, 8), (3, 8))]
    assert told == [0, None, None, 1, None]
    assert (found[1, 9]["wait_seconds_mean"], found[1, 9]["service_level"], found[1, 9]["served"]) == (None, None, 0)


def test_staff_that_nobody_planned() -> None:
    """Rule: without a plan nothing is told per hour of staff; days without one are in no ratio."""
    found = workforce(
        [door(100), door(100, business_date=DAYS[7]), door(50, 9)], [lane(50), lane(50, 9)], [staff(5), staff(0, 10)]
    )
    assert (found[1, 8]["visitors"], found[1, 8]["visitors_per_staff_hour"]) == (200, 20)
    assert (found[1, 9]["staff_hours"], found[1, 9]["visitors_per_staff_hour"]) == (None, None)
    assert (found[1, 9]["served_per_staff_hour"], found[1, 9]["shift_rank"]) == (None, None)
    assert (found[1, 10]["staff_hours"], found[1, 10]["visitors_per_staff_hour"]) == (0, None)


def test_best_shift_keeps_the_service_level() -> None:
    """Rule: most served per staff hour wins, among shifts that keep 90 %, served 30, and were watched to 80 %."""
    shifts = {
        (0, 8): (lane(60, served_over_target=6), 3),
        (0, 9): (lane(80, served_over_target=9), 2),
        (0, 10): (lane(29), 0.5),
        (1, 8): (lane(60), 3),
        (1, 9): (lane(50), 3),
        (1, 10): (lane(90, coverage=0.7), 1),
        (2, 8): (lane(30), 3),
    }
    given = tables(
        [door(100, hour, business_date=date) for date in DAYS for hour in (8, 9, 10)],
        [each | lane_hour(DAYS[day], hour) for (day, hour), (each, _) in shifts.items()],
        [staff(hours, hour, business_date=DAYS[day]) for (day, hour), (_, hours) in shifts.items()],
    )
    connection = lake(given | {"period_v1": [period(days=7)]}, "workforce")
    found = rows(connection, "SELECT * FROM workforce WHERE store_id = 'store' AND shift_rank IS NOT NULL")
    ranks = {(each["iso_weekday"], each["hour_of_day"]): each["shift_rank"] for each in found}
    assert ranks == {(1, 8): 1, (2, 8): 1, (2, 9): 3, (3, 8): 4}
    assert [each["is_best_shift"] for each in found] == [each["shift_rank"] == 1 for each in found]
    others = rows(connection, "SELECT DISTINCT is_best_shift FROM workforce WHERE shift_rank IS NULL")
    assert others == [{"is_best_shift": False}]


def lane_hour(date: dt.date, hour: int) -> Row:
    """Return the columns that say in which hour a row lies."""
    lies_in = row("lane_local_hour_v1", business_date=date, hour_of_day=hour)
    return {name: lies_in[name] for name in ("business_date", "hour_of_day", "window_start", "window_end")}


def test_small_cells() -> None:
    """Rule: what follows from 1 to k - 1 visitors, joined or served is not shown; what follows from k is."""
    few, enough = SMALLEST_CELL - 1, SMALLEST_CELL
    found = workforce(
        [door(few), door(enough, 9), door(100, 10)],
        [lane(100), lane(enough, 9), lane(few, 10)],
        [staff(2), staff(2, 9), staff(2, 10)],
    )
    of_visitors = ("visitors", "visitors_per_staff_hour")
    of_served = ("served", "served_per_staff_hour", "wait_seconds_mean", "service_level", "lanes_needed", "lane_gap")
    assert {name for name, value in found[1, 8].items() if value is None} == {*of_visitors, "shift_rank"}
    assert {name for name, value in found[1, 10].items() if value is None} == {*of_served, "shift_rank"}
    assert {name for name, value in found[1, 9].items() if value is None} == {"shift_rank"}
    assert [found[1, hour]["is_suppressed"] for hour in (8, 9, 10)] == [True, False, True]


def test_clock_set_back() -> None:
    """Rule: two hours that the clock shows alike are one cell, with the staff planned once for both."""
    date, zone = dt.date(2026, 10, 25), "Europe/Berlin"
    given = {
        "period_v1": [period(date, 1)],
        "store_v1": [row("store_v1", time_zone=zone)],
        "store_day_v1": [open_day(date, opens=0, hours=25, zone=zone)],
        "traffic_local_hour_v1": [
            door(10, hour, business_date=date, window_start=start) for hour, start in clock_hours(date, zone)
        ],
        "staff_hour_v1": [staff(2, hour, business_date=date) for hour in range(24)],
    }
    found = rows(lake(given, "workforce"), "SELECT * FROM workforce ORDER BY hour_of_day")
    assert [each["hour_of_day"] for each in found] == list(range(24))
    assert [each["visitors"] for each in found[:4]] == [10, 10, 20, 10]
    assert [each["visitors_per_staff_hour"] for each in found[:4]] == [5, 5, 10, 5]
