"""The questions themselves on the terminal: all of them, or one with its columns and its SQL."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from glue.views import View
from storeq.questions import Question


def print_groups(console: Console, groups: Mapping[str, tuple[View, ...]]) -> None:
    """Print one line for each question, by what it is about."""
    width = max((len(view.name) for views in groups.values() for view in views), default=0)
    for group, views in groups.items():
        console.print(f"[bold]{escape(group)}[/bold]")
        table = _plain_table()
        table.add_column(min_width=width, no_wrap=True)
        table.add_column()
        for view in views:
            table.add_row(view.name, escape(view.question))
        console.print(table)
        console.print()
    console.print("`storeq show NAME` tells more of one; `storeq run NAME --from DATE --to DATE` asks it.")


def print_columns(console: Console, question: Question) -> None:
    """Print what each column of an answer is."""
    table = _plain_table()
    for _ in range(3):
        table.add_column(overflow="fold")
    for column in question.columns:
        table.add_row(column.name, f"[dim]{escape(column.type.lower())}[/dim]", escape(column.doc))
    console.print(table)


def print_question(console: Console, question: Question) -> None:
    """Print a question, its grain, what it reads, its columns and its SQL."""
    view = question.view
    console.print(f"[bold]{escape(view.question)}[/bold]")
    console.print(f"One row: {escape(view.grain)}. Reads {', '.join(view.reads)}.\n")
    print_columns(console, question)
    console.print(f"\n{view.sql}", markup=False, soft_wrap=True)
    console.print(f"\n`storeq run {view.name} --from DATE --to DATE` asks it.")


def _plain_table() -> Table:
    return Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
