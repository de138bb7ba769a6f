from __future__ import annotations

from dataclasses import replace

import pytest

from design.css import contrast
from glue.views import load_views
from quicksight.api.requests import Request, requests_of
from quicksight.api.theme import THEMES, Theme, theme_request
from quicksight.dashboards.weekly import WEEKLY
from storeq.questions import Library
from tests.quicksight.api.account import ACCOUNT


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_can_be_read(name: Theme) -> None:
    """Text on its ground has a contrast of at least 4.5, in both themes."""
    colours = theme_request(name, ACCOUNT)["Configuration"]["UIColorPalette"]
    for text, ground in (
        ("PrimaryForeground", "PrimaryBackground"),
        ("PrimaryForeground", "SecondaryBackground"),
        ("SecondaryForeground", "SecondaryBackground"),
        ("AccentForeground", "Accent"),
        ("DangerForeground", "Danger"),
        ("WarningForeground", "Warning"),
    ):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def topic(requests: tuple[Request, ...]) -> dict[str, object]:
    """Return the topic's data sets by their title."""
    (found,) = [request.parameters["Topic"] for request in requests if request.operation == "CreateTopic"]
    return {data_set["DatasetName"]: data_set for data_set in found["DataSets"]}


def test_an_answer_counts_nobody_twice(requests: tuple[Request, ...]) -> None:
    """Rows of several kinds of periods and of both comparisons are the same people: one of each is enforced."""
    for title, said in topic(requests).items():
        assert isinstance(said, dict)
        names = {column["ColumnName"] for column in said["Columns"]}
        enforced = {
            each["OperandFieldName"] for each in said["Filters"] if each["FilterClass"] == "ENFORCED_VALUE_FILTER"
        }
        assert {"period_kind", "compare_with"} & names <= enforced, title


def test_what_must_not_be_added_up_is_marked(requests: tuple[Request, ...]) -> None:
    """Shares, percentiles and numbers that name something have no sum."""
    said = topic(requests)["Stores by period"]
    assert isinstance(said, dict)
    columns = {column["ColumnName"]: column for column in said["Columns"]}
    assert columns["visitors"]["Aggregation"] == "SUM"
    assert columns["coverage"]["NonAdditive"] is True
    assert columns["latitude"]["NotAllowedAggregations"] == ["SUM", "AVERAGE"]
    assert columns["scope"]["IsIncludedInTopic"] is False


def test_people_ask_in_their_own_words(requests: tuple[Request, ...]) -> None:
    """Figures and columns are found by their other names."""
    said = topic(requests)["Stores by period"]
    assert isinstance(said, dict)
    figures = {figure["CalculatedFieldName"]: figure for figure in said["CalculatedFields"]}
    assert "footfall" in figures["Visitors in all"]["CalculatedFieldSynonyms"]
    assert figures["Mean wait (min)"]["ComparativeOrder"] == {"UseOrdering": "LESSER_IS_BETTER"}
    columns = {column["ColumnName"]: column for column in said["Columns"]}
    assert "branch" in columns["store_name"]["ColumnSynonyms"]


def test_an_account_may_do_without_the_topic() -> None:
    """Questions in natural language are priced apart: they can be left out."""
    without = requests_of([WEEKLY], Library(load_views()), replace(ACCOUNT, has_topic=False))
    assert not {"CreateTopic", "UpdateTopicPermissions"} & {request.operation for request in without}
