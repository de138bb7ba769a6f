"""Limits of Quick Sight that its service model does not have, or has wider than CloudFormation takes them."""

from __future__ import annotations

from collections.abc import Iterator

from quicksight.api import Json
from quicksight.api.shapes import Problem
from quicksight.api.walk import parts

CALCULATED_FIELDS = 500
VISUALS_A_SHEET = 50
TITLE_LENGTH = 128
"""Longer titles are cut off on a screen."""
TOPIC_EXPRESSION_LENGTH = 4096
GRID_COLUMNS = 36


def limit_problems(definition: Json, place: str = "Definition") -> Iterator[Problem]:
    """Give the limits that a dashboard is over."""
    yield from _over(place, "calculated fields", len(definition["CalculatedFields"]), CALCULATED_FIELDS)
    for sheet in definition["Sheets"]:
        here = f"{place}.Sheets[{sheet['SheetId']}]"
        yield from _over(here, "visuals", len(sheet["Visuals"]), VISUALS_A_SHEET)
        for part in parts(f"{here}.Visuals", sheet["Visuals"]):
            title = part.value.get("Title", {})
            text = title.get("FormatText", {}).get("PlainText", "") if isinstance(title, dict) else ""
            yield from _over(f"{part.place}.Title", "characters of a title", len(text), TITLE_LENGTH)
        yield from _overlaps(sheet, here)


def _over(place: str, what: str, came: int, most: int) -> Iterator[Problem]:
    if came > most:
        yield Problem(place, f"expected at most {most} {what}, came {came}; split it")


def _overlaps(sheet: Json, place: str) -> Iterator[Problem]:
    """Give the elements of a grid that lie over each other, or beyond its right edge."""
    elements = sheet["Layouts"][0]["Configuration"].get("GridLayout", {}).get("Elements", [])
    taken: dict[tuple[int, int], str] = {}
    for element in elements:
        name = element["ElementId"]
        right = element["ColumnIndex"] + element["ColumnSpan"]
        yield from _over(f"{place}.Layouts[{name}]", "columns", right, GRID_COLUMNS)
        cells = [
            (row, column)
            for row in range(element["RowIndex"], element["RowIndex"] + element["RowSpan"])
            for column in range(element["ColumnIndex"], right)
        ]
        if below := {taken[cell] for cell in cells if cell in taken}:
            yield Problem(f"{place}.Layouts[{name}]", f"lies over {', '.join(sorted(below))}; make the row narrower")
        taken.update(dict.fromkeys(cells, name))
