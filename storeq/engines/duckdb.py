"""DuckDB on this machine: reads the files of a lake, or of a folder, itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import duckdb

from glue.dialect import Engine as Dialect
from glue.dialect import sql_for
from storeq.compile import Place, Statement
from storeq.cures import missing
from storeq.engines import Answer
from storeq.errors import EngineError, MissingTablesError
from storeq.reading import TableRead

SCHEMA = "lake"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a table's rows of interest lie in."""

    files: int
    bytes: int


class Source(Protocol):
    """Where the files of the tables are."""

    @property
    def where(self) -> str:
        """Where it is, in words that follow the name of a table."""

    def open(self, connection: duckdb.DuckDBPyConnection, read: TableRead) -> Opened | None:
        """Create the view `lake.<table>` with at least the rows of a read; None when there is no such table."""


@dataclass(frozen=True, slots=True)
class DuckDB:
    """The engine over a source of files."""

    source: Source

    @property
    def dialect(self) -> Dialect:
        """DuckDB's own."""
        return "duckdb"

    @property
    def place(self) -> Place:
        """The schema that holds one view for each table."""
        return Place(SCHEMA)

    def run(self, statement: Statement) -> Answer:
        """Return the answer; see `Engine.run`."""
        started = time.monotonic()
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"CREATE SCHEMA {SCHEMA}")
            opened = self._open(connection, statement)
            try:
                rows = connection.sql(sql_for("duckdb", statement.sql)).to_arrow_table()
            except duckdb.Error as error:
                raise EngineError([f"DuckDB cannot run the statement: {error}"]) from error
        return Answer(
            rows=rows,
            seconds=time.monotonic() - started,
            bytes_read=sum(each.bytes for each in opened),
            files_read=sum(each.files for each in opened),
        )

    def _open(self, connection: duckdb.DuckDBPyConnection, statement: Statement) -> list[Opened]:
        found = {read.table: self.source.open(connection, read) for read in statement.sources}
        if absent := [table for table, opened in found.items() if opened is None]:
            raise MissingTablesError((table.name for table in absent), missing(absent, self.source.where))
        return [opened for opened in found.values() if opened is not None]
