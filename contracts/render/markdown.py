"""Documentation pages, generated so that they cannot drift from the contracts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from contracts import rejections
from contracts.events import COMPRESSED_FROM_BYTES, PAYLOADS, SCHEMA, envelope_struct, payload_struct
from contracts.fields import Field
from contracts.tables import Table
from contracts.types import INSTANT, ListOf, Scalar, Type

_RECORD = (
    "A record of the stream is one event: a JSON object in UTF-8, compressed by zlib (RFC 1950) where it has "
    f"{COMPRESSED_FROM_BYTES:,} bytes or more. Without spaces and with the fields in the order below, as the edge "
    "writes it, it is read fastest; any other JSON is read too."
)


def table_page(table: Table) -> str:
    """Return the page of one table."""
    lines = [
        f"# {table.name}",
        "",
        table.doc,
        "",
        f"- One row: {table.grain}.",
        f"- Key: {', '.join(f'`{name}`' for name in table.key)}.",
        f"- Stored in: {stored(table)}.",
        *_retention(table),
        "",
        *_field_table(table.columns),
    ]
    if table.name == "rejected_v1":
        lines += ["", "## Reasons", "", *_reason_table()]
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Return the page of the event contract."""
    lines = [f"# Events: `{SCHEMA}`", "", _RECORD, "", "## Envelope", "", *_field_table(envelope_struct().fields)]
    for kind, declared in PAYLOADS.items():
        doc = " ".join((declared.__doc__ or "").split())
        lines += ["", f"## `{kind}`", "", doc, "", *_field_table(flattened(payload_struct(kind).fields))]
    lines += ["", "## Why an event is not accepted", "", *_reason_table()]
    return "\n".join(lines) + "\n"


def stored(table: Table) -> str:
    """Return where a table's rows lie, and how."""
    if table.stored_in == "dynamodb":
        return "DynamoDB"
    ordered = "sorted by " + ", ".join(f"`{name}`" for name in table.sort_by)
    if table.partition_by is None:
        return f"the lake (Iceberg), {ordered}"
    unit = "UTC day" if table.column(table.partition_by).type == INSTANT else table.partition_unit
    return f"the lake (Iceberg), laid out by the {unit} of `{table.partition_by}`, {ordered}"


def _retention(table: Table) -> list[str]:
    if table.stored_in != "lake":
        return []
    return [f"- Kept: {kept(table)}."]


def kept(table: Table) -> str:
    """Return how long rows of a lake table are kept."""
    return "for good" if table.retention_days is None else f"{table.retention_days} days"


def _field_table(fields: Iterable[Field]) -> list[str]:
    rows = [f"| `{field.name}` | {type_name(field)} | {field.doc}{_limits(field)} |" for field in fields]
    return ["| name | type | meaning |", "| --- | --- | --- |", *rows]


def _reason_table() -> list[str]:
    rows = [f"| `{reason}` | {doc} |" for reason, doc in rejections.REASONS.items()]
    return ["| reason | meaning |", "| --- | --- |", *rows]


def flattened(fields: Iterable[Field], prefix: str = "") -> Iterable[Field]:
    """Give every field and, after it, its parts by their dotted names."""
    for field in fields:
        yield dataclasses.replace(field, name=prefix + field.name)
        inner = field.type.element if isinstance(field.type, ListOf) else field.type
        if not isinstance(inner, (Scalar, ListOf)):
            separator = "[]." if isinstance(field.type, ListOf) else "."
            yield from flattened(inner.fields, f"{prefix}{field.name}{separator}")


def type_name(field: Field) -> str:
    """Return a field's type in words."""
    return _base_name(field.type) + ("" if field.required else ", optional")


def _base_name(type_: Type) -> str:
    match type_:
        case Scalar():
            return type_.name
        case ListOf():
            return f"list of {_base_name(type_.element)}"
        case _:
            return "structure"


def _limits(field: Field) -> str:
    if field.choices:
        return f" ({', '.join(field.choices)})"
    match field.minimum, field.maximum:
        case None, None:
            return ""
        case low, None:
            return f" (≥ {low:,})"
        case None, high:
            return f" (≤ {high:,})"
        case low, high:
            return f" ({low:,} to {high:,})"
