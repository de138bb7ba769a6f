"""How long a question takes DuckDB over the files of a lake, and how much it reads.

pyiceberg plans the files by their bounds; DuckDB reads these by `read_parquet`, and skips row groups by theirs. What it
read is its profiler's `total_bytes_read`: every byte that was asked of the files, footers too, with its cache of files
turned off. The operating system has the files in memory, as they were just written.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb

from bench.lake_questions import Question
from contracts.tables import LAKE_TABLES, TABLES
from glue.dialect import sql_for
from glue.duckdb_lake import create_views
from glue.lake import Lake
from glue.schemas import arrow_schema_of
from glue.views import load_views

THREADS = 2
RUNS = 3


@dataclass(frozen=True, slots=True)
class Scan:
    """A question's cost: medians of the seconds, on the clock and of all cores, over `RUNS` runs."""

    question: str
    plan_seconds: float
    seconds: float
    cpu_seconds: float
    bytes_read: int
    files: int
    files_bytes: int
    row_groups_read: int
    row_groups: int
    rows: int


@dataclass(frozen=True, slots=True)
class _Profile:
    seconds: float
    cpu_seconds: float
    told: Mapping[str, Any]
    rows: int


def scan(lake: Lake, question: Question) -> Scan:
    """Ask a question of the lake."""
    started = time.perf_counter()
    planned = {name: list(lake.table(TABLES[name]).scan(rows).plan_files()) for name, rows in question.reads.items()}
    plan_seconds = time.perf_counter() - started
    files = {name: [_path(task.file.file_path) for task in tasks] for name, tasks in planned.items()}
    profiles = [_profile(question, files) for _ in range(RUNS)]
    last = profiles[-1].told
    return Scan(
        question=question.name,
        plan_seconds=plan_seconds,
        seconds=statistics.median(each.seconds for each in profiles),
        cpu_seconds=statistics.median(each.cpu_seconds for each in profiles),
        bytes_read=last["io"]["total_bytes_read"],
        files=sum(map(len, files.values())),
        files_bytes=sum(task.file.file_size_in_bytes for tasks in planned.values() for task in tasks),
        row_groups_read=last["query"]["total_row_groups_scanned"],
        row_groups=last["query"]["total_row_groups_to_scan"],
        rows=profiles[-1].rows,
    )


def _profile(question: Question, files: Mapping[str, list[str]]) -> _Profile:
    with duckdb.connect(config={"threads": THREADS}) as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_file_cache = false")
        _create_tables(connection, question, files)
        profile = Path(folder) / "profile.json"
        connection.execute("PRAGMA enable_profiling = 'json'")
        connection.execute(f"PRAGMA profiling_output = '{profile}'")
        started, cpu_started = time.perf_counter(), time.process_time()
        rows = len(connection.execute(sql_for("duckdb", question.sql)).fetchall())
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
        connection.execute("PRAGMA disable_profiling")
        return _Profile(seconds, cpu_seconds, json.loads(profile.read_text(encoding="utf-8")), rows)


def _create_tables(connection: duckdb.DuckDBPyConnection, question: Question, files: Mapping[str, list[str]]) -> None:
    for table in LAKE_TABLES:
        if paths := files.get(table.name):
            # The folders' names tell the partitions, which are no columns of the table.
            relation = connection.read_parquet(paths, hive_partitioning=False)
            relation.create_view(table.name)
        else:
            connection.register(table.name, question.brings.get(table.name, arrow_schema_of(table).empty_table()))
    create_views(connection, load_views())


def _path(location: str) -> str:
    return unquote(urlsplit(location).path)
