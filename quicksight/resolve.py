"""Do the definitions hold together: every view, column, measure and dimension must be there.

A name that is not known is told with its place (file, dashboard, visual, field) and the nearest that is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from quicksight.model.dashboards import COMPARISONS, Dashboard
from quicksight.model.data_sets import STORE_ATTRIBUTES, DataSet
from quicksight.model.expressions import columns_of
from quicksight.model.measures import Dimension
from quicksight.model.visuals import (
    AnyVisual,
    Bars,
    FloorHeat,
    Funnel,
    HeatTable,
    Kpi,
    Lines,
    StoreMap,
    Table,
    Where,
)
from storeq.errors import StoreqError, nearest
from storeq.questions import Library, Question

DATA_SETS_FILE = "quicksight/dashboards/data_sets.py"


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not hold: in which file, of which data set or visual, and what to do about it."""

    file: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.subject}: {self.text}"


def problems_of(dashboards: Iterable[Dashboard], library: Library) -> tuple[Problem, ...]:
    """Return everything that does not resolve in the dashboards and in the data sets that they read."""
    dashboards = tuple(dashboards)
    data_sets = _data_sets(dashboards)
    found = [problem for data_set in data_sets for problem in data_set_problems(data_set, library)]
    found += _twice(DATA_SETS_FILE, "all data sets", "data set", [data_set.name for data_set in data_sets])
    for dashboard in dashboards:
        found += dashboard_problems(dashboard)
    return tuple(found)


def data_set_problems(data_set: DataSet, library: Library) -> Iterator[Problem]:
    """Give what a data set names and its view, or the data set itself, does not have."""
    subject = f"data set {data_set.name!r}"
    try:
        question = library.find(data_set.view)
    except StoreqError as unknown:
        yield Problem(DATA_SETS_FILE, f"{subject}, view", str(unknown))
        return
    zoned = {column.name for column in question.columns if column.type == "TIMESTAMP WITH TIME ZONE"}
    for name in (name for name in data_set.columns if name in zoned):
        told = f"Quick Sight reads no instants with a zone: take the store's own time instead of {name!r}"
        yield Problem(DATA_SETS_FILE, f"{subject}, columns", told)
    for field, name, known in _data_set_names(data_set, question):
        if name not in known:
            yield Problem(DATA_SETS_FILE, f"{subject}, {field}", _unknown("column", name, known))
    yield from _twice(DATA_SETS_FILE, subject, "measure", [measure.name for measure in data_set.measures])


def dashboard_problems(dashboard: Dashboard) -> Iterator[Problem]:
    """Give what a dashboard names and its data sets do not have."""
    file = file_of(dashboard)
    visuals = tuple(dashboard.visuals())
    yield from _twice(file, f"dashboard {dashboard.name!r}", "visual", [visual.name for visual in visuals])
    for visual in visuals:
        for field, problem in (*visual_problems(visual), *_counted_twice(dashboard, visual)):
            yield Problem(file, f"visual {visual.name!r}, {field}", problem)
    for name, figure in dashboard.headline.figures.items():
        for field, problem in _figure_problems(figure.data_set, figure.measure, figure.where):
            yield Problem(file, f"headline figure {name!r}, {field}", problem)


def visual_problems(visual: AnyVisual) -> Iterator[tuple[str, str]]:
    """Give each field of a visual that names what its data set does not have, and what is wrong."""
    known = visual.data_set.all_columns
    for field, column in visual_columns(visual):
        if column not in known:
            yield field, _unknown("column", column, known)
    for field, measure in visual_measures(visual):
        yield from _measure_problem(field, visual.data_set, measure)
    yield from _where_problems(visual.where, visual.data_set)


def visual_columns(visual: AnyVisual) -> Iterator[tuple[str, str]]:
    """Give the columns that a visual names, each with the field that names it."""
    for field in fields(visual):
        value = getattr(visual, field.name)
        for dimension in value if isinstance(value, tuple) else (value,):
            if isinstance(dimension, Dimension):
                yield field.name, dimension.column
    if isinstance(visual, StoreMap):
        yield "latitude", visual.latitude
        yield "longitude", visual.longitude


