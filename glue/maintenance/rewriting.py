"""Data files read and written as a stream: in the table's order, of the target's size, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
from pyarrow import parquet
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import (
    ArrowScan,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.sorting import NullOrder, SortDirection
from pyiceberg.typedef import Record

from glue.schemas import TARGET_FILE_BYTES

READ_BYTES = 32 * 1024 * 1024
"""Small files are read side by side, up to as many bytes of them; a larger one is read alone."""
SORT_THREADS_MAX = 4
SORT_THREAD_BYTES = 128 * 1024 * 1024
"""DuckDB cannot spill what its threads are working on: little memory, few threads."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large files and their row groups become, and how much memory sorting takes before it spills to disk.

    A reader of one store and day skips row groups by their bounds, so these are small next to a file.
    """

    target_file_bytes: int = TARGET_FILE_BYTES
    row_group_rows: int = 100_000
    row_group_memory_bytes: int = 32 * 1024 * 1024
    sort_memory_bytes: int = 1024 * 1024 * 1024


def file_schema(table: IcebergTable) -> pa.Schema:
    """Return the schema of a table's files, with field ids.

    Fields within structures and lists may be null there: Arrow cannot write a missing structure whose fields must not
    be null. Readers see the table's schema.
    """
    schema = schema_to_pyarrow(table.schema())
    return pa.schema([field.with_type(_lenient(field.type)) for field in schema])


def read(table: IcebergTable, tasks: Iterable[FileScanTask]) -> Iterator[pa.RecordBatch]:
    """Yield the live rows of files in the table's present schema: position deletes are applied."""
    schema = file_schema(table)
    scan = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue())
    for together in _read_together(tasks):
        for batch in scan.to_record_batches(together):
            yield batch.cast(schema)


def in_order(table: IcebergTable, batches: Iterable[pa.RecordBatch], sizes: Sizes) -> Iterator[pa.RecordBatch]:
    """Yield the rows in the table's sort order; what does not fit into memory is sorted on disk."""
    order = _order_by(table)
    if not order:
        yield from batches
        return
    schema = file_schema(table)
    failures: list[Exception] = []
    with tempfile.TemporaryDirectory() as spill, _sorter(sizes, spill) as connection:
        connection.register("given", pa.RecordBatchReader.from_batches(schema, _watched(batches, failures)))
        try:
            for batch in connection.sql(f"SELECT * FROM given ORDER BY {order}").to_arrow_reader(sizes.row_group_rows):
                yield batch.cast(schema)
        except duckdb.Error:
            if failures:
                raise failures[0] from None
            raise


def write(
    table: IcebergTable, partition: Record, batches: Iterable[pa.RecordBatch], sizes: Sizes
) -> Iterator[DataFile]:
    """Write rows of one partition as files of about the target's size, in the order in which they come.

    Yields:
        Each file once it is complete, for a commit to add.
    """
    groups = _row_groups(batches, sizes)
    group = next(groups, None)
    while group is not None:
        location = _location(table, partition)
        with table.io.new_output(location).create() as output, _writer(table, output) as writer:
            while group is not None and output.tell() < sizes.target_file_bytes:
                writer.write_table(group, row_group_size=group.num_rows)
                group = next(groups, None)
        yield _data_file(table, partition, location, writer.writer.metadata)


def _watched(batches: Iterable[pa.RecordBatch], failures: list[Exception]) -> Iterator[pa.RecordBatch]:
    """Yield the batches and keep what stops them: DuckDB tells of it as an error of its own."""
    try:
        yield from batches
    except Exception as error:
        failures.append(error)
        raise


