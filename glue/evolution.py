"""The difference between a table's schema and its contract, as steps that lose nothing, or as refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyiceberg.schema import Schema
from pyiceberg.table.update.schema import UpdateSchema
from pyiceberg.types import IcebergType, ListType, NestedField, PrimitiveType, StructType

Path = tuple[str, ...]

WIDENINGS = {("int", "long"), ("float", "double")}
"""Changes of a type that Iceberg reads without rewriting files."""


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A new optional column; old rows hold null."""

    path: Path
    field: NestedField

    def __str__(self) -> str:
        return f"add {_dotted(self.path)} ({_shape(self.field.field_type)}, optional)"

    def apply(self, update: UpdateSchema) -> None:
        """Add the column at the end of its structure."""
        update.add_column(self.path, self.field.field_type, doc=self.field.doc)


@dataclass(frozen=True, slots=True)
class Widen:
    """A number gets a larger range."""

    path: Path
    type_: PrimitiveType

    def __str__(self) -> str:
        return f"widen {_dotted(self.path)} to {self.type_}"

    def apply(self, update: UpdateSchema) -> None:
        """Change the type; files stay as they are."""
        update.update_column(self.path, field_type=self.type_)


@dataclass(frozen=True, slots=True)
class MakeOptional:
    """A required column may be null from now on."""

    path: Path

    def __str__(self) -> str:
        return f"make {_dotted(self.path)} optional"

    def apply(self, update: UpdateSchema) -> None:
        """Drop the constraint."""
        update.make_column_optional(self.path)


@dataclass(frozen=True, slots=True)
class Document:
    """A column's doc changed."""

    path: Path
    doc: str | None

    def __str__(self) -> str:
        return f"document {_dotted(self.path)}"

    def apply(self, update: UpdateSchema) -> None:
        """Write the new doc."""
        update.update_column(self.path, doc=self.doc)


@dataclass(frozen=True, slots=True)
class Reorder:
    """Columns are moved: Flink's INSERT goes by position, so the order is part of the contract."""

    structure: Path
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"reorder the columns of {_dotted(self.structure) or 'the table'}"

    def apply(self, update: UpdateSchema) -> None:
        """Move each column behind its predecessor."""
        update.move_first((*self.structure, self.names[0]))
        for before, name in zip(self.names, self.names[1:], strict=False):
            update.move_after((*self.structure, name), (*self.structure, before))


Step = AddColumn | Widen | MakeOptional | Document | Reorder


@dataclass(frozen=True, slots=True)
class Difference:
    """What leads from one schema to another: `steps` when nothing is refused."""

    steps: tuple[Step, ...]
    refusals: tuple[str, ...]


def difference(current: Schema, wanted: Schema) -> Difference:
    """Compare by name; a column that would be lost, narrowed or demanded of old rows is refused."""
    found = list(_compare((), current.as_struct(), wanted.as_struct()))
    return Difference(
        steps=tuple(step for step in found if not isinstance(step, str)),
        refusals=tuple(step for step in found if isinstance(step, str)),
    )


def _compare(path: Path, current: StructType, wanted: StructType) -> Iterator[Step | str]:
    here = {field.name: field for field in current.fields}
    there = {field.name: field for field in wanted.fields}
    for name in here.keys() - there.keys():
        yield (
            f"column {_dotted((*path, name))} is in the table and not in the contract; dropping it would lose its "
            "values: put it back into contracts/tables.py, or write a table of the next version"
        )
    for name, field in there.items():
        column = (*path, name)
        yield from _added(column, field) if name not in here else _changed(column, here[name], field)
    if here.keys() <= there.keys():
        yield from _reordered(path, tuple(here), tuple(there))


def _added(path: Path, field: NestedField) -> Iterator[Step | str]:
    if field.required:
        yield (
            f"column {_dotted(path)} is required by the contract and new: rows that are already there have no value; "
            "make it optional"
        )
    else:
        yield AddColumn(path, field)


def _changed(path: Path, current: NestedField, wanted: NestedField) -> Iterator[Step | str]:
    if wanted.required and not current.required:
        yield f"column {_dotted(path)} may be null in the table and not in the contract; keep it optional"
    if current.required and not wanted.required:
        yield MakeOptional(path)
    if current.doc != wanted.doc:
        yield Document(path, wanted.doc)
    yield from _retyped(path, current.field_type, wanted.field_type)


def _retyped(path: Path, current: IcebergType, wanted: IcebergType) -> Iterator[Step | str]:
    match current, wanted:
        case StructType(), StructType():
            yield from _compare(path, current, wanted)
        case ListType(), ListType():
            yield from _retyped((*path, "element"), current.element_type, wanted.element_type)
        case PrimitiveType(), PrimitiveType() if (str(current), str(wanted)) in WIDENINGS:
            yield Widen(path, wanted)
        case _ if current != wanted:
            yield (
                f"column {_dotted(path)} is {_shape(current)} in the table and {_shape(wanted)} in the contract; "
                "give the new meaning a new column"
            )


def _reordered(path: Path, current: Path, wanted: Path) -> Iterator[Step]:
    appended = current + tuple(name for name in wanted if name not in current)
    if appended != wanted:
        yield Reorder(path, wanted)


def _dotted(path: Path) -> str:
    return ".".join(path)


def _shape(type_: IcebergType) -> str:
    match type_:
        case StructType():
            return "a structure"
        case ListType():
            return "a list"
        case _:
            return str(type_)