def visual_dimensions(visual: AnyVisual) -> tuple[Dimension, ...]:
    """Return what a visual groups by before anybody drills down, outermost first."""
    match visual:
        case Kpi() | Funnel():
            return ()
        case Bars(by=by, series=series) | Lines(by=by, series=series):
            return (by,) if series is None else (by, series)
        case HeatTable(rows=rows, columns=columns):
            return (rows, columns)
        case Table(by=several):
            return several
        case StoreMap(by=by):
            return (by,)
        case FloorHeat(x=x, y=y, camera=camera):
            return (camera, x, y)


def visual_measures(visual: AnyVisual) -> Iterator[tuple[str, str]]:
    """Give the measures that a visual names, each with the field that names it."""
    match visual:
        case Kpi(measure=measure) | HeatTable(measure=measure) | FloorHeat(measure=measure):
            yield "measure", measure
        case Bars(measures=measures) | Lines(measures=measures) | Table(measures=measures):
            yield from (("measures", measure) for measure in measures)
        case StoreMap(size=size, colour=colour):
            yield "size", size
            yield "colour", colour
        case Funnel(steps=steps):
            yield from (("steps", step) for step in steps)


def file_of(dashboard: Dashboard) -> str:
    """Return the file that defines a dashboard."""
    return f"quicksight/dashboards/{dashboard.name.replace('-', '_')}.py"


def _data_sets(dashboards: Iterable[Dashboard]) -> list[DataSet]:
    """Return the data sets of all dashboards by name: two that differ stay two, even under one name."""
    found: list[DataSet] = []
    for dashboard in dashboards:
        found += [data_set for data_set in dashboard.data_sets() if data_set not in found]
    return sorted(found, key=lambda data_set: data_set.name)


def _data_set_names(data_set: DataSet, question: Question) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Give each column that a data set names: the field, the column, and what could be named there."""
    of_view, known = tuple(column.name for column in question.columns), data_set.all_columns
    for column in data_set.columns:
        yield "columns", column, (*of_view, *STORE_ATTRIBUTES)
    for measure in data_set.measures:
        for expression in measure.expressions():
            yield from ((f"measure {measure.name!r}", column, known) for column in sorted(columns_of(expression)))
    for column in data_set.overview:
        yield "overview", column, known
    if data_set.dated is not None:
        yield "dated", data_set.dated, known
    if data_set.recent is not None:
        yield "recent", data_set.recent[0], of_view
    if data_set.period_kinds:
        yield "period_kinds", "period_kind", known
    for column in ("level", "place") if data_set.owner == "level" else ("store_id",):
        yield "owner", column, known
    for column in data_set.synonyms:
        yield "synonyms", column, known


def _counted_twice(dashboard: Dashboard, visual: AnyVisual) -> Iterator[tuple[str, str]]:
    """Give the columns by which a data set tells the same again, and that neither a control nor `where` settles."""
    settled = {condition.column for condition in visual.where} | {column for _, column in visual_columns(visual)}
    for control, column in (("period", "period_id"), ("compare_with", "compare_with")):
        is_followed = control in dashboard.controls and control not in visual.ignores
        if column in visual.data_set.columns and not is_followed and column not in settled:
            yield (
                "where",
                (
                    f"{visual.data_set.name} has a row for each {column}, and nothing chooses one: give the "
                    f"dashboard the control {control!r}, or the visual a `where` on {column}"
                ),
            )


def _figure_problems(data_set: DataSet, measure: str, where: tuple[Where, ...]) -> Iterator[tuple[str, str]]:
    yield from _measure_problem("measure", data_set, measure)
    yield from _where_problems(where, data_set)


def _measure_problem(field: str, data_set: DataSet, name: str) -> Iterator[tuple[str, str]]:
    known = [measure.name for measure in data_set.measures]
    if name not in known:
        yield field, _unknown("measure", name, known)


def _where_problems(where: tuple[Where, ...], data_set: DataSet) -> Iterator[tuple[str, str]]:
    for condition in where:
        if condition.column not in data_set.all_columns:
            yield "where", _unknown("column", condition.column, data_set.all_columns)
        if condition.column == "compare_with" and (strange := set(condition.values) - set(COMPARISONS)):
            yield "where", f"expected comparisons among {', '.join(COMPARISONS)}, came {sorted(map(str, strange))}"


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"there is no {what} {name!r}: {nearest(name, tuple(known))}"


def _twice(file: str, subject: str, what: str, names: list[str]) -> Iterator[Problem]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(file, subject, f"expected each {what} to have a name of its own, came {name!r} twice")
