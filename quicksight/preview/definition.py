"""A dashboard as its page holds it: the definition as JSON, with what is wrong with the rows in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from contracts.tables import STORE
from quicksight.model.dashboards import Dashboard
from quicksight.model.data_sets import STORE_COLUMNS, DataSet
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
from quicksight.model.visuals import AnyVisual
from quicksight.preview.lake import Lake
from quicksight.preview.rows import is_by_kind
from storeq.questions import Question

Json = dict[str, Any]
_AGGREGATES = {
    Sum: "sum",
    Largest: "largest",
    Smallest: "smallest",
    Distinct: "distinct",
    Median: "median",
    Only: "only",
}
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TYPES = {"BOOLEAN": "boolean", "DATE": "date", "VARCHAR": "text"}


@dataclass(frozen=True, slots=True)
class DataSetPage:
    """What a page says of a data set.

    Attributes:
        data_set: the data set.
        columns: the columns that the page has.
        measures: the measures that the page shows.
        question: its view; None where there is none of that name.
        problem: why it cannot be shown; None when it can.
        empty: why it has no rows at all, and what would fill it; empty when it has some.
    """

    data_set: DataSet
    columns: tuple[str, ...]
    measures: tuple[Measure, ...]
    question: Question | None
    problem: str | None = None
    empty: str = ""


def dashboard_json(
    dashboard: Dashboard,
    *,
    lake: Lake,
    lakes: Iterable[Lake],
    dashboards: Iterable[Dashboard],
    data_sets: Mapping[str, DataSetPage],
    problems: Mapping[str, str],
) -> Json:
    """Return the definition of a dashboard over a lake.

    Args:
        dashboard: what is shown.
        lake: what it is shown over.
        lakes: all that there are pages of, for the navigation.
        dashboards: all of them, for the navigation.
        data_sets: by name, each that it reads.
        problems: by the name of a visual, what is wrong with its definition.
    """
    return {
        **{name: getattr(dashboard, name) for name in ("name", "title", "question", "readers", "needs")},
        "controls": list(dashboard.controls),
        "period_kind": dashboard.period_kind,
        "is_paginated": dashboard.is_paginated,
        "lake": {"name": lake.name, "title": lake.title, "note": lake.note},
        "lakes": [{"name": each.name, "title": each.title} for each in lakes],
        "dashboards": [{"name": each.name, "title": each.title} for each in dashboards],
        "headline": {
            "text": dashboard.headline.text,
            "figures": {name: _plain(figure) for name, figure in dashboard.headline.figures.items()},
        },
        "data_sets": {each.name: data_set_json(data_sets[each.name]) for each in dashboard.data_sets()},
        "sheets": [
            {
                "name": sheet.name,
                "title": sheet.title,
                "rows": [[visual_json(each, data_sets, problems.get(each.name)) for each in row] for row in sheet.rows],
            }
            for sheet in dashboard.sheets
        ],
    }


def data_set_json(page: DataSetPage) -> Json:
    """Return what a page has of a data set."""
    data_set = page.data_set
    return {
        "title": data_set.title,
        "owner": data_set.owner,
        "dated": data_set.dated,
        "period_kinds": list(data_set.period_kinds),
        "by_store": data_set.by_store,
        "by_kind": is_by_kind(data_set),
        "overview": list(data_set.overview),
        "columns": [_column_json(name, page.question) for name in page.columns],
        "measures": {measure.name: _measure_json(measure) for measure in page.measures},
        "problem": page.problem,
    }


def visual_json(visual: AnyVisual, data_sets: Mapping[str, DataSetPage], problem: str | None) -> Json:
    """Return a visual; where its data set has no row at all and it does not say what would fill it, that is said."""
    kind = _CAPITAL.sub("_", type(visual).__name__).lower()
    empty = visual.empty or data_sets[visual.data_set.name].empty
    return {"kind": kind, **_plain(visual), "empty": empty, "problem": problem}


def expression_json(expression: Expression) -> Json:
    """Return an expression as the page works it out."""
    match expression:
        case Number(value=value):
            return {"op": "number", "value": value}
        case SquareRoot(of=inner):
            return {"op": "sqrt", "of": expression_json(inner)}
        case Operation(sign=sign, left=left, right=right):
            return {"op": sign, "left": expression_json(left), "right": expression_json(right)}
        case _:
            return {"op": _AGGREGATES[type(expression)], "column": expression.column}


def _measure_json(measure: Measure) -> Json:
    shown: Json = {name: getattr(measure, name) for name in ("title", "unit", "doc", "better", "target")}
    for name in ("expression", "low", "high", "baseline", "coverage", "people"):
        expression = getattr(measure, name)
        shown[name] = None if expression is None else expression_json(expression)
    return shown


def _column_json(name: str, question: Question | None) -> Json:
    found = question.column(name) if question is not None else None
    if name in STORE_COLUMNS:
        return {"name": name, "doc": STORE_COLUMNS[name], "type": "text"}
    if found is not None:
        return {"name": name, "doc": found.doc, "type": _type(found.type)}
    known = {column.name: column.doc for column in STORE.columns}
    return {"name": name, "doc": known.get(name, ""), "type": "number" if name in ("latitude", "longitude") else "text"}


def _type(type_: str) -> str:
    return "time" if type_.startswith("TIMESTAMP") else _TYPES.get(type_, "number")


def _plain(value: Any) -> Any:
    """Return a value of the model as JSON has it; a data set by its name."""
    if isinstance(value, DataSet):
        return value.name
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
