"""Bars, lines and the funnel."""

from __future__ import annotations

from itertools import pairwise

from quicksight.api import Json
from quicksight.api.calculations import Calculations, MeasureFields
from quicksight.api.formats import number_format, shown_value, unit_word
from quicksight.api.frame import framed
from quicksight.api.palette import Palette
from quicksight.api.wells import by_dimension, by_field, companions, dimension_field, field_id, measure_field, tooltip
from quicksight.model.measures import Dimension, Measure
from quicksight.model.visuals import Bars, Funnel, Lines, Visual

_TIMES = ("date", "week", "instant", "hour", "weekday", "month")
_Measured = list[tuple[Measure, MeasureFields]]


def bars(calculations: Calculations, visual: Bars, palette: Palette) -> Json:
    """Return bars, ordered and cut off as the definition says; a click goes one deeper where there is a drill."""
    measured = _measured(calculations, visual, visual.measures)
    levels = _levels(calculations, visual)
    chart: Json = {
        "FieldWells": {"BarChartAggregatedFieldWells": _wells(calculations, visual, levels, measured, visual.series)},
        "SortConfiguration": _bar_order(visual, measured),
        "Orientation": "HORIZONTAL" if visual.is_horizontal else "VERTICAL",
        "BarsArrangement": "CLUSTERED",
        "DataLabels": {"Visibility": "VISIBLE", "Overlap": "DISABLE_OVERLAP"},
        "Tooltip": _tooltip(visual, (visual.by, *_some(visual.series)), measured),
        "ReferenceLines": _targets(measured, palette),
        "Legend": {"Visibility": "VISIBLE" if visual.series or len(measured) > 1 else "HIDDEN", "Position": "TOP"},
        "CategoryLabelOptions": {"Visibility": "VISIBLE"},
        "ValueLabelOptions": _axis(visual, measured),
    }
    return framed(
        "BarChartVisual", visual, chart, _said(measured), ColumnHierarchies=_hierarchies(calculations, visual)
    )


def lines(calculations: Calculations, visual: Lines, palette: Palette) -> Json:
    """Return lines over a dimension; one measure has its baseline in grey and its interval as dotted lines."""
    measured = _measured(calculations, visual, visual.measures)
    by = [dimension_field(calculations, visual, visual.by)]
    wells = _wells(calculations, visual, by, measured, visual.series)
    behind = _behind(measured) if visual.series is None else {}
    wells["Values"] += [measure_field(calculations, visual, name) for name in behind]
    chart: Json = {
        "FieldWells": {"LineChartAggregatedFieldWells": wells},
        "SortConfiguration": {"CategorySort": [by_dimension(visual, visual.by)]},
        "Type": "LINE",
        "PrimaryYAxisDisplayOptions": {"MissingDataConfigurations": [{"TreatmentOption": "SHOW_AS_BLANK"}]},
        "PrimaryYAxisLabelOptions": _axis(visual, measured),
        "Series": [_quiet_line(visual, name, style) for name, style in behind.items()],
        "VisualPalette": {"ColorMap": [_grey(visual, name, palette) for name in behind]},
        "Legend": {
            "Visibility": "VISIBLE" if visual.series or behind or len(measured) > 1 else "HIDDEN",
            "Position": "TOP",
        },
        "ReferenceLines": _targets(measured, palette),
        "Tooltip": _tooltip(visual, (visual.by, *_some(visual.series)), measured),
    }
    return framed("LineChartVisual", visual, chart, _said(measured), ColumnHierarchies=[])


def funnel(calculations: Calculations, visual: Funnel, palette: Palette) -> Json:
    """Return the steps as bars in their order.

    Quick Sight's own funnel counts the values of one column; these steps are counts of their own.
    """
    measured = _measured(calculations, visual, visual.steps)
    shares = [_step_share(calculations, visual, *pair) for pair in pairwise(measured)]
    values = [fields.value for _, fields in measured]
    chart: Json = {
        "FieldWells": {"BarChartAggregatedFieldWells": {
            "Category": [], "Colors": [], "Values": [measure_field(calculations, visual, name) for name in values],
        }},
        "Orientation": "HORIZONTAL",
        "BarsArrangement": "CLUSTERED",
        "DataLabels": {"Visibility": "VISIBLE", "Overlap": "DISABLE_OVERLAP"},
        "VisualPalette": {"ChartColor": palette["accent"]},
        "Legend": {"Visibility": "VISIBLE", "Position": "TOP"},
        "Tooltip": tooltip(visual, (field_id(visual, name) for name in values), [*shares, *_beside(measured)]),
    }  # fmt: skip
    return framed("BarChartVisual", visual, chart, _said(measured))


def _measured(calculations: Calculations, visual: Visual, names: tuple[str, ...]) -> _Measured:
    measures = [visual.data_set.measure(name) for name in names]
    return [(measure, calculations.measure(visual.data_set, measure)) for measure in measures]


