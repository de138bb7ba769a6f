"""What stands in the field wells of visuals: columns, dimensions, measures, and what a pointer shows."""

from __future__ import annotations

from collections.abc import Iterable

from quicksight.api import Json
from quicksight.api.calculations import Calculations, MeasureFields
from quicksight.api.formats import GRANULARITY, date_format, number_format, whole_number
from quicksight.model.data_sets import DataSet
from quicksight.model.measures import Dimension
from quicksight.model.visuals import Visual
from quicksight.sql import output_columns

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SORTED_BY = {"label": "wait_from_seconds"}
"""Columns whose text does not say their order, and the column that does."""


def column(data_set: DataSet, name: str) -> Json:
    """Return a column or a calculated field of a data set."""
    return {"DataSetIdentifier": data_set.name, "ColumnName": name}


def field_id(visual: Visual, name: str) -> str:
    """Return what a field is called within its visual."""
    return f"{visual.name}.{name}"


def dimension_column(calculations: Calculations, data_set: DataSet, dimension: Dimension) -> str:
    """Return what rows are grouped by: the column, or the name of the weekday that it numbers."""
    if dimension.kind != "weekday":
        return dimension.column
    named = ", ".join(f"{number}, '{name}'" for number, name in enumerate(WEEKDAYS, 1))
    return calculations.add(data_set, dimension.title, f"switch({{{dimension.column}}}, {named}, '')")


def dimension_field(
    calculations: Calculations, visual: Visual, dimension: Dimension, *, hierarchy: str | None = None
) -> Json:
    """Return a dimension as a field of a visual."""
    name = dimension_column(calculations, visual.data_set, dimension)
    said: Json = {"FieldId": field_id(visual, dimension.column), "Column": column(visual.data_set, name)}
    if hierarchy is not None:
        said["HierarchyId"] = hierarchy
    match dimension.kind:
        case "date" | "week" | "instant":
            dated = {"DateGranularity": GRANULARITY[dimension.kind], "FormatConfiguration": date_format(dimension)}
            return {"DateDimensionField": said | dated}
        case "hour" | "month" | "number":
            suffix = ":00" if dimension.kind == "hour" else ""
            return {
                "NumericalDimensionField": said | {"FormatConfiguration": {"FormatConfiguration": whole_number(suffix)}}
            }
        case "flag":
            none = {"NullValueFormatConfiguration": {"NullString": "–"}}
            return {"CategoricalDimensionField": said | {"FormatConfiguration": none}}
        case _:
            return {"CategoricalDimensionField": said}


def coordinate_field(visual: Visual, name: str) -> Json:
    """Return a coordinate of a map."""
    return {"NumericalDimensionField": {"FieldId": field_id(visual, name), "Column": column(visual.data_set, name)}}


def measure_field(calculations: Calculations, visual: Visual, name: str) -> Json:
    """Return a calculated field as a value; it aggregates by itself."""
    unit = calculations.unit(visual.data_set, name)
    said = {
        "FieldId": field_id(visual, name),
        "Column": column(visual.data_set, name),
        "FormatConfiguration": {"FormatConfiguration": number_format(unit)},
    }
    return {"NumericalMeasureField": said}


def tooltip(visual: Visual, shown: Iterable[str], beside: Iterable[tuple[str, str]]) -> Json:
    """Return what a pointer shows: fields of the visual, then calculated fields with a label."""
    items = [{"FieldTooltipItem": {"FieldId": name, "Visibility": "VISIBLE"}} for name in shown]
    items += [_beside(visual.data_set, label, name) for label, name in beside]
    based = {"AggregationVisibility": "HIDDEN", "TooltipTitleType": "PRIMARY_VALUE", "TooltipFields": items}
    return {"TooltipVisibility": "VISIBLE", "SelectedTooltipType": "DETAILED", "FieldBasedTooltip": based}


def _beside(data_set: DataSet, label: str, name: str) -> Json:
    said: Json = {"Column": column(data_set, name), "Label": label, "Visibility": "VISIBLE"}
    if name in output_columns(data_set, for_period=True):
        # Calculated fields aggregate by themselves; a column says its one value.
        only = {"SimpleAttributeAggregation": "UNIQUE_VALUE", "ValueForMultipleValues": "several"}
        said["Aggregation"] = {"AttributeAggregationFunction": only}
    return {"ColumnTooltipItem": said}


def companions(measures: Iterable[tuple[str, MeasureFields]]) -> list[tuple[str, str]]:
    """Return what a pointer shows beside measures, each field once: label and field, the title first where several."""
    measures = tuple(measures)
    found: dict[str, str] = {}
    for title, fields in measures:
        for label, name in fields.companions():
            found.setdefault(name, label if len(measures) == 1 else f"{title}: {label}")
    shown = {fields.value for _, fields in measures}
    return [(label, name) for name, label in found.items() if name not in shown]


def by_field(name: str, direction: str) -> Json:
    """Return an order by a field of the visual."""
    return {"FieldSort": {"FieldId": name, "Direction": direction}}


def by_dimension(visual: Visual, dimension: Dimension) -> Json:
    """Return the order of a dimension's values: as they follow each other, and not as their names are spelt."""
    ordering = dimension.column if dimension.kind == "weekday" else SORTED_BY.get(dimension.column)
    if ordering is None or ordering not in visual.data_set.columns:
        return by_field(field_id(visual, dimension.column), "ASC")
    least = {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "MIN"}}
    return {
        "ColumnSort": {
            "SortBy": column(visual.data_set, ordering),
            "Direction": "ASC",
            "AggregationFunction": least,
        }
    }
