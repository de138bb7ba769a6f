"""What DuckDB sees of a table: one view over files, data sets and tables in memory, by the names of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from glue.schemas import arrow_schema_of
from storeq.reading import TableRead


def create_relation(connection: duckdb.DuckDBPyConnection, read: TableRead, parts: Iterable[Any]) -> None:
    """Create `lake.<table>` over parts (relations, or what Arrow has), which may lack columns or reorder them.

    The first part is empty and has the contract's types: it fills what older files lack with nulls.
    """
    schema = arrow_schema_of(read.table)
    nullable = pa.schema([field.with_nullable(nullable=True) for field in schema if field.name in read.touched])
    name = read.table.name
    columns = ", ".join(f'"{column}"' for column in read.touched)
    connection.register(f"{name}_0", nullable.empty_table())
    selects = [f"SELECT {columns} FROM {name}_0"]
    for number, part in enumerate(parts, start=1):
        _name(connection, f"{name}_{number}", part)
        selects.append(f"SELECT {_present(connection, f'{name}_{number}', read)} FROM {name}_{number}")
    connection.execute(f"CREATE VIEW lake.{name} AS {' UNION ALL BY NAME '.join(selects)}")


def _name(connection: duckdb.DuckDBPyConnection, name: str, part: Any) -> None:
    if isinstance(part, duckdb.DuckDBPyRelation):
        part.create_view(name)
    else:
        connection.register(name, part)


def _present(connection: duckdb.DuckDBPyConnection, name: str, read: TableRead) -> str:
    has = {column for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall()}
    return ", ".join(f'"{column}"' for column in read.touched if column in has)
