"""Tables, and tables of colours."""

from __future__ import annotations

from quicksight.api import Json
from quicksight.api.calculations import Calculations, MeasureFields
from quicksight.api.frame import framed
from quicksight.api.palette import Palette
from quicksight.api.trust import faded
from quicksight.api.wells import by_dimension, by_field, companions, dimension_field, field_id, measure_field, tooltip
from quicksight.model.measures import Dimension, Measure
from quicksight.model.visuals import HeatTable, Table

ROWS_A_PAGE = 500


def table(calculations: Calculations, visual: Table, palette: Palette) -> Json:
    """Return rows with their measures; a figure is faded where too little was watched."""
    measured = [
        (measure, calculations.measure(visual.data_set, measure))
        for measure in map(visual.data_set.measure, visual.measures)
    ]
    shown = [fields.value for _, fields in measured]
    hidden = [name for name in dict.fromkeys(_coverages(measured)) if name not in shown]
    chart: Json = {
        "FieldWells": {"TableAggregatedFieldWells": {
            "GroupBy": [dimension_field(calculations, visual, each) for each in visual.by],
            "Values": [measure_field(calculations, visual, name) for name in (*shown, *hidden)],
        }},
        "SortConfiguration": {
            "RowSort": _order(visual, measured),
            "PaginationConfiguration": {"PageSize": visual.limit or ROWS_A_PAGE, "PageNumber": 1},
        },
        "FieldOptions": {
            "SelectedFieldOptions": [*_labels(visual, measured), *(_hidden(visual, each) for each in hidden)],
        },
        "TotalOptions": {"TotalsVisibility": "HIDDEN"},
    }  # fmt: skip
    formatting = {"ConditionalFormattingOptions": _fading(visual, measured, palette)}
    said = " ".join(f"{measure.title}: {measure.doc}." for measure, _ in measured)
    return framed("TableVisual", visual, chart, said, ConditionalFormatting=formatting)


def heat_table(calculations: Calculations, visual: HeatTable, palette: Palette) -> Json:
    """Return a figure by two dimensions, the number in each cell: deeper is more, and a change has two sides."""
    measure = visual.data_set.measure(visual.measure)
    fields = calculations.measure(visual.data_set, measure)
    shown = [field_id(visual, name) for name in (visual.rows.column, visual.columns.column, fields.value)]
    chart: Json = {
        "FieldWells": {"HeatMapAggregatedFieldWells": {
            "Rows": [dimension_field(calculations, visual, visual.rows)],
            "Columns": [dimension_field(calculations, visual, visual.columns)],
            "Values": [measure_field(calculations, visual, fields.value)],
        }},
        "SortConfiguration": {
            "HeatMapRowSort": [by_dimension(visual, visual.rows)],
            "HeatMapColumnSort": [by_dimension(visual, visual.columns)],
        },
        "ColorScale": colour_scale(palette, has_two_sides=_has_two_sides(measure)),
        "DataLabels": {"Visibility": "VISIBLE", "Overlap": "DISABLE_OVERLAP"},
        "RowLabelOptions": _axis(visual.rows),
        "ColumnLabelOptions": _axis(visual.columns),
        "Tooltip": tooltip(visual, shown, companions([(measure.title, fields)])),
    }  # fmt: skip
    return framed("HeatMapVisual", visual, chart, f"{measure.title}: {measure.doc}.")


def colour_scale(palette: Palette, *, has_two_sides: bool = False) -> Json:
    """Return colours from little to much, or from below zero to above; grey stands for no data."""
    low = [{"Color": palette["amber"]}] if has_two_sides else []
    middle = {"Color": palette["surface"], "DataValue": 0.0} if has_two_sides else {"Color": palette["accent-soft"]}
    colours = [*low, middle, {"Color": palette["accent"]}]
    return {"Colors": colours, "ColorFillType": "GRADIENT", "NullValueColor": {"Color": palette["grid"]}}


def _has_two_sides(measure: Measure) -> bool:
    return measure.unit in ("change", "points") or measure.name.endswith("_gap")


def _coverages(measured: list[tuple[Measure, MeasureFields]]) -> list[str]:
    return [fields.coverage for _, fields in measured if fields.coverage is not None]


def _order(visual: Table, measured: list[tuple[Measure, MeasureFields]]) -> list[Json]:
    name, direction = visual.order.removeprefix("-"), "DESC" if visual.order.startswith("-") else "ASC"
    values = {measure.name: fields.value for measure, fields in measured}
    if not name:
        return [by_dimension(visual, dimension) for dimension in visual.by]
    return [by_field(field_id(visual, values.get(name, name)), direction)]


def _labels(visual: Table, measured: list[tuple[Measure, MeasureFields]]) -> list[Json]:
    said = [(field_id(visual, dimension.column), dimension.title) for dimension in visual.by]
    said += [(field_id(visual, fields.value), measure.title) for measure, fields in measured]
    return [{"FieldId": name, "CustomLabel": label, "Visibility": "VISIBLE"} for name, label in said if label]


def _hidden(visual: Table, name: str) -> Json:
    return {"FieldId": field_id(visual, name), "Visibility": "HIDDEN"}


def _fading(visual: Table, measured: list[tuple[Measure, MeasureFields]], palette: Palette) -> list[Json]:
    colours = [
        (field_id(visual, fields.value), faded(fields.coverage, palette))
        for _, fields in measured
        if fields.coverage is not None
    ]
    return [{"Cell": {"FieldId": name, "TextFormat": {"TextColor": colour}}} for name, colour in colours]


def _axis(dimension: Dimension) -> Json:
    return {"Visibility": "VISIBLE"} if dimension.title else {"Visibility": "HIDDEN"}
