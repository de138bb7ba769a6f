"""Empty tables of the lake in a folder, as Flink's `hadoop` Iceberg catalog finds them: the same as `glue/` makes."""

from __future__ import annotations

from pathlib import Path

from pyiceberg.table.metadata import new_table_metadata

from contracts.tables import TABLES, Table
from glue.schemas import partition_spec_of, properties_of, schema_of, sort_order_of

DATABASE = "bench"


def create_lake(folder: Path) -> None:
    """Write the first metadata of every lake table under a folder that must be empty."""
    for table in TABLES.values():
        if table.stored_in == "lake":
            _create(folder / DATABASE / table.name, table)


def lake_bytes(folder: Path) -> int:
    """Return the bytes of all data files of a lake."""
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def _create(folder: Path, table: Table) -> None:
    schema = schema_of(table)
    metadata = new_table_metadata(
        schema=schema,
        partition_spec=partition_spec_of(table, schema),
        sort_order=sort_order_of(table, schema),
        location=folder.as_uri(),
        properties=properties_of(table),
    )
    (folder / "metadata").mkdir(parents=True)
    (folder / "metadata" / "v1.metadata.json").write_text(metadata.model_dump_json())
    (folder / "metadata" / "version-hint.text").write_text("1")
