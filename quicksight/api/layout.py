"""Where visuals stand: a grid of 36 columns on a screen, sections of A4 on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quicksight.api import Json
from quicksight.model.visuals import AnyVisual, Kpi, StoreMap, Table

GRID_COLUMNS_A_TWELFTH = 3
TEXT_ROWS = 3
HEADLINE_ROWS = 3
KPI_ROWS = 5
CHART_ROWS = 10
TALL_ROWS = 13
CONTROL_COLUMNS = 6

PAPER_WIDTH_PX = 698
"""A4 is 794 px wide at 96 dpi; margins are half an inch on each side."""
ROW_HEIGHT_PX = 30
_MARGIN = "0.5in"


@dataclass(frozen=True, slots=True)
class Placed:
    """An element of a sheet: its id, its kind, its width in twelfths, its height in rows of the grid."""

    identifier: str
    kind: str
    width: int
    height: int


Row = tuple[Placed, ...]


def placed(visual: AnyVisual) -> Placed:
    """Return a visual with its size."""
    return Placed(visual.name, "VISUAL", visual.width, _height(visual))


def grid(rows: Iterable[Row]) -> Json:
    """Return rows as a layout for screens, which becomes one column on a phone."""
    elements: list[Json] = []
    top = 0
    for row in rows:
        elements += _grid_row(row, top)
        top += max(element.height for element in row)
    screen = {"ScreenCanvasSizeOptions": {"ResizeOption": "RESPONSIVE"}}
    return {"Configuration": {"GridLayout": {"Elements": elements, "CanvasSizeOptions": screen}}}


def controls_grid(identifiers: Iterable[str]) -> Json:
    """Return the line of controls above a sheet."""
    elements = [
        {"ElementId": name, "ElementType": "PARAMETER_CONTROL", "ColumnSpan": CONTROL_COLUMNS, "RowSpan": 1}
        for name in identifiers
    ]
    return {"Configuration": {"GridLayout": {"Elements": elements}}}


def paper(rows: Iterable[Row], header: Placed) -> Json:
    """Return rows as sections of A4 under each other, each moved whole to the next page where it does not fit."""
    margins = dict.fromkeys(("Top", "Bottom", "Left", "Right"), _MARGIN)
    sheet = {"PaperSize": "A4", "PaperOrientation": "PORTRAIT", "PaperMargin": margins}
    return {
        "Configuration": {
            "SectionBasedLayout": {
                "HeaderSections": [_section("header", (header,))],
                "BodySections": [_body(f"body-{number}", row) for number, row in enumerate(rows, 1)],
                "FooterSections": [],
                "CanvasSizeOptions": {"PaperCanvasSizeOptions": sheet},
            }
        }
    }


def _height(visual: AnyVisual) -> int:
    if isinstance(visual, Kpi):
        return KPI_ROWS
    return TALL_ROWS if isinstance(visual, Table | StoreMap) else CHART_ROWS


def _grid_row(row: Row, top: int) -> Iterator[Json]:
    left = 0
    for element in row:
        span = element.width * GRID_COLUMNS_A_TWELFTH
        yield {
            "ElementId": element.identifier,
            "ElementType": element.kind,
            "ColumnIndex": left,
            "ColumnSpan": span,
            "RowIndex": top,
            "RowSpan": element.height,
        }
        left += span


def _body(identifier: str, row: Row) -> Json:
    section = _section(identifier, row)
    return {"SectionId": identifier, "Content": {"Layout": section["Layout"]}, "Style": section["Style"]}


def _section(identifier: str, row: Row) -> Json:
    height = max(element.height for element in row) * ROW_HEIGHT_PX
    layout = {"FreeFormLayout": {"Elements": [*_paper_row(row, height)]}}
    return {"SectionId": identifier, "Layout": layout, "Style": {"Height": f"{height}px"}}


def _paper_row(row: Row, height: int) -> Iterator[Json]:
    left = 0
    for element in row:
        width = PAPER_WIDTH_PX * element.width // 12
        yield {
            "ElementId": element.identifier,
            "ElementType": element.kind,
            "XAxisLocation": f"{left}px",
            "YAxisLocation": "0px",
            "Width": f"{width}px",
            "Height": f"{height}px",
        }
        left += width
