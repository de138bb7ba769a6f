"""The calendar's rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.dimensions.calendar import (
    calendar_day,
    calendar_days,
    dates_between,
    retail_year_of,
    retail_year_start,
    years_between,
)
from glue.dimensions.problems import DimensionError

DAY = dt.timedelta(days=1)
PUBLISHED_STARTS = [
    "2012-01-29",
    "2013-02-03",
    "2014-02-02",
    "2015-02-01",
    "2016-01-31",
    "2017-01-29",
    "2018-02-04",
    "2019-02-03",
    "2020-02-02",
    "2021-01-31",
    "2022-01-30",
    "2023-01-29",
    "2024-02-04",
    "2025-02-02",
    "2026-02-01",
]
YEARS = st.integers(1901, 2198)
DATES = st.dates(dt.date(1901, 1, 1), dt.date(2198, 12, 31))


@pytest.mark.parametrize("start", PUBLISHED_STARTS)
def test_retail_years_begin_as_published(start: str) -> None:
    """Rule: a retail year begins where the federation's published calendars begin it."""
    date = dt.date.fromisoformat(start)
    assert retail_year_start(date.year) == date
    assert calendar_day(date).retail_week == 1
    assert retail_year_of(date - DAY) == date.year - 1


@settings(deadline=None, max_examples=50)
@given(YEARS)
def test_retail_year_begins_after_the_saturday_nearest_to_the_end_of_january(year: int) -> None:
    """Rule: the day before is the Saturday that is at most 3 days from 31 January."""
    saturday = retail_year_start(year) - DAY
    assert saturday.isoweekday() == 6
    assert abs(saturday - dt.date(year, 1, 31)) <= 3 * DAY


@pytest.mark.parametrize(("year", "weeks"), [(2006, 53), (2012, 53), (2017, 53), (2023, 53), (2024, 52), (2028, 53)])
def test_some_years_have_53_weeks(year: int, weeks: int) -> None:
    """Rule: years with a 53rd week are those of the federation."""
    last = calendar_day(retail_year_start(year + 1) - DAY)
    assert (last.retail_year, last.retail_week) == (year, weeks)
    assert (last.retail_month, last.retail_quarter, last.retail_season) == (12, 4, "fall")


@settings(deadline=None, max_examples=50)
@given(YEARS)
def test_retail_year_is_made_of_whole_weeks_in_months_of_4_5_4(year: int) -> None:
    """Rule: 364 or 371 days; months of 4, 5 and 4 weeks each quarter, a week 53 in the last; half of them spring."""
    days = list(calendar_days(retail_year_start(year), retail_year_start(year + 1) - DAY))
    assert {day.retail_year for day in days} == {year}
    assert len(days) in (364, 371)
    assert set(Counter(day.retail_week for day in days).values()) == {7}
    weeks = [len({day.retail_week for day in days if day.retail_month == month}) for month in range(1, 13)]
    assert weeks == [4, 5, 4] * 3 + [4, 5, 4 + (len(days) == 371)]
    assert {day.retail_quarter for day in days if day.retail_season == "spring"} == {1, 2}
    assert all(day.retail_quarter == (day.retail_month + 2) // 3 for day in days)


@settings(deadline=None, max_examples=50)
@given(DATES)
def test_comparable_date_is_the_same_weekday_of_the_same_week_restated(date: dt.date) -> None:
    """Rule: same weekday, same week a year before; one week later after a year of 53 weeks; none for a week 53."""
    day = calendar_day(date)
    if day.comparable_date is None:
        assert day.retail_week == 53
        return
    before = calendar_day(day.comparable_date)
    has_53_weeks = retail_year_start(day.retail_year) - retail_year_start(day.retail_year - 1) == 371 * DAY
    assert before.iso_weekday == day.iso_weekday
    assert (before.retail_year, before.retail_week) == (day.retail_year - 1, day.retail_week + has_53_weeks)


def test_year_after_53_weeks_is_restated() -> None:
    """Rule: week 1 of 2024 is compared with week 2 of 2023, which had 53 weeks; week 53 with nothing."""
    assert calendar_day(dt.date(2024, 2, 4)).comparable_date == dt.date(2023, 2, 5)
    assert calendar_day(dt.date(2024, 1, 31)).comparable_date is None


@settings(deadline=None, max_examples=50)
@given(DATES, st.integers(0, 800))
def test_every_date_comes_once_and_in_order(first: dt.date, days: int) -> None:
    """Rule: a range of dates has every date once; a range that ends before it begins has none."""
    last = first + (days - 1) * DAY
    found = [day.calendar_date for day in calendar_days(first, last)]
    assert len(set(found)) == len(found) == days
    assert found == sorted(found) == list(dates_between(first, last))


@pytest.mark.parametrize(
    ("date", "iso_year", "iso_week", "quarter"),
    [("2021-01-01", 2020, 53, 1), ("2024-12-30", 2025, 1, 4), ("2026-07-01", 2026, 27, 3), ("2024-02-29", 2024, 9, 1)],
)
def test_iso_weeks_and_calendar_quarters(date: str, iso_year: int, iso_week: int, quarter: int) -> None:
    """Rule: ISO weeks at the turn of a year belong to the year of their Thursday."""
    day = calendar_day(dt.date.fromisoformat(date))
    assert (day.iso_year, day.iso_week, day.quarter) == (iso_year, iso_week, quarter)


@pytest.mark.parametrize(("first", "last"), [(2027, 2024), (24, 27), (2024, 20270)])
def test_years_in_no_order_are_refused(first: int, last: int) -> None:
    """Rule: what no range of years can be is refused with an example."""
    with pytest.raises(DimensionError, match="expected two years from 1900 to 2199 in order, came"):
        years_between(first, last)
