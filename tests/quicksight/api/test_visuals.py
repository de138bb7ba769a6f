from __future__ import annotations

from typing import Any

import pytest

from quicksight.api import Json
from quicksight.api.calculations import Calculations
from quicksight.api.dashboards import definition, draw
from quicksight.api.palette import palette
from quicksight.dashboards import DASHBOARDS
from quicksight.dashboards.aisles import AISLES
from quicksight.dashboards.queues import QUEUES
from quicksight.dashboards.regional_overview import REGIONAL_OVERVIEW
from quicksight.dashboards.seasons import SEASONS
from quicksight.dashboards.weekly import WEEKLY
from quicksight.model.dashboards import Dashboard
from quicksight.model.visuals import AnyVisual
from tests.quicksight.api.account import ACCOUNT

VISUALS = [(dashboard, visual) for dashboard in DASHBOARDS for visual in dashboard.visuals()]
KINDS = {
    "Kpi": "KPIVisual",
    "Bars": "BarChartVisual",
    "Lines": "LineChartVisual",
    "HeatTable": "HeatMapVisual",
    "Table": "TableVisual",
    "StoreMap": "GeospatialMapVisual",
    "Funnel": "BarChartVisual",
    "FloorHeat": "HeatMapVisual",
}


def visual(dashboard: Dashboard, name: str) -> Json:
    """Return a visual of a dashboard without its kind."""
    (said,) = draw(Calculations(), find(dashboard, name), palette("light")).values()
    return dict(said)


def find(dashboard: Dashboard, name: str) -> AnyVisual:
    """Return a visual by its name."""
    return next(each for each in dashboard.visuals() if each.name == name)


def tooltip_labels(said: Json) -> list[str]:
    """Return what a pointer shows beside the visual's own fields."""
    fields = said["ChartConfiguration"]["Tooltip"]["FieldBasedTooltip"]["TooltipFields"]
    return [field["ColumnTooltipItem"]["Label"] for field in fields if "ColumnTooltipItem" in field]


@pytest.mark.parametrize(("dashboard", "each"), VISUALS, ids=[f"{d.name}-{v.name}" for d, v in VISUALS])
def test_every_visual_is_drawn_and_said_in_words(dashboard: Dashboard, each: AnyVisual) -> None:
    """Each kind of the model has its kind in Quick Sight, and who cannot see it is told what it shows."""
    (kind,), (said,) = zip(*draw(Calculations(), each, palette("light")).items(), strict=True)
    assert kind == KINDS[type(each).__name__], dashboard.name
    assert said["VisualContentAltText"].startswith(each.title)
    assert said["Title"]["FormatText"]["PlainText"] == each.title


def test_a_pointer_shows_interval_coverage_and_count() -> None:
    """Each figure shows its interval, how much was watched, and how many people it is from."""
    labels = tooltip_labels(visual(QUEUES, "stores"))
    assert labels == ["before", "at least (95 %)", "at most (95 %)", "watched", "people or rows"]


def test_a_drill_goes_down_by_the_dimensions_of_the_definition() -> None:
    """Region, store, place, hour: one hierarchy, in the order in which a person goes deeper."""
    said = visual(REGIONAL_OVERVIEW, "wait-drill")
    (hierarchy,) = said["ColumnHierarchies"]
    names = [column["ColumnName"] for column in hierarchy["ExplicitHierarchy"]["Columns"]]
    assert names == ["region", "store_name", "place_name", "hour_of_day"]


def test_a_target_is_a_named_line_in_the_unit_shown() -> None:
    """The level to reach stands in the chart with its name."""
    (line,) = visual(QUEUES, "by-hour")["ChartConfiguration"]["ReferenceLines"]
    assert line["DataConfiguration"]["StaticConfiguration"]["Value"] == 0.9
    assert line["LabelConfiguration"]["CustomLabelConfiguration"]["CustomLabel"] == "Target"


def test_a_single_line_has_its_baseline_behind_and_its_limits_dotted() -> None:
    """What is compared with is grey, the limits of the interval are dotted: Quick Sight has no bands."""
    series = visual(QUEUES, "by-hour")["ChartConfiguration"]["Series"]
    styles = {
        item["FieldSeriesItem"]["FieldId"]: item["FieldSeriesItem"]["Settings"]["LineStyleSettings"]["LineStyle"]
        for item in series
    }
    assert styles == {
        "by-hour.Service level: at least": "DOTTED",
        "by-hour.Service level: at most": "DOTTED",
    }
    assert len(visual(REGIONAL_OVERVIEW, "traffic")["ChartConfiguration"]["VisualPalette"]["ColorMap"]) == 1


def test_gaps_are_gaps() -> None:
    """A line is not drawn over time in which nothing is known."""
    axis = visual(REGIONAL_OVERVIEW, "traffic")["ChartConfiguration"]["PrimaryYAxisDisplayOptions"]
    assert axis == {"MissingDataConfigurations": [{"TreatmentOption": "SHOW_AS_BLANK"}]}


