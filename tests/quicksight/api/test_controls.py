from __future__ import annotations

from typing import Any

from quicksight.api.choices import CHOICE_STORE
from quicksight.api.controls import control_id, controls, declarations, kinds_of, parameters_of
from quicksight.dashboards import DASHBOARDS
from quicksight.dashboards.aisles import AISLES
from quicksight.dashboards.regional_overview import REGIONAL_OVERVIEW
from quicksight.dashboards.store_today import STORE_TODAY
from quicksight.dashboards.weekly import WEEKLY
from quicksight.model.dashboards import ALL, COMPARISONS
from tests.quicksight.small import SMALL


def declared(dashboard: Any) -> dict[str, Any]:
    """Return the declarations of a dashboard by the parameter's name."""
    found = [each["StringParameterDeclaration"] for each in declarations(dashboard)]
    return {each["Name"]: each for each in found}


def test_a_person_begins_with_the_own_store_and_the_latest_period() -> None:
    """Region, store and period begin with what the viewer's group has; who is in several groups sees all of them."""
    found = declared(REGIONAL_OVERVIEW)
    store = found["store"]["DefaultValues"]
    assert store["StaticValues"] == [ALL]
    group = {"DataSetIdentifier": "viewer-default", "ColumnName": "group_name"}
    assert store["DynamicValue"]["GroupNameColumn"] == group
    for dashboard, column in ((REGIONAL_OVERVIEW, "latest_month"), (WEEKLY, "latest_iso_week")):
        period = declared(dashboard)["period"]["DefaultValues"]["DynamicValue"]
        assert period["DefaultValueColumn"]["ColumnName"] == column


def test_parameters_are_those_that_dashboards_are_opened_with() -> None:
    """An embedded dashboard is opened, and a report mailed, by these names."""
    assert parameters_of(REGIONAL_OVERVIEW) == ("region", "store", "periodKind", "period", "compareWith")
    assert parameters_of(STORE_TODAY) == ("region", "store")
    assert parameters_of(AISLES)[-1] == "camera"


def test_lists_follow_each_other() -> None:
    """Stores are those of the chosen region, periods those of the chosen kind, cameras those of the chosen store."""
    found = {each["Dropdown"]["SourceParameterName"]: each["Dropdown"] for each in controls(AISLES, "aisles")}
    followed = {
        name: [source["SourceSheetControlId"] for source in said["CascadingControlConfiguration"]["SourceControls"]]
        for name, said in found.items()
        if "CascadingControlConfiguration" in said
    }
    assert followed == {
        "store": [control_id("aisles", "region")],
        "period": [control_id("aisles", "periodKind")],
        "camera": [control_id("aisles", "store")],
    }


def test_only_kinds_that_everything_has_can_be_chosen() -> None:
    """A kind of period for which a data set has no rows would leave a visual empty without a word."""
    for dashboard in DASHBOARDS:
        found = {each["Dropdown"]["SourceParameterName"]: each["Dropdown"] for each in controls(dashboard, "x")}
        if "periodKind" in found:
            kinds = set(found["periodKind"]["SelectableValues"]["Values"])
            assert dashboard.period_kind in kinds
            for data_set in dashboard.data_sets():
                assert not kinds_of(data_set) or kinds - {dashboard.period_kind} <= set(kinds_of(data_set))


def test_comparisons_are_a_fixed_list() -> None:
    """What can be compared with is said by the model."""
    found = {each["Dropdown"]["SourceParameterName"]: each["Dropdown"] for each in controls(REGIONAL_OVERVIEW, "x")}
    assert found["compareWith"]["SelectableValues"] == {"Values": list(COMPARISONS)}


def test_a_list_of_stores_tells_nobody_of_other_stores() -> None:
    """The list of stores is restricted by row, as the figures are."""
    assert CHOICE_STORE.is_restricted
    found = {each["Dropdown"]["SourceParameterName"]: each["Dropdown"] for each in controls(SMALL, "one")}
    assert found["store"]["SelectableValues"]["LinkToDataSetColumn"]["DataSetIdentifier"] == CHOICE_STORE.name
