"""What runs a statement: DuckDB over the files of a lake, Trino, or Athena."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from glue.dialect import Engine as Dialect
from storeq.compile import Place, Statement


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement, and what they took; None is what the engine does not tell.

    `bytes_read` is what the engine counts: of DuckDB, the size of the files that hold any row of what was asked.
    """

    rows: pa.Table
    seconds: float
    bytes_read: int | None = None
    files_read: int | None = None


class Engine(Protocol):
    """Runs statements; `place` is where it finds the tables."""

    @property
    def dialect(self) -> Dialect:
        """The SQL that it reads."""

    @property
    def place(self) -> Place:
        """Where it finds the tables."""

    def run(self, statement: Statement) -> Answer:
        """Return the answer.

        Raises:
            MissingTablesError: tables do not exist, or lack columns.
            EngineError: it cannot be reached, or cannot run the statement.
        """
