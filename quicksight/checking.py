"""Every visual of every dashboard, asked over a lake: how many rows it shows, or in words why none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from glue.dialect import sql_for
from quicksight.model.dashboards import Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.model.visuals import AnyVisual, Bars
from quicksight.preview.choices import choices_of
from quicksight.query import Choice, Period, figure_visual, visual_query
from quicksight.resolve import file_of, visual_dimensions, visual_measures
from quicksight.sql import data_set_sql


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visual showed, at one level of drilling down.

    Attributes:
        dashboard, visual: their names; of a figure of the headline, `headline.<name>`.
        dimensions: what it is grouped by.
        rows: how many rows have a figure.
        why_none: why there is none; empty where there are some.
        is_broken: the engine could not ask it: the definition or a view is wrong.
    """

    dashboard: str
    visual: str
    dimensions: tuple[str, ...]
    rows: int
    why_none: str = ""
    is_broken: bool = False


def ask_all(connection: duckdb.DuckDBPyConnection, dashboards: Iterable[Dashboard]) -> Iterator[Asked]:
    """Ask every visual for the latest period of its dashboard's kind; each view is asked once."""
    periods = [period_of(row) for row in choices_of(connection)["periods"]]
    rows = Rows(connection)
    for dashboard in dashboards:
        choice = Choice(period=_latest(periods, dashboard.period_kind)).within(dashboard)
        figures = (figure_visual(f"headline.{name}", each) for name, each in dashboard.headline.figures.items())
        for visual in (*figures, *dashboard.visuals()):
            for dimensions in _levels(visual):
                yield _asked(rows, dashboard, visual, dimensions, choice)


class Rows:
    """The rows of data sets, each asked of the views when it is first needed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._tables: dict[str, str] = {}

    def of(self, data_set: DataSet) -> str:
        """Return the name of the table that holds the rows of a data set."""
        if data_set.name not in self._tables:
            name = "checked_" + data_set.name.replace("-", "_")
            asked = sql_for("duckdb", data_set_sql(data_set, for_period=False))
            self.connection.execute(f"CREATE TEMP TABLE {name} AS {asked}")
            self._tables[data_set.name] = name
        return self._tables[data_set.name]

    def count(self, data_set: DataSet) -> int:
        """Return how many rows a data set has."""
        return _count(self.connection, f"SELECT * FROM {self.of(data_set)}")


def _asked(rows: Rows, dashboard: Dashboard, visual: AnyVisual, dimensions: tuple[str, ...], choice: Choice) -> Asked:
    place = (dashboard.name, visual.name, dimensions)
    try:
        table = rows.of(visual.data_set)
        query = visual_query(visual, choice, dimensions=dimensions, rows=table)
        count = _count(rows.connection, f"SELECT * FROM ({query}) WHERE {_has_figure(visual)}")
        return Asked(*place, count, "" if count else _why_none(rows, visual, choice))
    except (duckdb.Error, KeyError) as error:
        said = str(error).strip().splitlines()[0]
        return Asked(*place, 0, f"{file_of(dashboard)}, data set {visual.data_set.name!r}: {said}", is_broken=True)


def _has_figure(visual: AnyVisual) -> str:
    return " OR ".join(f'"{name}" IS NOT NULL' for _, name in visual_measures(visual))


def _levels(visual: AnyVisual) -> Iterator[tuple[str, ...]]:
    """Give what a visual groups by: at first, and each time that somebody goes one deeper."""
    yield tuple(dimension.column for dimension in visual_dimensions(visual))
    if isinstance(visual, Bars):
        yield from ((deeper.column,) for deeper in visual.drill)


def _why_none(rows: Rows, visual: AnyVisual, choice: Choice) -> str:
    if rows.count(visual.data_set) == 0:
        return visual.empty or f"{visual.data_set.view} gives no row of this lake"
    period = choice.followed_by(visual).period
    kinds = visual.data_set.period_kinds
    if period is not None and kinds and period.period_kind not in kinds:
        return f"kept for {', '.join(kinds)} only, not for {period.period_kind}"
    return f"no figure in {period.period_id}" if period is not None else "no figure is known"


def _latest(periods: Iterable[Period], kind: str) -> Period | None:
    """Return the latest period of a kind; where there is none, the first that can be chosen."""
    known = [*periods]
    return next((period for period in known if period.period_kind == kind), known[0] if known else None)


def period_of(row: dict[str, Any]) -> Period:
    """Return a period as the choices have it."""
    first, last = (dt.date.fromisoformat(row[name]) for name in ("start_date", "end_date"))
    return Period(row["period_id"], row["period_kind"], first, last)


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()
    return int(count)
