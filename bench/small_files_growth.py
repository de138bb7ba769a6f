"""A table that grows by a commit a minute: its rows, its commits as Flink's sink makes them, and what reading costs."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from pyiceberg import expressions
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.typedef import Record

from glue.maintenance.commits import LeanTransaction
from glue.maintenance.partitions import EPOCH
from glue.maintenance.rewriting import Sizes, file_schema, write
from glue.maintenance.run import State, state_of
from glue.maintenance.storage import files_under

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
_Result = TypeVar("_Result")
FIRST_DAY = dt.date(2026, 9, 21)
MINUTES_A_DAY = 1440
ZONES = 10
TIMES = 3
AS_FLINK = {"commit.manifest-merge.enabled": "true", "commit.manifest.min-count-to-merge": "100"}
"""Defaults of Iceberg's Java side, which pyiceberg does not share."""
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """How much is written: every store has `ZONES` zones, each with a row a minute."""

    days: int
    commits_a_day: int
    writers: int
    stores: int

    @property
    def minutes_a_commit(self) -> int:
        """How many minutes of rows a commit holds."""
        return MINUTES_A_DAY // self.commits_a_day


@dataclass(frozen=True, slots=True)
class Measured:
    """How a table stands after some days, and what a question about one store and day costs.

    `commit_ms` is pyiceberg's time for a commit of a day, its file included; Flink's sink takes another.
    `planning_ms` is the median time to find the files of all days, `read_ms` to read the rows of one store and day;
    `scanned_bytes` are the row groups that the bounds of `store_id` leave to read for it.
    """

    days: int
    commits: int
    commit_ms: float
    state: State
    data_bytes: int
    metadata_bytes: int
    metadata_json_bytes: int
    planning_ms: float
    read_ms: float
    scanned_files: int
    scanned_bytes: int


def append_commit(table: IcebergTable, load: Load, day: dt.date, commit: int, random: np.random.Generator) -> None:
    """Commit some minutes of a day: a file of each writer, each with rows of every store."""
    rows = zone_minutes(load, day, commit, random).cast(file_schema(table))
    partition = Record((day - EPOCH).days)
    with LeanTransaction(table) as transaction, transaction.update_snapshot().merge_append() as append:
        for writer in range(load.writers):
            part = rows.take(np.arange(writer, rows.num_rows, load.writers))
            for file in write(table, partition, [part], Sizes()):
                append.append_data_file(file)


def zone_minutes(load: Load, day: dt.date, commit: int, random: np.random.Generator) -> pa.RecordBatch:
    """Return the rows of one commit: its minutes of every zone of every store, in the order of time."""
    minutes = np.repeat(np.arange(load.minutes_a_commit), load.stores * ZONES)
    places = np.tile(np.arange(load.stores * ZONES), load.minutes_a_commit)
    midnight_us = (day - EPOCH).days * MINUTES_A_DAY * _MINUTE_US
    starts = midnight_us + (commit * load.minutes_a_commit + minutes) * _MINUTE_US
    people = random.poisson(3, len(minutes))
    columns: dict[str, Any] = {
        "store_id": [f"store-{place // ZONES:03}" for place in places],
        "zone_id": [f"aisle-{place % ZONES}" for place in places],
        "zone_kind": pa.repeat("aisle", len(minutes)),
        "lane_id": pa.nulls(len(minutes), pa.string()),
        "window_start": pa.array(starts, pa.timestamp("us", "UTC")),
        "window_end": pa.array(starts + _MINUTE_US, pa.timestamp("us", "UTC")),
        "occupancy_mean": people * random.random(len(minutes)),
        "occupancy_max": people,
        "person_ms": people * random.integers(0, 60_000, len(minutes)),
        "interval_ms": np.full(len(minutes), 60_000),
        "entered": random.poisson(2, len(minutes)),
        "left": random.poisson(2, len(minutes)),
        "staff_person_ms": np.zeros(len(minutes), dtype=np.int64),
        "coverage": np.ones(len(minutes)),
        "camera_up_share": np.ones(len(minutes)),
        "late_share": np.zeros(len(minutes)),
        "quality": pa.repeat("good", len(minutes)),
    }
    return pa.RecordBatch.from_pydict(columns)


def measured(table: IcebergTable, load: Load, *, days: int, commit_ms: float = 0.0) -> Measured:
    """Return how the table stands, as read anew.

    Raises:
        ValueError: the table does not hold the rows that were written.
    """
    table.refresh()
    _, planning_ms = _timed(lambda: list(table.scan().plan_files()))
    rows, read_ms = _timed(lambda: table.scan(row_filter=_question(load)).to_arrow())
    if rows.num_rows != MINUTES_A_DAY * ZONES:
        raise ValueError(f"expected {MINUTES_A_DAY * ZONES} rows of a store and day, came {rows.num_rows}")
    tasks = list(table.scan(row_filter=_question(load)).plan_files())
    stored = {folder: _stored_bytes(table, folder) for folder in ("data", "metadata")}
    return Measured(
        days=days,
        commits=days * load.commits_a_day,
        commit_ms=commit_ms,
        state=state_of(table),
        data_bytes=stored["data"],
        metadata_bytes=stored["metadata"],
        metadata_json_bytes=len(table.io.new_input(table.metadata_location)),
        planning_ms=planning_ms,
        read_ms=read_ms,
        scanned_files=len(tasks),
        scanned_bytes=sum(_scanned_bytes(table, task, _store(load)) for task in tasks),
    )


def _store(load: Load) -> str:
    return f"store-{load.stores // 2:03}"


def _question(load: Load) -> BooleanExpression:
    """Return the rows of one store on the first day."""
    bounds = [f"{FIRST_DAY + dt.timedelta(days=days)}T00:00:00+00:00" for days in (0, 1)]
    question: BooleanExpression = _by.And(
        _by.EqualTo("store_id", _store(load)),
        _by.GreaterThanOrEqual("window_start", bounds[0]),
        _by.LessThan("window_start", bounds[1]),
    )
    return question


def _timed(act: Callable[[], _Result]) -> tuple[_Result, float]:
    """Return what was done, and the median time that it took, in milliseconds."""
    times_ms = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        result = act()
        times_ms.append(1000 * (time.perf_counter() - begin))
    return result, statistics.median(times_ms)


def _stored_bytes(table: IcebergTable, folder: str) -> int:
    return sum(file.size_bytes for file in files_under(table.io, f"{table.location()}/{folder}"))


def _scanned_bytes(table: IcebergTable, task: FileScanTask, store_id: str) -> int:
    with table.io.new_input(task.file.file_path).open() as file:
        metadata = parquet.ParquetFile(file).metadata
    groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
    return sum(_group_bytes(group) for group in groups if _may_hold(group, store_id))


def _may_hold(group: parquet.RowGroupMetaData, store_id: str) -> bool:
    bounds = group.column(0).statistics
    return bool(bounds.min <= store_id <= bounds.max)


def _group_bytes(group: parquet.RowGroupMetaData) -> int:
    return sum(group.column(place).total_compressed_size for place in range(group.num_columns))
