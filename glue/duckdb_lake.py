"""DuckDB over the lake: one relation for each table of the contracts, and the views of `sql/athena` over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from contracts.tables import TABLES
from glue.dialect import sql_for
from glue.schemas import arrow_schema_of
from glue.views import View, load_views


def connect(tables: Mapping[str, Any], *, views: Iterable[View] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that answers the questions of the lake; instants are shown in UTC.

    Args:
        tables: what DuckDB can read (an Arrow table or data set, a relation) by name; a table of the contracts that is
            not given is empty, and others are registered too.
        views: which to create, in this order; all of `sql/athena` by default.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES.values():
        if table.name not in tables:
            connection.register(table.name, arrow_schema_of(table).empty_table())
    for name, rows in tables.items():
        connection.register(name, rows)
    create_views(connection, load_views() if views is None else views)
    return connection


def create_views(connection: duckdb.DuckDBPyConnection, views: Iterable[View]) -> None:
    """Create views, each after those that it reads."""
    for view in views:
        connection.execute(sql_for("duckdb", view.statement))
