"""What a question needs of each table: which columns, of which dates, of which stores. All else stays unread.

A restriction must never change an answer. So dates are only restricted by the column that the table is laid out by,
with a margin for what an answer of some dates depends on besides: days of other time zones, holidays that move, and
what the header of a view asks for (`-- margin: 60 days`). Where a view asks for the first or last day of something, and
says no margin, every day is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from contracts.tables import PEAK, PERIOD, Table
from contracts.types import INSTANT
from glue.dialect import WRITTEN_IN
from storeq.margins import EVERY_DAY, margins_of
from storeq.questions import Question
from storeq.scope import DateRange, Scope, merged

TIME_ZONE_DAYS = 1
"""A day of a store begins and ends less than a day away from the UTC day."""
BASELINE_MARGIN_DAYS = 42
"""A holiday that moves, as Easter, is at most 35 days away from the same weekday a year before; week 53 adds a week."""
MOST_RANGES = 12
"""More ranges than this are read as one: a predicate of hundreds helps nobody."""


@dataclass(frozen=True, slots=True)
class TableRead:
    """One table, and what is read of it; None restricts nothing."""

    table: Table
    columns: tuple[str, ...]
    dates: tuple[DateRange, ...] | None = None
    stores: tuple[str, ...] | None = None
    region: str | None = None

    @property
    def touched(self) -> tuple[str, ...]:
        """The columns that are read: those of the answer, and those by which rows are chosen."""
        chosen_by = {"store_id"} if self.stores is not None or self.region is not None else set()
        if self.dates is not None:
            chosen_by.add(str(self.table.partition_by))
        wanted = chosen_by.union(self.columns)
        return tuple(column.name for column in self.table.columns if column.name in wanted)

    @property
    def is_by_instant(self) -> bool:
        """Whether the table is laid out by an instant rather than by a date where the store is."""
        return self.table.partition_by is not None and self.table.column(self.table.partition_by).type == INSTANT


def reads_of(question: Question, scope: Scope) -> tuple[TableRead, ...]:
    """Return what is needed of each table; the asked period replaces `period_v1`, which is then not read at all."""
    statements = {view.name: sqlglot.parse_one(view.sql, read=WRITTEN_IN) for view in question.parts}
    used = {found.name.lower() for each in statements.values() for found in each.find_all(exp.Identifier)}
    has_star = any(map(_gives_star, statements.values()))
    margins = margins_of(question, statements)
    return tuple(
        TableRead(
            table=table,
            # Periods and peaks are few, and chosen by names and dates whatever the views use.
            columns=_columns(table, used, has_star=has_star or table in (PERIOD, PEAK)),
            dates=_dates(question, scope, margins[table.name]) if _is_by_date(table) else None,
            stores=scope.stores if knows_stores(table) else None,
            region=scope.region if knows_stores(table) else None,
        )
        for table in question.tables
        if not (table == PERIOD and scope.period is not None)
    )


def knows_stores(table: Table) -> bool:
    """Whether each row of the table belongs to a store."""
    return any(column.name == "store_id" for column in table.columns)


def _columns(table: Table, used: set[str], *, has_star: bool) -> tuple[str, ...]:
    names = tuple(column.name for column in table.columns)
    return names if has_star else tuple(name for name in names if name in used) or table.key


def _gives_star(statement: exp.Expr) -> bool:
    """Whether columns reach the answer unnamed, or are matched by their place."""
    top = statement.is_star if isinstance(statement, exp.Query) else False
    return top or any(union.is_star for union in statement.find_all(exp.SetOperation))


def _is_by_date(table: Table) -> bool:
    return table.partition_by is not None and table.role in ("fact", "rollup", "record")


def _dates(question: Question, scope: Scope, margin: int) -> tuple[DateRange, ...] | None:
    """Return the dates of a table that an answer depends on; None for all."""
    if not scope.asked or question.reads(PEAK) or margin >= EVERY_DAY:
        return None
    ranges = merged(each.widened(margin) for each in _asked_dates(question, scope))
    return ranges if len(ranges) <= MOST_RANGES else (DateRange(ranges[0].first, ranges[-1].last),)


def _asked_dates(question: Question, scope: Scope) -> Iterator[DateRange]:
    for period in scope.asked:
        yield period.dates
        if PERIOD in question.tables:
            yield period.baseline.widened(BASELINE_MARGIN_DAYS)


def instants_of(dates: DateRange) -> tuple[dt.datetime, dt.datetime]:
    """Return the instants, the last exclusive, within which every store's days of these dates lie."""
    wide = dates.widened(TIME_ZONE_DAYS)
    midnight = dt.time(tzinfo=dt.UTC)
    last = dt.datetime.combine(wide.last + dt.timedelta(days=1), midnight)
    return dt.datetime.combine(wide.first, midnight), last
