"""The questions that can be asked: the views of `sql/athena` with what they read and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.tables import PEAK, PERIOD, TABLES, Table
from glue.duckdb_lake import connect
from glue.questions import column_docs, columns_of
from glue.views import View
from storeq.errors import StoreqError, nearest

GROUPS = (
    "Periods and seasons, each beside the one before",
    "Peaks: before, during and after",
    "Days and hours where the store is",
    "Minute by minute, today too",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer: its type as DuckDB names it, and what it means."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True, slots=True)
class Question:
    """A view, the views that it is built on (each after those that it reads, itself last), and the tables of all."""

    view: View
    parts: tuple[View, ...]
    tables: tuple[Table, ...]
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The name of the view."""
        return self.view.name

    def reads(self, table: Table) -> bool:
        """Whether the answer comes from this table too."""
        return table in self.tables

    def column(self, name: str) -> Column | None:
        """Return a column of the answer; None when it has none of that name."""
        return next((column for column in self.columns if column.name == name), None)


class Library:
    """All views of one folder, by name."""

    def __init__(self, views: Iterable[View]) -> None:
        self._views = {view.name: view for view in views}
        self._found: dict[str, Question] = {}

    @property
    def views(self) -> tuple[View, ...]:
        """All views, each after those that it reads."""
        return tuple(self._views.values())

    def find(self, name: str) -> Question:
        """Return a question.

        Raises:
            StoreqError: no view has that name; the message names the nearest.
        """
        if name not in self._views:
            raise StoreqError([f"There is no question {name!r}: {nearest(name, self._views)} See `storeq list`."])
        if name not in self._found:
            parts = self._parts(name)
            columns = _columns(self._views[name], parts)
            self._found[name] = Question(self._views[name], parts, _tables(parts), columns)
        return self._found[name]

    def groups(self) -> Mapping[str, tuple[View, ...]]:
        """Return all views by what they are about, those of a group by name."""
        found: dict[str, list[View]] = {group: [] for group in GROUPS}
        for name in sorted(self._views):
            found[_group(_tables(self._parts(name)))].append(self._views[name])
        return {group: tuple(views) for group, views in found.items() if views}

    def _parts(self, name: str) -> tuple[View, ...]:
        wanted = self._closure(name)
        return tuple(view for view in self._views.values() if view.name in wanted)

    def _closure(self, name: str) -> set[str]:
        below = (self._closure(read) for read in self._views[name].reads if read in self._views)
        return {name}.union(*below)


def _tables(parts: Iterable[View]) -> tuple[Table, ...]:
    names = {read for view in parts for read in view.reads if read in TABLES}
    return tuple(TABLES[name] for name in sorted(names))


def _columns(view: View, parts: Iterable[View]) -> tuple[Column, ...]:
    docs = column_docs(view, {part.name: part for part in parts})
    types = columns_of(connect({}, views=parts), view)
    return tuple(Column(name, type_, docs.get(name, "")) for name, type_ in types.items())


def _group(tables: Iterable[Table]) -> str:
    found = set(tables)
    if PEAK in found:
        return GROUPS[1]
    if PERIOD in found:
        return GROUPS[0]
    return GROUPS[2] if any(table.role == "rollup" for table in found) else GROUPS[3]
