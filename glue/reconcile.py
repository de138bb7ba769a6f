"""Counts a closed day again from the events that are kept, late ones too, and puts the result in place of the stream's.

The same SQL as the stream's runs in batch into staging tables. Each fact table then changes in one commit, in which the
store's rows of the day give way to the new ones; all other rows stay. Doing it again changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyiceberg import expressions
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import BooleanExpression

from contracts.tables import ACCOUNTING_HOUR, FACT_TABLES, Table
from glue.batch import FlinkBatch, PropertyGroups
from glue.business_day import AFTER, BEFORE, BusinessDay, epoch_ms
from glue.lake import STAGING, Lake

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
COMMIT_ATTEMPTS = 5
"""The stream commits to the same tables every minute: a commit that comes in between is tried again."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many rows of a table gave way to how many."""

    table: str
    rows_before: int
    rows_after: int


@dataclass(frozen=True, slots=True)
class Reconciler:
    """What counting again needs: the lake, how to run a batch job, and the job's properties `lake` and `metrics`."""

    lake: Lake
    batch: FlinkBatch
    properties: PropertyGroups

    def reconcile(self, store_id: str, day: BusinessDay) -> tuple[Replaced, ...]:
        """Count one store's day again.

        Raises:
            BatchError: the job failed; nothing was changed.
            CommitFailedException: a table changed under every attempt; tables before it are done, run it again.
        """
        stretch = (day.start - BEFORE, day.end + AFTER)
        of_store = _by.EqualTo("store_id", store_id)
        with self.counted("reconcile", FACT_TABLES, stretch, store_id) as staging:
            return tuple(
                self._replace(staging, table, _by.And(of_store, _within(table, day.start, day.end)))
                for table in FACT_TABLES
            )

    def account(self, date: dt.date) -> Replaced:
        """Count what became of every record that arrived on a UTC day; errors as for `reconcile`."""
        day = BusinessDay(date, ZoneInfo("UTC"))
        with self.counted("account", (ACCOUNTING_HOUR,), (day.start, day.end), None) as staging:
            return self._replace(staging, ACCOUNTING_HOUR, _within(ACCOUNTING_HOUR, day.start, day.end))

    @contextmanager
    def counted(
        self, job: str, tables: Iterable[Table], stretch: tuple[dt.datetime, dt.datetime], store_id: str | None
    ) -> Iterator[Lake]:
        """Give a lake of staging tables that a batch job has filled, and remove it in the end."""
        of_run = hashlib.blake2b(f"{job}/{store_id}/{stretch[0]}".encode(), digest_size=6).hexdigest()
        staging = replace(self.lake, database=f"{self.lake.database}{STAGING}{of_run}")
        # What an earlier run left that was cut short.
        staging.drop(tables)
        staging.create_database()
        try:
            for table in tables:
                staging.apply(table)
            bounds = {"from_ms": str(epoch_ms(stretch[0])), "to_ms": str(epoch_ms(stretch[1]))}
            asked = {"staging_database": staging.database} | bounds | ({"store_id": store_id} if store_id else {})
            self.batch.run(job, dict(self.properties) | {"batch": asked})
            yield staging
        finally:
            staging.drop(tables)

    def _replace(self, staging: Lake, table: Table, condition: BooleanExpression) -> Replaced:
        rows = staging.table(table).scan(row_filter=condition).to_arrow()
        rows = rows.sort_by([(name, "ascending") for name in table.sort_by])
        for attempts_left in reversed(range(COMMIT_ATTEMPTS)):
            try:
                return self._overwrite(table, rows, condition)
            except CommitFailedException:
                if not attempts_left:
                    raise
        raise AssertionError("unreachable")

    def _overwrite(self, table: Table, rows: pa.Table, condition: BooleanExpression) -> Replaced:
        target = self.lake.table(table)
        before = target.scan(row_filter=condition, selected_fields=("store_id",)).to_arrow().num_rows
        with warnings.catch_warnings():
            # A day that had no rows is as good as any.
            warnings.filterwarnings("ignore", "Delete operation did not match any records")
            target.overwrite(rows, overwrite_filter=condition)
        return Replaced(table.name, before, rows.num_rows)


def _within(table: Table, start: dt.datetime, end: dt.datetime) -> BooleanExpression:
    column = str(table.partition_by)
    condition: BooleanExpression = _by.And(
        _by.GreaterThanOrEqual(column, start.isoformat()), _by.LessThan(column, end.isoformat())
    )
    return condition
