from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from quicksight.api.dashboards import dashboard_request
from quicksight.api.references import Columns
from quicksight.api.requests import Request
from quicksight.api.validate import problems_of
from quicksight.dashboards.regional_overview import REGIONAL_OVERVIEW
from tests.quicksight.api.account import ACCOUNT

Break = Callable[[Any], Any]


def test_all_that_would_be_sent_is_taken(requests: tuple[Request, ...], columns: Columns) -> None:
    """Every request of the project has the shape that the service's model says, and names only what there is."""
    assert not problems_of(requests, columns)
    assert len(requests) > 50


def copied(requests: tuple[Request, ...], operation: str, name: str) -> Request:
    """Return a copy of a request that can be broken."""
    found = next(each for each in requests if (each.operation, each.name) == (operation, name))
    return Request(found.operation, found.name, deepcopy(found.parameters))


def visual(definition: Any, name: str) -> Any:
    """Return a visual of a definition."""
    found = (said for sheet in definition["Sheets"] for each in sheet["Visuals"] for said in each.values())
    return next(said for said in found if said["VisualId"] == name)


def order(definition: Any, name: str) -> Any:
    """Return the first order of a visual's bars."""
    return chart(definition, name)["SortConfiguration"]["CategorySort"][0]["FieldSort"]


def scope(definition: Any, number: int) -> Any:
    """Return the first scope of a group of filters."""
    scoped = definition["FilterGroups"][number]["ScopeConfiguration"]["SelectedSheets"]
    return scoped["SheetVisualScopingConfigurations"][0]


def filtered(definition: Any, group: str) -> Any:
    """Return the first filter of a group."""
    return next(each for each in definition["FilterGroups"] if each["FilterGroupId"] == group)["Filters"][0]


def insight(definition: Any) -> Any:
    """Return the sentence of a dashboard."""
    return visual(definition, "headline-1")["InsightConfiguration"]


def chart(definition: Any, name: str) -> Any:
    """Return the chart of a visual."""
    return visual(definition, name)["ChartConfiguration"]


BROKEN: list[tuple[str, Break, str]] = [
    (
        "enumeration deep inside",
        lambda said: chart(said, "ranking").update(Orientation="HORIZONTALLY"),
        r"Sheets\[overview\]\.Visuals\[ranking\]\.BarChartVisual\.ChartConfiguration\.Orientation: "
        "expected one of 2 values, came 'HORIZONTALLY': did you mean HORIZONTAL",
    ),
    (
        "colour that is none",
        lambda said: chart(said, "map")["VisualPalette"]["ColorMap"][0].update(Color="red"),
        r"Visuals\[map\].*ColorMap\[map\.Change of visitors: class\]\.Color|ColorMap\[0\]\.Color: expected text like",
    ),
    (
        "wrong type",
        lambda said: chart(said, "ranking").update(ReferenceLines="none"),
        "Invalid type for parameter .*ReferenceLines",
    ),
    (
        "unknown member",
        lambda said: chart(said, "ranking").update(Colour="blue"),
        "Unknown parameter in .*Colour",
    ),
    (
        "two kinds in one visual",
        lambda said: said["Sheets"][0]["Visuals"][1].update(EmptyVisual={"VisualId": "e", "DataSetIdentifier": "day"}),
        "expected exactly one of BarChartVisual.*came KPIVisual, EmptyVisual; keep one",
    ),
    (
        "column that is not there",
        lambda said: chart(said, "ranking")["FieldWells"]["BarChartAggregatedFieldWells"]["Category"][0][
            "CategoricalDimensionField"
        ]["Column"].update(ColumnName="store_nam"),
        r"Visuals\[ranking\].*Column: there is no column 'store_nam': did you mean store_name",
    ),
    (
        "data set that is not there",
        lambda said: said["DataSetIdentifierDeclarations"][0].update(Identifier="alerts"),
        "there is no data set 'alerts': did you mean alert",
    ),
    (
        "field of a formula",
        lambda said: said["CalculatedFields"][0].update(Expression="sum({alertz})"),
        r"CalculatedFields\[.*\]: there is no field 'alertz': did you mean",
    ),
    (
        "parameter of a formula",
        lambda said: said["CalculatedFields"][0].update(Expression="ifelse(${shop} = 'all', 1, 0)"),
        "there is no parameter 'shop'",
    ),
    (
        "brackets of a formula",
        lambda said: said["CalculatedFields"][0].update(Expression="sum({alerts}"),
        "as many closing as opening brackets",
    ),
    (
        "formula named like a column",
        lambda said: said["CalculatedFields"][0].update(Name="ALERTS"),
        r"\[ALERTS\]: expected a name that no column of alert has",
    ),
    (
        "parameter of a filter",
        lambda said: filtered(said, "store-period-period_id-as-chosen")["CategoryFilter"]["Configuration"][
            "CustomFilterConfiguration"
        ].update(ParameterName="periods"),
        "there is no parameter 'periods': did you mean period",
    ),
    (
        "visual of a filter",
        lambda said: scope(said, 0)["VisualIds"].append("rankings"),
        "there is no visual 'rankings': did you mean ranking",
    ),
    (
        "order by a field that the visual has not",
        lambda said: order(said, "ranking").update(FieldId="visitors"),
        r"there is no field of the visual 'visitors'",
    ),
    (
        "element without a place",
        lambda said: said["Sheets"][0]["Layouts"][0]["Configuration"]["GridLayout"]["Elements"].pop(),
        "stands nowhere; give it a place",
    ),
    (
        "element over another",
        lambda said: said["Sheets"][0]["Layouts"][0]["Configuration"]["GridLayout"]["Elements"][-1].update(RowIndex=0),
        "lies over .*; make the row narrower",
    ),
    (
        "visual with the id of another",
        lambda said: visual(said, "ranking").update(VisualId="waits"),
        "expected each VisualId once, came 'waits' 2 times",
    ),
    (
        "narrative without its computation",
        lambda said: insight(said)["Computations"].pop(0),
        "there is no computation 'visitors'",
    ),
    (
        "narrative that is no XML",
        lambda said: insight(said)["CustomNarrative"].update(Narrative="<narrative>a & b"),
        "Narrative: expected XML",
    ),
    (
        "title too long to be read",
        lambda said: visual(said, "ranking")["Title"]["FormatText"].update(PlainText="x" * 200),
        r"Visuals\[ranking\].*Title: expected at most 128 characters",
    ),
    (
        "more visuals than a sheet takes",
        lambda said: said["Sheets"][0]["Visuals"].extend(
            {"EmptyVisual": {"VisualId": f"e{number}", "DataSetIdentifier": "day"}} for number in range(50)
        ),
        "expected at most 50 visuals, came",
    ),
    (
        "control that follows one that is not there",
        lambda said: said["Sheets"][0]["ParameterControls"][1]["Dropdown"]["CascadingControlConfiguration"][
            "SourceControls"
        ][0].update(SourceSheetControlId="overview-choose-regions"),
        "there is no control 'overview-choose-regions': did you mean overview-choose-region",
    ),
    (
        "id with a space",
        lambda said: said["Sheets"][0].update(SheetId="my overview"),
        r"SheetId: expected text like \[\\w\\-\]\+, came 'my overview'",
    ),
]


