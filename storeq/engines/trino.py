"""Trino, over its HTTP address."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import requests
from trino import dbapi
from trino.exceptions import Error, TrinoConnectionError, TrinoQueryError

from contracts.tables import TABLES
from glue.dialect import Engine as Dialect
from storeq.compile import Place, Statement
from storeq.cures import missing
from storeq.engines import Answer
from storeq.errors import EngineError, MissingTablesError

_ARROW_TYPES = {
    "boolean": pa.bool_(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "real": pa.float32(),
    "date": pa.date32(),
    "varchar": pa.string(),
}
_NOT_FOUND = frozenset({"TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND"})


@dataclass(frozen=True, slots=True)
class Trino:
    """One Trino and the catalog and schema in which the tables are."""

    host: str
    port: int
    user: str
    place: Place
    scheme: str = "http"

    @property
    def dialect(self) -> Dialect:
        """Trino's own."""
        return "trino"

    def run(self, statement: Statement) -> Answer:
        """Return the answer; see `Engine.run`."""
        started = time.monotonic()
        try:
            rows, read = self._ask(statement.sql)
        except TrinoQueryError as error:
            raise self._explained(error, statement) from error
        except (TrinoConnectionError, requests.RequestException, Error) as error:
            address = f"{self.scheme}://{self.host}:{self.port}"
            raise EngineError(
                [f"Trino does not answer at {address} ({error}): start it, or name another by --trino-host"]
            ) from error
        return Answer(rows=rows, seconds=time.monotonic() - started, bytes_read=read)

    def _ask(self, sql: str) -> tuple[pa.Table, int | None]:
        client: Any = dbapi  # its functions have no types
        connection = client.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            catalog=self.place.catalog,
            schema=self.place.database,
            http_scheme=self.scheme,
            timezone="UTC",
        )
        cursor = connection.cursor()
        cursor.execute(sql)
        found = cursor.fetchall()
        return to_arrow(cursor.description or (), found), (cursor.stats or {}).get("physicalInputBytes")

    def _explained(self, error: TrinoQueryError, statement: Statement) -> EngineError:
        if error.error_name in _NOT_FOUND:
            named = [read.table.name for read in statement.sources if read.table.name in str(error.message)]
            absent = named or [read.table.name for read in statement.sources]
            where = f"in {self.place.catalog}.{self.place.database} of Trino"
            return MissingTablesError(absent, missing((TABLES[name] for name in absent), where))
        return EngineError([f"Trino cannot run the statement: {error.error_name}: {error.message}"])


def to_arrow(description: Iterable[Sequence[Any]], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return rows as the client gives them, with the types that Trino names."""
    columns = list(zip(*rows, strict=True))
    fields = [pa.field(column[0], _arrow_type(column[1])) for column in description]
    arrays = [
        pa.array(columns[index] if columns else [], type=field.type, from_pandas=False)
        for index, field in enumerate(fields)
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _arrow_type(name: str) -> pa.DataType | None:
    if name.startswith("timestamp"):
        return pa.timestamp("us", tz="UTC" if name.endswith("with time zone") else None)
    return _ARROW_TYPES.get(name.partition("(")[0], pa.string())
