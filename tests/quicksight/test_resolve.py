from __future__ import annotations

from dataclasses import replace

import pytest

from glue.views import load_views
from quicksight.dashboards import DASHBOARDS
from quicksight.model.dashboards import Dashboard
from quicksight.model.expressions import Sum
from quicksight.model.measures import Dimension, Measure
from quicksight.model.visuals import AnyVisual, Bars, Headline, Kpi, Where
from quicksight.resolve import problems_of
from storeq.questions import Library
from tests.quicksight.small import FUNNEL, SMALL, STORE


@pytest.fixture(scope="module")
def library() -> Library:
    """The views of the project."""
    return Library(load_views())


def _with_visual(visual: AnyVisual) -> Dashboard:
    sheet = SMALL.sheets[0]
    return replace(SMALL, headline=Headline("Nothing"), sheets=(replace(sheet, rows=((visual,),)),))


def test_every_dashboard_resolves(library: Library) -> None:
    """Whatever a dashboard names is there: views, columns, measures, dimensions."""
    assert [str(problem) for problem in problems_of(DASHBOARDS, library)] == []


def test_dashboards_have_different_names() -> None:
    """A dashboard, and a data set, is told by its name."""
    names = [dashboard.name for dashboard in DASHBOARDS]
    assert len(set(names)) == len(names)
    by_name = {data_set.name: data_set for dashboard in DASHBOARDS for data_set in dashboard.data_sets()}
    for dashboard in DASHBOARDS:
        assert all(by_name[data_set.name] is data_set for data_set in dashboard.data_sets())


def test_a_view_that_lost_a_column_is_named(library: Library) -> None:
    """The message names the file, the data set, the field, and the nearest column."""
    broken = replace(FUNNEL, columns=(*FUNNEL.columns, "visitor"))
    (problem,) = problems_of([_with_visual(Kpi(name="v", title="V", data_set=broken, measure="visitors"))], library)[:1]
    assert problem.file == "quicksight/dashboards/data_sets.py"
    assert problem.subject == "data set 'funnel', columns"
    assert "there is no column 'visitor': did you mean visitors" in problem.text


def test_an_unknown_view_is_named(library: Library) -> None:
    """A view that is not there is told with the nearest that is."""
    broken = replace(FUNNEL, view="traffic_funel")
    problems = problems_of([_with_visual(Kpi(name="v", title="V", data_set=broken, measure="visitors"))], library)
    assert "did you mean traffic_funnel" in str(problems[0])


def test_a_measure_of_an_unknown_column_is_named(library: Library) -> None:
    """A calculated field may only use what its data set has."""
    measure = Measure("wrong", "Wrong", Sum("servd"), "count", "Wrong")
    broken = replace(FUNNEL, measures=(*FUNNEL.measures, measure))
    problems = problems_of([_with_visual(Kpi(name="v", title="V", data_set=broken, measure="visitors"))], library)
    assert [problem.subject for problem in problems] == ["data set 'funnel', measure 'wrong'"]
    assert "did you mean served" in problems[0].text


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"measure": "visitor"}, "measure", "there is no measure 'visitor': did you mean visitors"),
        ({"where": (Where("store", ("a",)),)}, "where", "there is no column 'store': did you mean store_id"),
    ],
)
def test_a_visual_that_names_what_is_not_there(
    library: Library, change: dict[str, object], field: str, told: str
) -> None:
    """The message names the dashboard's file, the visual and the field."""
    visual = replace(Kpi(name="v", title="V", data_set=FUNNEL, measure="visitors"), **change)  # type: ignore[arg-type]
    (problem,) = problems_of([_with_visual(visual)], library)
    assert problem.file == "quicksight/dashboards/small.py"
    assert problem.subject == f"visual 'v', {field}"
    assert told in problem.text


def test_rows_that_tell_the_same_again_must_be_chosen_among(library: Library) -> None:
    """A visual that ignores the period of a data set with a row for each would add up January and the year."""
    visual = Kpi(name="v", title="V", data_set=FUNNEL, measure="visitors", ignores=("period",))
    (problem,) = problems_of([_with_visual(visual)], library)
    assert "a row for each period_id" in problem.text
    assert problems_of([_with_visual(replace(visual, where=(Where("period_id", ("2026",)),)))], library) == ()


def test_a_drill_may_only_name_columns_of_its_data_set(library: Library) -> None:
    """Deeper dimensions are checked like the first."""
    lane = Dimension("lane_id", "Lane")
    bars = Bars(name="stores", title="S", data_set=FUNNEL, by=STORE, measures=("visitors",), drill=(lane,))
    (problem,) = problems_of([_with_visual(bars)], library)
    assert problem.subject == "visual 'stores', drill"


def test_two_data_sets_have_different_names(library: Library) -> None:
    """Two data sets of one name would be one in Quick Sight."""
    other = replace(FUNNEL, title="Another")
    visual = Kpi(name="v", title="V", data_set=other, measure="visitors")
    (problem,) = problems_of([SMALL, replace(_with_visual(visual), name="other")], library)
    assert "came 'funnel' twice" in problem.text


def test_two_visuals_of_a_dashboard_have_different_names(library: Library) -> None:
    """A name used twice would give two visuals one identifier."""
    visual = Kpi(name="v", title="V", data_set=FUNNEL, measure="visitors")
    sheet = replace(SMALL.sheets[0], rows=((visual, visual),))
    (problem,) = problems_of([replace(SMALL, sheets=(sheet,))], library)
    assert "came 'v' twice" in problem.text
