"""What is asked for: which dates, compared with which, and which stores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from glue.dimensions.periods import weeks_before


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Dates from `first` to `last`, both inclusive."""

    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    def widened(self, days: int) -> DateRange:
        """Return the range with so many days more at each end."""
        margin = dt.timedelta(days=days)
        return DateRange(self.first - margin, self.last + margin)

    def year_before(self) -> DateRange:
        """Return the same weekdays a year before."""
        return DateRange(*weeks_before(self.first, self.last))


@dataclass(frozen=True, slots=True)
class Period:
    """Dates, and those that they are compared with: a row of `period_v1`."""

    period_id: str
    period_kind: str
    dates: DateRange
    baseline: DateRange


def asked_period(dates: DateRange, baseline: DateRange | None = None) -> Period:
    """Return a period that somebody asks for; its baseline is a year before, on the same weekdays."""
    return Period(f"{dates.first}/{dates.last}", "asked", dates, baseline or dates.year_before())


@dataclass(frozen=True, slots=True)
class Scope:
    """What an answer is restricted to; None restricts nothing.

    `period` is asked in place of the rows of `period_v1`. `period_name` chooses among these rows by id or kind;
    `periods` are the rows that it was found to choose, when somebody looked. `stores` and `region` both hold where both
    are given, for every table that knows of stores.
    """

    period: Period | None = None
    period_name: str | None = None
    periods: tuple[Period, ...] = ()
    stores: tuple[str, ...] | None = None
    region: str | None = None

    @property
    def asked(self) -> tuple[Period, ...]:
        """The periods that are known to be asked for."""
        return self.periods if self.period is None else (self.period,)


def merged(ranges: Iterable[DateRange]) -> tuple[DateRange, ...]:
    """Return the same dates as ranges in order that neither overlap nor touch."""
    found: list[DateRange] = []
    for each in sorted(ranges):
        if found and each.first <= found[-1].last + dt.timedelta(days=1):
            found[-1] = DateRange(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)
