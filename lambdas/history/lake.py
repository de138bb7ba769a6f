"""Appends rows to the lake once: what is there already, by its key, is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from pyiceberg import expressions
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable

from contracts.tables import Table
from lambdas.history.rows import HistoryRow

COMMIT_TRIES = 6
"""Other writers, compaction among them, may commit in between."""


class HistoryLake:
    """The tables of one database in a catalog."""

    def __init__(self, catalog: Catalog, database: str) -> None:
        self._catalog = catalog
        self._database = database

    def append(self, rows: Iterable[HistoryRow]) -> int:
        """Append rows, one commit for each table; returns how many were new.

        Raises:
            CommitFailedException: others committed each time.
        """
        by_table: dict[str, dict[tuple[Any, ...], HistoryRow]] = {}
        for row in rows:
            by_table.setdefault(row.table.name, {})[row.key] = row
        return sum(self._append(wanted) for wanted in by_table.values())

    def _append(self, rows: dict[tuple[Any, ...], HistoryRow]) -> int:
        contract = next(iter(rows.values())).table
        for attempt in range(1, COMMIT_TRIES + 1):
            table = self._catalog.load_table((self._database, contract.name))
            known = _known_keys(table, contract, rows.values())
            new = [row.values for key, row in rows.items() if key not in known]
            if not new:
                return 0
            try:
                table.append(pa.Table.from_pylist(new, schema=table.schema().as_arrow()))
            except CommitFailedException:
                if attempt == COMMIT_TRIES:
                    raise
            else:
                return len(new)
        raise AssertionError("unreachable: the last try returns or raises")


def _known_keys(table: IcebergTable, contract: Table, rows: Iterable[HistoryRow]) -> set[tuple[Any, ...]]:
    """Return the keys of rows that are there already, looked for in the stores and days where they could be only."""
    assert contract.partition_by is not None
    # Its types describe how expressions are written down, not how they are made.
    where: Any = expressions
    listed = list(rows)
    earliest = min(row.earliest for row in listed)
    identity = contract.key[1]
    found = table.scan(
        row_filter=where.And(
            where.GreaterThanOrEqual(contract.partition_by, earliest.isoformat()),
            where.In("store_id", {row.values["store_id"] for row in listed}),
            where.In(identity, {row.values[identity] for row in listed}),
        ),
        selected_fields=contract.key,
    ).to_arrow()
    return {tuple(row[name] for name in contract.key) for row in found.to_pylist()}
