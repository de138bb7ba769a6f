"""`python -m demo.audit`: proves the books of the last demo: what was sent, what the lake holds, what adds up.

The demo keeps every table, and what it sent, as Parquet files in `build/demo/lake`. Each check of `sql/checks` returns
one row for each violation; the exit code is 1 when one that must hold does not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from rich.console import Console
from rich.table import Table as Shown

from contracts.tables import TABLES
from demo.lake import LakeReader
from demo.ledger import SENT_SCHEMA
from demo.terminal import make_console
from glue.dialect import sql_for
from glue.views import Check, load_checks

KEPT = Path("build/demo/lake")
COUNTERS_SCHEMA = pa.schema([pa.field("name", pa.string()), pa.field("value", pa.int64())])
RUN_SCHEMAS = {"sent": SENT_SCHEMA, "counters": COUNTERS_SCHEMA}
USAGE_ERROR = 2
EXAMPLES = 2
"""Violations shown of a check that does not hold."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A check and what violates it."""

    check: Check
    violations: tuple[dict[str, Any], ...]

    @property
    def holds(self) -> bool:
        """Whether nothing violates it."""
        return not self.violations

    @property
    def is_failed(self) -> bool:
        """Whether it must hold and does not."""
        return not self.holds and not self.check.is_warning


def audit(lake: LakeReader) -> list[Audited]:
    """Ask every check of a lake that knows what was sent."""
    return [Audited(check, tuple(lake.rows(sql_for("duckdb", check.sql)))) for check in load_checks()]


def counters(values: Mapping[str, int]) -> pa.Table:
    """Return what the job counted, as a relation."""
    rows = [{"name": name, "value": value} for name, value in values.items()]
    return pa.Table.from_pylist(rows, schema=COUNTERS_SCHEMA)


def keep(lake: LakeReader, folder: Path) -> None:
    """Write every relation as a Parquet file, for the audit and for whoever wants to look."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in lake.tables.items():
        parquet.write_table(rows, folder / f"{name}.parquet")


def kept(folder: Path) -> LakeReader:
    """Return what a demo kept.

    Raises:
        FileNotFoundError: it kept nothing there.
    """
    names = [*TABLES, *RUN_SCHEMAS]
    return LakeReader({name: parquet.read_table(folder / f"{name}.parquet") for name in names})


def print_audit(console: Console, audited: list[Audited]) -> None:
    """Print one line for each check, and examples of what violates it."""
    table = Shown(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for each in audited:
        table.add_row(_mark(each), each.check.sentence)
        for violation in each.violations[:EXAMPLES]:
            told = ", ".join(f"{name} {value}" for name, value in violation.items() if value is not None)
            table.add_row("", f"[dim]{told}[/dim]")
        if len(each.violations) > EXAMPLES:
            table.add_row("", f"[dim]… {len(each.violations):,} in all: ask sql/checks/{each.check.name}.sql[/dim]")
    console.print(table)


def _mark(audited: Audited) -> str:
    if audited.holds:
        return "[green]holds[/green]"
    return "[red]FAILS[/red]" if audited.is_failed else "[yellow]warns[/yellow]"


def print_summary(console: Console, audited: list[Audited]) -> None:
    """Print how many checks hold, and name those that do not."""
    console.print(f"{sum(each.holds for each in audited)} of {len(audited)} checks of the books hold")
    for each in audited:
        if not each.holds:
            colour = "red" if each.is_failed else "yellow"
            console.print(f"[{colour}]{len(each.violations):,} against:[/{colour}] {each.check.sentence}")


def main(arguments: list[str] | None = None) -> int:
    """Audit what a demo kept; returns 0, 1 when a check fails, 2 when there is nothing to audit."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kept", type=Path, default=KEPT, help=f"folder of the Parquet files [{KEPT}]")
    folder = parser.parse_args(arguments).kept
    try:
        lake = kept(folder)
    except FileNotFoundError as error:
        print(f"Expected what a demo kept in {folder}, came: {error}. Run `make demo` first.", file=sys.stderr)
        return USAGE_ERROR
    audited = audit(lake)
    console = make_console()
    print_audit(console, audited)
    console.print()
    print_summary(console, audited)
    return 1 if any(each.is_failed for each in audited) else 0


if __name__ == "__main__":
    sys.exit(main())
