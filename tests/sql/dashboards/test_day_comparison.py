"""`day_comparison`: each day beside the one that it is compared with."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pytest

from contracts.tables import STORE_DAY, TRAFFIC_LOCAL_HOUR
from glue.dimensions.calendar import DAY
from tests.sql.dashboards.sample_sums import answered, asked_of, rows_of, shown
from tests.sql.lake_rows import Row
from tests.sql.seasons.chain import CLOSED, YEAR, Line, season_lake

NOW = dt.date(2026, 3, 2)
BEFORE = NOW - YEAR


def days_of(*lines: Line, **of: Any) -> dict[tuple[str, dt.date], Row]:
    """Return the rows by store and date."""
    connection = season_lake(lines, **of)
    found = asked_of(connection, "day_comparison")
    return {(each["store_id"], each["business_date"]): each for each in found}


def year_apart(before: int | None, now: int | None, **changes: Any) -> Line:
    """Return a store that counted on one day of this year and on the one a year before, and on nothing in between."""
    return Line("store", BEFORE, [before, *[None] * 363, now], **changes)


@pytest.mark.parametrize(
    ("before", "coverages", "compared"),
    [
        (100, {}, (110, 100)),
        (100, {BEFORE: 0.8, NOW: 0.9}, (110, 100)),
        (100, {BEFORE: 0.8, NOW: 0.91}, (None, None)),
        (100, {BEFORE: 0.79, NOW: 0.79}, (None, None)),
        (None, {}, (None, None)),
    ],
    ids=["whole", "at the limits", "unequal", "both poor", "no baseline"],
)
def test_like_is_compared_with_like(
    before: int | None, coverages: dict[dt.date, float], compared: tuple[int | None, int | None]
) -> None:
    """Rule: compared figures are there for days that were watched to 80 % and alike; the plain ones always."""
    found = days_of(year_apart(before, 110, coverages=coverages))["store", NOW]
    assert (found["visitors"], found["baseline_visitors"]) == (110, before)
    assert (found["compared_visitors"], found["compared_baseline_visitors"]) == compared
    assert found["is_comparable"] == (compared != (None, None))


def test_the_day_compared_with_is_that_of_the_store_day() -> None:
    """Rule: a day is compared with its comparable_date and no other, also where that is not 364 days before."""
    moved = BEFORE + 5 * DAY
    line = Line("store", BEFORE, [*range(100, 130), *[None] * 334, 500])
    found = days_of(line, days={("store", NOW): {"comparable_date": moved, "public_holiday": "Easter Monday"}})
    assert (found["store", NOW]["comparable_date"], found["store", NOW]["baseline_visitors"]) == (moved, 105)
    assert found["store", NOW]["public_holiday"] == "Easter Monday"


def test_few_people_are_not_shown() -> None:
    """Rule: four people are not shown, now or then; the other day's figure is, and no comparison of the two."""
    for before, now in ((4, 100), (100, 4)):
        found = days_of(year_apart(before, now))["store", NOW]
        shown = (None if now == 4 else now, None if before == 4 else before)
        assert (found["visitors"], found["baseline_visitors"]) == shown
        assert (found["compared_visitors"], found["compared_baseline_visitors"]) == (None, None)
        assert found["is_suppressed"]
    none, five = days_of(year_apart(5, 0))["store", NOW], days_of(year_apart(0, 5))["store", NOW]
    assert (none["visitors"], none["is_suppressed"], five["visitors"], five["is_suppressed"]) == (0, False, 5, False)


def test_days_that_there_are() -> None:
    """Rule: silent and closed days are there, until 28 days after the last row; days to come are not."""
    silent = Line("silent", NOW, [10, *[None] * 40])
    busy = Line("busy", NOW, [10] * 35)
    found = days_of(silent, busy, days={("busy", NOW + DAY): CLOSED})
    assert sorted(date for store, date in found if store == "silent") == [NOW + day * DAY for day in range(29)]
    assert max(date for store, date in found if store == "busy") == NOW + 34 * DAY
    assert (found["silent", NOW + DAY]["visitors"], found["silent", NOW + DAY]["coverage"]) == (None, 0)
    closed = found["busy", NOW + DAY]
    assert (closed["hours_open"], closed["coverage"], closed["is_comparable"]) == (0, None, False)


def test_weeks_begin_on_monday() -> None:
    """Rule: a week is told by its Monday."""
    found = days_of(Line("store", NOW, [10] * 8))
    assert [found["store", NOW + day * DAY]["week_start"] for day in (0, 6, 7)] == [NOW, NOW, NOW + 7 * DAY]
    assert found["store", NOW + 6 * DAY]["iso_weekday"] == 7


def test_sample_by_hand() -> None:
    """Rule: on the sample each day has the sum of its own hours, and of those of the day that it names."""
    counted: dict[tuple[str, dt.date], int] = defaultdict(int)
    for row in rows_of(TRAFFIC_LOCAL_HOUR.name):
        counted[row["store_id"], row["business_date"]] += row["in_count"]
    compared = {(row["store_id"], row["business_date"]): row["comparable_date"] for row in rows_of(STORE_DAY.name)}
    days = answered("day_comparison")
    for day in days:
        key = (day["store_id"], day["business_date"])
        earlier = counted.get((day["store_id"], compared[key]))
        assert day["visitors"] == shown(counted.get(key), counted.get(key))
        assert day["comparable_date"] == compared[key]
        assert day["baseline_visitors"] == shown(earlier, earlier)
    assert counted.keys() <= {(day["store_id"], day["business_date"]) for day in days}
    assert sum(day["is_comparable"] for day in days) > 100
