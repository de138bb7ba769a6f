"""The closed set of types, one row per type over every target that we render to.

A new target is a new column here and one file in ``contracts/render``; a new type is one row.
Nested types (`ListOf`, `Struct`) are composed from these rows by the renderers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.fields import Field


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type without parts, and its name in every target."""

    name: str
    flink: str
    iceberg: str
    glue: str
    json_schema: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose elements are never null."""

    element: Type


@dataclass(frozen=True, slots=True)
class Struct:
    """Named parts in a fixed order."""

    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the part called `name`; raises `KeyError` when there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


type_rows = (
    #       name       flink               iceberg        glue         JSON Schema
    Scalar("string", "STRING", "string", "string", "string"),
    Scalar("integer", "INT", "int", "int", "integer"),
    Scalar("long", "BIGINT", "long", "bigint", "integer"),
    Scalar("double", "DOUBLE", "double", "double", "number"),
    Scalar("boolean", "BOOLEAN", "boolean", "boolean", "boolean"),
    Scalar("instant", "TIMESTAMP_LTZ(3)", "timestamptz", "timestamp", "string"),
    Scalar("date", "DATE", "date", "date", "string"),
)
STRING, INTEGER, LONG, DOUBLE, BOOLEAN, INSTANT, DATE = type_rows

Type = Scalar | ListOf | Struct
