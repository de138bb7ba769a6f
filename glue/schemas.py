"""A contract table as Iceberg sees it: schema, hidden partitioning, sort order, properties."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.partitioning import PARTITION_FIELD_ID_START, PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import DayTransform, IdentityTransform, MonthTransform, Transform

from contracts.render.iceberg import iceberg_schema
from contracts.tables import Table

TARGET_FILE_BYTES = 128 * 1024 * 1024
KEPT_METADATA_VERSIONS = 20
"""Each commit writes a metadata file, and the job commits every minute: older ones are deleted."""


def schema_of(table: Table) -> Schema:
    """Return the schema of a lake table, docs included."""
    return Schema.model_validate(iceberg_schema(table))


def partition_spec_of(table: Table, schema: Schema) -> PartitionSpec:
    """Return the layout by day or month of `partition_by`; readers filter by the column itself."""
    if table.partition_by is None:
        return PartitionSpec()
    source_id = schema.find_field(table.partition_by).field_id
    transform: Transform[Any, Any] = DayTransform() if table.partition_unit == "day" else MonthTransform()
    name = f"{table.partition_by}_{table.partition_unit}"
    return PartitionSpec(PartitionField(source_id, PARTITION_FIELD_ID_START, transform, name))


def sort_order_of(table: Table, schema: Schema) -> SortOrder:
    """Return the order of rows within a file, as compaction and batch writers keep it."""
    ids = (schema.find_field(name).field_id for name in table.sort_by)
    return SortOrder(*(SortField(source_id=field_id, transform=IdentityTransform()) for field_id in ids))


def properties_of(table: Table) -> dict[str, str]:
    """Return the table properties; Iceberg's Java side keeps Glue's doc in `comment`, its Python in `Description`."""
    doc = f"{table.doc} One row: {table.grain}."
    return {
        "format-version": "2",
        "comment": doc,
        "Description": doc,
        "write.parquet.compression-codec": "zstd",
        "write.target-file-size-bytes": str(TARGET_FILE_BYTES),
        # By hash one writer takes a whole day: few files, as the lake is read more often than written. It is also one
        # thread, and a day's path is made anew for each row: too dear for what has a row for every event or zone.
        "write.distribution-mode": "none" if table.is_written_by_all else "hash",
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": str(KEPT_METADATA_VERSIONS),
    }


def arrow_schema_of(table: Table) -> pa.Schema:
    """Return the schema of a table's rows in memory, live tables too."""
    return schema_to_pyarrow(schema_of(table))
