"""The views of seasons on eight years of real cameras over Leeds' shopping streets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from tests.sql.lake_rows import rows
from tests.sql.seasons.chain import periods_of
from tests.sql.seasons.leeds import leeds_lake

WEEKDAYS = (0.84, 0.87, 0.89, 0.95, 1.07, 1.56, 0.82)


@pytest.fixture(scope="module")
def leeds(trial_data: Path) -> duckdb.DuckDBPyConnection:
    """Return the lake with all years and seasons."""
    periods = periods_of(dt.date(2009, 1, 1), dt.date(2017, 1, 31), "year", "season")
    connection = leeds_lake(trial_data, {"period_v1": periods})
    connection.execute("CREATE TABLE shifts AS SELECT * FROM level_shift")
    return connection


def test_briggates_shift_is_found_and_christmas_is_not(leeds: duckdb.DuckDBPyConnection) -> None:
    """Rule: of 64 years of cameras three shifts are found: the one known of Briggate, and two more."""
    found = rows(leeds, "SELECT * FROM shifts ORDER BY store_id, shift_date")
    assert [(shift["store_id"], shift["shift_date"].strftime("%Y-%m")) for shift in found] == [
        ("Briggate", "2012-12"),
        ("Briggate", "2016-07"),
        ("Headrow", "2014-09"),
    ]
    assert found[0]["change"] == pytest.approx(35_838 / 26_472 - 1, abs=0.06)


def test_briggates_2013_is_no_growth(leeds: duckdb.DuckDBPyConnection) -> None:
    """Rule: 26,472 to 35,838 a day is flagged as a shift, and not in the chain's like for like."""
    (counted,) = rows(leeds, "SELECT * FROM period_comparison WHERE period_id = '2013' AND place = 'Briggate'")
    assert (round(counted["baseline_visitors_per_open_day"]), round(counted["visitors_per_open_day"])) == (
        26_472,
        35_838,
    )
    assert counted["flag"] == "level shift"
    found = rows(leeds, "SELECT * FROM season_comparison WHERE period_id = 'R2013-spring' ORDER BY place")
    places = {row["place"]: row for row in found}
    assert places["Briggate"]["flag"] == "level shift"
    assert (places["*"]["stores"], places["*"]["stores_left_out"]) == (7, 1)
    assert places["*"]["change"] < 0 < places["*"]["unadjusted_change"]


def test_years_without_a_shift_compare(leeds: duckdb.DuckDBPyConnection) -> None:
    """Rule: of 2011 against 2010 no store is flagged, though both have a Christmas."""
    found = rows(leeds, "SELECT flag FROM period_comparison WHERE period_id = '2011' AND level = 'store'")
    assert [row["flag"] for row in found] == [None] * 8


def test_briggates_indices(leeds: duckdb.DuckDBPyConnection) -> None:
    """Rule: over full days the weekdays, January, December and the peak hour are those known of the street."""
    found = {
        (row["index_kind"], row["position"]): row
        for row in rows(leeds, "SELECT * FROM seasonal_index WHERE store_id = 'Briggate' AND year IS NULL")
    }
    assert [found["weekday", day]["index_value"] for day in range(1, 8)] == pytest.approx(WEEKDAYS, abs=0.02)
    assert found["month", 1]["index_value"] == pytest.approx(0.78, abs=0.02)
    assert found["month", 12]["index_value"] == pytest.approx(1.27, abs=0.02)
    assert found["hour", 13]["is_highest"]


def test_christmas_day_stands_out_every_year(leeds: duckdb.DuckDBPyConnection) -> None:
    """Rule: the emptiest day of the year is found in each of the eight."""
    days = rows(leeds, "SELECT business_date FROM outlier_day WHERE store_id = 'Briggate' AND change < -0.9")
    assert {day["business_date"] for day in days} == {dt.date(year, 12, 25) for year in range(2009, 2017)}
