"""Tells what an import's check found: by rule for a person, and row by row in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
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
    for rule in checked.findings["rule"].unique().to_pylist():
        _print_rule(checked.findings.filter(pc.equal(checked.findings["rule"], rule)), console)
    for line in _summary(checked.totals):
        print_line(console, line)


def write_findings(findings: pa.Table, path: Path) -> None:
    """Write every finding to a file: Parquet where its name ends so, else CSV."""
    if path.suffix == ".parquet":
        parquet.write_table(findings, path)
    else:
        csv.write_csv(findings, path)


def print_line(console: Console, line: str, *, style: str | None = None) -> None:
    """Print a line as it is: nothing in it is markup, and only a terminal breaks it."""
    console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)


def _print_rule(findings: pa.Table, console: Console) -> None:
    first, *others = findings.slice(0, EXAMPLES).to_pylist()
    style = "bold red" if first["action"] == REJECT else "bold"
    print_line(console, f"{first['rule']}: {findings.num_rows:,}, {_IS_DONE[first['action']]}", style=style)
    print_line(console, f"  {RULES[first['rule']].sentence}", style="dim")
    for finding in (first, *others):
        print_line(console, f"  - {_told(finding)}")
    if findings.num_rows > EXAMPLES:
        print_line(console, f"    and {findings.num_rows - EXAMPLES:,} more", style="dim")


def _told(finding: dict[str, Any]) -> str:
    came = "nothing" if finding["value"] is None else finding["value"]
    return f"{', '.join(_places(finding))}: expected {finding['expected']}; came {came}"


def _places(finding: dict[str, Any]) -> Iterator[str]:
    if finding["row"] is not None:
        yield f"row {finding['row']}"
    if of_line := [finding[name] for name in ("store_id", "line_id") if finding[name] is not None]:
        yield "/".join(of_line)
    if finding["told_time"] is not None:
        yield finding["told_time"]


def _summary(totals: Totals) -> Iterator[str]:
    yield f"{totals.rows_read:,} rows read, {totals.rows_left_out:,} left out, {totals.hours:,} hours for the lake"
    left_out = totals.people_read - totals.people_imported
    yield f"{totals.people_read:,} people read, {left_out:,} left out, {totals.people_imported:,} for the lake"
