"""Iceberg schemas, as the table specification writes them in JSON."""

from __future__ import annotations

from itertools import count
from typing import Any

from contracts.fields import Field
from contracts.tables import Table
from contracts.types import ListOf, Scalar, Struct, Type


def iceberg_schema(table: Table) -> dict[str, Any]:
    """Return the schema of a lake table; field ids are numbered level by level, as Iceberg itself assigns them."""
    return {"schema-id": 0} | _struct(Struct(table.columns), count(1))


def _struct(struct: Struct, ids: count[int]) -> dict[str, Any]:
    numbered = [(field, next(ids)) for field in struct.fields]
    return {"type": "struct", "fields": [_field(field, field_id, ids) for field, field_id in numbered]}


def _field(field: Field, field_id: int, ids: count[int]) -> dict[str, Any]:
    return {
        "id": field_id,
        "name": field.name,
        "required": field.required,
        "type": _type(field.type, ids),
        "doc": field.doc,
    }


def _type(type_: Type, ids: count[int]) -> Any:
    match type_:
        case Scalar():
            return type_.iceberg
        case ListOf():
            element_id = next(ids)
            return {
                "type": "list",
                "element-id": element_id,
                "element-required": True,
                "element": _type(type_.element, ids),
            }
        case _:
            return _struct(type_, ids)
