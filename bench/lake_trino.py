"""`python -m bench.lake_trino`: what the questions of `bench.lake` cost on Trino, before and after maintenance.

Trino reads from S3, so that its lake lies in a double of S3, which makes it slow: bytes and files are what counts here,
seconds only beside each other. The chain is a smaller one than on DuckDB for the same reason.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from trino.dbapi import Connection

from bench.contenders import FOLDER
from bench.lake import DAILY_FROM, LAST, MEASURED_TABLES, MINUTES_OF, PAGE, Load, questions_of
from bench.lake_catalog import s3_lake
from bench.lake_fill import Filling
from bench.lake_page import render
from bench.lake_questions import Question
from contracts.tables import TABLES
from glue.lake import Lake
from glue.maintenance.compaction import compact
from glue.views import load_views
from local.errors import StackError
from local.trino import Trino
from sim.history.shape import Shape

USAGE_ERROR = 2
BUCKET = "bench"
STORES = 20
FILE_MINUTES = 5
REPORT = FOLDER / "lake.json"


@dataclass(frozen=True, slots=True)
class TrinoScan:
    """A question's cost as Trino tells it: bytes that it read from files, and seconds on the clock and of all cores."""

    question: str
    bytes_read: int
    seconds: float
    cpu_seconds: float
    splits: int
    rows: int


def main(arguments: list[str] | None = None) -> int:
    """Measure, add the figures to those of `bench.lake`, and write the page; returns 0, or 2 when something lacks."""
    parser = argparse.ArgumentParser(prog="bench.lake_trino", description=__doc__)
    parser.add_argument("--stores", type=int, default=STORES, help=f"(default: {STORES})")
    options = parser.parse_args(arguments)
    if not REPORT.is_file():
        print(
            f"Expected the figures of DuckDB in {REPORT}, came none: run `python -m bench.lake` first", file=sys.stderr
        )
        return USAGE_ERROR
    try:
        figures = json.loads(REPORT.read_text(encoding="utf-8")) | {"trino": measured(options.stores, Console())}
    except StackError as lacking:
        print(lacking, file=sys.stderr)
        return USAGE_ERROR
    REPORT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(render(figures), encoding="utf-8")
    print(f"Figures in {REPORT}, page in {PAGE}")
    return 0


def measured(stores: int, console: Console) -> dict[str, object]:
    """Make a small chain's history, ask, compact, and ask again; returns the figures as JSON has them.

    Raises:
        StackError: Trino is not installed, or does not come up.
    """
    load = Load(stores, 2, Path(), Shape.published())
    questions = list(questions_of(load.chain))
    with s3_lake(BUCKET) as (lake, url), Progress(console=console) as progress:
        filling = Filling(lake, load.chain, load.shape, progress)
        filling.dimensions()
        filling.minutes(MINUTES_OF, file_minutes=FILE_MINUTES)
        filling.local_hours(daily_from=DAILY_FROM)
        _bring(lake, questions)
        with Trino(FOLDER / "trino", endpoint_url=url, warehouse=lake.warehouse) as trino:
            connection = trino.connect(database=lake.database)
            _create_views(connection)
            before = [asdict(each) for each in _asked(connection, questions)]
            for table in MEASURED_TABLES:
                compact(lake.table(table), until=LAST + dt.timedelta(days=1))
            after = [asdict(each) for each in _asked(connection, questions)]
    return {"stores": stores, "file_minutes": FILE_MINUTES, "before": before, "after": after}


def _bring(lake: Lake, questions: list[Question]) -> None:
    for question in questions:
        for name, rows in question.brings.items():
            lake.table(TABLES[name]).append(rows)


def _create_views(connection: Connection) -> None:
    for view in load_views():
        connection.cursor().execute(view.statement).fetchall()


def _asked(connection: Connection, questions: list[Question]) -> Iterator[TrinoScan]:
    for question in questions:
        # The first time Trino reads what the catalog says, and compiles.
        _ask(connection, question)
        yield _ask(connection, question)


def _ask(connection: Connection, question: Question) -> TrinoScan:
    started = time.perf_counter()
    cursor = connection.cursor()
    rows = cursor.execute(question.sql).fetchall()
    told = cursor.stats
    return TrinoScan(
        question=question.name,
        bytes_read=int(told["physicalInputBytes"]),
        seconds=time.perf_counter() - started,
        cpu_seconds=told["cpuTimeMillis"] / 1000,
        splits=int(told["totalSplits"]),
        rows=len(rows),
    )


if __name__ == "__main__":
    sys.exit(main())
