"""A table for people: as many columns as there is room for, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.tables import PERIOD
from storeq.formats.answered import Answered, Row, asked_words
from storeq.formats.units import NUMBERS, Unit, unit_of
from storeq.formats.words import count, said, said_of_few
from storeq.ordering import leading_keys
from storeq.questions import Column

SHOWN_ROWS = 50
GAP = 2
_COLOURS = {"poor": "yellow", "none": "red", "fair": "dim"}
_OF_PERIOD = frozenset({"period_id", "period_kind", "start_date", "end_date"})
_ALWAYS = ("coverage", "quality", "flag", "is_comparable", "is_suppressed")
"""Said even where room is scarce: how far to trust the row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One column as it is shown."""

    column: Column
    texts: tuple[str, ...]

    @property
    def width(self) -> int:
        """Characters that it takes."""
        return max(map(len, (self.column.name, *self.texts)))


def print_table(console: Console, answered: Answered) -> None:
    """Print the question, the rows and the next useful command; colours only on a terminal."""
    console.print(f"[bold]{escape(answered.question.view.question)}[/bold]")
    console.print(f"{escape(asked_words(answered.scope))}. One row: {escape(answered.question.view.grain)}.\n")
    rows = list(islice(answered.each(), SHOWN_ROWS))
    every = [_cells(column, rows) for column in _telling(answered)]
    shown = fitting(every, console.width, of_chart=answered.question.view.chart)
    if rows:
        console.print(_table(shown, rows))
    for line in _remarks(answered, rows, [cells for cells in every if cells not in shown]):
        console.print(line, soft_wrap=True)


def fitting(every: Sequence[Cells], width: int, *, of_chart: str = "") -> list[Cells]:
    """Return the columns that fit beside each other, in order.

    The leading ones, which name the row, have precedence; then what its chart shows, and how far to trust it.
    """
    leading = {column.name for column in leading_keys(cells.column for cells in every)}
    telling = {word.partition("=")[2] for word in of_chart.split()}.union(_ALWAYS)
    room = width
    chosen: list[Cells] = []
    for cells in sorted(every, key=lambda cells: (cells.column.name not in leading, cells.column.name not in telling)):
        if room >= cells.width or not chosen:
            chosen.append(cells)
            room -= cells.width + GAP
    return [cells for cells in every if cells in chosen]


def cell_text(column: Column, row: Row) -> str:
    """Return one value of a row as a person reads it."""
    return value_text(row.get(column.name), unit_of(column), row)


def value_text(value: Any, unit: Unit, row: Row) -> str:
    """Return a value in a unit; where its row says so, that it is hidden since it is of too few people."""
    if value is None and unit in NUMBERS and row.get("is_suppressed"):
        return said_of_few(unit)
    return said(value, unit)


def _telling(answered: Answered) -> tuple[Column, ...]:
    """Return the columns without those that would say the asked period again in each row."""
    is_said = answered.scope.period is not None and answered.question.reads(PERIOD)
    return tuple(column for column in answered.columns if not (is_said and column.name in _OF_PERIOD))


def _cells(column: Column, rows: Iterable[Row]) -> Cells:
    return Cells(column, tuple(cell_text(column, row) for row in rows))


def _table(shown: Sequence[Cells], rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, GAP, 0, 0))
    for cells in shown:
        is_number = unit_of(cells.column) in NUMBERS | {"label", "hour"}
        table.add_column(escape(cells.column.name), justify="right" if is_number else "left", no_wrap=True)
    for index, row in enumerate(rows):
        table.add_row(*(_coloured(cells, index, row) for cells in shown))
    return table


def _coloured(cells: Cells, index: int, row: Row) -> str:
    text, name = escape(cells.texts[index]), cells.column.name
    if name == "flag" and row[name]:
        return f"[yellow]{text}[/yellow]"
    if name == "quality" and row[name] in _COLOURS:
        return f"[{_COLOURS[row[name]]}]{text}[/]"
    return f"[yellow]{text}[/yellow]" if name == "is_comparable" and row[name] is False else text


def _remarks(answered: Answered, rows: Sequence[Row], left_out: Sequence[Cells]) -> Iterable[str]:
    name = answered.question.name
    total = answered.rows.num_rows
    yield f"\n{count(total)} {'row' if total == 1 else 'rows'}" + (
        f", the first {count(len(rows))} shown: --format csv gives all" if total > len(rows) else ""
    )
    if rows and left_out:
        names = ", ".join(cells.column.name for cells in left_out)
        yield f"No room for {len(left_out)} columns: {names}"
    chart = "; add --format chart to draw it" if answered.question.view.chart else ""
    yield f"`storeq show {name}` says what each column is{chart}."
