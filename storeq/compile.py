"""A question and its scope become one statement that needs nothing in the catalog but the tables.

Each table, and each view that the question is built on, is a common table expression under its own name: so the files
of `sql/athena` stay as they are written and tested. What a person asks for gets in as a literal of sqlglot, never as
text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import dropwhile
from typing import Any

from sqlglot import exp

from contracts.tables import PEAK, PERIOD, STORE, Table
from glue.dialect import WRITTEN_IN
from storeq.errors import StoreqError
from storeq.ordering import date_column, order_of
from storeq.questions import Question
from storeq.reading import TableRead, instants_of, reads_of
from storeq.scope import DateRange, Period, Scope

DATE_TYPE = "date"
INSTANT_TYPE = "timestamp(6) with time zone"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine finds the tables: the schema, within a catalog where the engine has several."""

    database: str
    catalog: str | None = None

    def of(self, table: Table) -> exp.Table:
        """Return a table's qualified name."""
        catalog = exp.to_identifier(self.catalog, quoted=True) if self.catalog else None
        return exp.Table(
            this=exp.to_identifier(table.name, quoted=True),
            db=exp.to_identifier(self.database, quoted=True),
            catalog=catalog,
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT as Athena and Trino read it, and what it reads; `instants` are what has a time zone in its answer."""

    sql: str
    reads: tuple[TableRead, ...]
    instants: frozenset[str] = frozenset()

    @property
    def sources(self) -> tuple[TableRead, ...]:
        """What an engine must have at hand: what is read, and the stores where a region chooses among them."""
        regional = TableRead(STORE, ("store_id", "region"))
        if all(read.region is None for read in self.reads):
            return self.reads
        others = tuple(read for read in self.reads if read.table != STORE)
        columns = {name for read in self.reads if read.table == STORE for name in read.columns}
        return (*others, replace(regional, columns=(*columns.union(regional.columns),)))


def compile_question(question: Question, scope: Scope, place: Place, *, limit: int | None = None) -> Statement:
    """Return the statement that answers a question.

    Raises:
        StoreqError: dates are asked of a question whose answer has none.
    """
    reads = reads_of(question, scope)
    steps = [*(_step(read.table.name, _sql(select_of(read, place, scope))) for read in reads)]
    if scope.period is not None and question.reads(PERIOD):
        steps.append(_step(PERIOD.name, _sql(_period_row(scope.period))))
    steps += [_step(view.name, _indented(view.sql)) for view in question.parts]
    answer = exp.select("*").from_(exp.to_identifier(question.name)).where(*_answer_filters(question, scope))
    answer = answer.order_by(*order_of(question))
    answer = answer if limit is None else answer.limit(limit)
    instants = frozenset(column.name for column in question.columns if column.type == "TIMESTAMP WITH TIME ZONE")
    return Statement(sql="WITH\n" + ",\n".join(steps) + "\n" + _sql(answer), reads=reads, instants=instants)


def compile_read(read: TableRead, place: Place) -> Statement:
    """Return the statement that gives what is needed of one table."""
    return Statement(sql=_sql(select_of(read, place)), reads=(read,))


def compile_counts(reads: Iterable[TableRead], place: Place) -> Statement:
    """Return the statement that counts the rows that each read finds."""
    reads = tuple(reads)
    counts = [
        exp.select(
            exp.alias_(exp.Literal.string(read.table.name), "table_name"),
            exp.alias_(exp.Count(this=exp.Star()), "row_count"),
        )
        .from_(place.of(read.table))
        .where(*predicates(read, place))
        for read in reads
    ]
    return Statement(sql=_sql(exp.union(*counts, distinct=False) if len(counts) > 1 else counts[0]), reads=reads)


def select_of(read: TableRead, place: Place, scope: Scope | None = None) -> exp.Select:
    """Return what is needed of one table, as a query."""
    columns = [exp.column(name, quoted=True) for name in read.columns]
    found = exp.select(*columns).from_(place.of(read.table)).where(*predicates(read, place))
    if scope is not None and read.table == PERIOD and scope.period_name is not None:
        return found.where(_named_period(scope.period_name))
    return found


def predicates(read: TableRead, place: Place) -> Iterator[exp.Expr]:
    """Give the conditions on a table's rows: all must hold."""
    if read.dates is not None:
        column = exp.column(str(read.table.partition_by), quoted=True)
        within = _within_instants if read.is_by_instant else _within_dates
        yield exp.or_(*(within(column, each) for each in read.dates))
    store_id = exp.column("store_id", quoted=True)
    if read.stores is not None:
        yield store_id.isin(*(exp.Literal.string(store) for store in read.stores)) if read.stores else exp.false()
    if read.region is not None:
        region = exp.column("region", quoted=True).eq(exp.Literal.string(read.region))
        yield store_id.isin(query=exp.select(store_id.copy()).from_(place.of(STORE)).where(region))


def _answer_filters(question: Question, scope: Scope) -> Iterator[exp.Expr]:
    """Give the conditions on the rows of an answer that has dates, or peaks, rather than periods."""
    if scope.period is None or question.reads(PERIOD):
        return
    if question.reads(PEAK) and question.column("peak_id") is not None:
        yield _peaks_within(scope.period.dates)
        return
    column = date_column(question)
    if column is None:
        raise StoreqError(
            [f"{question.name} has no dates to choose from (one row: {question.view.grain}): leave out --from and --to"]
        )
    named, dates = exp.column(column.name, quoted=True), scope.period.dates
    if column.type == "DATE":
        yield _within_dates(named, dates)
        return
    midnight = dt.time(tzinfo=dt.UTC)
    yield named >= _instant(dt.datetime.combine(dates.first, midnight))
    yield named < _instant(dt.datetime.combine(dates.last + dt.timedelta(days=1), midnight))


def _peaks_within(dates: DateRange) -> exp.Expr:
    """Return the condition that some day of a peak is among the dates."""
    peaks = exp.select("peak_id").from_(exp.to_identifier(PEAK.name))
    begins, ends = exp.column("start_date"), exp.column("end_date")
    chosen = peaks.where(begins <= _date(dates.last), ends >= _date(dates.first))
    return exp.column("peak_id", quoted=True).isin(query=chosen)


def _within_dates(column: exp.Column, dates: DateRange) -> exp.Expr:
    return column.between(_date(dates.first), _date(dates.last))


def _within_instants(column: exp.Column, dates: DateRange) -> exp.Expr:
    first, end = instants_of(dates)
    return exp.and_(column >= _instant(first), column.copy() < _instant(end))


def _named_period(name: str) -> exp.Expr:
    said = exp.Literal.string(name)
    return exp.or_(exp.column("period_kind").eq(said), exp.column("period_id").eq(said.copy()))


def _period_row(period: Period) -> exp.Select:
    values: dict[str, Any] = {
        "period_id": exp.Literal.string(period.period_id),
        "period_kind": exp.Literal.string(period.period_kind),
        "start_date": _date(period.dates.first),
        "end_date": _date(period.dates.last),
        "baseline_start_date": _date(period.baseline.first),
        "baseline_end_date": _date(period.baseline.last),
    }
    return exp.select(*(exp.alias_(values[column.name], column.name) for column in PERIOD.columns))


def _date(date: dt.date) -> exp.Expr:
    return exp.cast(exp.Literal.string(date.isoformat()), DATE_TYPE)


def _instant(instant: dt.datetime) -> exp.Expr:
    return exp.cast(exp.Literal.string(f"{instant:%Y-%m-%d %H:%M:%S}+00:00"), INSTANT_TYPE, dialect=WRITTEN_IN)


def _step(name: str, sql: str) -> str:
    return f"{name} AS (\n{sql}\n)"


def _sql(query: exp.Expr) -> str:
    return query.sql(WRITTEN_IN, pretty=True)


def _indented(sql: str) -> str:
    """Return a view's SQL without its header; what sqlglot writes is never touched, for a literal may hold a line."""
    lines = dropwhile(lambda line: line.startswith("--"), sql.rstrip().split("\n"))
    return "\n".join(f"  {line}" if line else "" for line in lines)