def _lenient(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(type_):
        return pa.struct([_lenient_field(field) for field in type_])
    if pa.types.is_large_list(type_):
        return pa.large_list(_lenient_field(type_.value_field))
    return pa.list_(_lenient_field(type_.value_field)) if pa.types.is_list(type_) else type_


def _lenient_field(field: pa.Field) -> pa.Field:
    return field.with_type(_lenient(field.type)).with_nullable(nullable=True)


def _read_together(tasks: Iterable[FileScanTask]) -> Iterator[list[FileScanTask]]:
    together: list[FileScanTask] = []
    for task in tasks:
        if together and _bytes(together) + task.file.file_size_in_bytes > READ_BYTES:
            yield together
            together = []
        together.append(task)
    if together:
        yield together


def _bytes(tasks: Sequence[FileScanTask]) -> int:
    return sum(task.file.file_size_in_bytes for task in tasks)


@contextmanager
def _sorter(sizes: Sizes, spill: str) -> Iterator[duckdb.DuckDBPyConnection]:
    settings: dict[str, Any] = {
        "memory_limit": f"{sizes.sort_memory_bytes}B",
        "temp_directory": spill,
        "preserve_insertion_order": False,
        "threads": max(1, min(SORT_THREADS_MAX, sizes.sort_memory_bytes // SORT_THREAD_BYTES)),
    }
    with duckdb.connect(config=settings) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _order_by(table: IcebergTable) -> str:
    parts = []
    for field in table.sort_order().fields:
        name = table.schema().find_column_name(field.source_id)
        direction = "DESC" if field.direction == SortDirection.DESC else "ASC"
        nulls = "FIRST" if field.null_order == NullOrder.NULLS_FIRST else "LAST"
        parts.append(f'"{name}" {direction} NULLS {nulls}')
    return ", ".join(parts)


def _row_groups(batches: Iterable[pa.RecordBatch], sizes: Sizes) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        for part in _parts(batch, sizes):
            if waiting and _is_full([*waiting, part], sizes):
                yield pa.Table.from_batches(waiting)
                waiting = []
            waiting.append(part)
    if waiting:
        yield pa.Table.from_batches(waiting)


def _parts(batch: pa.RecordBatch, sizes: Sizes) -> Iterator[pa.RecordBatch]:
    row_bytes = max(1, batch.nbytes // max(1, batch.num_rows))
    step = max(1, min(sizes.row_group_rows, sizes.row_group_memory_bytes // row_bytes))
    return (batch.slice(start, step) for start in range(0, batch.num_rows, step))


def _is_full(batches: Sequence[pa.RecordBatch], sizes: Sizes) -> bool:
    rows = sum(batch.num_rows for batch in batches)
    memory_bytes: int = sum(batch.nbytes for batch in batches)
    return rows > sizes.row_group_rows or memory_bytes > sizes.row_group_memory_bytes


def _location(table: IcebergTable, partition: Record) -> str:
    folder = table.spec().partition_to_path(partition, table.schema())
    name = f"{uuid4()}.parquet"
    return table.location_provider().new_data_location(f"{folder}/{name}" if folder else name)


def _writer(table: IcebergTable, output: Any) -> parquet.ParquetWriter:
    schema = file_schema(table)
    order = [str(table.schema().find_column_name(field.source_id)) for field in table.sort_order().fields]
    return parquet.ParquetWriter(
        output,
        schema,
        compression=table.properties.get("write.parquet.compression-codec", "zstd"),
        # Readers that know it skip pages too.
        write_page_index=True,
        sorting_columns=[parquet.SortingColumn(schema.get_field_index(name)) for name in order] or None,
        store_decimal_as_integer=True,
    )


def _data_file(table: IcebergTable, partition: Record, location: str, written: parquet.FileMetaData) -> DataFile:
    schema = table.schema()
    statistics = data_file_statistics_from_parquet_metadata(
        parquet_metadata=written,
        stats_columns=compute_statistics_plan(schema, table.properties),
        parquet_column_mapping=parquet_path_to_id_mapping(schema),
    )
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=location,
        file_format=FileFormat.PARQUET,
        partition=partition,
        file_size_in_bytes=len(table.io.new_input(location)),
        sort_order_id=table.sort_order().order_id or None,
        spec_id=table.spec().spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )
