"""Flink DDL types and column lists."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.fields import Field
from contracts.tables import Table
from contracts.types import ListOf, Scalar, Type


def flink_type(type_: Type) -> str:
    """Return the Flink SQL name of a type."""
    match type_:
        case Scalar():
            return type_.flink
        case ListOf():
            return f"ARRAY<{flink_type(type_.element)} NOT NULL>"
        case _:
            return f"ROW<{', '.join(_nested(field) for field in type_.fields)}>"


def flink_columns(fields: Iterable[Field]) -> str:
    """Return the column definitions of a `CREATE TABLE`, one a line, with their comments."""
    return ",\n".join(f"    {_column(field)}" for field in fields)


def create_table(table: Table) -> str:
    """Return a `CREATE TABLE` without connector options: what a test or a new sink starts from."""
    return f"CREATE TABLE `{table.name}` (\n{flink_columns(table.columns)}\n) COMMENT {_quoted(table.doc)}\n"


def _column(field: Field) -> str:
    return f"`{field.name}` {flink_type(field.type)}{_nullability(field)} COMMENT {_quoted(field.doc)}"


def _nested(field: Field) -> str:
    return f"`{field.name}` {flink_type(field.type)}{_nullability(field)}"


def _nullability(field: Field) -> str:
    return " NOT NULL" if field.required else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
