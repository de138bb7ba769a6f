"""A row of any table: with everything that may be there, or with nothing that may be missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pyarrow as pa
from pyiceberg.table import Table as IcebergTable
from pyiceberg.typedef import Record

from contracts.tables import Table
from glue.maintenance.partitions import EPOCH
from glue.maintenance.rewriting import Sizes, file_schema, write
from tests.glue.maintenance.small_files import DAY


def append_sample(small: IcebergTable, table: Table, *, is_complete: bool) -> None:
    """Append one row as a file of its own; Arrow could not write a missing structure by the table's own schema."""
    schema = file_schema(small)
    required = {column.name for column in table.columns if column.required}
    row = {field.name: _value(field.type) if is_complete or field.name in required else None for field in schema}
    batch = pa.RecordBatch.from_pylist([row], schema=schema)
    days = (DAY - EPOCH).days
    months = (DAY.year - EPOCH.year) * 12 + DAY.month - 1
    partition = Record(*([days if table.partition_unit == "day" else months] if table.partition_by else []))
    small.refresh()
    with small.transaction() as transaction, transaction.update_snapshot().fast_append() as add:
        for file in write(small, partition, [batch], Sizes()):
            add.append_data_file(file)


def _value(type_: pa.DataType) -> object:
    if pa.types.is_struct(type_):
        return {field.name: _value(field.type) for field in type_}
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return [_value(type_.value_type)] * 2
    for is_such, value in _VALUES:
        if is_such(type_):
            return value
    return "text"


_VALUES: tuple[tuple[Callable[[pa.DataType], bool], object], ...] = (
    (pa.types.is_timestamp, dt.datetime(2026, 9, 21, 6, tzinfo=dt.UTC)),
    (pa.types.is_date, DAY),
    (pa.types.is_boolean, True),
    (pa.types.is_integer, 3),
    (pa.types.is_floating, 0.5),
)
