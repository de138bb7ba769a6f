"""Figures in large type, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterable

from quicksight.api import Json
from quicksight.api.calculations import Calculations
from quicksight.api.formats import number_format
from quicksight.api.frame import framed
from quicksight.api.palette import Palette
from quicksight.api.trust import faded
from quicksight.api.wells import field_id, measure_field
from quicksight.model.measures import Measure, Unit
from quicksight.model.visuals import Kpi

_SHARES: tuple[Unit, ...] = ("share", "change", "points")


def kpi(calculations: Calculations, visual: Kpi, palette: Palette) -> Json:
    """Return one figure beside what it is compared with; faded where too little was watched."""
    measure = visual.data_set.measure(visual.measure)
    fields = calculations.measure(visual.data_set, measure)
    wells = {"Values": [measure_field(calculations, visual, fields.value)], "TargetValues": [], "TrendGroups": []}
    if fields.baseline is not None:
        wells["TargetValues"] = [measure_field(calculations, visual, fields.baseline)]
    chart = {"FieldWells": wells, "KPIOptions": _options(measure, has_baseline=fields.baseline is not None)}
    fading = [] if fields.coverage is None else [{"PrimaryValue": {"TextColor": faded(fields.coverage, palette)}}]
    formatting = {"ConditionalFormatting": {"ConditionalFormattingOptions": fading}} if fading else {}
    return framed("KPIVisual", visual, chart, f"{measure.title}: {measure.doc}.", **formatting)


def sureness(calculations: Calculations, name: str, kpis: Iterable[Kpi]) -> Json | None:
    """Return a list of the limits, coverage and counts of figures of one data set; None where they have none.

    A figure in large type has nothing to point at, so this says what a pointer would.
    """
    kpis = tuple(kpis)
    found: dict[str, str] = {}
    for each in kpis:
        fields = calculations.measure(each.data_set, each.data_set.measure(each.measure))
        beside = (("from", fields.low), ("to", fields.high), ("watched", fields.coverage), ("people", fields.people))
        for label, field in beside:
            if field is not None:
                found.setdefault(field, f"{each.title}: {label}")
    if not found:
        return None
    holder = Kpi(name=name, title="How sure these figures are", data_set=kpis[0].data_set, measure=kpis[0].measure)
    labels = [
        {"FieldId": field_id(holder, field), "CustomLabel": label, "Visibility": "VISIBLE"}
        for field, label in found.items()
    ]
    values = [measure_field(calculations, holder, field) for field in found]
    chart = {
        "FieldWells": {"PivotTableAggregatedFieldWells": {"Rows": [], "Columns": [], "Values": values}},
        "TableOptions": {"MetricPlacement": "ROW", "SingleMetricVisibility": "VISIBLE"},
        "FieldOptions": {"SelectedFieldOptions": labels},
    }
    return framed("PivotTableVisual", holder, chart, "Limits of 95 % intervals, what was watched, and how many people.")


def _options(measure: Measure, *, has_baseline: bool) -> Json:
    said: Json = {
        "PrimaryValueDisplayType": "ACTUAL",
        "ProgressBar": {"Visibility": "HIDDEN"},
        "TrendArrows": {"Visibility": "VISIBLE" if has_baseline else "HIDDEN"},
        "SecondaryValue": {"Visibility": "VISIBLE" if has_baseline else "HIDDEN"},
    }
    if has_baseline:
        said["Comparison"] = _comparison(measure.unit)
    return said


def _comparison(unit: Unit) -> Json:
    """Return how a figure is compared: shares by their difference, all else by how much they grew."""
    if unit in _SHARES:
        return {"ComparisonMethod": "DIFFERENCE", "ComparisonFormat": number_format(unit)}
    return {"ComparisonMethod": "PERCENT_DIFFERENCE", "ComparisonFormat": number_format("change")}
