from __future__ import annotations

import duckdb
import pytest

from glue.dialect import sql_for
from quicksight.api.choices import CHOICE_LISTS, CHOICE_PERIOD, CHOICE_STORE, VIEWER_DEFAULT, ChoiceList


@pytest.fixture
def lake() -> duckdb.DuckDBPyConnection:
    """Two stores, one without a region, with their groups and periods."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE store_v1 AS SELECT * FROM (VALUES ('a', 'North'), ('b', NULL)) AS t (store_id, region)"
    )
    connection.execute(
        "CREATE TABLE viewer_default AS SELECT * FROM (VALUES ('store-traffic-store-a', '2026-10', NULL, 'a'), "
        "('store-traffic-chain', '2026-10', NULL, NULL)) AS t (group_name, period_id, region, store_id)"
    )
    connection.execute(
        "CREATE TABLE period_choice AS SELECT * FROM (VALUES "
        "('2026-09', 'month', DATE '2026-09-01', DATE '2026-09-30', false), "
        "('2026-10', 'month', DATE '2026-10-01', DATE '2026-10-31', true), "
        "('2026-W43', 'iso_week', DATE '2026-10-19', DATE '2026-10-25', true)) "
        "AS t (period_id, period_kind, start_date, end_date, is_latest)"
    )
    return connection


def rows(lake: duckdb.DuckDBPyConnection, choice: ChoiceList) -> list[dict[str, object]]:
    """Return the rows of a list as DuckDB gives them."""
    found = lake.execute(sql_for("duckdb", choice.sql))
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("choice", CHOICE_LISTS, ids=lambda choice: choice.name)
def test_a_list_has_the_columns_that_it_says(lake: duckdb.DuckDBPyConnection, choice: ChoiceList) -> None:
    """What is declared is what the SQL gives, in its order."""
    assert [*rows(lake, choice)[0]] == [*choice.columns]


def test_a_store_can_be_chosen_by_region_or_left(lake: duckdb.DuckDBPyConnection) -> None:
    """Each store's own rows hold its region and `all`, its id and `all`: nobody needs the rows of another."""
    found = {(row["scope"], row["region"], row["store_id"]) for row in rows(lake, CHOICE_STORE)}
    assert found == {
        *(("a", region, store) for region in ("North", "all") for store in ("a", "all")),
        *(("b", region, store) for region in ("no region", "all") for store in ("b", "all")),
    }


def test_first_is_the_own_store_and_the_latest_of_each_kind(lake: duckdb.DuckDBPyConnection) -> None:
    """A group begins with its store, or with all, and with the latest period of each kind; a kind without is null."""
    found = {row["group_name"]: row for row in rows(lake, VIEWER_DEFAULT)}
    assert found["store-traffic-store-a"]["store_id"] == "a"
    assert found["store-traffic-chain"]["store_id"] == "all"
    assert {row["latest_month"] for row in found.values()} == {"2026-10"}
    assert {row["latest_iso_week"] for row in found.values()} == {"2026-W43"}
    assert {row["latest_season"] for row in found.values()} == {None}


def test_every_period_can_be_chosen(lake: duckdb.DuckDBPyConnection) -> None:
    """The list of periods has all of them, not the latest only."""
    assert len(rows(lake, CHOICE_PERIOD)) == 3
