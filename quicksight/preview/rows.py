"""Which rows and columns of a data set the local page gets, as SQL of DuckDB.

A page gets what some visual names, and no more. Dates and times become text, times on the store's own clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import duckdb

from glue.dialect import sql_for
from quicksight.model.dashboards import Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import Sum, aggregates_of, columns_of
from quicksight.model.measures import Measure
from quicksight.model.visuals import AnyVisual, FloorHeat
from quicksight.query import figure_visual
from quicksight.resolve import visual_columns, visual_measures
from quicksight.sql import data_set_sql

WEEK = "iso_week"
GRID_COLUMNS = ("grid_w", "grid_h")
"""How many cells a camera's picture has."""
_TOLD_ALWAYS = ("is_suppressed", "flag")
_OF_CONTROLS = ("store_id", "level", "place", "region", "period_id", "compare_with")
_STORED_AS = "rows_of_"


def measures_shown(data_set: DataSet, dashboards: Iterable[Dashboard]) -> tuple[Measure, ...]:
    """Return the measures of a data set that some visual or headline shows."""
    shown = {name for visual in _visuals(data_set, dashboards) for _, name in visual_measures(visual)}
    return tuple(measure for measure in data_set.measures if measure.name in shown)


def is_by_kind(data_set: DataSet) -> bool:
    """Whether the rows of each kind of period have a file of their own: weeks are most of all, and rarely asked."""
    return WEEK in data_set.period_kinds and not data_set.by_store


def columns_shown(data_set: DataSet, dashboards: Iterable[Dashboard]) -> tuple[str, ...]:
    """Return the columns of a data set that a page needs, in its order."""
    dashboards = tuple(dashboards)
    named = {*_OF_CONTROLS, *_TOLD_ALWAYS, *data_set.overview, data_set.dated}
    named |= {"period_kind"} if is_by_kind(data_set) else set()
    for visual in _visuals(data_set, dashboards):
        named |= {column for _, column in visual_columns(visual)} | {each.column for each in visual.where}
        named |= {*GRID_COLUMNS} if isinstance(visual, FloorHeat) else set()
    for measure in measures_shown(data_set, dashboards):
        named |= {column for expression in measure.expressions() for column in columns_of(expression)}
    return tuple(name for name in data_set.all_columns if name in named)


def create_rows(connection: duckdb.DuckDBPyConnection, data_set: DataSet, columns: Iterable[str]) -> str:
    """Ask the views once, keep the rows in a table of the connection, and return its name.

    Raises:
        duckdb.Error: a view cannot be asked, or lacks a column.
    """
    asked = sql_for("duckdb", data_set_sql(data_set, for_period=False))
    types = {name: str(type_) for name, type_, *_ in connection.execute(f"DESCRIBE {asked}").fetchall()}
    name = table_name(data_set)
    clock = "LEFT JOIN store_v1 AS clock ON clock.store_id = fact.store_id" if _has_instants(types, columns) else ""
    said = ", ".join(f"{_as_text(column, types[column])} AS {column}" for column in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {said} FROM ({asked}) AS fact {clock}")
    return name


def table_name(data_set: DataSet) -> str:
    """Return the name of the table that keeps the rows of a data set."""
    return _STORED_AS + data_set.name.replace("-", "_")


def all_rows(data_set: DataSet) -> str:
    """Return the SELECT of the rows that are kept, those of a store together."""
    first = "store_id, " if data_set.by_store else ""
    return f"SELECT {first}* {'EXCLUDE store_id ' if first else ''}FROM {table_name(data_set)} ORDER BY ALL"


def overview_rows(data_set: DataSet, columns: Iterable[str], measures: Iterable[Measure]) -> str:
    """Return the SELECT of the sums over the stores of a region: what adds up, by region, period and `overview`."""
    columns = tuple(columns)
    kept = [name for name in columns if name in ("region", "period_id", *data_set.overview)]
    summed = _summed(measures)
    sums = [f"sum({name}) AS {name}" for name in columns if name in summed and name not in kept]
    return f"SELECT {', '.join([*kept, *sums])} FROM {table_name(data_set)} GROUP BY ALL ORDER BY ALL"


def _visuals(data_set: DataSet, dashboards: Iterable[Dashboard]) -> Iterator[AnyVisual]:
    for dashboard in dashboards:
        figures = (figure_visual(name, figure) for name, figure in dashboard.headline.figures.items())
        yield from (each for each in (*dashboard.visuals(), *figures) if each.data_set.name == data_set.name)


def _summed(measures: Iterable[Measure]) -> set[str]:
    aggregates = (found for measure in measures for each in measure.expressions() for found in aggregates_of(each))
    return {aggregate.column for aggregate in aggregates if isinstance(aggregate, Sum)}


def _has_instants(types: Mapping[str, str], columns: Iterable[str]) -> bool:
    return any(types[column] == "TIMESTAMP WITH TIME ZONE" for column in columns)


def _as_text(column: str, type_: str) -> str:
    """Return a column as the page has it: dates and times as text, all numbers as what JSON can hold."""
    match type_:
        case "DATE":
            return f"CAST(fact.{column} AS VARCHAR)"
        case "TIMESTAMP WITH TIME ZONE":
            return _minute(f"timezone(COALESCE(clock.time_zone, 'UTC'), fact.{column})")
        case "TIMESTAMP":
            return _minute(f"fact.{column}")
        case "BOOLEAN" | "VARCHAR":
            return f"fact.{column}"
        case "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT":
            return f"fact.{column}"
    return f"CAST(fact.{column} AS DOUBLE)"


def _minute(clock_time: str) -> str:
    return f"strftime({clock_time}, '%Y-%m-%dT%H:%M')"
