"""The lake and the live tables, read by SQL.

Every table of the contracts is a relation of its own name, and of its name without the version; the views of
`sql/athena` are there too: `visit` and `journey` hold the latest revisions. No extension of DuckDB is needed, as the
Iceberg tables are read by pyiceberg.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyiceberg.catalog import Catalog

from contracts.fields import Field
from contracts.tables import LAKE_TABLES, LIVE_TABLES, TABLES, Table
from contracts.types import DOUBLE
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from glue.views import TARGET_WAIT_SECONDS, load_views

SQL_FOLDER = Path(__file__).parent / "sql"
_VERSION_SUFFIX = "_v1"


@dataclass(frozen=True, slots=True)
class Query:
    """One question: its SQL, and what its header says about it (`-- question: …`, `-- unit: …`)."""

    name: str
    header: Mapping[str, str]
    sql: str


class LakeReader:
    """A read-only SQL view of the tables as they were when it was made."""

    def __init__(self, tables: Mapping[str, pa.Table], *, target_wait_seconds: float = TARGET_WAIT_SECONDS) -> None:
        """Register one relation for each table of the contracts, empty where it is not given, and all views.

        Args:
            tables: rows by table; other names are registered too.
            target_wait_seconds: the longest wait that is within the target.
        """
        empty = {table.name: arrow_schema_of(table).empty_table() for table in TABLES.values()}
        self.tables: Mapping[str, pa.Table] = empty | dict(tables)
        self._connection = connect(self.tables, views=load_views(target_wait_seconds=target_wait_seconds))
        for table in TABLES.values():
            if "revision" not in table.key and table.name.endswith(_VERSION_SUFFIX):
                self._connection.execute(f"CREATE VIEW {table.name.removesuffix(_VERSION_SUFFIX)} AS FROM {table.name}")

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return the answer, one dictionary for each row by column name; instants are in UTC."""
        rows: list[dict[str, Any]] = self._connection.sql(sql).to_arrow_table().to_pylist()
        return rows


def read_lake(catalog: Catalog, database: str) -> dict[str, pa.Table]:
    """Return every lake table of the contracts as it stands now.

    Raises:
        NoSuchTableError: a table was never created; `python -m glue apply` does it.
    """
    return {table.name: catalog.load_table((database, table.name)).scan().to_arrow() for table in LAKE_TABLES}


def read_live(dynamodb: Any) -> dict[str, pa.Table]:
    """Return every live table as it stands now; `dynamodb` is a boto3 client."""
    return {table.name: live_rows(table, _items(dynamodb, table)) for table in LIVE_TABLES}


def live_rows(table: Table, items: list[Mapping[str, Any]]) -> pa.Table:
    """Return DynamoDB items (`{"name": {"S": "…"}}`) as rows of the contract."""
    rows = [{column.name: _value(column, item.get(column.name)) for column in table.columns} for item in items]
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(table))


def queries(folder: str) -> list[Query]:
    """Return the questions of one folder of `demo/sql`, by name."""
    return [read_query(path) for path in sorted((SQL_FOLDER / folder).glob("*.sql"))]


def read_query(path: Path) -> Query:
    """Read one question; raises `ValueError` when its header has no question."""
    text = path.read_text(encoding="utf-8")
    header = dict(_header(text))
    if "question" not in header:
        raise ValueError(f"{path}: expected a first line '-- question: …', came none; say what the query answers")
    return Query(name=path.stem, header=header, sql=text)


def _header(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if not line.startswith("-- ") or ": " not in line:
            return
        name, value = line.removeprefix("-- ").split(": ", maxsplit=1)
        yield name, value


def _items(dynamodb: Any, table: Table) -> list[Mapping[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def _value(column: Field, attribute: Mapping[str, str] | None) -> Any:
    if attribute is None or "NULL" in attribute:
        return None
    if "N" not in attribute:
        return next(iter(attribute.values()))
    number = attribute["N"]
    return float(number) if column.type == DOUBLE else int(float(number))