@pytest.mark.parametrize(("what", "break_it", "expected"), BROKEN, ids=[what for what, *_ in BROKEN])
def test_what_is_broken_is_told_with_its_place(columns: Columns, what: str, break_it: Break, expected: str) -> None:
    """Whatever is wrong inside a definition, the problem names where it is, and what is nearest."""
    broken = Request("CreateDashboard", "regional-overview", dashboard_request(REGIONAL_OVERVIEW, ACCOUNT))
    break_it(broken.parameters["Definition"])
    found = [str(problem) for problem in problems_of([broken], columns)]
    assert any(re.search(expected, problem) for problem in found), (what, found)
    assert all(problem.startswith("regional-overview: ") for problem in found)


def test_a_data_set_that_is_open_is_told(requests: tuple[Request, ...], columns: Columns) -> None:
    """A data set that lost its rules by row would show everybody everything."""
    broken = copied(requests, "CreateDataSet", "store-period")
    del broken.parameters["RowLevelPermissionDataSet"]
    (problem,) = problems_of([broken], columns)
    assert "expected rules for who sees which rows, came none" in problem.text


def test_a_tag_on_a_column_that_is_gone_is_told(requests: tuple[Request, ...], columns: Columns) -> None:
    """Rules by tag must name a column of the data set."""
    broken = copied(requests, "CreateDataSet", "store-period")
    broken.parameters["RowLevelPermissionTagConfiguration"]["TagRules"][0]["ColumnName"] = "scopes"
    assert any(
        "there is no column 'scopes': did you mean scope" in each.text for each in problems_of([broken], columns)
    )


def test_a_topic_names_columns_that_are_there(requests: tuple[Request, ...], columns: Columns) -> None:
    """A misspelt column of the topic is told with its data set."""
    broken = copied(requests, "CreateTopic", "store-traffic")
    broken.parameters["Topic"]["DataSets"][0]["Columns"][0]["ColumnName"] = "nothing"
    (problem,) = problems_of([broken], columns)
    assert "DataSets[" in problem.place
    assert "there is no column 'nothing'" in problem.text
