"""Puts a made-up history into a lake, as the roll-up and the stream leave it before any maintenance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import compute
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation
from pyiceberg.typedef import Record
from rich.progress import Progress

from contracts.tables import ROLLUP_TABLES, TABLES, Table
from glue.lake import Lake
from glue.maintenance.commits import replace_files
from glue.maintenance.rewriting import Sizes, file_schema, write
from glue.rollup.days import Dates
from glue.rollup.hours import READ_TABLES
from quicksight.preview.made_up import dimension_tables
from sim.history.chain import Chain, day_number
from sim.history.shape import Shape
from sim.history.whole import all_dates, hour_tables, minutes_of_utc_day

_arrow: Any = compute
FILES_PER_COMMIT = 60
"""The stream commits each of its files; so many are committed at once here, to save time."""
DAYS_OF_MONTH_MAX = 31
_SIZES = Sizes()


@dataclass(frozen=True, slots=True)
class Filling:
    """What is written: a chain's history, in the shape of a year, with progress shown."""

    lake: Lake
    chain: Chain
    shape: Shape
    progress: Progress

    def dimensions(self) -> None:
        """Write the tables that describe stores and dates, and the staff of the last four weeks."""
        for name, rows in dimension_tables(self.chain, self.shape).items():
            self.lake.table(TABLES[name]).append(rows)

    def local_hours(self, *, daily_from: dt.date) -> int:
        """Write all roll-ups, a commit for each table and month; returns the number of rows.

        Months before `daily_from` lie as maintenance leaves them, in one sorted file; later ones as a roll-up each
        night leaves them, in a file for each day.
        """
        months = list(Dates(self.chain.first, self.chain.last).by_month())
        targets = {table: self.lake.table(table) for table in ROLLUP_TABLES}
        task = self.progress.add_task("Local hours of all stores", total=len(months))
        rows = 0
        for month in months:
            pieces = list(month.pieces(1 if month.first >= daily_from else DAYS_OF_MONTH_MAX))
            rows += self._month(targets, pieces)
            self.progress.advance(task)
        return rows

    def minutes(self, date: dt.date, *, file_minutes: int = 1) -> int:
        """Write the minutes of one UTC day of all stores; returns the number of rows.

        Args:
            date: the day.
            file_minutes: how many minutes each file has; the stream commits, and so writes a file, each minute.
        """
        tables = minutes_of_utc_day(self.chain, self.shape, date)
        task = self.progress.add_task(f"Minutes of {date}", total=len(READ_TABLES))
        rows = 0
        for table in READ_TABLES:
            rows += self._day(table, Record(day_number(date)), tables[table.name], file_minutes)
            self.progress.advance(task)
        return rows

    def _month(self, targets: Mapping[Table, IcebergTable], pieces: Sequence[Dates]) -> int:
        """Write a file for each roll-up and piece of a month, a few stores at a time in memory."""
        month = Record(12 * (pieces[0].first.year - 1970) + pieces[0].first.month - 1)
        files: dict[Table, list[DataFile]] = {table: [] for table in targets}
        for dates in pieces:
            hours = hour_tables(self.chain, self.shape, all_dates(dates.first, dates.last))
            for table, target in targets.items():
                files[table] += _written(target, month, hours[table.name])
        for table, target in targets.items():
            _commit(target, files[table])
        return sum(file.record_count for written in files.values() for file in written)

    def _day(self, table: Table, day: Record, rows: pa.Table, file_minutes: int) -> int:
        target = self.lake.table(table)
        written: list[DataFile] = []
        for part in _parts(rows, file_minutes):
            written += _written(target, day, part)
            if len(written) >= FILES_PER_COMMIT:
                _commit(target, written)
                written = []
        _commit(target, written)
        return int(rows.num_rows)


def _parts(rows: pa.Table, file_minutes: int) -> Iterator[pa.Table]:
    """Give the rows of each stretch of so many minutes that has any."""
    stretch = _arrow.floor_temporal(rows["window_start"], file_minutes, unit="minute")
    start = 0
    for run in _arrow.run_end_encode(stretch.combine_chunks()).run_ends.to_pylist():
        yield rows.slice(start, run - start)
        start = run


def _written(table: IcebergTable, partition: Record, rows: pa.Table) -> list[DataFile]:
    return list(write(table, partition, rows.cast(file_schema(table)).to_batches(), _SIZES)) if rows.num_rows else []


def _commit(table: IcebergTable, files: Sequence[DataFile]) -> None:
    if files:
        replace_files(table, (), files, recorded_as=Operation.APPEND)
