"""One SQL for every engine: files are written as Athena and Trino read them, and translated for DuckDB by sqlglot."""

from __future__ import annotations

from functools import cache
from typing import Literal

import sqlglot
from sqlglot import exp

Engine = Literal["duckdb", "trino", "athena"]
WRITTEN_IN = "trino"
"""Athena's engine is Trino: what one reads the other reads."""


@cache
def sql_for(engine: Engine, sql: str) -> str:
    """Return a statement of `sql/` as an engine reads it; Athena and Trino read it as it is written.

    Raises:
        sqlglot.errors.ParseError: the statement is no SQL of Trino.
    """
    if engine != "duckdb":
        return sql
    return sqlglot.parse_one(sql, read=WRITTEN_IN).transform(_to_duckdb).sql("duckdb", pretty=True)


def _to_duckdb(node: exp.Expression) -> exp.Expression:
    # sqlglot leaves Trino's at_timezone as it is. In both engines a cast of it is the clock's time there.
    if isinstance(node, exp.Anonymous) and node.name.lower() == "at_timezone":
        instant, zone = node.expressions
        return exp.AtTimeZone(this=exp.paren(instant), zone=zone)
    return node
