"""What to do about a table that is not there, or has no rows of what was asked."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.tables import Table

_FILLED_BY = {
    "record": "the job writes it: start it, or look further back",
    "fact": "the job writes it: start it, or look further back",
    "rollup": "`python -m glue rollup` sums closed days, and `python -m glue import` brings history",
    "dimension": "`python -m glue dimensions` fills it",
    "live": "the job writes it",
}


def filled_by(table: Table) -> str:
    """Return what puts rows into a table."""
    return _FILLED_BY[table.role]


def missing(tables: Iterable[Table], where: str) -> list[str]:
    """Return one line for each table that does not exist, and how to make them."""
    tables = list(tables)
    lines = [f"There is no table {table.name} {where}; once it is there, {filled_by(table)}." for table in tables]
    return [*lines, "`python -m glue apply` creates what is missing, and drops nothing."]
