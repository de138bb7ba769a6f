"""The rows of an answer as panels of series of points: whatever is drawn, is drawn from these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.quality import NONE, POOR
from storeq.formats.answered import Answered, Row
from storeq.formats.chart.spec import ChartSpec
from storeq.formats.table import cell_text
from storeq.formats.units import Unit, unit_of
from storeq.ordering import leading_keys
from storeq.questions import Column

GOOD_COVERAGE = 0.8
"""What was watched for less than this share is faded, as comparisons flag it."""
MOST_PANELS = 12
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
    """One plot: what tells it from the others, and its series. `is_text` says that `x` is names, not a scale."""

    title: str
    series: tuple[Series, ...]
    unit: Unit
    is_text: bool

    @property
    def points(self) -> tuple[Point, ...]:
        """The points of all series."""
        return tuple(point for series in self.series for point in series.points)


def panels_of(answered: Answered, spec: ChartSpec) -> tuple[Panel, ...]:
    """Return a panel for each combination of the keys that the chart does not use, in the order of the answer."""
    rows = list(answered.each())
    keys = _telling_apart(answered.columns, spec, rows)
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(cell_text(key, row) for key in keys), []).append(row)
    return tuple(_panel(", ".join(title), found, spec, answered) for title, found in grouped.items())


def _panel(title: str, rows: list[Row], spec: ChartSpec, answered: Answered) -> Panel:
    named: dict[str, list[Point]] = {}
    for row in rows:
        name = "" if spec.series is None or spec.series.name == "measure" else cell_text(spec.series, row)
        named.setdefault(name, []).append(_point(row, spec, answered))
    return Panel(
        title=title,
        series=tuple(Series(name, tuple(points)) for name, points in named.items()),
        unit=_unit(spec, rows[0]),
        is_text=unit_of(spec.x) in ("text", "flag"),
    )


def _unit(spec: ChartSpec, row: Row) -> Unit:
    """Return what is measured; where rows are of several measures, their name tells it."""
    if isinstance(row.get("measure"), str):
        return unit_of(Column(row["measure"], spec.measure.type, ""))
    return unit_of(spec.measure)


def _point(row: Row, spec: ChartSpec, answered: Answered) -> Point:
    measure = spec.measure
    baseline = row.get(f"baseline_{measure.name}") if spec.kind != "heat" else None
    return Point(
        x=_position(row[spec.x.name]),
        x_text=cell_text(spec.x, row),
        value=_number(row[measure.name]),
        text=cell_text(_measured(measure, row), row),
        low=_number(row[spec.low.name]) if spec.low else None,
        high=_number(row[spec.high.name]) if spec.high else None,
        baseline=_number(baseline),
        row=_position(row[spec.y.name]) if spec.kind == "heat" else "",
        row_text=cell_text(spec.y, row) if spec.kind == "heat" else "",
        doubt=doubt_of(row),
        tip=_tip(row, answered),
    )


def doubt_of(row: Row) -> str:
    """Return why a row must be taken with care; empty where nothing speaks against it."""
    if row.get("flag"):
        return str(row["flag"])
    if row.get("quality") in (POOR, NONE):
        return f"quality {row['quality']}"
    coverage = row.get("coverage")
    return f"watched {coverage:.0%} of the time only" if coverage is not None and coverage < GOOD_COVERAGE else ""


def _measured(measure: Column, row: Row) -> Column:
    said = row.get("measure")
    return Column(said, measure.type, measure.doc) if isinstance(said, str) and measure.name == "value" else measure


def _tip(row: Row, answered: Answered) -> str:
    told = ((column, cell_text(column, row)) for column in answered.columns if unit_of(column) != "nested")
    return "\n".join(f"{column.name}: {text}" for column, text in told if text)


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