def test_figures_of_poor_coverage_are_faded() -> None:
    """Below 80 % watched, a figure in a table and one in large type are grey."""
    rules = visual(REGIONAL_OVERVIEW, "stores")["ConditionalFormatting"]["ConditionalFormattingOptions"]
    expressions = {rule["Cell"]["TextFormat"]["TextColor"]["Solid"]["Expression"] for rule in rules}
    assert expressions == {"{Watched} < 0.8", "{Mean dwell: watched} < 0.8", "{Visitors a day: watched} < 0.8"} or all(
        each.endswith("< 0.8") for each in expressions
    )
    (rule,) = visual(REGIONAL_OVERVIEW, "wait")["ConditionalFormatting"]["ConditionalFormattingOptions"]
    assert rule["PrimaryValue"]["TextColor"]["Solid"]["Color"] == palette("light")["comparison"]


def test_a_table_hides_what_only_its_colours_need() -> None:
    """Coverage that no column shows is there for the colours, and hidden."""
    options = visual(REGIONAL_OVERVIEW, "stores")["ChartConfiguration"]["FieldOptions"]["SelectedFieldOptions"]
    hidden = {option["FieldId"] for option in options if option["Visibility"] == "HIDDEN"}
    assert hidden
    assert all("watched" in name.lower() for name in hidden)


def test_bars_of_waits_follow_each_other_by_their_length() -> None:
    """`10:00` would come before `2:00` by its letters: the column of seconds gives the order."""
    (order,) = visual(QUEUES, "distribution")["ChartConfiguration"]["SortConfiguration"]["CategorySort"]
    assert order["ColumnSort"]["SortBy"]["ColumnName"] == "wait_from_seconds"


def test_weekdays_have_names_in_their_order() -> None:
    """A weekday is read as a word and ordered by its number."""
    calculations = Calculations()
    said = draw(calculations, find(QUEUES, "service-week"), palette("light"))["HeatMapVisual"]
    (order,) = said["ChartConfiguration"]["SortConfiguration"]["HeatMapColumnSort"]
    assert order["ColumnSort"]["SortBy"]["ColumnName"] == "iso_weekday"
    formulas = {field["Name"]: field["Expression"] for field in calculations.rendered()}
    assert formulas["Weekday"].startswith("switch({iso_weekday}, 1, 'Mon', 2, 'Tue'")


def test_a_change_has_colours_on_two_sides() -> None:
    """Below and above zero are different colours, zero is none; what is only more or less deepens."""
    gap = visual(QUEUES, "lane-gap")["ChartConfiguration"]["ColorScale"]["Colors"]
    assert [colour.get("DataValue") for colour in gap] == [None, 0.0, None]
    assert len(visual(QUEUES, "service-week")["ChartConfiguration"]["ColorScale"]["Colors"]) == 2


def test_a_map_says_its_colour_as_a_class() -> None:
    """Points take their colour from words: what grew, what shrank, what is not known."""
    calculations = Calculations()
    said = draw(calculations, find(REGIONAL_OVERVIEW, "map"), palette("light"))["GeospatialMapVisual"]
    values = [each["Element"]["FieldValue"] for each in said["ChartConfiguration"]["VisualPalette"]["ColorMap"]]
    assert values == ["shrank", "about the same", "grew", "not known"]
    formula = {field["Name"]: field["Expression"] for field in calculations.rendered()}["Change of visitors: class"]
    assert all(f"'{value}'" in formula for value in values)


def test_a_funnel_says_the_share_of_the_step_above() -> None:
    """Each step stands with its share of the one before."""
    labels = tooltip_labels(visual(AISLES, "funnel"))
    assert labels[:2] == [
        "Joined a queue: share of those who came in",
        "Were served: share of those who joined a queue",
    ]


def test_figures_in_large_type_say_how_sure_they_are() -> None:
    """A sheet with figures in large type lists their limits, coverage and counts."""
    sheet = definition(QUEUES, ACCOUNT)["Sheets"][0]
    (said,) = [each["PivotTableVisual"] for each in sheet["Visuals"] if "PivotTableVisual" in each]
    labels = [each["CustomLabel"] for each in said["ChartConfiguration"]["FieldOptions"]["SelectedFieldOptions"]]
    assert "Served within 3 minutes: from" in labels
    assert "Mean wait: watched" in labels


def test_paper_is_a4_in_sections() -> None:
    """What is printed and mailed has pages; each row of visuals keeps together."""
    (layout,) = definition(WEEKLY, ACCOUNT)["Sheets"][0]["Layouts"]
    sections: Any = layout["Configuration"]["SectionBasedLayout"]
    assert sections["CanvasSizeOptions"]["PaperCanvasSizeOptions"]["PaperSize"] == "A4"
    widths = [
        sum(
            int(element["Width"].removesuffix("px"))
            for element in section["Content"]["Layout"]["FreeFormLayout"]["Elements"]
        )
        for section in sections["BodySections"]
    ]
    assert all(width <= 698 for width in widths)


def test_sections_of_one_dashboard_share_its_fields() -> None:
    """A measure on two sheets is one calculated field."""
    names = [(field["DataSetIdentifier"], field["Name"]) for field in definition(SEASONS, ACCOUNT)["CalculatedFields"]]
    assert len(set(names)) == len(names)
