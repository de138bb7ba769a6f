"""The rows of a visual as one SELECT for DuckDB: what the local page works out itself, and the checks compare with.

Rows are those of the data set (`quicksight/sql.py`) that the choice and the visual's `where` leave; they are grouped by
the visual's dimensions. Nulls follow `quicksight/model/expressions.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from glue.dialect import sql_for
from quicksight.model.dashboards import ALL, COMPARISONS, Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import (
    Distinct,
    Expression,
    Largest,
    Median,
    Number,
    Only,
    Operation,
    Smallest,
    SquareRoot,
    Sum,
)
from quicksight.model.measures import Measure
from quicksight.model.visuals import AnyVisual, Figure, Kpi, StoreMap, Where
from quicksight.resolve import visual_dimensions, visual_measures
from quicksight.sql import data_set_sql


@dataclass(frozen=True, slots=True)
class Period:
    """A period that can be chosen; its dates are included."""

    period_id: str
    period_kind: str
    start_date: dt.date
    end_date: dt.date


@dataclass(frozen=True, slots=True)
class Choice:
    """What the controls say. `ALL`, or no period, restricts nothing; nor does a comparison of None."""

    region: str = ALL
    store_id: str = ALL
    period: Period | None = None
    compare_with: str | None = COMPARISONS[0]

    def within(self, dashboard: Dashboard) -> Choice:
        """Return what of it a dashboard has controls for."""
        return self._without({"region", "store", "period", "compare_with"} - set(dashboard.controls))

    def followed_by(self, visual: AnyVisual) -> Choice:
        """Return what of it a visual follows."""
        return self._without(set(visual.ignores))

    def _without(self, controls: set[str]) -> Choice:
        return replace(
            self,
            region=ALL if "region" in controls else self.region,
            store_id=ALL if "store" in controls else self.store_id,
            period=None if "period" in controls else self.period,
            compare_with=None if "compare_with" in controls else self.compare_with,
        )


def visual_query(
    visual: AnyVisual, choice: Choice, *, dimensions: Sequence[str] | None = None, rows: str | None = None
) -> str:
    """Return the SELECT of a visual.

    Args:
        visual: what is shown.
        choice: what of the controls its dashboard has; what it ignores is left out here.
        dimensions: columns to group by instead of the visual's own, as after drilling down.
        rows: name of a relation that holds the rows of the data set; without it the views are asked.

    Returns:
        SQL of DuckDB. Columns are the dimensions and, for each measure, its name; with `__low`, `__high`, `__baseline`,
        `__coverage` and `__people` after it for what it is shown with.
    """
    columns = [dimension.column for dimension in visual_dimensions(visual)] if dimensions is None else [*dimensions]
    measures = dict.fromkeys(name for _, name in visual_measures(visual))
    said = [_name(column) for column in columns]
    said += [f"{value} AS {_name(name)}" for name, value in _places(visual)]
    for measure in measures:
        said += [f"{_sql(value)} AS {_name(name)}" for name, value in _figures(visual.data_set.measure(measure))]
    source = rows or f"(\n{sql_for('duckdb', data_set_sql(visual.data_set, for_period=False))}\n)"
    conditions = " AND ".join(_conditions(visual, choice.followed_by(visual)))
    where = f"\nWHERE {conditions}" if conditions else ""
    group = f"\nGROUP BY {', '.join(map(_name, columns))}\nORDER BY ALL" if columns else ""
    return f"SELECT {', '.join(said)}\nFROM {source} AS fact{where}{group}"


def figure_visual(name: str, figure: Figure) -> Kpi:
    """Return a figure of a headline as a visual of its own."""
    return Kpi(name=name, title=name, data_set=figure.data_set, measure=figure.measure, where=figure.where)


def _conditions(visual: AnyVisual, choice: Choice) -> Iterator[str]:
    data_set = visual.data_set
    yield from (_is_among(each) for each in visual.where)
    yield from (_of_store if data_set.owner == "store" else _of_level)(visual, choice)
    if choice.period is not None:
        yield from _of_period(data_set, choice.period)
    if choice.compare_with is not None and "compare_with" in data_set.columns:
        yield _equals("compare_with", choice.compare_with)


def _of_store(_visual: AnyVisual, choice: Choice) -> Iterator[str]:
    if choice.region != ALL:
        yield _equals("region", choice.region)
    if choice.store_id != ALL:
        yield _equals("store_id", choice.store_id)


def _of_level(visual: AnyVisual, choice: Choice) -> Iterator[str]:
    """Give the conditions on rows of stores, regions and the chain: one level, unless the visual names its own.

    It then keeps the chosen store among stores, and what it shows of larger places beside it.
    """
    if any(each.column == "level" for each in visual.where):
        if choice.region != ALL:
            yield _equals("region", choice.region)
        if choice.store_id != ALL:
            yield f"(\"level\" <> 'store' OR {_equals('place', choice.store_id)})"
        return
    if choice.store_id != ALL:
        yield f"{_equals('level', 'store')} AND {_equals('place', choice.store_id)}"
    elif choice.region != ALL:
        yield f"{_equals('level', 'region')} AND {_equals('place', choice.region)}"
    else:
        yield _equals("level", "chain")


def _of_period(data_set: DataSet, period: Period) -> Iterator[str]:
    if "period_id" in data_set.columns:
        yield _equals("period_id", period.period_id)
    elif data_set.dated is not None:
        yield f"{_name(data_set.dated)} BETWEEN DATE '{period.start_date}' AND DATE '{period.end_date}'"


def _places(visual: AnyVisual) -> Iterator[tuple[str, str]]:
    """Give what a map needs beside its measures: where each place is."""
    if isinstance(visual, StoreMap):
        yield visual.latitude, f"max({_name(visual.latitude)})"
        yield visual.longitude, f"max({_name(visual.longitude)})"


def _figures(measure: Measure) -> Iterator[tuple[str, Expression]]:
    yield measure.name, measure.expression
    for part in ("low", "high", "baseline", "coverage", "people"):
        expression = getattr(measure, part)
        if expression is not None:
            yield f"{measure.name}__{part}", expression


def _sql(expression: Expression) -> str:
    """Return an expression as DuckDB works it out."""
    match expression:
        case Number(value=value):
            return f"CAST({value!r} AS DOUBLE)"
        case SquareRoot(of=inner):
            return f"sqrt(CASE WHEN {_sql(inner)} >= 0 THEN {_sql(inner)} END)"
        case Operation(sign="/", left=left, right=right):
            return f"({_sql(left)} / NULLIF({_sql(right)}, 0))"
        case Operation(sign=sign, left=left, right=right):
            return f"({_sql(left)} {sign} {_sql(right)})"
        case _:
            return _aggregate(expression)


def _aggregate(expression: Sum | Largest | Smallest | Distinct | Median | Only) -> str:
    column = _name(expression.column)
    match expression:
        case Sum():
            return f"CAST(sum({column}) AS DOUBLE)"
        case Largest():
            return f"max({column})"
        case Smallest():
            return f"min({column})"
        case Distinct():
            return f"NULLIF(count(DISTINCT {column}), 0)"
        case Median():
            return f"CAST(median({column}) AS DOUBLE)"
        case Only():
            return f"CASE WHEN count({column}) = 1 THEN max({column}) END"


def _is_among(where: Where) -> str:
    return f"{_name(where.column)} IN ({', '.join(map(_literal, where.values))})"


def _equals(column: str, value: str) -> str:
    return f"{_name(column)} = {_literal(value)}"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _literal(value: str | float) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
