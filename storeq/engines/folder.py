"""A lake without a catalog: Parquet files, one or a folder of them for each table, such as `make demo` keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from storeq.engines.duckdb import Opened
from storeq.engines.relations import create_relation
from storeq.reading import TableRead


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder."""

    path: Path

    @property
    def where(self) -> str:
        """Where it is, in words."""
        return f"in {self.path}"

    def open(self, connection: duckdb.DuckDBPyConnection, read: TableRead) -> Opened | None:
        """Create the view of a table; None when the folder has no file of it."""
        files = self._files(read.table.name)
        if not files:
            return None
        create_relation(connection, read, [connection.read_parquet([str(file) for file in files], union_by_name=True)])
        return Opened(files=len(files), bytes=sum(file.stat().st_size for file in files))

    def _files(self, name: str) -> list[Path]:
        one = self.path / f"{name}.parquet"
        return [one] if one.is_file() else sorted((self.path / name).rglob("*.parquet"))
