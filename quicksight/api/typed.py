"""Types of columns: of DuckDB, which knows the views, and of Quick Sight."""

from __future__ import annotations

from quicksight.api.errors import DefinitionError

_BEGINNINGS = (
    ("VARCHAR", "STRING"),
    ("BOOLEAN", "BOOLEAN"),
    ("DATE", "DATETIME"),
    ("TIMESTAMP", "DATETIME"),
    ("DOUBLE", "DECIMAL"),
    ("FLOAT", "DECIMAL"),
    ("DECIMAL", "DECIMAL"),
    ("BIGINT", "INTEGER"),
    ("HUGEINT", "INTEGER"),
    ("INTEGER", "INTEGER"),
    ("SMALLINT", "INTEGER"),
    ("TINYINT", "INTEGER"),
)
WITH_ZONE = "TIMESTAMP WITH TIME ZONE"
"""Athena's instants, which Quick Sight does not read: they are given as UTC without a zone."""


def input_type(place: str, duckdb_type: str) -> str:
    """Return the type of a column in Quick Sight.

    Raises:
        DefinitionError: Quick Sight has none, as for lists.
    """
    for beginning, name in _BEGINNINGS:
        if duckdb_type.startswith(beginning) and not duckdb_type.endswith("]"):
            return name
    raise DefinitionError(
        f"{place}: expected a column of text, numbers, dates or flags, came {duckdb_type}; leave it out of the data set"
    )
