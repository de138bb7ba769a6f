from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest
import sqlglot

from contracts.tables import STORE
from glue.dialect import sql_for
from glue.duckdb_lake import connect
from quicksight.dashboards import DASHBOARDS
from quicksight.model.data_sets import DataSet
from quicksight.sql import DATED_KINDS, data_set_sql, output_columns
from tests.lake_sample import lake_sample
from tests.quicksight.small import FUNNEL

DATA_SETS = {data_set.name: data_set for dashboard in DASHBOARDS for data_set in dashboard.data_sets()}
DAYS = DataSet(
    name="days",
    title="Days",
    view="store_trading_day",
    columns=("store_id", "business_date", "visitors", "location_kind"),
    measures=(),
    dated="business_date",
)
SEASONS = DataSet(
    name="seasons",
    title="Seasons",
    view="season_comparison",
    columns=("period_id", "period_kind", "level", "place", "region", "visitors"),
    measures=(),
    owner="level",
    period_kinds=("month",),
)
MINUTES = DataSet(
    name="minutes",
    title="Minutes",
    view="store_occupancy",
    columns=("store_id", "window_start", "occupancy"),
    measures=(),
    recent=("window_start", 1),
)


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample lake with all views."""
    with connect(lake_sample()) as connection:
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, data_set: DataSet, *, for_period: bool = False) -> pa.Table:
    return connection.sql(sql_for("duckdb", data_set_sql(data_set, for_period=for_period))).to_arrow_table()


@pytest.mark.parametrize("for_period", [False, True])
@pytest.mark.parametrize("name", sorted(DATA_SETS))
def test_the_sql_of_every_data_set_is_trinos_and_gives_the_promised_columns(name: str, *, for_period: bool) -> None:
    """Athena reads what is written; its columns are those that the model promises, each once."""
    statement = sqlglot.parse_one(data_set_sql(DATA_SETS[name], for_period=for_period), read="trino")
    named = tuple(column.alias_or_name for column in statement.expressions)
    assert named == output_columns(DATA_SETS[name], for_period=for_period)
    assert len(set(named)) == len(named)
    assert set(DATA_SETS[name].all_columns) <= set(named)


def test_each_row_of_a_store_has_its_name_its_region_and_its_scope(lake: duckdb.DuckDBPyConnection) -> None:
    """A reader sees names; who may see the row is told by the store's id."""
    rows = _rows(lake, FUNNEL).to_pylist()
    assert {(row["store_id"], row["scope"], row["region"]) for row in rows} >= {("berlin-1", "berlin-1", "north")}
    names = {row["store_id"]: row["name"] for row in lake_sample()[STORE.name].to_pylist()}
    assert rows
    assert all(row["store_name"] == names[row["store_id"]] for row in rows)


def test_a_store_that_nothing_describes_keeps_its_rows() -> None:
    """Its name is its id, its region is `no region`: a store missing in the chain's file must not vanish."""
    tables = lake_sample()
    hidden = tables[STORE.name].filter(pa.compute.field("store_id") != "berlin-1")
    with connect({**tables, STORE.name: hidden}) as connection:
        counted = "SELECT store_id, max(in_count) AS visitors FROM traffic_local_hour_v1 GROUP BY 1"
        connection.execute(f"CREATE VIEW seen AS {counted}")
        data_set = DataSet("seen", "Seen", "seen", ("store_id", "visitors"), ())
        rows = {row["store_id"]: row for row in _rows(connection, data_set).to_pylist()}
    assert (rows["berlin-1"]["store_name"], rows["berlin-1"]["region"]) == ("berlin-1", "no region")
    assert rows["hamburg-1"]["region"] == "north"


def test_rows_of_levels_belong_to_a_store_a_region_or_the_chain(lake: duckdb.DuckDBPyConnection) -> None:
    """The scope is never null, and no two levels share one; a region's total is not its stores'."""
    rows = _rows(lake, SEASONS).to_pylist()
    scopes = {(row["level"], row["place"], row["region"], row["scope"]) for row in rows}
    assert ("store", "berlin-1", "north", "berlin-1") in scopes
    assert ("region", "north", "north", "region:north") in scopes
    assert ("chain", "*", None, "chain") in scopes
    assert all(scope is not None for *_, scope in scopes)


@pytest.mark.parametrize("name", sorted(DATA_SETS))
def test_no_row_has_a_null_for_its_scope(lake: duckdb.DuckDBPyConnection, name: str) -> None:
    """To Quick Sight a null in a rule means everything: so nothing may have one."""
    rows = _rows(lake, DATA_SETS[name])
    assert rows["scope"].null_count == 0


def test_a_dated_row_comes_once_for_each_kind_of_period(lake: duckdb.DuckDBPyConnection) -> None:
    """Quick Sight filters by the period's id: within one kind a date comes once, and only known kinds are there."""
    once = _rows(lake, DAYS)
    for_periods = _rows(lake, DAYS, for_period=True)
    assert set(for_periods["period_kind"].to_pylist()) <= set(DATED_KINDS)
    months = [row for row in for_periods.to_pylist() if row["period_kind"] == "month"]
    assert len({(row["store_id"], row["business_date"]) for row in months}) == len(months) > 0
    assert all(row["period_id"] == f"{row['business_date']:%Y-%m}" for row in months)
    assert once.num_rows == len({(row["store_id"], row["business_date"]) for row in once.to_pylist()})


def test_attributes_of_the_store_can_be_taken(lake: duckdb.DuckDBPyConnection) -> None:
    """What the view lacks and the store has is joined."""
    kinds = {row["store_id"]: row["location_kind"] for row in _rows(lake, DAYS).to_pylist()}
    described = {row["store_id"]: row["location_kind"] for row in lake_sample()[STORE.name].to_pylist()}
    assert kinds == {store_id: described[store_id] for store_id in kinds}


def test_only_the_kinds_of_a_data_set_are_taken(lake: duckdb.DuckDBPyConnection) -> None:
    """Weeks of a data set that is kept by month stay out."""
    assert set(_rows(lake, SEASONS)["period_kind"].to_pylist()) == {"month"}


def test_recent_is_by_the_clock_in_the_cloud_and_by_the_newest_row_here(lake: duckdb.DuckDBPyConnection) -> None:
    """A lake that keeps the past still has a today: its last hour."""
    assert "current_timestamp - INTERVAL '1' HOUR" in data_set_sql(MINUTES, for_period=True)
    found = _rows(lake, MINUTES)["window_start"].to_pylist()
    every = _rows(lake, replace(MINUTES, recent=None))["window_start"].to_pylist()
    assert 0 < len(found) < len(every)
    assert min(found) >= max(every) - (max(found) - min(found))
    assert max(found) == max(every)
    assert (max(found) - min(found)).total_seconds() <= 3600


def test_a_column_that_a_view_lost_is_named_by_the_engine(lake: duckdb.DuckDBPyConnection) -> None:
    """Should nobody check before, the engine still tells which column is gone."""
    with pytest.raises(duckdb.Error, match="visitor_count"):
        _rows(lake, replace(FUNNEL, columns=(*FUNNEL.columns, "visitor_count")))
