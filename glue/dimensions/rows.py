"""Rows as frozen values, turned into columns as a table's contract has them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from contracts.tables import Table
from glue.schemas import arrow_schema_of


def columns_of(table: Table, rows: Iterable[object]) -> pa.Table:
    """Return rows whose attributes are named like the table's columns as columns."""
    schema = arrow_schema_of(table)
    known = list(rows)
    return pa.Table.from_arrays(
        [pa.array([getattr(row, field.name) for row in known], field.type) for field in schema], schema=schema
    )
