"""The rows of an answer as panels of series of points: whatever is drawn, is drawn from these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.quality import NONE, POOR
from storeq.formats.answered import Answered, Row
from storeq.formats.chart.spec import ChartSpec
from storeq.formats.table import cell_text, value_text
from storeq.formats.units import Unit, unit_of
from storeq.ordering import leading_keys
from storeq.questions import Column

GOOD_COVERAGE = 0.8
"""What was watched for less than this share is faded, as comparisons flag it."""
MOST_PANELS = 12
_TRUST = ("coverage", "baseline_coverage", "quality", "flag")
X = str | float | dt.date


@dataclass(frozen=True, slots=True)
class Point:
    """One value and what is said of it; `value` None is a gap, and `text` says why. `baseline` is the year before."""

    x: X
    x_text: str
    value: float | None
    text: str
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    row: X = ""
    row_text: str = ""
    doubt: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one name, in the order of the answer."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: what tells it from the others, and its series.

    `is_text` says that `x` is names, not a scale. `extent` is what the scale of the measure must hold: plots of the
    same measure beside each other share it.
    """

    title: str
    series: tuple[Series, ...]
    measure: Column
    is_text: bool
    extent: tuple[float, ...] = ()

    @property
    def unit(self) -> Unit:
        """What is measured."""
        return unit_of(self.measure)

    @property
    def points(self) -> tuple[Point, ...]:
        """The points of all series."""
        return tuple(point for series in self.series for point in series.points)

    @property
    def values(self) -> tuple[float, ...]:
        """Everything that is drawn on the scale of the measure."""
        drawn = ((point.value, point.low, point.high, point.baseline) for point in self.points)
        return tuple(value for values in drawn for value in values if value is not None)


def panels_of(answered: Answered, spec: ChartSpec) -> tuple[Panel, ...]:
    """Return a panel for each combination of the keys that the chart does not use, in the order of the answer."""
    rows = list(answered.each())
    keys = _telling_apart(answered.columns, spec, rows)
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(cell_text(key, row) for key in keys), []).append(row)
    panels = [_panel(", ".join(title), found, spec, answered) for title, found in grouped.items()]
    return tuple(replace(panel, extent=_extent(panel, panels)) for panel in panels)


def _extent(panel: Panel, panels: Sequence[Panel]) -> tuple[float, ...]:
    values = [value for each in panels if each.measure == panel.measure for value in each.values]
    return (min(values), max(values)) if values else ()


def _panel(title: str, rows: list[Row], spec: ChartSpec, answered: Answered) -> Panel:
    named: dict[str, list[Point]] = {}
    for row in rows:
        name = "" if spec.series is None or spec.series.name == "measure" else cell_text(spec.series, row)
        named.setdefault(name, []).append(_point(row, spec, answered))
    return Panel(
        title=title,
        series=tuple(Series(name, tuple(points)) for name, points in named.items()),
        measure=_measured(spec, rows[0]),
        is_text=unit_of(spec.x) in ("text", "flag"),
    )


def _measured(spec: ChartSpec, row: Row) -> Column:
    """Return what is measured; where rows are of several measures, each names its own."""
    named = row.get("measure")
    return Column(named, spec.measure.type, spec.measure.doc) if isinstance(named, str) else spec.measure


def _point(row: Row, spec: ChartSpec, answered: Answered) -> Point:
    measure = spec.measure
    baseline = row.get(f"baseline_{measure.name}") if spec.kind != "heat" else None
    return Point(
        x=_position(row[spec.x.name]),
        x_text=cell_text(spec.x, row),
        value=_number(row[measure.name]),
        text=value_text(row[measure.name], unit_of(_measured(spec, row)), row),
        low=_number(row[spec.low.name]) if spec.low else None,
        high=_number(row[spec.high.name]) if spec.high else None,
        baseline=_number(baseline),
        row=_position(row[spec.y.name]) if spec.kind == "heat" else "",
        row_text=cell_text(spec.y, row) if spec.kind == "heat" else "",
        doubt=doubt_of(row),
        tip=_tip(row, measure, answered.columns),
    )


def doubt_of(row: Row) -> str:
    """Return why a row must be taken with care; empty where nothing speaks against it."""
    if row.get("flag"):
        return str(row["flag"])
    if row.get("quality") in (POOR, NONE):
        return f"quality {row['quality']}"
    coverage = row.get("coverage")
    return f"watched {coverage:.0%} of the time only" if coverage is not None and coverage < GOOD_COVERAGE else ""


def _tip(row: Row, measure: Column, columns: Sequence[Column]) -> str:
    """Return what a row says when pointed at: what it is, its value, and how far to trust it."""
    wanted = {column.name for column in leading_keys(columns)} | {measure.name, f"baseline_{measure.name}", *_TRUST}
    told = ((column.name, cell_text(column, row)) for column in columns if column.name in wanted)
    return "\n".join(f"{name}: {text}" for name, text in told if text)


def _telling_apart(columns: Sequence[Column], spec: ChartSpec, rows: Sequence[Row]) -> tuple[Column, ...]:
    """Return the fewest leading keys that, with those of the chart, tell all rows apart."""
    used = [column.name for column in _drawn(spec)]
    chosen: list[Column] = [spec.by] if spec.series and spec.by and spec.by.name == "measure" else []
    distinct = _distinct(rows, used)
    for column in leading_keys(columns):
        if column.name in used or distinct == len(rows):
            continue
        more = _distinct(rows, [*used, column.name])
        if more > distinct:
            chosen.append(column)
            used.append(column.name)
            distinct = more
    return tuple(sorted(chosen, key=lambda column: column.name in ("period_id", "measure"), reverse=True))


def _drawn(spec: ChartSpec) -> Iterator[Column]:
    yield spec.x
    if spec.kind == "heat":
        yield spec.y
    elif spec.by is not None:
        yield spec.by


def _distinct(rows: Sequence[Row], names: Sequence[str]) -> int:
    found: set[tuple[Hashable, ...]] = {tuple(map(row.get, names)) for row in rows}
    return len(found)


def _position(value: Any) -> X:
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, dt.date):
        return value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
