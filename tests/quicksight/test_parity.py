"""The local page and SQL over the same lake say the same, figure by figure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from glue.views import load_views
from quicksight.checking import Rows, period_of
from quicksight.dashboards import DASHBOARDS
from quicksight.model.dashboards import ALL, Dashboard
from quicksight.model.visuals import AnyVisual
from quicksight.preview.choices import choices_of
from quicksight.preview.lake import OpenLake, opened
from quicksight.query import Choice, Period, visual_query
from quicksight.resolve import visual_dimensions, visual_measures
from storeq.engines.folder import Folder
from tests.quicksight.web.conftest import WEB, run_node

TOLERANCE = 1e-6
"""Relative: rows are written with nine digits, and figures are differences and roots of sums of them."""
named = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)

Key = tuple[Any, ...]


@pytest.fixture(scope="module")
def lake(sample_lake: Path) -> Iterator[OpenLake]:
    """The sample lake, with the rows of data sets asked once."""
    with opened(Folder(sample_lake), load_views()) as found:
        yield found


@pytest.fixture(scope="module")
def rows(lake: OpenLake) -> Rows:
    """The rows of each data set, as a table."""
    return Rows(lake.connection)


def _page(pages: Path, dashboard: Dashboard, choice: Choice) -> dict[str, Any]:
    """Return what the page shows, worked out by its own program."""
    asked = {
        "region": None if choice.region == ALL else choice.region,
        "store": None if choice.store_id == ALL else choice.store_id,
        "period": choice.period.period_id if choice.period else None,
        "compare_with": choice.compare_with,
    }
    told = run_node("--no-warnings", WEB / "evaluate-cli.mjs", pages, dashboard.name, json.dumps(asked))
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def _by_key(visual: AnyVisual, found: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    """Return rows by the values that they are grouped by, those without any figure left out."""
    columns = [dimension.column for dimension in visual_dimensions(visual)]
    return {
        tuple(_said(row[column]) for column in columns): row
        for row in found
        if any(row.get(name) is not None for _, name in visual_measures(visual))
    }


def _said(value: Any) -> Any:
    """Return a value as the page writes it: dates and times as text, truth as a number."""
    if isinstance(value, bool):
        return int(value)
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="minutes") if hasattr(value, "hour") else value.isoformat()
    return value


def _differences(visual: AnyVisual, page: list[dict[str, Any]], sql: list[dict[str, Any]]) -> Iterator[str]:
    shown, wanted = _by_key(visual, page), _by_key(visual, sql)
    if shown.keys() != wanted.keys():
        yield f"{visual.name}: rows {sorted(map(str, shown.keys() ^ wanted.keys()))[:5]} are in one only"
        return
    for key, row in wanted.items():
        for name, value in row.items():
            is_figure = "__" in name or name in {measure.name for measure in visual.data_set.measures}
            if is_figure and not _is_same(shown[key].get(name), value):
                yield f"{visual.name} {key} {name}: the page says {shown[key].get(name)}, SQL {value}"


def _is_same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _choices(lake: OpenLake, dashboard: Dashboard) -> list[Choice]:
    """Return everything, by the latest period that is shown first and by a quarter; one region; one store."""
    known: Mapping[str, Any] = choices_of(lake.connection)
    periods: list[Period] = [period_of(row) for row in known["periods"]]
    period, quarter = (
        next((each for each in periods if each.period_kind == kind), None)
        for kind in (dashboard.period_kind, "quarter")
    )
    store = known["stores"][0]
    choices = [
        Choice(period=period),
        Choice(period=quarter),
        Choice(region=store["region"], period=period, compare_with="period before"),
        Choice(region=store["region"], store_id=store["store_id"], period=period),
    ]
    return [choice.within(dashboard) for choice in choices]


@named
def test_the_page_says_what_sql_says(dashboard: Dashboard, lake: OpenLake, rows: Rows, sample_pages: Path) -> None:
    """Every visual that the page shows has the rows and figures that its SELECT gives, whatever is chosen."""
    compared = 0
    differences: list[str] = []
    for choice in _choices(lake, dashboard):
        page = _page(sample_pages, dashboard, choice)
        for visual in dashboard.visuals():
            shown = page["visuals"][visual.name]
            if shown["state"] != "shown":
                continue
            query = visual_query(visual, choice, rows=rows.of(visual.data_set))
            wanted = lake.connection.sql(query).to_arrow_table().to_pylist()
            differences += _differences(visual, shown["rows"], wanted)
            compared += len(wanted)
    assert differences == []
    assert compared > 0


@named
def test_what_the_page_does_not_show_has_no_rows(
    dashboard: Dashboard, lake: OpenLake, rows: Rows, sample_pages: Path
) -> None:
    """A visual that says that there is nothing is right: SQL finds no figure either."""
    for choice in _choices(lake, dashboard):
        page = _page(sample_pages, dashboard, choice)
        for visual in dashboard.visuals():
            shown = page["visuals"][visual.name]
            if shown["state"] == "empty":
                query = visual_query(visual, choice, rows=rows.of(visual.data_set))
                wanted = lake.connection.sql(query).to_arrow_table().to_pylist()
                assert _by_key(visual, wanted) == {}, (visual.name, choice)
            elif shown["state"] != "shown":
                assert shown["message"], f"{visual.name} shows nothing and does not say why"
