"""Does a request have the shape that the service's own model says: members, types, values, lengths, patterns.

botocore checks members and types. It does not look at enumerations, patterns and most lengths, which the service would
refuse, nor that of alternatives (a visual, a filter) there is exactly one; so both are done here, offline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from storeq.errors import nearest

ALTERNATIVES = frozenset(
    {"Visual", "Filter", "ParameterControl", "ParameterDeclaration", "DimensionField", "MeasureField", "Computation"}
    | {"FieldSortOptions", "TooltipItem", "NumericFormatConfiguration", "LayoutConfiguration", "PhysicalTable"}
    | {"TransformOperation", "ColumnHierarchy", "FilterScopeConfiguration", "CategoryFilterConfiguration"}
)
"""Structures of which exactly one member is set; the model does not say so, the service does."""
LABELS = (
    "VisualId",
    "SheetId",
    "FilterGroupId",
    "FilterId",
    "ParameterControlId",
    "SheetTextBoxId",
    "ElementId",
    "ComputationId",
    "FieldId",
    "Identifier",
    "Name",
    "ColumnName",
    "CalculatedFieldName",
    "FilterName",
    "DatasetName",
    "SectionId",
)
"""Members by which a person knows one of many: a place is named by them instead of by a number."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What the service would refuse: where in which request, and what to do about it."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@cache
def service_model() -> ServiceModel:
    """Return botocore's model of Quick Sight."""
    return botocore.session.get_session().get_service_model("quicksight")


def shape_problems(operation: str, parameters: Mapping[str, Any]) -> Iterator[Problem]:
    """Give all in which a request differs from what its operation takes.

    Args:
        operation: as the service names it, such as `CreateDashboard`.
        parameters: of the request.
    """
    shape = service_model().operation_model(operation).input_shape
    assert shape is not None
    report = ParamValidator().validate(parameters, shape)
    for line in report.generate_report().splitlines():
        yield Problem(operation, line)
    if not report.has_errors():
        yield from _problems(operation, parameters, shape)


def labelled(item: Any, number: int) -> str:
    """Return how one of many is named: by its own name, else by its number."""
    if isinstance(item, Mapping):
        inner = [*item.values()] if len(item) == 1 else []
        for holder in (item, *(each for each in inner if isinstance(each, Mapping))):
            for label in LABELS:
                if isinstance(holder.get(label), str):
                    return str(holder[label])
    return str(number)


def _problems(place: str, value: Any, shape: Shape) -> Iterator[Problem]:
    match shape:
        case StructureShape():
            yield from _of_structure(place, value, shape)
        case ListShape():
            yield from _length(place, len(value), shape, "items")
            for number, item in enumerate(value):
                yield from _problems(f"{place}[{labelled(item, number)}]", item, shape.member)
        case MapShape():
            for key, item in value.items():
                yield from _problems(f"{place}[{key}]", item, shape.value)
        case StringShape():
            yield from _of_text(place, value, shape)
        case _ if shape.type_name in ("integer", "long", "double", "float"):
            yield from _length(place, value, shape, "as a value")


def _of_structure(place: str, value: Mapping[str, Any], shape: StructureShape) -> Iterator[Problem]:
    if shape.name in ALTERNATIVES and len(value) != 1:
        came = ", ".join(value) or "none"
        yield Problem(place, f"expected exactly one of {', '.join(sorted(shape.members))}, came {came}; keep one")
    for name, member in value.items():
        yield from _problems(f"{place}.{name}", member, shape.members[name])


def _of_text(place: str, value: str, shape: StringShape) -> Iterator[Problem]:
    if shape.enum and value not in shape.enum:
        yield Problem(place, f"expected one of {len(shape.enum)} values, came {value!r}: {nearest(value, shape.enum)}")
    yield from _length(place, len(value), shape, "characters")
    pattern = shape.metadata.get("pattern")
    if pattern is not None and not re.fullmatch(pattern, value):
        yield Problem(place, f"expected text like {pattern}, came {value!r}; rename it")


def _length(place: str, size: float, shape: Shape, what: str) -> Iterator[Problem]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield Problem(place, f"expected at least {least} {what}, came {size}; add to it")
    if most is not None and size > most:
        yield Problem(place, f"expected at most {most} {what}, came {size}; shorten it")
