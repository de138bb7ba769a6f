"""A heat table: the number in each cell, and its depth of colour; turned where a narrow page asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storeq.formats.chart.canvas import Canvas, fitted, width_of
from storeq.formats.chart.data import Panel, Point, X
from storeq.formats.words import FEW

CELL = 28
HEAD = 20
LEAST_WIDTH = 34
MOST_WIDTH = 88
GAP = 8
DEEPEST = 0.5
PALEST = 0.05
"""Between these depths the page's text keeps a contrast of 4.5 in both themes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell is, in pixels."""

    left: float
    top: float
    width: float


def draw_heat(panel: Panel, width: int) -> Canvas:
    """Return the panel as a table of cells."""
    cells = {(point.row, point.x): point for point in panel.points}
    rows = _names((point.row, point.row_text) for point in panel.points)
    columns = _names((point.x, point.x_text) for point in panel.points)
    if len(columns) > len(rows) and _cell_width(width, rows, columns) < LEAST_WIDTH:
        rows, columns = columns, rows
        cells = {(column, row): point for (row, column), point in cells.items()}
    return _draw(panel, rows, columns, cells, width)


def _draw(
    panel: Panel, rows: dict[X, str], columns: dict[X, str], cells: dict[tuple[X, X], Point], width: int
) -> Canvas:
    across = min(MOST_WIDTH, _cell_width(width, rows, columns))
    left = width_of([*rows.values()]) + GAP
    canvas = Canvas(width, HEAD + CELL * len(rows), panel.title)
    most = max((abs(point.value) for point in panel.points if point.value is not None), default=0.0)
    for number, name in enumerate(columns.values()):
        canvas.text(left + (number + 0.5) * across, HEAD - GAP, fitted(name, across), "muted", anchor="middle")
    for below, (row, row_name) in enumerate(rows.items()):
        top = HEAD + below * CELL
        canvas.text(left - GAP, top + CELL - 9, row_name, "muted", anchor="end")
        for number, column in enumerate(columns):
            if point := cells.get((row, column)):
                _cell(canvas, point, Place(left + number * across, top, across - 1), most)
    return canvas


def _cell(canvas: Canvas, point: Point, place: Place, most: float) -> None:
    if point.value is None:
        canvas.rectangle(place.left, place.top, place.width, CELL - 1, "empty", tip=point.tip)
    else:
        depth = PALEST + (DEEPEST - PALEST) * (abs(point.value) / most if most else 0)
        look = f"{'below' if point.value < 0 else 'heat'}{' doubted' if point.doubt else ''}"
        canvas.rectangle(place.left, place.top, place.width, CELL - 1, look, tip=point.tip, opacity=depth)
    said = "–" if point.value is None and point.text != FEW else point.text
    middle = place.left + place.width / 2
    canvas.text(middle, place.top + CELL - 9, fitted(said, place.width + GAP), "cell", anchor="middle")


def _cell_width(width: int, rows: dict[X, str], columns: dict[X, str]) -> float:
    return (width - width_of([*rows.values()]) - GAP) / max(1, len(columns))


def _names(found: Iterable[tuple[X, str]]) -> dict[X, str]:
    """Return places with their names, numbers and dates in order, names as they come."""
    names = dict(found)
    ordered = sorted(names, key=lambda place: (isinstance(place, str), 0 if isinstance(place, str) else place))
    return {place: names[place] for place in ordered}
