"""Parameters of a dashboard, and the controls that set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from quicksight.api import Json
from quicksight.api.choices import CHOICE_PERIOD, CHOICE_STORE, PERIOD_KINDS, VIEWER_DEFAULT
from quicksight.model.dashboards import ALL, COMPARISONS, Dashboard
from quicksight.model.data_sets import DataSet
from quicksight.model.visuals import FloorHeat
from quicksight.sql import DATED_KINDS

REGION, STORE, PERIOD, PERIOD_KIND, COMPARE_WITH, CAMERA = (
    "region", "store", "period", "periodKind", "compareWith", "camera",
)  # fmt: skip
"""Names of parameters: an embedded dashboard is opened with them, and a report by mail is made with them."""
_TITLES: Mapping[str, str] = {
    REGION: "Region",
    STORE: "Store",
    PERIOD_KIND: "Kind of period",
    PERIOD: "Period",
    COMPARE_WITH: "Compare with",
    CAMERA: "Camera",
}


def parameters_of(dashboard: Dashboard) -> tuple[str, ...]:
    """Return the parameters that a dashboard has, in the order of its controls."""
    names: list[str] = []
    for control in dashboard.controls:
        match control:
            case "period":
                names += [PERIOD_KIND, PERIOD]
            case "compare_with":
                names.append(COMPARE_WITH)
            case _:
                names.append(control)
    return (*names, CAMERA) if _floor(dashboard) is not None else tuple(names)


def declarations(dashboard: Dashboard) -> list[Json]:
    """Return the parameters with what they begin with: a person's own region and store, and the latest period."""
    first: Mapping[str, Json] = {
        REGION: _of_viewer("region", ALL),
        STORE: _of_viewer("store_id", ALL),
        PERIOD_KIND: {"StaticValues": [dashboard.period_kind]},
        PERIOD: _of_viewer(f"latest_{dashboard.period_kind}"),
        COMPARE_WITH: {"StaticValues": [COMPARISONS[0]]},
        CAMERA: {"StaticValues": [ALL]},
    }
    return [
        {
            "StringParameterDeclaration": {
                "Name": name,
                "ParameterValueType": "SINGLE_VALUED",
                "DefaultValues": first[name],
            }
        }
        for name in parameters_of(dashboard)
    ]


def controls(dashboard: Dashboard, sheet: str) -> list[Json]:
    """Return the controls of a sheet: lists to choose from, stores after their region, periods after their kind."""
    return [{"Dropdown": _dropdown(dashboard, sheet, name)} for name in parameters_of(dashboard)]


def control_id(sheet: str, parameter: str) -> str:
    """Return the id of a control."""
    return f"{sheet}-choose-{parameter}"


def choice_data_sets(dashboard: Dashboard) -> Iterator[str]:
    """Give the data sets that the controls of a dashboard read."""
    names = parameters_of(dashboard)
    if {REGION, STORE} & set(names):
        yield CHOICE_STORE.name
    if PERIOD in names:
        yield CHOICE_PERIOD.name
    if {REGION, STORE, PERIOD} & set(names):
        yield VIEWER_DEFAULT.name


def kinds_of(data_set: DataSet) -> tuple[str, ...]:
    """Return the kinds of periods that a data set has rows for."""
    return data_set.period_kinds or (DATED_KINDS if data_set.dated is not None else ())


def _dropdown(dashboard: Dashboard, sheet: str, name: str) -> Json:
    said: Json = {
        "ParameterControlId": control_id(sheet, name),
        "Title": _TITLES[name],
        "SourceParameterName": name,
        "Type": "SINGLE_SELECT",
        "SelectableValues": _selectable(dashboard, name),
    }
    sources = [_follows(sheet, *source) for source in _sources(dashboard, name)]
    return said | ({"CascadingControlConfiguration": {"SourceControls": sources}} if sources else {})


def _selectable(dashboard: Dashboard, name: str) -> Json:
    floor = _floor(dashboard)
    match name:
        case "region":
            return _column(CHOICE_STORE.name, "region")
        case "store":
            return _column(CHOICE_STORE.name, "store_id")
        case "period":
            return _column(CHOICE_PERIOD.name, "period_id")
        case "camera" if floor is not None:
            return _column(floor.data_set.name, floor.camera.column)
        case "compareWith":
            return {"Values": list(COMPARISONS)}
        case _:
            return {"Values": list(_kinds(dashboard))}


def _sources(dashboard: Dashboard, name: str) -> Iterable[tuple[str, str, str]]:
    """Return the controls that one follows: their parameter, and the data set and column that must match."""
    names, floor = parameters_of(dashboard), _floor(dashboard)
    if name == STORE and REGION in names:
        return [(REGION, CHOICE_STORE.name, "region")]
    if name == PERIOD:
        return [(PERIOD_KIND, CHOICE_PERIOD.name, "period_kind")]
    if name == CAMERA and STORE in names and floor is not None:
        return [(STORE, floor.data_set.name, "store_id")]
    return []


def _kinds(dashboard: Dashboard) -> tuple[str, ...]:
    """Return the kinds of periods that everything in a dashboard has rows for, and the one it shows first."""
    known = [set(kinds) for data_set in dashboard.data_sets() if (kinds := kinds_of(data_set))]
    return tuple(
        kind for kind in PERIOD_KINDS if kind == dashboard.period_kind or all(kind in kinds for kinds in known)
    )


def _of_viewer(column: str, fallback: str | None = None) -> Json:
    """Return what a person's group begins with; who is in several groups gets the fallback."""
    dynamic = {
        "GroupNameColumn": _identifier(VIEWER_DEFAULT.name, "group_name"),
        "DefaultValueColumn": _identifier(VIEWER_DEFAULT.name, column),
    }
    return {"DynamicValue": dynamic, "StaticValues": [] if fallback is None else [fallback]}


def _floor(dashboard: Dashboard) -> FloorHeat | None:
    return next((visual for visual in dashboard.visuals() if isinstance(visual, FloorHeat)), None)


def _follows(sheet: str, parameter: str, data_set: str, column: str) -> Json:
    return {"SourceSheetControlId": control_id(sheet, parameter), "ColumnToMatch": _identifier(data_set, column)}


def _column(data_set: str, column: str) -> Json:
    return {"LinkToDataSetColumn": _identifier(data_set, column)}


def _identifier(data_set: str, column: str) -> Json:
    return {"DataSetIdentifier": data_set, "ColumnName": column}