def _levels(calculations: Calculations, visual: Bars) -> list[Json]:
    hierarchy = f"{visual.name}-levels" if visual.drill else None
    return [dimension_field(calculations, visual, level, hierarchy=hierarchy) for level in (visual.by, *visual.drill)]


def _wells(
    calculations: Calculations, visual: Visual, levels: list[Json], measured: _Measured, series: Dimension | None
) -> Json:
    return {
        "Category": levels,
        "Values": [measure_field(calculations, visual, fields.value) for _, fields in measured],
        "Colors": [dimension_field(calculations, visual, each) for each in _some(series)],
    }


def _bar_order(visual: Bars, measured: _Measured) -> Json:
    if visual.order == "name" or visual.by.kind in _TIMES:
        order = by_dimension(visual, visual.by)
    else:
        first = field_id(visual, measured[0][1].value)
        order = by_field(first, "ASC" if visual.order == "value_rising" else "DESC")
    limit = {} if visual.limit is None else {"ItemsLimit": visual.limit}
    return {"CategorySort": [order], "CategoryItemsLimit": {**limit, "OtherCategories": "EXCLUDE"}}


def _hierarchies(calculations: Calculations, visual: Bars) -> list[Json]:
    if not visual.drill:
        return []
    fields = _levels(calculations, visual)
    columns = [field["Column"] for each in fields for field in each.values()]
    return [{"ExplicitHierarchy": {"HierarchyId": f"{visual.name}-levels", "Columns": columns}}]


def _tooltip(visual: Visual, dimensions: tuple[Dimension, ...], measured: _Measured) -> Json:
    shown = [field_id(visual, dimension.column) for dimension in dimensions]
    shown += [field_id(visual, fields.value) for _, fields in measured]
    return tooltip(visual, shown, _beside(measured))


def _beside(measured: _Measured) -> list[tuple[str, str]]:
    return companions((measure.title, fields) for measure, fields in measured)


def _targets(measured: _Measured, palette: Palette) -> list[Json]:
    measure = measured[0][0]
    if measure.target is None:
        return []
    label = {"FormatConfiguration": number_format(measure.unit), "RelativePosition": "AFTER_CUSTOM_LABEL"}
    return [
        {
            "Status": "ENABLED",
            "DataConfiguration": {
                "StaticConfiguration": {"Value": shown_value(measure.target, measure.unit)},
                "AxisBinding": "PRIMARY_YAXIS",
            },
            "StyleConfiguration": {"Pattern": "DASHED", "Color": palette["muted"]},
            "LabelConfiguration": {
                "CustomLabelConfiguration": {"CustomLabel": "Target"},
                "ValueLabelConfiguration": label,
            },
        }
    ]


def _axis(visual: Visual, measured: _Measured) -> Json:
    """Return the label of the values: their name with their unit, where they share it."""
    measure, fields = measured[0]
    label = fields.value if len(measured) == 1 else ", ".join(each.title for each, _ in measured)
    applied = {"FieldId": field_id(visual, fields.value), "Column": {
        "DataSetIdentifier": visual.data_set.name, "ColumnName": fields.value,
    }}  # fmt: skip
    text = label if unit_word(measure.unit) or len(measured) > 1 else measure.title
    return {"Visibility": "VISIBLE", "AxisLabelOptions": [{"CustomLabel": text, "ApplyTo": applied}]}


def _behind(measured: _Measured) -> dict[str, str]:
    """Return what is drawn quietly behind a single line: the baseline, and the limits as dotted lines."""
    if len(measured) > 1:
        return {}
    fields = measured[0][1]
    drawn = ((fields.baseline, "SOLID"), (fields.low, "DOTTED"), (fields.high, "DOTTED"))
    return {name: style for name, style in drawn if name is not None}


def _quiet_line(visual: Visual, name: str, style: str) -> Json:
    settings = {"LineStyleSettings": {"LineStyle": style, "LineWidth": "1px"}}
    item = {"FieldId": field_id(visual, name), "AxisBinding": "PRIMARY_YAXIS", "Settings": settings}
    return {"FieldSeriesItem": item}


def _grey(visual: Visual, name: str, palette: Palette) -> Json:
    identifier = field_id(visual, name)
    return {"Element": {"FieldId": identifier, "FieldValue": identifier}, "Color": palette["comparison"]}


def _step_share(
    calculations: Calculations,
    visual: Visual,
    above: tuple[Measure, MeasureFields],
    step: tuple[Measure, MeasureFields],
) -> tuple[str, str]:
    label = f"{step[0].title}: share of those who {above[0].title.lower()}"
    expression = f"{{{step[1].value}}} / nullIf({{{above[1].value}}}, 0)"
    return label, calculations.add(visual.data_set, label, expression, "share")


def _said(measured: _Measured) -> str:
    return " ".join(f"{measure.title}: {measure.doc}." for measure, _ in measured)


def _some(dimension: Dimension | None) -> tuple[Dimension, ...]:
    return () if dimension is None else (dimension,)
