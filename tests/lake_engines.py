"""Engines that answer the lake's questions, each in its own SQL, so that their answers can be laid side by side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import duckdb
from trino.dbapi import Connection
from trino.types import NamedRowTuple

from contracts.tables import LAKE_TABLES
from glue.dialect import sql_for
from glue.rollup.hours import rollup_views
from glue.views import Check, View, load_checks, load_views

TABLE_NAMES = frozenset(table.name for table in LAKE_TABLES)
QUESTIONS: dict[str, View] = {view.name: view for view in load_views()}
ROLLUPS: dict[str, View] = {name: view for name, view in rollup_views().items() if name in TABLE_NAMES}
"""What fills a table has the table's name: it can be asked, and not be a view beside it."""
VIEWS: dict[str, View] = QUESTIONS | {name: view for name, view in rollup_views().items() if name not in TABLE_NAMES}
CHECKS: dict[str, Check] = {
    check.name: check for check in load_checks() if set(check.reads) <= TABLE_NAMES | QUESTIONS.keys()
}
"""Those that need nothing but the lake: no live table, nothing that a run tells of itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer, with the names of their columns; instants have a time zone."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Engine(ABC):
    """An engine over the tables of the lake; a view is created when it is first read."""

    def __init__(self) -> None:
        self._created: set[str] = set()

    def ask(self, question: View | Check) -> Answer:
        """Return the answer to a view's or check's SELECT, whatever the order of its rows."""
        for name in question.reads:
            self._create(name)
        return self._answer(question.sql)

    def _create(self, name: str) -> None:
        if name in VIEWS and name not in self._created:
            for read in VIEWS[name].reads:
                self._create(read)
            self._execute(VIEWS[name].statement)
            self._created.add(name)

    @abstractmethod
    def _execute(self, sql: str) -> None: ...

    @abstractmethod
    def _answer(self, sql: str) -> Answer: ...


class DuckDbEngine(Engine):
    """DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__()
        self._connection = connection

    def _execute(self, sql: str) -> None:
        self._connection.execute(sql_for("duckdb", sql))

    def _answer(self, sql: str) -> Answer:
        found = self._connection.sql(sql_for("duckdb", sql)).to_arrow_table()
        # By columns: a dictionary for each row would lose a column whose name comes twice.
        columns = [column.to_pylist() for column in found.columns]
        return Answer(tuple(found.column_names), list(zip(*columns, strict=True)))


class TrinoEngine(Engine):
    """Trino, and so what Athena answers."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._cursor = connection.cursor()

    def _execute(self, sql: str) -> None:
        self._cursor.execute(sql)
        self._cursor.fetchall()

    def _answer(self, sql: str) -> Answer:
        self._cursor.execute(sql)
        rows = [tuple(map(_plain, row)) for row in self._cursor.fetchall()]
        return Answer(tuple(column.name for column in self._cursor.description), rows)


def _plain(value: Any) -> Any:
    """Return structures as dictionaries, as Arrow gives them; those of the client know the names of their fields."""
    if isinstance(value, NamedRowTuple):
        return dict(zip(value.__annotations__["names"], map(_plain, value), strict=True))
    return [_plain(element) for element in value] if isinstance(value, list) else value
