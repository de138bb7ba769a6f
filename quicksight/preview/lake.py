"""A lake as the local page reads it: DuckDB over its files, with the views of `sql/athena` on them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from pyiceberg.exceptions import NoSuchTableError

from contracts.tables import LAKE_TABLES, PERIOD, Table
from glue.duckdb_lake import create_views
from glue.schemas import arrow_schema_of
from glue.views import View
from storeq.cures import missing
from storeq.engines.catalog import Catalog
from storeq.engines.duckdb import SCHEMA
from storeq.engines.folder import Folder
from storeq.questions import Question
from storeq.reading import TableRead

_EVERY_PERIOD = "every_period"
SHARED_BY = 4
"""A view that so many questions build on is worked out once."""
MEMORY = "6GB"
"""Of a lake of millions of rows no more is held in memory: other programs run besides."""


@dataclass(frozen=True, slots=True)
class Lake:
    """Where rows come from, and how it is spoken of.

    Attributes:
        name: identifier, in lower case with hyphens; the name of its folder.
        title: what people call it.
        note: what one must know of it.
        source: where its files are.
    """

    name: str
    title: str
    note: str
    source: Folder | Catalog


@dataclass(frozen=True, slots=True)
class OpenLake:
    """A lake with a connection; `absent` are the tables that it does not have, which are empty here."""

    connection: duckdb.DuckDBPyConnection
    absent: tuple[Table, ...]
    where: str

    def lacking(self, question: Question) -> list[str]:
        """Return what the lake lacks to answer a question, and what to do about it; nothing when all is there."""
        absent = [table for table in question.tables if table in self.absent]
        return missing(absent, self.where) if absent else []

    def keep_periods(self, kinds: Iterable[str]) -> None:
        """Keep only periods of some kinds from now on: views work every period out, wanted or not."""
        wanted = ", ".join(f"'{kind}'" for kind in kinds)
        self.connection.execute(
            f"CREATE OR REPLACE VIEW {SCHEMA}.{PERIOD.name} AS "
            f"SELECT * FROM {SCHEMA}.{_EVERY_PERIOD} WHERE period_kind IN ({wanted})"
        )

    def keep_shared(self, questions: Iterable[Question]) -> Iterator[str]:
        """Work out once what several questions build on; gives each view's name before it is asked.

        Views of periods are left as they are: which periods are kept differs. So is one that cannot be asked; what
        builds on it will say so.
        """
        for view in _shared(questions):
            yield view.name
            with suppress(duckdb.Error):
                self.connection.execute(f"CREATE TABLE {SCHEMA}.kept_{view.name} AS FROM {view.name}")
                self.connection.execute(
                    f"CREATE OR REPLACE VIEW {SCHEMA}.{view.name} AS FROM {SCHEMA}.kept_{view.name}"
                )

    def empty_tables(self, question: Question) -> list[Table]:
        """Return the tables of a question that hold no row."""
        return [table for table in question.tables if self._is_empty(table)]

    def _is_empty(self, table: Table) -> bool:
        return not self.connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchall()


@contextmanager
def opened(source: Folder | Catalog, views: Iterable[View], *, spill: Path | None = None) -> Iterator[OpenLake]:
    """Give a lake with its views created; tables that are not there are empty.

    Args:
        source: where its files are.
        views: what is created, each after those that it reads.
        spill: folder for what does not fit into memory; it is emptied in the end.

    Raises:
        duckdb.Error: a view names what no table of the contracts has.
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if spill is not None:
            connection.execute("SET temp_directory = ?", [str(spill)])
            connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(f"SET search_path = '{SCHEMA},main'")
        absent = [table for table in LAKE_TABLES if source.open(connection, _whole(table)) is None]
        for table in absent:
            connection.register(table.name, arrow_schema_of(table).empty_table())
        every = f"{SCHEMA}.{PERIOD.name}" if PERIOD not in absent else PERIOD.name
        connection.execute(f"CREATE TABLE {SCHEMA}.{_EVERY_PERIOD} AS FROM {every}")
        create_views(connection, views)
        yield OpenLake(connection, tuple(absent), source.where)


def fingerprint(source: Folder | Catalog) -> str:
    """Return what changes with the files of a folder, or with the tables of a catalog."""
    digest = hashlib.sha256()
    for line in _stamps(source):
        digest.update(line.encode())
    return digest.hexdigest()


def _shared(questions: Iterable[Question]) -> list[View]:
    """Return the views that several questions build on and that read no periods, each after those that it reads."""
    parts = [part for question in questions for part in question.parts]
    times = Counter(part.name for part in parts)
    of_periods = {PERIOD.name}
    for part in parts:
        if of_periods.intersection(part.reads):
            of_periods.add(part.name)
    # The parts of a question come each after those that it reads.
    return list({part.name: part for part in parts if _is_shared(part, times, of_periods)}.values())


def _is_shared(view: View, times: Counter[str], of_periods: set[str]) -> bool:
    return times[view.name] >= SHARED_BY and view.name not in of_periods


def _whole(table: Table) -> TableRead:
    return TableRead(table, tuple(column.name for column in table.columns))


def _stamps(source: Folder | Catalog) -> Iterator[str]:
    if isinstance(source, Catalog):
        yield from (f"{table.name} {_version(source, table)}\n" for table in LAKE_TABLES)
        return
    for path in sorted(source.path.rglob("*.parquet")):
        seen = path.stat()
        yield f"{path.relative_to(source.path)} {seen.st_size} {seen.st_mtime_ns}\n"


def _version(catalog: Catalog, table: Table) -> str:
    try:
        return catalog.lake.table(table).metadata_location
    except NoSuchTableError:
        return "none"
