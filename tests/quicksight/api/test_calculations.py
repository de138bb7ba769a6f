from __future__ import annotations

from dataclasses import replace

import pytest

from quicksight.api.calculations import Calculations
from quicksight.api.errors import DefinitionError
from quicksight.api.requests import data_sets_of
from quicksight.dashboards import DASHBOARDS
from quicksight.model.expressions import Sum
from quicksight.model.measures import Measure
from quicksight.sql import output_columns
from tests.quicksight.small import FUNNEL


def test_no_field_has_the_name_of_a_column_or_of_another() -> None:
    """Quick Sight takes no notice of case, so neither may we: every field of a data set has a name of its own."""
    for data_set in data_sets_of(DASHBOARDS).values():
        calculations = Calculations()
        for measure in data_set.measures:
            calculations.measure(data_set, measure)
        names = [field["Name"].lower() for field in calculations.rendered()]
        names += [column.lower() for column in output_columns(data_set, for_period=True)]
        assert len(set(names)) == len(names), data_set.name


def test_one_expression_is_one_field() -> None:
    """A count that is the figure of one measure and the people of another is a single field, named for the figure."""
    joined = Measure("joined", "Joined a queue", Sum("joined"), "count", "Who joined")
    data_set = replace(FUNNEL, measures=(FUNNEL.measure("abandonment_rate"), joined))
    calculations = Calculations()
    fields = [calculations.measure(data_set, measure) for measure in data_set.measures]
    assert fields[0].people == fields[1].value == "Joined a queue"
    assert [field["Name"] for field in calculations.rendered()].count("Joined a queue") == 1


def test_seconds_are_shown_in_minutes() -> None:
    """Quick Sight has no m:ss: a time is in minutes and says so in its name."""
    wait = Measure("wait", "Mean wait", Sum("visitors"), "seconds", "A wait", baseline=Sum("joined"))
    data_set = replace(FUNNEL, measures=(wait,))
    calculations = Calculations()
    fields = calculations.measure(data_set, wait)
    assert fields.value == "Mean wait (min)"
    assert {field["Expression"] for field in calculations.rendered()} == {
        "(sum({visitors}) / 60)",
        "(sum({joined}) / 60)",
    }


def test_only_what_is_asked_for_becomes_a_field() -> None:
    """A dashboard has the fields that its visuals show, and no others."""
    calculations = Calculations()
    calculations.measure(FUNNEL, FUNNEL.measure("visitors"))
    assert [field["Name"] for field in calculations.rendered()] == ["Visitors in all"]


def test_a_formula_that_is_too_long_is_refused() -> None:
    """What Quick Sight would not take is told with its name and the cure."""
    with pytest.raises(DefinitionError, match="'Long' with 40000; say it in the view"):
        Calculations().add(FUNNEL, "Long", "1" * 40_000)
