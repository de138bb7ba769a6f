"""Rows of the lake made by hand: what a test does not name is filled by the contract's types.

`row("lane_local_hour_v1", served=3)` is a valid row of that table, and `lake({...})` answers the views over such rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from contracts.fields import Field
from contracts.tables import TABLES, Table
from contracts.types import BOOLEAN, DATE, DOUBLE, INSTANT, INTEGER, LONG, STRING, ListOf, Scalar
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from glue.views import View, load_views

Row = dict[str, Any]

DAY = dt.date(2026, 3, 2)
"""A Monday: the day of a row that names none."""
_DEFAULTS: dict[Scalar, Any] = {
    STRING: "",
    INTEGER: 0,
    LONG: 0,
    DOUBLE: 0.0,
    BOOLEAN: False,
    INSTANT: dt.datetime(DAY.year, DAY.month, DAY.day, tzinfo=dt.UTC),
    DATE: DAY,
}
_USUAL = {"store_id": "store", "coverage": 1.0, "time_zone": "UTC", "country": "DE"}


def row(table: str, **values: Any) -> Row:
    """Return a row of a table: numbers are 0, optional columns null, `coverage` 1, the zone UTC, the store `store`.

    Without an instant of its own, a row of a local hour starts at `hour_of_day` of `business_date` in UTC.
    """
    columns = TABLES[table].columns
    if unknown := values.keys() - {column.name for column in columns}:
        raise KeyError(f"{table}: expected its columns, came {', '.join(sorted(unknown))}; correct the names")
    return {column.name: _default(column) for column in columns} | _window(TABLES[table], values) | values


def lake(tables: Mapping[str, Iterable[Row]], *views: str) -> duckdb.DuckDBPyConnection:
    """Return a connection over such rows, all other tables empty, with the named views and what they read, or all."""
    connection = connect({}, views=needed(views) if views else None)
    connection.execute("SET threads = 1")
    fill(connection, tables)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Iterable[Row]]) -> None:
    """Give tables other rows; the views see them from then on."""
    for name, content in tables.items():
        connection.register(name, pa.Table.from_pylist(list(content), schema=arrow_schema_of(TABLES[name])))


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    """Return the answer, one dictionary for each row; instants are in UTC."""
    found: list[Row] = connection.sql(sql).to_arrow_table().to_pylist()
    return found


def _default(column: Field) -> Any:
    if not column.required:
        return None
    if column.choices:
        return column.choices[0]
    if isinstance(column.type, ListOf):
        return []
    return _USUAL.get(column.name, _DEFAULTS[column.type] if isinstance(column.type, Scalar) else None)


def _window(table: Table, values: Row) -> Row:
    if "window_start" in values or not {"window_start", "hour_of_day"} <= {column.name for column in table.columns}:
        return {}
    date, hour = values.get("business_date", DAY), values.get("hour_of_day", 0)
    start = dt.datetime.combine(date, dt.time(hour), tzinfo=dt.UTC)
    return {"window_start": start, "window_end": start + dt.timedelta(hours=1)}


@cache
def needed(names: tuple[str, ...]) -> tuple[View, ...]:
    """Return views with those that they read, each after what it reads."""
    views = {view.name: view for view in load_views()}
    wanted = set(_with_parents(names, views))
    return tuple(view for view in views.values() if view.name in wanted)


def _with_parents(names: Iterable[str], views: Mapping[str, View]) -> Iterator[str]:
    for name in names:
        yield name
        yield from _with_parents(views.keys() & set(views[name].reads), views)
