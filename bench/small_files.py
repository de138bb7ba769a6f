"""`python -m bench.small_files`: what a commit a minute makes of a table in a week, and what maintenance makes of that.

A week of 60-s checkpoints is 10,080 commits. Fewer a day hold the same rows in larger files; what 10,080 give is worked
out from them in proportion, and marked so.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from pyiceberg.table import Table as IcebergTable
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.contenders import FOLDER
from bench.lake_catalog import folder_lake
from bench.small_files_growth import AS_FLINK, FIRST_DAY, MINUTES_A_DAY, Load, Measured, append_commit, measured
from contracts.tables import ZONE_MINUTE
from glue.maintenance.run import Terms, maintain

WEEK_COMMITS = 7 * MINUTES_A_DAY
_MB = 1_000_000


def main(arguments: list[str] | None = None) -> int:
    """Measure growth and maintenance; returns 0."""
    options = _parser().parse_args(arguments)
    load = Load(options.days, options.commits, options.writers, options.stores)
    console = Console()
    with _table() as table:
        days = list(_grown(table, load, console))
        begin = time.perf_counter()
        done = maintain(ZONE_MINUTE, table, terms_after(load))
        maintenance_seconds = time.perf_counter() - begin
        after = measured(table, load, days=load.days)
    console.print(growth_table([*days, worked_out(days[-1])], after, load))
    console.print(f"Maintenance took {maintenance_seconds:.1f} s and deleted {done.orphans:,} files.")
    _write(load, days, after, maintenance_seconds)
    console.print(f"All of it in {FOLDER / 'small_files.json'}", soft_wrap=True)
    return 0


def growth_table(days: list[Measured], after: Measured, load: Load) -> Table:
    """Return a line for each day, one for what a week of 60-s checkpoints gives, and one after maintenance."""
    table = Table(title=f"{ZONE_MINUTE.name}: {load.stores} stores, {load.writers} writers")
    table.add_column("after")
    for heading in ("files", "a day", "snapshots", "metadata MB", "JSON MB", "commit ms", "plan ms", "read ms"):
        table.add_column(heading, justify="right")
    table.add_column("store-day scans", justify="right")
    *measured, worked_out = days
    for each in measured:
        table.add_row(f"{each.days} days, {each.commits:,} commits", *_cells(each))
    table.add_row(f"{worked_out.commits:,} commits (worked out)", *_cells(worked_out), style="italic")
    table.add_row("maintenance", *_cells(after), style="bold")
    return table


def worked_out(last: Measured) -> Measured:
    """Return what a week of 60-s checkpoints gives, in proportion to the commits of the last measured day.

    Files, snapshots and the metadata's JSON grow so; lists of manifests grow faster, so that this is the least.
    """
    factor = WEEK_COMMITS / last.commits
    # A store and day is in the files of that day alone.
    of_day = MINUTES_A_DAY * last.days / last.commits
    state = dataclasses.replace(
        last.state,
        files=int(last.state.files * factor),
        files_of_partition_max=int(last.state.files * factor / (WEEK_COMMITS / MINUTES_A_DAY)),
        snapshots=int(last.state.snapshots * factor),
    )
    return dataclasses.replace(
        last,
        commits=WEEK_COMMITS,
        state=state,
        metadata_bytes=int(last.metadata_bytes * factor),
        metadata_json_bytes=int(last.metadata_json_bytes * factor),
        planning_ms=last.planning_ms * factor,
        read_ms=last.read_ms * of_day,
        scanned_files=int(last.scanned_files * of_day),
    )


def terms_after(load: Load) -> Terms:
    """Return terms of a maintenance so long after the last commit that all but the last snapshots are old."""
    today = FIRST_DAY + dt.timedelta(days=load.days)
    return Terms(now=dt.datetime.now(dt.UTC) + dt.timedelta(days=30), today=today, until=today)


@contextmanager
def _table() -> Iterator[IcebergTable]:
    folder = FOLDER / "small_files"
    shutil.rmtree(folder, ignore_errors=True)
    with folder_lake(folder) as lake:
        table = lake.table(ZONE_MINUTE)
        with table.transaction() as transaction:
            transaction.set_properties(AS_FLINK)
        yield table


def _grown(table: IcebergTable, load: Load, console: Console) -> Iterator[Measured]:
    random = np.random.default_rng(20)
    for day in range(load.days):
        begin = time.perf_counter()
        for commit in track(range(load.commits_a_day), f"day {day + 1}", console=console, transient=True):
            append_commit(table, load, FIRST_DAY + dt.timedelta(days=day), commit, random)
        commit_ms = 1000 * (time.perf_counter() - begin) / load.commits_a_day
        yield measured(table, load, days=day + 1, commit_ms=commit_ms)


def _cells(each: Measured) -> Iterator[str]:
    yield f"{each.state.files:,}"
    yield f"{each.state.files_of_partition_max:,}"
    yield f"{each.state.snapshots:,}"
    yield f"{each.metadata_bytes / _MB:,.1f}"
    yield f"{each.metadata_json_bytes / _MB:,.2f}"
    yield f"{each.commit_ms:,.0f}"
    yield f"{each.planning_ms:,.0f}"
    yield f"{each.read_ms:,.0f}"
    yield f"{each.scanned_files:,} files, {each.scanned_bytes / _MB:,.2f} MB"


def _write(load: Load, days: list[Measured], after: Measured, maintenance_seconds: float) -> None:
    report = {
        "load": dataclasses.asdict(load),
        "days": [dataclasses.asdict(day) for day in days],
        "week_worked_out": dataclasses.asdict(worked_out(days[-1])),
        "after_maintenance": dataclasses.asdict(after),
        "maintenance_seconds": maintenance_seconds,
    }
    (FOLDER / "small_files.json").write_text(json.dumps(report, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.small_files", description=__doc__)
    parser.add_argument("--days", type=int, default=7, help="simulated days (default: 7)")
    parser.add_argument(
        "--commits", type=int, default=144, choices=(24, 48, 144, 288, 720, 1440), help="a day (default: 144)"
    )
    parser.add_argument("--writers", type=int, default=1, help="files of each commit (default: 1)")
    parser.add_argument("--stores", type=int, default=20, help="stores (default: 20)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
