"""Rows that are older than their table keeps them are deleted: whole files by a commit alone, the rest rewritten.

Partitions are cut at the same instants as retention, so that days go without reading them. Their files are deleted
later, as orphans, when the last snapshot that needs them has expired.
"""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from typing import Any

from pyiceberg import expressions
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table as IcebergTable

from contracts.tables import Table
from contracts.types import DATE
from glue.maintenance.commits import retried

# Their constructors take positions, which their types do not tell.
_by: Any = expressions


@dataclass(frozen=True, slots=True)
class Retained:
    """What retention deletes from a table: rows before a date, how many, and the files that hold them."""

    before: dt.date
    rows: int
    files: int


def plan_retention(contract: Table, table: IcebergTable, *, today: dt.date) -> Retained | None:
    """Return what would be deleted; None when the contract keeps all rows. Changes nothing."""
    if contract.retention_days is None or contract.partition_by is None:
        return None
    before = today - dt.timedelta(days=contract.retention_days)
    scan = table.scan(row_filter=_older(contract, before))
    return Retained(before, rows=scan.count(), files=len(list(scan.plan_files())))


def retain(contract: Table, table: IcebergTable, *, today: dt.date) -> Retained | None:
    """Delete what `plan_retention` returns; the table stands at the last commit afterwards.

    Args:
        contract: how long the rows are kept, and by which column.
        table: the table.
        today: the present date (UTC).

    Raises:
        CommitFailedException: the table changed under every attempt.
    """

    def attempt() -> Retained | None:
        planned = plan_retention(contract, table.refresh(), today=today)
        if planned and planned.rows:
            with warnings.catch_warnings():
                # The files of an empty remainder are as good as any.
                warnings.filterwarnings("ignore", "Delete operation did not match any records")
                table.delete(_older(contract, planned.before))
        return planned

    return retried(attempt)


def _older(contract: Table, before: dt.date) -> BooleanExpression:
    column = contract.column(str(contract.partition_by))
    first = before if column.type == DATE else dt.datetime.combine(before, dt.time(), dt.UTC)
    older: BooleanExpression = _by.LessThan(column.name, first.isoformat())
    return older
