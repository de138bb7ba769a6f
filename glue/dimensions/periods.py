"""The periods that people ask about, each with the one a year before that it is compared with.

Months, quarters and years are compared with the same dates a year before. Weeks and all that is made of retail weeks
are compared with the days 364 before: as many days, the same weekdays, the same time of the year. So a retail year of
53 weeks needs no exception: its last week is compared with the week that lies a year before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from glue.dimensions.calendar import COMPARABLE_DAYS, DAY, CalendarDay, calendar_days
from glue.dimensions.problems import DimensionError

Dates = tuple[dt.date, dt.date]
"""First and last date, both included."""
LONGEST_ASKED_DAYS = 371
"""A year of 53 weeks: a longer period would be compared with itself in large part."""


@dataclass(frozen=True, slots=True)
class Period:
    """A row of `period_v1`; all dates are included."""

    period_id: str
    period_kind: str
    start_date: dt.date
    end_date: dt.date
    baseline_start_date: dt.date
    baseline_end_date: dt.date


_IdOf = Callable[[CalendarDay], str]
_CALENDAR_KINDS: dict[str, _IdOf] = {
    "month": lambda day: f"{day.year}-{day.month:02}",
    "quarter": lambda day: f"{day.year}-Q{day.quarter}",
    "year": lambda day: f"{day.year}",
}
_WEEKLY_KINDS: dict[str, _IdOf] = {
    "iso_week": lambda day: f"{day.iso_year}-W{day.iso_week:02}",
    "retail_week": lambda day: f"R{day.retail_year}-W{day.retail_week:02}",
    "retail_month": lambda day: f"R{day.retail_year}-M{day.retail_month:02}",
    "retail_quarter": lambda day: f"R{day.retail_year}-Q{day.retail_quarter}",
    "season": lambda day: f"R{day.retail_year}-{day.retail_season}",
}


def periods(first: dt.date, last: dt.date) -> Iterator[Period]:
    """Yield every period that lies wholly between two dates, both included, kind by kind."""
    # One day more at each end shows whether the first and the last period are whole.
    days = list(calendar_days(first - DAY, last + DAY))
    for kind, id_of in _CALENDAR_KINDS.items():
        yield from _periods_of(kind, id_of, days, a_year_before)
    for kind, id_of in _WEEKLY_KINDS.items():
        yield from _periods_of(kind, id_of, days, weeks_before)


def asked_period(start: dt.date, end: dt.date, *, baseline: Dates | None = None) -> Period:
    """Return a period that somebody asks for; without a baseline it is compared with the days 364 before.

    Raises:
        DimensionError: dates in the wrong order, or a period so long that it needs a baseline of its own.
    """
    if problems := list(_problems_of_asked(start, end, baseline)):
        raise DimensionError("The period", problems)
    return Period("asked", "asked", start, end, *(baseline or weeks_before(start, end)))


def a_year_before(start: dt.date, end: dt.date) -> Dates:
    """Return the same dates a year before, for periods that begin and end with a month."""
    after = end + DAY
    return start.replace(year=start.year - 1), after.replace(year=after.year - 1) - DAY


def weeks_before(start: dt.date, end: dt.date) -> Dates:
    """Return the days 364 before: the same weekdays."""
    return start - COMPARABLE_DAYS * DAY, end - COMPARABLE_DAYS * DAY


def _periods_of(
    kind: str, id_of: _IdOf, days: list[CalendarDay], before: Callable[[dt.date, dt.date], Dates]
) -> Iterator[Period]:
    groups = [(period_id, [day.calendar_date for day in group]) for period_id, group in groupby(days, key=id_of)]
    for period_id, dates in groups[1:-1]:
        yield Period(period_id, kind, dates[0], dates[-1], *before(dates[0], dates[-1]))


def _problems_of_asked(start: dt.date, end: dt.date, baseline: Dates | None) -> Iterator[str]:
    for name, (first, last) in {"period": (start, end), "baseline": baseline or (start, start)}.items():
        if last < first:
            yield f"{name}: expected a first day before the last, came {first} to {last}; swap them"
    if baseline is None and (end - start).days >= LONGEST_ASKED_DAYS:
        yield (
            f"period: expected at most {LONGEST_ASKED_DAYS} days, came {(end - start).days + 1} from {start} to {end}; "
            "give a baseline, or ask for a shorter period"
        )
