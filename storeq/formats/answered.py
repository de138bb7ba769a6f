"""An answer with its question: what every format is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from storeq.questions import Column, Question
from storeq.scope import DateRange, Scope

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, what it was asked of, and the rows of the answer."""

    question: Question
    scope: Scope
    rows: pa.Table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the answer, in order."""
        return self.question.columns

    def each(self) -> Iterator[Row]:
        """Give the rows, one dictionary each."""
        for batch in self.rows.to_batches():
            yield from batch.to_pylist()


def asked_words(scope: Scope) -> str:
    """Return of when and of which stores an answer is, in words.

    >>> asked_words(Scope(stores=("store-001",)))
    'all dates; store-001'
    """
    return f"{_when(scope)}; {_where(scope)}"


def range_words(dates: DateRange) -> str:
    """Return dates in words; what both ends share is said once.

    >>> range_words(DateRange(dt.date(2026, 11, 1), dt.date(2026, 11, 30)))
    '1 to 30 November 2026'
    >>> range_words(DateRange(dt.date(2026, 12, 24), dt.date(2027, 1, 6)))
    '24 December 2026 to 6 January 2027'
    """
    first, last = dates.first, dates.last
    if first == last:
        return _date_words(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {_date_words(last)}"
    start = f"{first.day} {first:%B}" if first.year == last.year else _date_words(first)
    return f"{start} to {_date_words(last)}"


def _date_words(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _when(scope: Scope) -> str:
    if scope.period is not None:
        return range_words(scope.period.dates)
    return f"periods {scope.period_name}" if scope.period_name else "all dates"


def _where(scope: Scope) -> str:
    named = [] if scope.region is None else [f"region {scope.region}"]
    if scope.stores is not None:
        named.append(", ".join(scope.stores) if len(scope.stores) <= 3 else f"{len(scope.stores)} stores")  # noqa: PLR2004
    return ", ".join(named) or "all stores"
