"""`docs/lake.md`: every table of the lake on one page, with every column, its unit, and how long rows are kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from contracts.fields import Field
from contracts.render.markdown import flattened, kept, stored, type_name
from contracts.tables import LAKE_TABLES, Role, Table
from contracts.units import unit_of

_INTRODUCTION = """# The lake

Iceberg tables (Parquet, zstd) in the Glue catalog, database `store_traffic`, made and evolved from
`contracts/tables.py` by `python -m glue plan` and `python -m glue apply`. This page is rendered from there by
`make gen`. [Questions](questions.md) lists what can be asked in a word, [storeq](storeq.md) asks it,
[maintenance](maintenance.md) keeps files few and deletes what is past its time."""

_ROLES: dict[Role, tuple[str, str]] = {
    "rollup": (
        "Summed by the store's own hours",
        "What questions about seasons, patterns and rankings read: small, in local time, written once a day is over.",
    ),
    "dimension": ("Stores and dates", "What is known of stores, zones, lanes and dates; replaced whole in one commit."),
    "fact": ("Facts", "Worked out from events by the job, minute by minute or visit by visit; a closed day is exact."),
    "record": ("Records", "What came in and what was done."),
}


def lake_page() -> str:
    """Return the page."""
    lines = [_INTRODUCTION, "", *_overview()]
    for role, (title, meaning) in _ROLES.items():
        lines += ["", f"## {title}", "", meaning]
        for table in _of(role):
            lines += ["", *_section(table)]
    return "\n".join(lines) + "\n"


def _of(role: Role) -> list[Table]:
    return [table for table in LAKE_TABLES if table.role == role]


def _overview() -> Iterator[str]:
    yield "| table | one row | kept |"
    yield "| --- | --- | --- |"
    for role in _ROLES:
        for table in _of(role):
            yield f"| [`{table.name}`](#{table.name}) | {table.grain} | {kept(table)} |"


def _section(table: Table) -> Iterator[str]:
    yield f"### {table.name}"
    yield ""
    key = ", ".join(f"`{name}`" for name in table.key)
    yield f"{table.doc} Key: {key}. Kept: {kept(table)}. Stored in {stored(table)}."
    yield ""
    yield "| column | type | unit | meaning |"
    yield "| --- | --- | --- | --- |"
    for field in flattened(table.columns):
        yield f"| `{field.name}` | {type_name(field)} | {_unit(field)} | {field.doc} |"


def _unit(field: Field) -> str:
    return unit_of(dataclasses.replace(field, name=field.name.rpartition(".")[2]))
