"""Answers by storeq, and by the plain views over the same lake: what storeq must give too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contracts.tables import PEAK, PERIOD, TABLES
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from glue.views import load_views
from storeq.compile import compile_question
from storeq.engines import Engine
from storeq.ordering import date_column
from storeq.questions import Library, Question
from storeq.reading import knows_stores
from storeq.scope import DateRange, Period, Scope, asked_period
from tests.lake_sample import lake_sample

LIBRARY = Library(load_views())
NAMES = sorted(view.name for views in LIBRARY.groups().values() for view in views)
HOLIDAYS = asked_period(DateRange(dt.date(2025, 11, 10), dt.date(2025, 12, 28)))
"""Dates with holidays, gaps and a shift in them, that begin and end within weeks and months."""
DIGITS = 9


def answer(engine: Engine, name: str, scope: Scope) -> list[tuple[Any, ...]]:
    """Return the rows that storeq gives, sorted."""
    statement = compile_question(LIBRARY.find(name), scope, engine.place)
    return comparable(engine.run(statement).rows)


@cache
def plain_answer(name: str, *, period: Period | None = None, store: str | None = None) -> list[tuple[Any, ...]]:
    """Return the rows that the plain view gives over the sample, when `period_v1` holds this period alone.

    Args:
        name: the view.
        period: the only period, if not those of the sample.
        store: the only store of the lake, if not all.
    """
    question = LIBRARY.find(name)
    tables = lake_sample() if store is None else of_stores(lake_sample(), store)
    asked = {} if period is None else {PERIOD.name: period_rows(period)}
    connection = connect(tables | asked, views=question.parts)
    return comparable(connection.sql(f"SELECT * FROM {name} {_dated(question, period)}").to_arrow_table())


def of_stores(tables: Mapping[str, pa.Table], *stores: str) -> dict[str, pa.Table]:
    """Return a lake that has only these stores."""
    return {
        name: rows.filter(pc.is_in(rows["store_id"], pa.array(stores))) if knows_stores(TABLES[name]) else rows
        for name, rows in tables.items()
    }


def period_rows(period: Period) -> pa.Table:
    """Return `period_v1` with this period alone."""
    row = {
        "period_id": period.period_id,
        "period_kind": period.period_kind,
        "start_date": period.dates.first,
        "end_date": period.dates.last,
        "baseline_start_date": period.baseline.first,
        "baseline_end_date": period.baseline.last,
    }
    return pa.Table.from_pylist([row], schema=arrow_schema_of(PERIOD))


def comparable(rows: pa.Table) -> list[tuple[Any, ...]]:
    """Return rows in an order of their own; sums of doubles differ in the last digits by the order of adding."""
    return sorted((tuple(map(_plain, row.values())) for row in rows.to_pylist()), key=repr)


def _plain(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _dated(question: Question, period: Period | None) -> str:
    """Return the condition on the dates, or peaks, of an answer that has no period."""
    if period is None or question.reads(PERIOD):
        return ""
    if question.reads(PEAK):
        dates = f"start_date <= '{period.dates.last}' AND end_date >= '{period.dates.first}'"
        return f"WHERE peak_id IN (SELECT peak_id FROM peak_v1 WHERE {dates})"
    column = date_column(question)
    assert column is not None, f"{question.name} has neither periods nor dates"
    if column.type == "DATE":
        return f"WHERE {column.name} BETWEEN '{period.dates.first}' AND '{period.dates.last}'"
    end = period.dates.last + dt.timedelta(days=1)
    return f"WHERE {column.name} >= '{period.dates.first} 00:00:00+00' AND {column.name} < '{end} 00:00:00+00'"
