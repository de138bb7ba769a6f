"""Filters: what the controls choose, and what a visual takes by itself.

Who chooses nothing (`all`) restricts nothing: a row-level field says 1 where a row follows the control. Visuals with
the same restriction share one group of filters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quicksight.api import Json
from quicksight.api.calculations import Calculations
from quicksight.api.controls import CAMERA, COMPARE_WITH, PERIOD, REGION, STORE
from quicksight.api.errors import DefinitionError
from quicksight.api.wells import column
from quicksight.model.dashboards import ALL, ControlName, Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.model.visuals import AnyVisual, FloorHeat, Where
from quicksight.resolve import visual_dimensions

ONCE_A_DAY = "month"
"""Kind of period that has each date once: a data set by date is repeated for each kind."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A visual on its sheet, as far as filters are concerned.

    Attributes:
        sheet: id of the sheet.
        identifier: id of the visual.
        data_set: what it reads.
        where: rows that it takes by itself.
        followed: controls that it follows.
        needs_store: whether it shows nothing until a store is chosen.
        camera: column with the camera whose picture it shows; None for other visuals.
    """

    sheet: str
    identifier: str
    data_set: DataSet
    where: tuple[Where, ...]
    followed: frozenset[ControlName]
    needs_store: bool = False
    camera: str | None = None


def drawn(dashboard: Dashboard, sheet: str, visual: AnyVisual) -> Drawn:
    """Return what filters need to know of a visual."""
    camera = visual.camera.column if isinstance(visual, FloorHeat) else None
    return Drawn(
        sheet,
        visual.name,
        visual.data_set,
        visual.where,
        frozenset(control for control in dashboard.controls if control not in visual.ignores),
        needs_store=camera is not None or _is_of_one_store(visual),
        camera=camera,
    )


def filter_groups(calculations: Calculations, visuals: list[Drawn]) -> list[Json]:
    """Return the groups of filters of a dashboard, each with the visuals that it holds for."""
    groups: dict[str, tuple[Json, list[Drawn]]] = {}
    for visual in visuals:
        for name, condition in _restrictions(calculations, visual):
            groups.setdefault(name, (condition, []))[1].append(visual)
    return [_group(name, *groups[name]) for name in sorted(groups)]


def _restrictions(calculations: Calculations, visual: Drawn) -> Iterator[tuple[str, Json]]:
    yield from _of_period(visual)
    data_set = visual.data_set
    if "compare_with" in visual.followed and "compare_with" in data_set.columns:
        yield _equals_parameter(data_set, "compare_with", COMPARE_WITH)
    for name, expression in _of_level(visual) if data_set.owner == "level" else _of_store(visual):
        yield _is_one(data_set, calculations.add(data_set, name, f"ifelse({expression}, 1, 0)"), name)
    for where in visual.where:
        yield _keeps(data_set, where)


def _of_period(visual: Drawn) -> Iterator[tuple[str, Json]]:
    data_set = visual.data_set
    has_period = "period_id" in data_set.columns or data_set.dated is not None
    if has_period and "period" in visual.followed:
        yield _equals_parameter(data_set, "period_id", PERIOD)
    elif data_set.dated is not None:
        yield _keeps(data_set, Where("period_kind", (ONCE_A_DAY,)))


def _of_store(visual: Drawn) -> Iterator[tuple[str, str]]:
    if "region" in visual.followed:
        yield "In the chosen region", f"${{{REGION}}} = '{ALL}' OR {{region}} = ${{{REGION}}}"
    if visual.needs_store and "store" in visual.followed:
        yield "Of one chosen store", f"{{store_id}} = ${{{STORE}}}"
    elif "store" in visual.followed:
        yield "Of the chosen store", f"${{{STORE}}} = '{ALL}' OR {{store_id}} = ${{{STORE}}}"
    if visual.camera is not None:
        yield "Of the chosen camera", f"{{{visual.camera}}} = ${{{CAMERA}}}"


def _of_level(visual: Drawn) -> Iterator[tuple[str, str]]:
    """Give what keeps rows of the level that is chosen; a visual that names its levels keeps these."""
    has_region, has_store = "region" in visual.followed, "store" in visual.followed
    if any(where.column == "level" for where in visual.where):
        if has_region:
            yield "In the chosen region", f"${{{REGION}}} = '{ALL}' OR {{region}} = ${{{REGION}}}"
        if has_store:
            yield "Of the chosen store", f"${{{STORE}}} = '{ALL}' OR {{level}} <> 'store' OR {{place}} = ${{{STORE}}}"
        return
    levels = [("store", STORE)] * has_store + [("region", REGION)] * has_region
    nested = "{level} = 'chain'"
    for level, parameter in reversed(levels):
        of_place = f"{{level}} = '{level}' AND {{place}} = ${{{parameter}}}"
        nested = f"(${{{parameter}}} <> '{ALL}' AND {of_place}) OR (${{{parameter}}} = '{ALL}' AND ({nested}))"
    yield " and ".join(("Of the chosen", *(level for level, _ in levels))), nested


def _is_of_one_store(visual: AnyVisual) -> bool:
    """Return whether a visual says nothing over several stores: what it groups by has no sum over them."""
    data_set = visual.data_set
    if not data_set.by_store:
        return False
    known = {*data_set.overview, "region", "period_id", "period_kind"}
    named = {dimension.column for dimension in visual_dimensions(visual)} | {where.column for where in visual.where}
    return not named <= known


def _equals_parameter(data_set: DataSet, name: str, parameter: str) -> tuple[str, Json]:
    identifier = f"{data_set.name}-{name}-as-chosen"
    custom = {"MatchOperator": "EQUALS", "ParameterName": parameter, "NullOption": "NON_NULLS_ONLY"}
    return identifier, {
        "CategoryFilter": {
            "FilterId": f"{identifier}-filter",
            "Column": column(data_set, name),
            "Configuration": {"CustomFilterConfiguration": custom},
        }
    }


def _is_one(data_set: DataSet, field: str, title: str) -> tuple[str, Json]:
    identifier = f"{data_set.name}-{_slug(title)}"
    return identifier, _number_filter(data_set, identifier, field, 1)


def _keeps(data_set: DataSet, where: Where) -> tuple[str, Json]:
    words = "-".join(str(value) for value in where.values)
    identifier = _slug(f"{data_set.name}-{where.column}-{words}")
    if all(isinstance(value, str) for value in where.values):
        listed = {"MatchOperator": "CONTAINS", "CategoryValues": list(where.values)}
        return identifier, {
            "CategoryFilter": {
                "FilterId": f"{identifier}-filter",
                "Column": column(data_set, where.column),
                "Configuration": {"FilterListConfiguration": listed},
            }
        }
    if len(where.values) > 1:
        raise DefinitionError(
            f"{data_set.name}, where {where.column}: expected one number, came {where.values}; give the view a column "
            "with words, which Quick Sight can list"
        )
    return identifier, _number_filter(data_set, identifier, where.column, int(where.values[0]))


def _number_filter(data_set: DataSet, identifier: str, field: str, value: int) -> Json:
    return {
        "NumericEqualityFilter": {
            "FilterId": f"{identifier}-filter",
            "Column": column(data_set, field),
            "Value": float(value),
            "MatchOperator": "EQUALS",
            "NullOption": "NON_NULLS_ONLY",
        }
    }


def _group(name: str, condition: Json, visuals: list[Drawn]) -> Json:
    sheets: dict[str, list[str]] = {}
    for visual in visuals:
        sheets.setdefault(visual.sheet, []).append(visual.identifier)
    scopes = [
        {"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": sorted(found)} for sheet, found in sheets.items()
    ]
    return {
        "FilterGroupId": name,
        "Filters": [condition],
        "ScopeConfiguration": {"SelectedSheets": {"SheetVisualScopingConfigurations": scopes}},
        "Status": "ENABLED",
        "CrossDataset": "SINGLE_DATASET",
    }


def _slug(text: str) -> str:
    """Return a text as an id: letters, digits and hyphens."""
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in text.lower())
