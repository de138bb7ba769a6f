"""Stretches of local dates, cut into what is committed at once and what is held in memory at once."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dates:
    """A stretch of dates, the last one included; raises `ValueError` when the last one is before the first."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"expected a first date no later than the last, came {self.first} and {self.last}")

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    def by_month(self) -> Iterator[Dates]:
        """Give the part of each month: the roll-ups' files are laid out by it."""
        for _, days in itertools.groupby(self._days(), key=lambda day: (day.year, day.month)):
            month = list(days)
            yield Dates(month[0], month[-1])

    def pieces(self, days: int) -> Iterator[Dates]:
        """Give stretches of so many days, the last one maybe shorter."""
        for first in itertools.islice(self._days(), 0, None, days):
            yield Dates(first, min(first + (days - 1) * ONE_DAY, self.last))

    def _days(self) -> Iterator[dt.date]:
        return (self.first + number * ONE_DAY for number in range((self.last - self.first).days + 1))
