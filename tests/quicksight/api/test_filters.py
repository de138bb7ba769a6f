from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import duckdb
import pytest

from quicksight.api.calculations import Calculations
from quicksight.api.errors import DefinitionError
from quicksight.api.filters import Drawn, drawn, filter_groups
from quicksight.dashboards.aisles import AISLES
from quicksight.dashboards.queues import QUEUES
from quicksight.dashboards.regional_overview import REGIONAL_OVERVIEW
from quicksight.dashboards.seasons import SEASONS
from quicksight.model.dashboards import Dashboard
from quicksight.model.visuals import Where
from tests.quicksight.small import SMALL


def of(dashboard: Dashboard, name: str) -> Drawn:
    """Return a visual of a dashboard as filters know it."""
    sheet, visual = next(
        (sheet, visual) for sheet in dashboard.sheets for visual in sheet.visuals() if visual.name == name
    )
    return drawn(dashboard, sheet.name, visual)


def filters(visual: Drawn) -> dict[str, Any]:
    """Return the filters of one visual by their group."""
    return {group["FilterGroupId"]: group["Filters"][0] for group in filter_groups(Calculations(), [visual])}


def expression(visual: Drawn) -> str:
    """Return the formula that a visual's level rows are chosen by."""
    calculations = Calculations()
    filter_groups(calculations, [visual])
    return str(calculations.rendered()[0]["Expression"])


def test_a_visual_follows_the_controls() -> None:
    """Period by its parameter, region and store by a field that says 1 where a row follows."""
    found = filters(of(SMALL, "visitors"))
    assert set(found) == {
        "funnel-period_id-as-chosen",
        "funnel-in-the-chosen-region",
        "funnel-of-the-chosen-store",
    }
    period = found["funnel-period_id-as-chosen"]["CategoryFilter"]["Configuration"]["CustomFilterConfiguration"]
    assert period["ParameterName"] == "period"
    assert found["funnel-of-the-chosen-store"]["NumericEqualityFilter"]["Value"] == 1.0


def test_what_a_visual_ignores_does_not_restrict_it() -> None:
    """A ranking of stores shows all of them, whichever is chosen."""
    assert not any("store-of-the" in name for name in filters(of(REGIONAL_OVERVIEW, "ranking")))


def test_days_of_no_chosen_period_come_once() -> None:
    """Rows by date are repeated for each kind of period: who ignores the period takes those of months only."""
    found = filters(of(REGIONAL_OVERVIEW, "traffic"))["day-period-kind-month"]["CategoryFilter"]
    assert found["Configuration"]["FilterListConfiguration"]["CategoryValues"] == ["month"]


def test_visuals_with_one_restriction_share_a_group() -> None:
    """Each restriction is said once, with all visuals that it holds for, sheet by sheet."""
    visuals = [drawn(SMALL, "one", visual) for visual in SMALL.visuals()]
    groups = filter_groups(Calculations(), visuals)
    assert len(groups) == 3
    for group in groups:
        (scope,) = group["ScopeConfiguration"]["SelectedSheets"]["SheetVisualScopingConfigurations"]
        assert scope == {"SheetId": "one", "Scope": "SELECTED_VISUALS", "VisualIds": ["stores", "table", "visitors"]}


def test_what_has_no_sum_over_stores_waits_for_a_store() -> None:
    """Lanes have names of their own in each store, so their bars show nothing until one is chosen."""
    assert of(QUEUES, "lanes").needs_store
    assert "place-hour-of-one-chosen-store" in filters(of(QUEUES, "lanes"))
    assert not of(QUEUES, "by-hour").needs_store


def test_a_floor_is_of_one_camera_of_one_store() -> None:
    """Cells of different cameras are different places: they are never added up."""
    assert {"heat-of-one-chosen-store", "heat-of-the-chosen-camera"} <= set(filters(of(AISLES, "floor")))


@pytest.mark.parametrize(("region", "store"), [*product(("all", "North"), ("all", "s1"))])
def test_one_level_is_shown_at_a_time(region: str, store: str) -> None:
    """Rows of a store where one is chosen, else of the region, else of the chain: never two of them added up."""
    text = expression(of(SEASONS, "change"))
    for name, value in (("region", region), ("store", store)):
        text = text.replace(f"${{{name}}}", f"'{value}'")
    said = re.sub(r"\{(\w+)\}", r'"\1"', text)
    connection = duckdb.connect()
    connection.execute("CREATE MACRO ifelse(test, yes, no) AS CASE WHEN test THEN yes ELSE no END")
    rows = "('chain', '*'), ('region', 'North'), ('region', 'South'), ('store', 's1'), ('store', 's2')"
    found = connection.execute(
        f"SELECT level, place FROM (VALUES {rows}) AS t (level, place) WHERE {said} = 1"
    ).fetchall()
    expected = ("store", "s1") if store != "all" else ("region", "North") if region != "all" else ("chain", "*")
    assert found == [expected]


def test_a_visual_that_names_its_levels_keeps_them() -> None:
    """A table of every comparison shows chain, regions and stores side by side."""
    found = filters(of(SEASONS, "comparisons"))
    assert "season-level-chain-region-store" in found
    assert not any("of-the-chosen-" in name for name in found)


def test_several_numbers_cannot_be_listed() -> None:
    """Quick Sight's filters list words, and take one number: more is told with the cure."""
    visual = replace(of(SMALL, "visitors"), where=(Where("visitors", (1, 2)),))
    with pytest.raises(DefinitionError, match=r"expected one number, came \(1, 2\); give the view a column"):
        filter_groups(Calculations(), [visual])
