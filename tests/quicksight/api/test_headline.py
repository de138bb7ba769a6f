from __future__ import annotations

from dataclasses import replace

import pytest

from quicksight.api.calculations import Calculations
from quicksight.api.errors import DefinitionError
from quicksight.api.headline import headline_lines, headline_visuals
from quicksight.dashboards.data_quality import DATA_QUALITY
from quicksight.dashboards.store_today import STORE_TODAY
from quicksight.model.visuals import Figure, Headline
from tests.quicksight.small import FUNNEL, SMALL


def test_figures_stand_in_the_sentence() -> None:
    """The narrative holds the result of a computation where the sentence names a figure."""
    calculations = Calculations()
    ((_, said),) = headline_visuals(calculations, SMALL, "one")
    narrative = said["InsightVisual"]["InsightConfiguration"]["CustomNarrative"]["Narrative"]
    assert (
        "<expression>visitors.totalAggregate.formattedValue</expression></b> visitors in the chosen period."
        in narrative
    )
    (computation,) = said["InsightVisual"]["InsightConfiguration"]["Computations"]
    assert computation["TotalAggregation"]["Name"] == "visitors"


def test_a_sentence_over_several_data_sets_is_told_line_by_line() -> None:
    """An insight reads one data set: each clause stands with the data set of its figures, in the order of reading."""
    lines = headline_lines(STORE_TODAY.headline)
    assert [line.data_set.name for line in lines] == ["store-minute", "lane-minute"]
    assert " ".join(line.text for line in lines) == STORE_TODAY.headline.text


def test_figures_of_different_rows_stand_side_by_side() -> None:
    """Doors and lanes are rows of one data set: each figure keeps its own rows by its formula."""
    calculations = Calculations()
    assert len([*headline_visuals(calculations, DATA_QUALITY, "quality")]) == 1
    formulas = {field["Name"]: field["Expression"] for field in calculations.rendered()}
    assert "{kind} = 'traffic'" in formulas["Watched (doors)"]
    assert "{kind} = 'lanes'" in formulas["Watched (lanes)"]


def test_a_clause_over_two_data_sets_is_refused() -> None:
    """What no insight could say is told with the clause and the cure."""
    other = replace(FUNNEL, name="other")
    headline = Headline("{one} of {two}.", {"one": Figure(FUNNEL, "visitors"), "two": Figure(other, "visitors")})
    with pytest.raises(DefinitionError, match=r"came funnel, other in '\{one\} of \{two\}.'; put a comma between"):
        headline_lines(headline)


def test_a_figure_that_is_not_there_is_named() -> None:
    """A misspelt figure is told with those that there are."""
    with pytest.raises(DefinitionError, match="there is no figure 'visitor'; it has visitors"):
        headline_lines(Headline("{visitor} came.", {"visitors": Figure(FUNNEL, "visitors")}))


def test_a_change_needs_something_to_change_from() -> None:
    """`.change` of a measure without a baseline is refused."""
    headline = Headline("{visitors.change} more.", {"visitors": Figure(FUNNEL, "visitors")})
    with pytest.raises(DefinitionError, match="'visitors' has no baseline"):
        [*headline_visuals(Calculations(), replace(SMALL, headline=headline), "one")]
