"""`line_trading_day` and `store_trading_day`: what each day counted, and how well it was watched."""

from __future__ import annotations

import datetime as dt

import pytest

from glue.dimensions.calendar import DAY
from tests.sql.lake_rows import Row, row, rows
from tests.sql.seasons.chain import CLOSED, Line, season_lake, store_day

MONDAY = dt.date(2026, 3, 2)


def hour(date: dt.date, hour_of_day: int, in_count: int, **changes: object) -> Row:
    """Return one hour of a line."""
    values: Row = {"line_id": "door", "business_date": date, "hour_of_day": hour_of_day, "in_count": in_count}
    return row("traffic_local_hour_v1", **values | changes)


def test_coverage_is_of_the_open_hours_and_all_lines() -> None:
    """Rule: open hours without a row, and a line that is silent, were not watched; hours outside count for nothing."""
    opening = {"opens_at": instant(9, 30), "closes_at": instant(12), "open_hours": 2.5}
    connection = season_lake(
        [],
        tables={
            "store_day_v1": [store_day("store", MONDAY) | opening],
            "store_v1": [row("store_v1", store_id="store", region="north")],
            "traffic_local_hour_v1": [
                hour(MONDAY, 8, 1),
                hour(MONDAY, 9, 2, coverage=0.5),
                hour(MONDAY, 10, 3),
                hour(MONDAY, 10, 4, line_id="back"),
            ],
        },
    )
    (found,) = rows(connection, "SELECT * FROM store_trading_day")
    # Door: half of half an hour, and an hour; back: an hour; of 2.5 hours each.
    assert found["coverage"] == pytest.approx((0.25 + 1 + 1) / (2 * 2.5))
    assert found["hours_seen"] == pytest.approx(2.25 / 2)
    assert (found["visitors"], found["lines"], found["region"], found["retail_week"]) == (10, 2, "north", 5)
    assert found["visitors_per_open_hour"] == pytest.approx(4)


def instant(hour_of_day: int, minute: int = 0) -> dt.datetime:
    """Return a time of the Monday."""
    return dt.datetime.combine(MONDAY, dt.time(hour_of_day, minute), tzinfo=dt.UTC)


def test_every_day_of_the_store_is_there() -> None:
    """Rule: a day without a row was not watched; a closed day has no coverage, but the visitors that were counted."""
    connection = season_lake([Line("store", MONDAY, [10, None, 12, 3])], days={("store", MONDAY + 3 * DAY): CLOSED})
    found = rows(connection, "SELECT visitors, is_open, coverage FROM store_trading_day ORDER BY business_date")
    assert [tuple(day.values()) for day in found] == [
        (10, True, 1.0),
        (None, True, 0.0),
        (12, True, 1.0),
        (3, False, None),
    ]


def test_a_line_is_missed_for_four_weeks() -> None:
    """Rule: a line that falls silent is expected for 28 days more, and again once it is back."""
    silent = [5, *[None] * 40, 5]
    connection = season_lake([Line("store", MONDAY, [10] * len(silent)), Line("store", MONDAY, silent, line_id="back")])
    lines = [day["lines"] for day in rows(connection, "SELECT lines FROM store_trading_day ORDER BY business_date")]
    assert lines == [2] * 29 + [1] * 12 + [2]
