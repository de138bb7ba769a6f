"""Headers of the floor's views: every column is documented, in words that an outsider may read."""

from __future__ import annotations

import pytest
import sqlglot

from contracts.tables import TABLES
from glue.views import load_views
from tests.sql.lake_rows import lake

FLOOR = (
    "abandonment_by_queue",
    "aisle_ranking",
    "coverage_hour",
    "data_coverage",
    "hour_weekday_pattern",
    "open_hour",
    "position_effect",
    "safety_incident",
    "service_by_hour",
    "shift_load",
    "traffic_funnel",
    "wait_bucket_local_hour",
    "workforce",
)
VIEWS = {view.name: view for view in load_views()}
CONTRACT = {column.name for table in TABLES.values() for column in table.columns}
PEOPLE = ("visitors", "visits", "served", "joined", "abandoned")


@pytest.mark.parametrize("name", FLOOR)
def test_columns_are_documented(name: str) -> None:
    """Rule: each column is documented by the header or the contract, and the header documents no other."""
    columns = lake({}, name).sql(f"SELECT * FROM {name}").columns
    documented = VIEWS[name].columns
    assert [column for column in columns if column not in documented and column not in CONTRACT] == []
    assert [column for column in documented if column not in columns] == []
    assert not any("$" in doc for doc in documented.values())


@pytest.mark.parametrize("name", FLOOR)
def test_order_and_chart_name_columns(name: str) -> None:
    """Rule: rows are ordered and drawn by columns of the answer, in SQL that Trino reads."""
    sqlglot.parse_one(VIEWS[name].statement, read="trino")
    columns = set(lake({}, name).sql(f"SELECT * FROM {name}").columns)
    ordered = {part.split()[0] for part in VIEWS[name].order.split(", ")}
    drawn = {part.split("=")[1] for part in VIEWS[name].chart.split()[1:]}
    assert ordered | drawn <= columns
    assert lake({}, name).sql(f"SELECT * FROM {name} ORDER BY {VIEWS[name].order}").fetchall() == []


@pytest.mark.parametrize("name", [name for name in FLOOR if "period_v1" in VIEWS[name].reads or name == "workforce"])
def test_rows_of_periods_tell_their_coverage(name: str) -> None:
    """Rule: a view of periods begins with the period, tells its coverage, and says where people are left out."""
    columns = lake({}, name).sql(f"SELECT * FROM {name}").columns
    assert columns[:2] == ["period_id", "period_kind"]
    assert "coverage" in columns
    is_of_people = bool(set(PEOPLE) & set(columns)) and name != "shift_load"
    assert not is_of_people or "is_suppressed" in columns
