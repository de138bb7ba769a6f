"""A field: a name, a type, what it means, and the limits within which a value is believable."""

from __future__ import annotations

import dataclasses
import types as python_types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from contracts.types import DOUBLE, STRING, ListOf, Scalar, Struct, Type

_SCALARS: dict[type, Scalar] = {str: STRING, float: DOUBLE}


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of an event or a table."""

    name: str
    type: Type
    doc: str
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What an annotated dataclass attribute means: `Annotated[int, Means("…", LONG, minimum=0)]`."""

    doc: str
    type: Scalar | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None


def struct_of(declared: type) -> Struct:
    """Read a dataclass whose attributes are `Annotated` with `Means` as a `Struct`.

    Raises:
        TypeError: an attribute has no `Means`, or a Python type without a row in the type table.
    """
    hints = get_type_hints(declared, include_extras=True)
    return Struct(tuple(_field(attribute.name, hints[attribute.name]) for attribute in dataclasses.fields(declared)))


def _field(name: str, hint: Any) -> Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{name}: expected Annotated[type, Means(...)], came {hint!r}")
    python_type, means = get_args(hint)
    required, python_type = _split_optional(python_type)
    return Field(
        name=name,
        type=_contract_type(name, python_type, means),
        doc=means.doc,
        required=required,
        minimum=means.minimum,
        maximum=means.maximum,
        choices=get_args(python_type) if get_origin(python_type) is Literal else (),
        max_length=means.max_length,
    )


def _split_optional(python_type: Any) -> tuple[bool, Any]:
    if get_origin(python_type) not in (Union, python_types.UnionType):
        return True, python_type
    (inner,) = (option for option in get_args(python_type) if option is not type(None))
    return False, inner


def _contract_type(name: str, python_type: Any, means: Means) -> Type:
    if means.type is not None:
        return means.type
    if get_origin(python_type) is Literal:
        return STRING
    if get_origin(python_type) is tuple:
        return ListOf(_contract_type(name, get_args(python_type)[0], means))
    if dataclasses.is_dataclass(python_type) and isinstance(python_type, type):
        return struct_of(python_type)
    if python_type in _SCALARS:
        return _SCALARS[python_type]
    raise TypeError(f"{name}: {python_type!r} has no row in contracts/types.py; name one in Means(type=...)")
