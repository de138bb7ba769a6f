"""Rows of a lake's table that give way to others, in one commit."""

from __future__ import annotations

import warnings

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import BooleanExpression

from contracts.tables import Table
from glue.lake import Lake
from glue.reconcile import COMMIT_ATTEMPTS, Replaced
from glue.schemas import arrow_schema_of


def replace_rows(lake: Lake, table: Table, rows: pa.Table, condition: BooleanExpression) -> Replaced:
    """Put rows in place of those that the condition names, or change nothing where they are the same.

    Raises:
        CommitFailedException: others committed to the table under every attempt.
    """
    wanted = _ordered(table, rows)
    for attempts_left in reversed(range(COMMIT_ATTEMPTS)):
        try:
            return _replace(lake, table, wanted, condition)
        except CommitFailedException:
            if not attempts_left:
                raise
    raise AssertionError("unreachable")


def _replace(lake: Lake, table: Table, wanted: pa.Table, condition: BooleanExpression) -> Replaced:
    target = lake.table(table)
    present = _ordered(table, target.scan(row_filter=condition).to_arrow())
    if not present.equals(wanted):
        with warnings.catch_warnings():
            # A day that had no rows is as good as any.
            warnings.filterwarnings("ignore", "Delete operation did not match any records")
            target.overwrite(wanted, overwrite_filter=condition)
    return Replaced(table.name, present.num_rows, wanted.num_rows)


def _ordered(table: Table, rows: pa.Table) -> pa.Table:
    return rows.cast(arrow_schema_of(table)).sort_by([(name, "ascending") for name in table.sort_by])
