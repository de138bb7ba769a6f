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

from contracts.tables import CALENDAR, ROLLUP_TABLES, STAFF_HOUR, TABLES, Table
from glue.dimensions.calendar import calendar_days
from glue.lake import Lake
from glue.maintenance.commits import replace_files
from glue.maintenance.rewriting import Sizes, file_schema, write
from glue.rollup.days import Dates
from glue.rollup.hours import READ_TABLES
from glue.schemas import arrow_schema_of
from sim.history.chain import Chain, day_number
from sim.history.dimensions import dimension_rows, staff_hour_rows
from sim.history.local_hours import local_hour_tables
from sim.history.minutes import minute_tables
from sim.history.open_hours import open_hours
from sim.history.shape import Shape

_arrow: Any = compute
ONE_DAY = dt.timedelta(days=1)
FILES_PER_COMMIT = 60
"""The stream commits each of its files; so many are committed at once here, to save time."""
DAYS_OF_MONTH_MAX = 31
STORE_DAYS_AT_A_TIME = 1_600
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
        days = list(_dates(self.chain.first, self.chain.last))
        rows: dict[str, Sequence[Any]] = {
            **dimension_rows(self.chain),
            CALENDAR.name: [_columns(day) for day in calendar_days(days[0], days[-1])],
        }
        for name, content in rows.items():
            self.lake.table(TABLES[name]).append(pa.Table.from_pylist(content, schema=arrow_schema_of(TABLES[name])))
        staff = staff_hour_rows(self.chain, self.shape, days[-28:])
        self.lake.table(STAFF_HOUR).append(pa.Table.from_pylist(staff, schema=arrow_schema_of(STAFF_HOUR)))

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
        # A store's own day can lie across midnight: the days around it have hours of this one too.
        hours = open_hours(self.chain, self.shape, range(self.chain.stores), [date - ONE_DAY, date, date + ONE_DAY])
        tables = minute_tables(hours)
        task = self.progress.add_task(f"Minutes of {date}", total=len(READ_TABLES))
        rows = 0
        for table in READ_TABLES:
            rows += self._day(table, Record(day_number(date)), _of_day(tables[table.name], date), file_minutes)
            self.progress.advance(task)
        return rows

    def _month(self, targets: Mapping[Table, IcebergTable], pieces: Sequence[Dates]) -> int:
        """Write a file for each roll-up and piece of a month, a few stores at a time in memory."""
        month = Record(12 * (pieces[0].first.year - 1970) + pieces[0].first.month - 1)
        files: dict[Table, list[DataFile]] = {table: [] for table in targets}
        for dates in pieces:
            parts = [self._hours(stores, dates) for stores in _groups(self.chain.stores, dates)]
            for table, target in targets.items():
                files[table] += _written(target, month, pa.concat_tables(part[table.name] for part in parts))
        for table, target in targets.items():
            _commit(target, files[table])
        return sum(file.record_count for written in files.values() for file in written)

    def _hours(self, stores: range, dates: Dates) -> dict[str, pa.Table]:
        return local_hour_tables(open_hours(self.chain, self.shape, stores, list(_dates(dates.first, dates.last))))

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


def _groups(stores: int, dates: Dates) -> Iterator[range]:
    """Give the numbers of stores, as many at a time as fit into memory with all of the dates."""
    at_a_time = max(1, STORE_DAYS_AT_A_TIME // ((dates.last - dates.first).days + 1))
    return (range(first, min(first + at_a_time, stores)) for first in range(0, stores, at_a_time))


def _of_day(rows: pa.Table, date: dt.date) -> pa.Table:
    """Return the rows of a UTC day, in the order in which they would come."""
    day = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    window_start = _arrow.field("window_start")
    return rows.filter((window_start >= day) & (window_start < day + ONE_DAY)).sort_by("window_start")


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


def _dates(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + number * ONE_DAY for number in range((last - first).days + 1))


def _columns(row: object) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in CALENDAR.columns}
