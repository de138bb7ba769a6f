"""Tells what an import's check found: by rule for a person, and row by row in a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv, parquet
from rich.console import Console

from glue.importing.checking import Checked, Totals
from glue.importing.rules import REJECT, RULES

EXAMPLES = 3
_IS_DONE = {
    REJECT: "nothing is imported",
    "leave_out": "left out",
    "keep_first": "left out, the first is kept",
    "sum": "added up",
    "add_to_next": "added to the hour after it",
    "warn": "kept as it is",
}


def print_report(checked: Checked, console: Console) -> None:
    """Print how often each rule was broken, with the first rows, and what became of rows and people."""
    for rule, rows in groupby(checked.findings.to_pylist(), key=itemgetter("rule")):
        _print_rule(rule, list(rows), console)
    for line in _summary(checked.totals):
        console.print(line, highlight=False)


def write_findings(findings: pa.Table, path: Path) -> None:
    """Write every finding to a file: Parquet where its name ends so, else CSV."""
    if path.suffix == ".parquet":
        parquet.write_table(findings, path)
    else:
        csv.write_csv(findings, path)


def _print_rule(rule: str, rows: list[dict[str, Any]], console: Console) -> None:
    action = rows[0]["action"]
    style = "bold red" if action == REJECT else "bold"
    console.print(f"{rule}: {len(rows):,}, {_IS_DONE[action]}", style=style, highlight=False)
    console.print(f"  {RULES[rule].sentence}", style="dim", highlight=False)
    for row in rows[:EXAMPLES]:
        console.print(f"  - {_told(row)}", highlight=False, markup=False)
    if len(rows) > EXAMPLES:
        console.print(f"    and {len(rows) - EXAMPLES:,} more", style="dim", highlight=False)


def _told(found: dict[str, Any]) -> str:
    where = ", ".join(_places(found))
    came = "nothing" if found["value"] is None else found["value"]
    return f"{where}: expected {found['expected']}, came {came}"


def _places(found: dict[str, Any]) -> Iterator[str]:
    if found["row"] is not None:
        yield f"row {found['row']}"
    of_line = [found[name] for name in ("store_id", "line_id") if found[name] is not None]
    if of_line:
        yield "/".join(of_line)
    if found["told_time"] is not None:
        yield found["told_time"]


def _summary(totals: Totals) -> Iterator[str]:
    yield f"{totals.rows_read:,} rows read, {totals.rows_left_out:,} left out, {totals.hours:,} hours for the lake"
    left_out = totals.people_read - totals.people_imported
    yield f"{totals.people_read:,} people read, {left_out:,} left out, {totals.people_imported:,} for the lake"
