"""Why an answer is empty, and what would fill it."""

from __future__ import annotations

from collections.abc import Iterator

from storeq.compile import Statement, compile_counts
from storeq.cures import filled_by
from storeq.engines import Engine


def why_empty(engine: Engine, statement: Statement) -> list[str]:
    """Return one line for each table that has no row of what was asked, or one that says that all have some."""
    counts = engine.run(compile_counts(statement.reads, engine.place)).rows.to_pylist()
    empty = {row["table_name"] for row in counts if row["row_count"] == 0}
    return [*_lines(statement, empty)] or [
        "No row: every table has rows of what was asked, and the question leaves none of them; see `storeq show`."
    ]


def _lines(statement: Statement, empty: set[str]) -> Iterator[str]:
    for read in statement.reads:
        if read.table.name in empty:
            dates = f" from {read.dates[0].first} to {read.dates[-1].last}" if read.dates else ""
            yield f"No row: {read.table.name} holds nothing of what was asked{dates}; {filled_by(read.table)}."
