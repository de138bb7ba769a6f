"""`data_coverage`: what each store tells of, and which tells nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sql.floor.floor_rows import dates, open_day, period
from tests.sql.lake_rows import DAY, Row, lake, row, rows

WEEK = dates(DAY, 7)


def coverage_of(tables: dict[str, list[Row]], kind: str = "traffic") -> dict[str, Row]:
    """Return the rows of one kind by store."""
    found = rows(lake(tables, "data_coverage"), f"SELECT * FROM data_coverage WHERE kind = '{kind}'")
    return {each["store_id"]: each for each in found}


def crossing(date: dt.date, hour: int, store_id: str = "store", coverage: float = 1.0) -> Row:
    """Return an hour of a store's door, whose cameras gave nine frames of ten."""
    return row(
        "traffic_local_hour_v1",
        line_id="door",
        store_id=store_id,
        business_date=date,
        hour_of_day=hour,
        coverage=coverage,
        camera_up_share=0.9,
    )


def test_hours_add_up() -> None:
    """Rule: expected hours are the open ones of the period; seen, missing and each grade are told of them."""
    facts = [crossing(date, hour) for date in WEEK[:5] for hour in range(8, 12)]
    facts += [crossing(WEEK[5], 8, coverage=0.5), crossing(WEEK[5], 9, coverage=0.9), crossing(WEEK[5], 20)]
    tables = {
        "period_v1": [period(days=6)],
        "store_v1": [row("store_v1")],
        "store_day_v1": [open_day(date) for date in WEEK],
        "traffic_local_hour_v1": facts,
    }
    found = coverage_of(tables)["store"]
    assert (found["hours_expected"], found["hours_seen"], found["hours_missing"]) == (24, 22, 2)
    assert found["coverage"] == pytest.approx((20 + 0.5 + 0.9) / 24, abs=1e-6)
    assert found["camera_up_share"] == pytest.approx(0.9)
    shares = {name: found[f"{name}_share"] for name in ("good", "fair", "poor", "none")}
    assert shares == pytest.approx({"good": 20 / 24, "fair": 1 / 24, "poor": 1 / 24, "none": 2 / 24})
    assert (found["worst_date"], found["worst_date_coverage"]) == (WEEK[5], pytest.approx(1.4 / 4))
    assert (found["last_seen_date"], found["flag"], found["places"]) == (WEEK[5], None, 1)


def test_silent_store_is_there() -> None:
    """Rule: a store without any data has a row for each kind, as has one without opening hours, and a flag says why."""
    tables = {
        "period_v1": [period()],
        "store_v1": [row("store_v1", store_id=name, region="north") for name in ("silent", "told", "dateless")],
        "store_day_v1": [open_day(date, store_id=name) for date in WEEK for name in ("silent", "told")],
        "traffic_local_hour_v1": [crossing(date, hour, "told") for date in WEEK for hour in range(8, 11)],
    }
    found = coverage_of(tables)
    assert {name: each["flag"] for name, each in found.items()} == {
        "silent": "no data",
        "told": "low coverage",
        "dateless": "no opening hours",
    }
    silent, dateless = found["silent"], found["dateless"]
    assert (silent["coverage"], silent["hours_missing"], silent["none_share"], silent["region"]) == (0, 28, 1, "north")
    assert (silent["worst_date"], silent["last_seen_date"], silent["places"]) == (WEEK[0], None, 0)
    assert (dateless["coverage"], dateless["hours_expected"], dateless["worst_date"]) == (None, 0, None)
    assert {each["flag"] for each in coverage_of(tables, "lanes").values()} == {"no data", "no opening hours"}


def test_period_is_bounded() -> None:
    """Rule: the first and last day of a period count, those beside it do not, nor do days on which it is closed."""
    days = [dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 3, 3)]
    tables = {
        "period_v1": [period(days[1], 2)],
        "store_v1": [row("store_v1")],
        "store_day_v1": [open_day(date, hours=0 if date == days[2] else 4) for date in days],
        "traffic_local_hour_v1": [crossing(date, 8) for date in days],
    }
    found = coverage_of(tables)["store"]
    assert (found["hours_expected"], found["coverage"], found["worst_date"]) == (4, 0.25, days[1])


def test_listed_place_is_missed() -> None:
    """Rule: a lane that lane_v1 lists and that nothing tells of is flagged where the rest is fine."""
    tables = {
        "period_v1": [period(days=1)],
        "store_v1": [row("store_v1")],
        "store_day_v1": [open_day(hours=1)],
        "lane_v1": [row("lane_v1", lane_id=name) for name in ("lane-1", "lane-2")],
        "lane_local_hour_v1": [row("lane_local_hour_v1", lane_id="lane-1", hour_of_day=8)],
    }
    found = coverage_of(tables, "lanes")["store"]
    assert (found["places"], found["places_listed"], found["flag"]) == (1, 2, "places missing")
    assert coverage_of(tables)["store"]["places_listed"] is None
