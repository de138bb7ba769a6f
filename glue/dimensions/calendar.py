"""Dates and the weeks, months and seasons they belong to: the ISO calendar and the 4-5-4 retail calendar.

The retail calendar is that of the National Retail Federation: a year begins on the Sunday after the Saturday nearest
to 31 January, its quarters have months of 4, 5 and 4 weeks, and a week 53 every five or six years belongs to the last
month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from glue.dimensions.problems import DimensionError

DAY = dt.timedelta(days=1)
WEEKS_OF_MONTHS = (4, 5, 4) * 4
COMPARABLE_DAYS = 364
"""52 weeks: back to the same weekday of the same retail week. After a year of 53 weeks it is the week with the next
number, which is how the federation restates that year."""
YEARS = range(1900, 2200)
_MONTH_OF_WEEK = [month for month, weeks in enumerate(WEEKS_OF_MONTHS, start=1) for _ in range(weeks)]
_LAST_REGULAR_WEEK = 52


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A row of `calendar_v1`."""

    calendar_date: dt.date
    year: int
    quarter: int
    month: int
    iso_year: int
    iso_week: int
    iso_weekday: int
    retail_year: int
    retail_season: str
    retail_quarter: int
    retail_month: int
    retail_week: int
    comparable_date: dt.date | None


def calendar_days(first: dt.date, last: dt.date) -> Iterator[CalendarDay]:
    """Yield the days from `first` to `last`, both included."""
    return (calendar_day(date) for date in dates_between(first, last))


def dates_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield the dates from `first` to `last`, both included; none when `last` is earlier."""
    return (first + number * DAY for number in range((last - first).days + 1))


def years_between(first: int, last: int) -> range:
    """Return the years from `first` to `last`, both included.

    Raises:
        DimensionError: the years are in the wrong order, or no years of our time.
    """
    if first not in YEARS or last not in YEARS or last < first:
        expected = f"expected two years from {YEARS[0]} to {YEARS[-1]} in order, came {first} and {last}"
        raise DimensionError("The range of years", [f"{expected}; such as 2024 and 2027"])
    return range(first, last + 1)


def bounds_of(years: range) -> tuple[dt.date, dt.date]:
    """Return the first and the last date of years in a row."""
    return dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)


def calendar_day(date: dt.date) -> CalendarDay:
    """Return what a date belongs to."""
    iso = date.isocalendar()
    retail_year = retail_year_of(date)
    week = (date - retail_year_start(retail_year)).days // 7 + 1
    retail_month = _MONTH_OF_WEEK[min(week, _LAST_REGULAR_WEEK) - 1]
    return CalendarDay(
        calendar_date=date,
        year=date.year,
        quarter=_quarter_of(date.month),
        month=date.month,
        iso_year=iso.year,
        iso_week=iso.week,
        iso_weekday=iso.weekday,
        retail_year=retail_year,
        retail_season="spring" if retail_month <= len(WEEKS_OF_MONTHS) // 2 else "fall",
        retail_quarter=_quarter_of(retail_month),
        retail_month=retail_month,
        retail_week=week,
        comparable_date=None if week > _LAST_REGULAR_WEEK else date - COMPARABLE_DAYS * DAY,
    )


def retail_year_of(date: dt.date) -> int:
    """Return the retail year that a date belongs to."""
    return date.year if date >= retail_year_start(date.year) else date.year - 1


def retail_year_start(year: int) -> dt.date:
    """Return the first day of a retail year: from 29 January to 4 February, the only Sunday there is in these days."""
    earliest = dt.date(year, 1, 29)
    return earliest + (7 - earliest.isoweekday()) * DAY


def _quarter_of(month: int) -> int:
    return (month + 2) // 3
