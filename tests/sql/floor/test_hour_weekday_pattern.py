"""`hour_weekday_pattern`: visitors per watched hour by weekday and hour."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.views import SMALLEST_CELL
from tests.sql.floor.floor_rows import clock_hours, dates, open_day, period
from tests.sql.lake_rows import DAY, Row, fill, lake, row, rows

DAYS = dates(DAY, 14)
BERLIN = "Europe/Berlin"


def crossing(date: dt.date, hour: int, visitors: int, coverage: float = 1.0, store_id: str = "store") -> Row:
    """Return an hour of the door."""
    return row(
        "traffic_local_hour_v1",
        line_id="door",
        store_id=store_id,
        business_date=date,
        hour_of_day=hour,
        in_count=visitors,
        out_count=99,
        staff_in_count=99,
        coverage=coverage,
    )


def tables(facts: list[Row]) -> dict[str, list[Row]]:
    """Return a lake of a store that opens from 8 to 10 every day of two weeks, and of another one."""
    return {
        "period_v1": [period(days=14)],
        "store_v1": [row("store_v1", store_id=name) for name in ("store", "other")],
        "store_day_v1": [open_day(date, hours=2, store_id=name) for date in DAYS for name in ("store", "other")],
        "traffic_local_hour_v1": facts,
    }


@cache
def empty_lake() -> duckdb.DuckDBPyConnection:
    """Return a lake to be filled by one example after the other."""
    return lake({}, "hour_weekday_pattern")


def pattern(facts: list[Row]) -> dict[tuple[int, int], Row]:
    """Return the cells of the store by weekday and hour."""
    connection = lake(tables(facts), "hour_weekday_pattern")
    found = rows(connection, "SELECT * FROM hour_weekday_pattern WHERE store_id = 'store'")
    return {(each["iso_weekday"], each["hour_of_day"]): each for each in found}


def test_mean_is_over_watched_days() -> None:
    """Rule: an hour that was not watched, in part or at all, lowers the coverage and not the visitors per hour."""
    found = pattern(
        [
            crossing(DAYS[0], 8, 100),
            crossing(DAYS[7], 8, 25, coverage=0.5),
            crossing(DAYS[0], 9, 50),
            crossing(DAYS[1], 8, 30, coverage=0.0),
            crossing(DAYS[0], 20, 1000),
            crossing(DAYS[0], 8, 1000, store_id="other"),
        ]
    )
    monday = found[1, 8]
    assert monday["visitors_per_hour"] == pytest.approx(125 / 1.5)
    assert (monday["days"], monday["days_open"], monday["coverage"]) == (2, 2, 0.75)
    assert monday["hour_index"] == pytest.approx((125 / 1.5) / (175 / 2.5))
    assert (found[1, 9]["days"], found[1, 9]["coverage"], found[1, 9]["visitors_per_hour"]) == (1, 0.5, 50)
    assert (found[2, 8]["days"], found[2, 8]["visitors_per_hour"], found[2, 8]["coverage"]) == (0, None, 0)
    assert len(found) == 14


def test_small_cells() -> None:
    """Rule: too few visitors in a cell are not shown, and neither is their index; k and none are."""
    found = pattern(
        [crossing(DAYS[0], 8, SMALLEST_CELL - 1), crossing(DAYS[0], 9, SMALLEST_CELL), crossing(DAYS[1], 8, 0)]
    )
    assert [(found[cell]["visitors_per_hour"], found[cell]["is_suppressed"]) for cell in ((1, 8), (1, 9), (2, 8))] == [
        (None, True),
        (5, False),
        (0, False),
    ]
    assert found[1, 8]["hour_index"] is None
    assert found[1, 9]["hour_index"] == pytest.approx(5 / 3)
    assert (found[3, 8]["visitors_per_hour"], found[3, 8]["is_suppressed"]) == (None, False)


def test_nobody_came() -> None:
    """Rule: without a visitor there is no mean hour to compare with."""
    assert pattern([crossing(DAYS[0], 8, 0)])[1, 8]["hour_index"] is None


def test_clock_set_back() -> None:
    """Rule: the hour that a clock shows twice is one cell of one day, with the mean of both hours."""
    date = dt.date(2026, 10, 25)
    facts = [
        crossing(date, hour, 10 * (number + 1)) | {"window_start": start}
        for number, (hour, start) in enumerate(clock_hours(date, BERLIN))
    ]
    given = {
        "period_v1": [period(date, 1)],
        "store_v1": [row("store_v1", time_zone=BERLIN)],
        "store_day_v1": [open_day(date, opens=0, hours=25, zone=BERLIN)],
        "traffic_local_hour_v1": facts,
    }
    found = rows(lake(given, "hour_weekday_pattern"), "SELECT * FROM hour_weekday_pattern ORDER BY hour_of_day")
    assert len(facts) == 25
    assert [each["hour_of_day"] for each in found] == list(range(24))
    assert [each["visitors_per_hour"] for each in found[:4]] == [10, 20, (30 + 40) / 2, 50]
    assert {each["iso_weekday"] for each in found} == {7}
    assert {each["days"] for each in found} == {1}


hour = st.tuples(st.integers(0, 60), st.sampled_from([0.0, 0.25, 0.5, 1.0]))


@given(st.dictionaries(st.tuples(st.integers(0, 13), st.integers(7, 10)), hour, min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_cells_by_definition(told: dict[tuple[int, int], tuple[int, float]]) -> None:
    """Rule: a cell is its visitors over its watched hours; hours outside the opening hours are in none."""
    facts = [crossing(DAYS[day], hour, visitors, coverage) for (day, hour), (visitors, coverage) in told.items()]
    connection = empty_lake()
    fill(connection, tables(facts))
    found = rows(connection, "SELECT * FROM hour_weekday_pattern WHERE store_id = 'store'")
    visitors: dict[tuple[int, int], int] = defaultdict(int)
    watched: dict[tuple[int, int], float] = defaultdict(float)
    for (day, hour), (count, coverage) in told.items():
        if hour in (8, 9) and coverage:
            visitors[day % 7 + 1, hour] += count
            watched[day % 7 + 1, hour] += coverage
    assert len(found) == 14
    for each in found:
        cell = each["iso_weekday"], each["hour_of_day"]
        assert each["coverage"] == pytest.approx(watched[cell] / 2)
        is_shown = watched[cell] > 0 and (visitors[cell] == 0 or visitors[cell] >= SMALLEST_CELL)
        per_hour = visitors[cell] / watched[cell] if is_shown else None
        assert each["visitors_per_hour"] == pytest.approx(per_hour)
        mean = sum(visitors.values()) / sum(watched.values()) if watched and sum(watched.values()) else 0
        assert each["hour_index"] == pytest.approx(per_hour / mean if per_hour is not None and mean else None)
