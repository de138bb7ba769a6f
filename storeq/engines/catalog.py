"""The lake's Iceberg tables by their catalog: which files hold what was asked, and how these are read.

Iceberg knows columns by number, Parquet files by name. Where no version of a table's schema has ever given a name to
another column, files are read by name: by DuckDB itself on this machine, as an Arrow data set from S3. All else, and
files from which rows were deleted, is read by pyiceberg, which goes by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import duckdb
from botocore.exceptions import BotoCoreError, ClientError
from pyarrow import dataset
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.io.pyarrow import ArrowScan, PyArrowFileIO, schema_to_pyarrow
from pyiceberg.schema import Schema
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable

from glue.lake import Lake
from storeq.engines.duckdb import Opened
from storeq.engines.relations import create_relation
from storeq.engines.row_filter import row_filter
from storeq.errors import EngineError, MissingTablesError
from storeq.reading import TableRead


@dataclass(frozen=True, slots=True)
class Catalog:
    """The lake of a catalog."""

    lake: Lake

    @property
    def where(self) -> str:
        """Where it is, in words."""
        return f"in the database {self.lake.database}"

    def open(self, connection: duckdb.DuckDBPyConnection, read: TableRead) -> Opened | None:
        """Create the view of a table over the files that may hold rows of a read; None when there is no such table."""
        try:
            table = self.lake.table(read.table)
            _check_columns(table, read)
            tasks = _planned(table, read)
            create_relation(connection, read, _parts(connection, table, read, tasks))
        except NoSuchTableError:
            return None
        except (BotoCoreError, ClientError, OSError) as error:
            raise EngineError([f"The lake {self.lake.warehouse} does not answer: {error}"]) from error
        return Opened(files=len(tasks), bytes=sum(task.file.file_size_in_bytes for task in tasks))


def _planned(table: IcebergTable, read: TableRead) -> list[FileScanTask]:
    return list(table.scan(row_filter=row_filter(read)).plan_files())


def is_read_by_name(table: IcebergTable, names: Iterable[str]) -> bool:
    """Whether each of these columns has had its name, number and type in every version of the schema that has it."""
    now = table.schema().select(*names)
    return all(_agrees(now, then) for then in table.metadata.schemas)


def _agrees(now: Schema, then: Schema) -> bool:
    names = {field.name: field for field in then.fields}
    numbers = {field.field_id: field for field in then.fields}
    return all(
        _is_same(field, names.get(field.name)) and _is_same(field, numbers.get(field.field_id)) for field in now.fields
    )


def _is_same(field: Any, other: Any) -> bool:
    if other is None:
        return True
    return bool(field.field_id == other.field_id and field.name == other.name and field.field_type == other.field_type)


def _check_columns(table: IcebergTable, read: TableRead) -> None:
    has = {field.name for field in table.schema().fields}
    if absent := [name for name in read.touched if name not in has]:
        lacking = f"{read.table.name} lacks the columns {', '.join(absent)}, which a newer version has"
        raise MissingTablesError([read.table.name], [f"{lacking}: `python -m glue apply` adds them."])


def _parts(
    connection: duckdb.DuckDBPyConnection, table: IcebergTable, read: TableRead, tasks: list[FileScanTask]
) -> Iterator[Any]:
    is_by_name = is_read_by_name(table, read.touched)
    by_number = [task for task in tasks if task.delete_files or not is_by_name]
    paths = [task.file.file_path for task in tasks if not task.delete_files and is_by_name]
    if local := [_local_path(path) for path in paths if _is_local(path)]:
        yield connection.read_parquet(local, union_by_name=True)
    if remote := [path for path in paths if not _is_local(path)]:
        yield _data_set(table, read, remote)
    if by_number:
        projected = table.schema().select(*read.touched)
        yield ArrowScan(table.metadata, table.io, projected, row_filter(read)).to_table(by_number)


def _data_set(table: IcebergTable, read: TableRead, paths: list[str]) -> dataset.Dataset:
    """Return S3 files as Arrow reads them: only the columns and row groups that DuckDB asks for."""
    places = [PyArrowFileIO.parse_location(path) for path in paths]
    scheme, bucket, _ = places[0]
    # pyiceberg's own file system has the catalog's endpoint and credentials.
    files: Any = table.io
    schema = schema_to_pyarrow(table.schema().select(*read.touched), include_field_ids=False)
    return dataset.dataset(
        [path for _, _, path in places], schema=schema, format="parquet", filesystem=files.fs_by_scheme(scheme, bucket)
    )


def _is_local(path: str) -> bool:
    return urlsplit(path).scheme in ("", "file")


def _local_path(path: str) -> str:
    return path.removeprefix("file://")
