"""The metrics: what is declared exists, and the page tells all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from contracts import quality
from contracts.metrics import IDENTITIES, METRICS, Metric
from contracts.render.metrics import metrics_page
from glue.views import load_checks, load_views
from tests.sql.test_athena_views import lake

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_what_a_metric_names_exists(metric: Metric) -> None:
    """Rule: the SQL files and the folders of cases are there, and a metric without a number in a table is none."""
    assert [path for path in metric.sql if not (ROOT / path).is_file()] == []
    assert [name for name in metric.cases if not list((ROOT / "tests/sql/cases" / name).glob("*.yaml"))] == []
    assert metric.columns
    assert metric.sql
    assert metric.cases


def test_views_have_the_columns_that_metrics_name() -> None:
    """Rule: `view.column` is a column that the view gives."""
    connection = lake({})
    known = {f"{view.name}.{column}" for view in load_views() for column in connection.sql(f"FROM {view.name}").columns}
    assert {column for metric in METRICS for column in metric.views} - known == set()


def test_unknown_column_is_refused() -> None:
    """Rule: a column that no table has stops the import, and the message names it."""
    with pytest.raises(ValueError, match=re.escape("'lane_minute_v1.wait_minutes'")):
        Metric("x", "X", "X.", "x", "s", columns=("lane_minute_v1.wait_minutes",))


def test_names_tell_metrics_apart() -> None:
    """Rule: a name stands for one metric, and every measure of quality is one."""
    names = [metric.name for metric in METRICS]
    assert len(set(names)) == len(names)
    assert {measure.column for measure in quality.MEASURES} <= set(names)


def test_checks_hold_identities() -> None:
    """Rule: what an identity names is a check, and every check holds one, but for those of form and presence."""
    checks = {check.name for check in load_checks()}
    named = {name for identity in IDENTITIES for name in identity.checks}
    assert named <= checks
    of_form = {"live_zone_is_last_snapshot", "merged_visit_is_there", "quality_follows_the_rule"}
    assert checks - named == of_form | {"days_are_fresh", "open_days_are_watched", "stores_are_described"}


def test_page_tells_everything() -> None:
    """Rule: each metric has a section with its definition and formula; rules and identities follow."""
    page = metrics_page()
    for metric in METRICS:
        assert f"\n## {metric.name}\n" in page
        assert metric.definition in page
        assert metric.formula in page
    for told in (*(identity.statement for identity in IDENTITIES), *(f"`{one.column}`" for one in quality.MEASURES)):
        assert told in page


def test_links_of_the_page_lead_somewhere() -> None:
    """Rule: a link to a file of the repository leads to one, a link within the page to a heading."""
    page = metrics_page()
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert [link for link in links if not link.startswith("#") and not (ROOT / "docs" / link).exists()] == []
    headings = {f"#{heading}" for heading in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
    assert {link for link in links if link.startswith("#")} <= headings


def test_identity_is_a_sentence_with_checks() -> None:
    """Rule: an identity that nothing checks is a wish."""
    assert all(identity.checks for identity in IDENTITIES)
