"""Maps of stores, and of a camera's picture."""

from __future__ import annotations

from quicksight.api import Json
from quicksight.api.calculations import Calculations
from quicksight.api.expressions import calculation_within
from quicksight.api.frame import framed
from quicksight.api.palette import Palette
from quicksight.api.tables import colour_scale
from quicksight.api.wells import (
    by_field,
    column,
    companions,
    coordinate_field,
    dimension_field,
    field_id,
    measure_field,
    tooltip,
)
from quicksight.model.measures import Measure
from quicksight.model.visuals import FloorHeat, StoreMap

ABOUT_THE_SAME = 0.02
"""A change smaller than this, either way, is called about the same."""


def store_map(calculations: Calculations, visual: StoreMap, palette: Palette) -> Json:
    """Return a circle for each place; Quick Sight colours points by words only, so the colour says a class."""
    size, colour = visual.data_set.measure(visual.size), visual.data_set.measure(visual.colour)
    fields = [(measure.title, calculations.measure(visual.data_set, measure)) for measure in (size, colour)]
    named = _class_name(colour)
    classes = calculations.add(visual.data_set, named, _classes(colour, visual.by.column))
    colours = {"FieldId": field_id(visual, named), "Column": column(visual.data_set, classes)}
    beside = [(colour.title, fields[1][1].value), *companions(fields)]
    chart: Json = {
        "FieldWells": {"GeospatialMapAggregatedFieldWells": {
            "Geospatial": [coordinate_field(visual, visual.latitude), coordinate_field(visual, visual.longitude)],
            "Values": [measure_field(calculations, visual, fields[0][1].value)],
            "Colors": [{"CategoricalDimensionField": colours}],
        }},
        "MapStyleOptions": {"BaseMapStyle": "LIGHT_GRAY"},
        "PointStyleOptions": {"SelectedPointStyle": "POINT"},
        "VisualPalette": {"ColorMap": [
            {"Element": {"FieldId": field_id(visual, named), "FieldValue": value}, "Color": shade}
            for value, shade in _shades(colour, palette)
        ]},
        "Legend": {"Visibility": "VISIBLE", "Position": "BOTTOM"},
        "Tooltip": tooltip(visual, [field_id(visual, fields[0][1].value)], [
            (visual.by.title, visual.by.column), *dict(beside).items(),
        ]),
    }  # fmt: skip
    return framed("GeospatialMapVisual", visual, chart, f"{size.title}: {size.doc}. {colour.title}: {colour.doc}.")


def floor_heat(calculations: Calculations, visual: FloorHeat, palette: Palette) -> Json:
    """Return the cells of one camera's picture, as they lie in it."""
    measure = visual.data_set.measure(visual.measure)
    value = calculations.measure(visual.data_set, measure).value
    shown = [field_id(visual, name) for name in (visual.x.column, visual.y.column, value)]
    chart: Json = {
        "FieldWells": {"HeatMapAggregatedFieldWells": {
            "Rows": [dimension_field(calculations, visual, visual.y)],
            "Columns": [dimension_field(calculations, visual, visual.x)],
            "Values": [measure_field(calculations, visual, value)],
        }},
        "SortConfiguration": {
            "HeatMapRowSort": [by_field(shown[1], "ASC")],
            "HeatMapColumnSort": [by_field(shown[0], "ASC")],
        },
        "ColorScale": colour_scale(palette),
        "RowLabelOptions": {"Visibility": "HIDDEN"},
        "ColumnLabelOptions": {"Visibility": "HIDDEN"},
        "DataLabels": {"Visibility": "HIDDEN"},
        "Tooltip": tooltip(visual, shown, []),
    }  # fmt: skip
    return framed("HeatMapVisual", visual, chart, f"{measure.title} by cell of a camera's picture: {measure.doc}.")


def _class_name(measure: Measure) -> str:
    return f"{measure.title}: class"


def _classes(measure: Measure, column_name: str) -> str:
    """Return the class of each place: by its change, or by whether it reaches the target."""
    value = calculation_within(measure.expression, column_name)
    low, high = _limits(measure)
    below, between, above = _words(measure)
    return (
        f"ifelse(isNull({value}), 'not known', {value} >= {high}, '{above}', {value} < {low}, '{below}', '{between}')"
    )


def _limits(measure: Measure) -> tuple[float, float]:
    if measure.target is not None:
        return measure.target, measure.target
    return -ABOUT_THE_SAME, ABOUT_THE_SAME


def _words(measure: Measure) -> tuple[str, str, str]:
    """Return what below, between and above the limits are called."""
    return ("below target", "", "on target") if measure.target is not None else ("shrank", "about the same", "grew")


def _shades(measure: Measure, palette: Palette) -> list[tuple[str, str]]:
    below, between, above = _words(measure)
    middle = [(between, palette["muted"])] if between else []
    return [(below, palette["amber"]), *middle, (above, palette["accent"]), ("not known", palette["comparison"])]
