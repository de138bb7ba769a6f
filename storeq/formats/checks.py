"""Checks for people: a line for each, and the first rows that violate it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from storeq.checking import Checked

EXAMPLES = 3
INDENT = 11
_COLOURS = {"holds": "green", "warns": "yellow", "fails": "red", "not asked": "dim"}


def print_checks(console: Console, checked: Iterable[Checked]) -> int:
    """Print each check as it comes, then how they went; returns how many fail."""
    verdicts = []
    for each in checked:
        verdicts.append(each.verdict)
        _print_check(console, each)
    counts = (f"{verdicts.count(verdict)} {verdict}" for verdict in _COLOURS if verdict in verdicts)
    console.print(f"\n{len(verdicts)} checks: {', '.join(counts)}.")
    return verdicts.count("fails")


def _print_check(console: Console, checked: Checked) -> None:
    colour = _COLOURS[checked.verdict]
    console.print(f"[{colour}]{checked.verdict:<{INDENT - 2}}[/{colour}]  {escape(checked.check.sentence)}")
    for line in _examples(checked):
        console.print(Padding(escape(line), (0, 0, 0, INDENT)), style="dim")


def _examples(checked: Checked) -> Iterator[str]:
    if checked.violations is None or not checked.violations.num_rows:
        return
    for row in checked.violations.slice(0, EXAMPLES).to_pylist():
        yield ", ".join(f"{name} {_said(value)}" for name, value in row.items() if value is not None)
    if checked.violations.num_rows > EXAMPLES:
        yield f"{checked.count} in all: sql/checks/{checked.check.name}.sql"


def _said(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
