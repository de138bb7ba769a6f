"""Is everything that a dashboard names declared: columns, fields, parameters, controls, visuals, and each id once."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quicksight.api import Json
from quicksight.api.shapes import Problem
from quicksight.api.walk import Part, parts, texts
from storeq.errors import nearest

Columns = Mapping[str, frozenset[str]]
"""Columns of each data set, by its identifier."""

_FIELD = re.compile(r"(?<!\$)\{([^}]+)\}")
_PARAMETER = re.compile(r"\$\{([^}]+)\}")
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'")
_WELLS = ("FieldWells", "Computations")


@dataclass(frozen=True, slots=True)
class _Declared:
    """What can be named: columns and calculated fields by data set, and parameters."""

    fields: Columns
    parameters: frozenset[str]


def reference_problems(definition: Json, columns: Columns, place: str = "Definition") -> Iterator[Problem]:
    """Give what a definition names and nothing declares, or declares twice, or places nowhere.

    Args:
        definition: of a dashboard.
        columns: of every data set that there is, by the name that definitions use.
        place: how the definition is called in problems.
    """
    names = [each["Identifier"] for each in definition["DataSetIdentifierDeclarations"]]
    for name in names:
        yield from known(f"{place}.DataSetIdentifierDeclarations", "data set", name, columns)
    calculated = definition.get("CalculatedFields", [])
    of_views = {name: columns.get(name, frozenset()) for name in names}
    fields = {
        name: of | {each["Name"] for each in calculated if each["DataSetIdentifier"] == name}
        for name, of in of_views.items()
    }
    parameters = frozenset(name for _, name in texts("", definition["ParameterDeclarations"], "Name"))
    declared = _Declared(fields, parameters)
    yield from _columns(definition, declared, place)
    yield from _calculations(calculated, of_views, declared, f"{place}.CalculatedFields")
    yield from _parameters(definition, parameters, place)
    yield from _identifiers(definition, place)
    yield from _filters(definition, place)
    for sheet in definition["Sheets"]:
        yield from _sheet(sheet, declared, f"{place}.Sheets[{sheet['SheetId']}]")


def expression_problems(
    place: str, expression: str, fields: Iterable[str], parameters: Iterable[str]
) -> Iterator[Problem]:
    """Give the fields and parameters that an expression names and that there are not."""
    bare, fields, parameters = _TEXT.sub("''", expression), frozenset(fields), frozenset(parameters)
    for name in dict.fromkeys(_FIELD.findall(bare)):
        yield from known(place, "field", name, fields)
    for name in dict.fromkeys(_PARAMETER.findall(bare)):
        yield from known(place, "parameter", name, parameters)
    if bare.count("(") != bare.count(")"):
        yield Problem(place, f"expected as many closing as opening brackets, came {expression!r}; close each")


def _columns(definition: Json, declared: _Declared, place: str) -> Iterator[Problem]:
    for part in parts(place, definition):
        data_set = part.value.get("DataSetIdentifier")
        if data_set is None:
            continue
        if data_set not in declared.fields:
            yield from known(part.place, "data set", data_set, declared.fields)
        elif "ColumnName" in part.value:
            yield from known(part.place, "column", part.value["ColumnName"], declared.fields[data_set])


def _calculations(calculated: list[Json], columns: Columns, declared: _Declared, place: str) -> Iterator[Problem]:
    for field in calculated:
        data_set, name = field["DataSetIdentifier"], field["Name"]
        here = f"{place}[{name}]"
        yield from expression_problems(
            here, field["Expression"], declared.fields.get(data_set, ()), declared.parameters
        )
        if name.lower() in {column.lower() for column in columns.get(data_set, ())}:
            yield Problem(here, f"expected a name that no column of {data_set} has, whatever its case; rename it")
    names = [(field["DataSetIdentifier"], field["Name"].lower()) for field in calculated]
    yield from once(place, "calculated field", (f"{data_set}: {name}" for data_set, name in names))


def _parameters(definition: Json, parameters: frozenset[str], place: str) -> Iterator[Problem]:
    used = [*texts(place, definition, "ParameterName", "SourceParameterName")]
    for where, name in used:
        yield from known(where, "parameter", name, parameters)
    restricting = {name for where, name in used if where.endswith(".ParameterName")}
    sources = {name for _, text in texts("", definition, "Expression") for name in _PARAMETER.findall(text)}
    sources |= {control for part in parts("", definition["Sheets"]) for control in _sources(part)}
    for name in sorted(parameters - restricting - sources):
        yield Problem(place, f"parameter {name!r} changes nothing: no filter, field or control follows it")


def _sources(part: Part) -> Iterator[str]:
    """Give the parameters that another control follows."""
    control = part.value.get("SourceSheetControlId")
    if isinstance(control, str):
        yield control.rpartition("-choose-")[2]


def _identifiers(definition: Json, place: str) -> Iterator[Problem]:
    declared = ("FilterGroupId", "FilterId", "VisualId", "SheetId", "ParameterControlId", "SheetTextBoxId")
    for name in declared:
        found = [
            part.value[name]
            for part in parts(place, definition)
            if name in part.value and not (name == "SheetId" and "Scope" in part.value)
        ]
        yield from once(place, name, found)


def _filters(definition: Json, place: str) -> Iterator[Problem]:
    visuals = {sheet["SheetId"]: frozenset(_visual_ids(sheet)) for sheet in definition["Sheets"]}
    for part in parts(f"{place}.FilterGroups", definition["FilterGroups"]):
        if "Scope" not in part.value:
            continue
        sheet = part.value["SheetId"]
        yield from known(part.place, "sheet", sheet, visuals)
        for name in part.value.get("VisualIds", ()):
            yield from known(part.place, "visual", name, visuals.get(sheet, frozenset()))


def _sheet(sheet: Json, declared: _Declared, place: str) -> Iterator[Problem]:
    elements = {
        "VISUAL": [*_visual_ids(sheet)],
        "TEXT_BOX": [box["SheetTextBoxId"] for box in sheet.get("TextBoxes", ())],
        "PARAMETER_CONTROL": [name for _, name in texts("", sheet.get("ParameterControls", []), "ParameterControlId")],
    }
    yield from _layout(sheet, elements, place)
    for where, name in texts(place, sheet, "SourceSheetControlId"):
        yield from known(where, "control", name, elements["PARAMETER_CONTROL"])
    for visual in sheet["Visuals"]:
        for said in visual.values():
            yield from _visual(said, declared, f"{place}.Visuals[{said['VisualId']}]")


def _layout(sheet: Json, elements: Mapping[str, list[str]], place: str) -> Iterator[Problem]:
    laid = [
        (part.value["ElementType"], part.value["ElementId"])
        for part in parts(place, [sheet["Layouts"], sheet.get("SheetControlLayouts", [])])
        if "ElementId" in part.value
    ]
    for kind, name in laid:
        yield from known(f"{place}.Layouts", kind.lower().replace("_", " "), name, elements.get(kind, []))
    yield from once(f"{place}.Layouts", "element", (name for _, name in laid))
    for kind, names in elements.items():
        for name in names:
            if (kind, name) not in laid:
                yield Problem(f"{place}.Layouts", f"{name!r} stands nowhere; give it a place")


def _visual(visual: Json, declared: _Declared, place: str) -> Iterator[Problem]:
    defined = [part for part in parts(place, visual) if "FieldId" in part.value and any(map(part.within, _WELLS))]
    names = [part.value["FieldId"] for part in defined]
    yield from once(place, "field", names)
    for part in parts(place, visual):
        if "FieldId" in part.value and not any(map(part.within, _WELLS)):
            yield from known(part.place, "field of the visual", part.value["FieldId"], names)
    yield from _hierarchies(visual, place)
    data_set = next((part.value["Column"]["DataSetIdentifier"] for part in defined if "Column" in part.value), None)
    for where, text in texts(place, visual.get("ConditionalFormatting", {}), "Expression"):
        yield from expression_problems(where, text, declared.fields.get(data_set or "", ()), declared.parameters)
    yield from _narrative(visual, place)


def _hierarchies(visual: Json, place: str) -> Iterator[Problem]:
    declared = [name for _, name in texts("", visual.get("ColumnHierarchies", []), "HierarchyId")]
    for where, name in texts(place, visual.get("ChartConfiguration", {}), "HierarchyId"):
        yield from known(where, "hierarchy", name, declared)


def _narrative(visual: Json, place: str) -> Iterator[Problem]:
    computed = [name for _, name in texts("", visual.get("InsightConfiguration", {}), "ComputationId")]
    for where, text in texts(place, visual.get("InsightConfiguration", {}), "Narrative"):
        try:
            root = ET.fromstring(text)
        except ET.ParseError as wrong:
            yield Problem(where, f"expected XML, came {text!r}: {wrong}; escape what is no tag")
            continue
        for expression in root.iter("expression"):
            yield from known(where, "computation", (expression.text or "").split(".")[0], computed)


def _visual_ids(sheet: Json) -> Iterator[str]:
    yield from (said["VisualId"] for visual in sheet["Visuals"] for said in visual.values())


def known(place: str, what: str, name: Any, declared: Iterable[str]) -> Iterator[Problem]:
    """Give the problem that there is nothing of that name, with the nearest that there is."""
    if name not in declared:
        yield Problem(place, f"there is no {what} {name!r}: {nearest(str(name), declared)}")


def once(place: str, what: str, names: Iterable[str]) -> Iterator[Problem]:
    """Give each name that comes more than once."""
    for name, times in sorted(Counter(names).items()):
        if times > 1:
            yield Problem(place, f"expected each {what} once, came {name!r} {times} times; rename one")
