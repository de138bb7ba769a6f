"""The JSON Schema of an event. The decoder in the jar reads this very file, so that both ends check the same rules."""

from __future__ import annotations

from typing import Any

from contracts.events import KINDS, SCHEMA, envelope_struct, payload_fields
from contracts.fields import Field
from contracts.types import ListOf, Scalar, Struct, Type


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one event: an envelope, and the payload named like its kind."""
    envelope = _object(envelope_struct())
    payloads = {field.name: _property(field) for field in payload_fields()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:store-traffic:{SCHEMA}",
        "title": f"Store traffic event, {SCHEMA}",
        **envelope,
        "properties": envelope["properties"] | payloads,
        "oneOf": [_only_payload(kind) for kind in KINDS],
    }


def _only_payload(kind: str) -> dict[str, Any]:
    others = [other for other in KINDS if other != kind]
    return {
        "properties": {"kind": {"const": kind}, kind: {"type": "object"}}
        | {other: {"type": "null"} for other in others},
        "required": [kind],
    }


def _object(struct: Struct) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [field.name for field in struct.fields if field.required],
        "properties": {field.name: _property(field) for field in struct.fields},
    }


def _property(field: Field) -> dict[str, Any]:
    limits = {
        "minimum": field.minimum,
        "maximum": field.maximum,
        "maxLength": field.max_length,
        "minLength": 1 if field.max_length else None,
        "enum": list(field.choices) or None,
    }
    schema = _schema(field.type) | {name: limit for name, limit in limits.items() if limit is not None}
    schema["description"] = field.doc
    if not field.required:
        schema["type"] = [schema["type"], "null"]
    return schema


def _schema(type_: Type) -> dict[str, Any]:
    match type_:
        case Scalar():
            return {"type": type_.json_schema} | _RANGES.get(type_.name, {})
        case ListOf():
            return {"type": "array", "items": _schema(type_.element)}
        case _:
            return _object(type_)


_RANGES: dict[str, dict[str, Any]] = {
    "integer": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "long": {"minimum": -(2**63), "maximum": 2**63 - 1},
}
