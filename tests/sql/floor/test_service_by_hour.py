"""`service_by_hour`, `wait_bucket_local_hour` and `position_effect`: waits and service of lanes."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.histograms import histogram, percentile_ms
from glue.views import SMALLEST_CELL, TARGET_WAIT_SECONDS
from tests.sql.floor.floor_rows import clock_hours, dates, open_day, period, rank_of, wilson
from tests.sql.lake_rows import DAY, Row, fill, lake, row, rows

WEEK = dates(DAY, 7)
VIEWS = ("service_by_hour", "position_effect")


def lane(waits_ms: list[int], hour: int = 8, *, lane_id: str = "lane-1", **values: Any) -> Row:
    """Return an hour of a lane in which customers were served after such waits, within a minute each."""
    usual = {
        "served": len(waits_ms),
        "wait_ms": sum(waits_ms),
        "served_over_target": sum(wait_ms > TARGET_WAIT_SECONDS * 1000 for wait_ms in waits_ms),
        "service_person_ms": 60_000 * len(waits_ms),
        "wait_histogram": buckets(waits_ms),
    }
    return row("lane_local_hour_v1", lane_id=lane_id, hour_of_day=hour, **(usual | values))


def buckets(waits_ms: list[int], *, sign: int = 1) -> list[Row]:
    """Return a histogram as it lies in a table; with a negative sign it takes waits back."""
    return [{"lower_ms": lower, "count": sign * count} for lower, count in histogram(waits_ms).items()]


def tables(facts: list[Row], lanes: list[Row] | None = None) -> dict[str, list[Row]]:
    """Return a lake of two stores that open from 8 to 10 every day of a week."""
    stores = ("store", "other")
    return {
        "period_v1": [period()],
        "store_v1": [row("store_v1", store_id=name) for name in stores],
        "store_day_v1": [open_day(date, hours=2, store_id=name) for date in WEEK for name in stores],
        "lane_v1": lanes or [],
        "lane_local_hour_v1": facts,
    }


def service(facts: list[Row], lanes: list[Row] | None = None) -> dict[tuple[str, str, int], Row]:
    """Return the rows by store, lane and hour."""
    found = rows(lake(tables(facts, lanes), "service_by_hour"), "SELECT * FROM service_by_hour")
    return {(each["store_id"], each["lane_id"], each["hour_of_day"]): each for each in found}


def test_hours_of_a_week_add_up() -> None:
    """Rule: an hour of the day is the sum of the period's days; the next day, other hours and stores are not in it."""
    waits = [[30_000] * 6, [90_000] * 3 + [200_000] * 3]
    named = row("lane_v1", lane_id="lane-1", lane_kind="express", position=3)
    found = service(
        [
            lane(waits[0]),
            lane(waits[1], business_date=WEEK[6], coverage=0.5),
            lane([1] * 50, business_date=WEEK[6] + dt.timedelta(days=1)),
            lane([1] * 50, business_date=WEEK[0] - dt.timedelta(days=1)),
            lane([1] * 50, 9),
            lane([1] * 50, store_id="other"),
            lane([1] * 50, 20),
        ],
        [named],
    )
    monday = found["store", "lane-1", 8]
    in_all = [*waits[0], *waits[1]]
    assert (monday["served"], monday["wait_seconds_mean"]) == (12, sum(in_all) / 12 / 1000)
    for name, share in (("median", 0.5), ("p90", 0.9)):
        assert monday[f"wait_seconds_{name}"] == pytest.approx(rank_of(in_all, share) / 1000, rel=0.049)
    assert monday["service_level"] == 0.75
    assert (monday["service_level_low"], monday["service_level_high"]) == pytest.approx(wilson(9, 12))
    assert (monday["service_seconds_mean"], monday["coverage"]) == (60, pytest.approx(1.5 / 7, abs=1e-6))
    assert (monday["lane_kind"], monday["position"]) == ("express", 3)
    assert (found["other", "lane-1", 8]["lane_kind"], found["store", "lane-1", 20]["coverage"]) == (None, None)


@cache
def empty_lake() -> duckdb.DuckDBPyConnection:
    """Return a lake to be filled by one example after the other."""
    return lake({}, *VIEWS)


@given(st.lists(st.lists(st.integers(0, 900_000), max_size=20), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_percentiles_are_of_all_waits(days: list[list[int]]) -> None:
    """Rule: merged hours have the percentiles of contracts/histograms over all their waits, and Wilson's limits."""
    fill(empty_lake(), tables([lane(waits, business_date=WEEK[number]) for number, waits in enumerate(days)]))
    (found,) = rows(empty_lake(), "SELECT * FROM service_by_hour")
    waits = [wait for day in days for wait in day]
    assert found["is_suppressed"] == (0 < len(waits) < SMALLEST_CELL)
    if len(waits) < SMALLEST_CELL:
        assert {found[name] for name in ("wait_seconds_median", "service_level", "service_level_low")} == {None}
        return
    for name, share in (("median", 0.5), ("p90", 0.9)):
        expected_ms = percentile_ms(histogram(waits), share)
        assert expected_ms is not None
        assert found[f"wait_seconds_{name}"] == pytest.approx(expected_ms / 1000)
    within = sum(wait <= TARGET_WAIT_SECONDS * 1000 for wait in waits)
    assert found["service_level"] == pytest.approx(within / len(waits))
    limits = found["service_level_low"], found["service_level_high"]
    assert limits == pytest.approx(wilson(within, len(waits)), abs=1e-9)


def test_what_was_taken_back_does_not_count() -> None:
    """Rule: a bucket that another hour of the period took back is no wait; what is below nothing is left out."""
    taken = lane([60_000] * 9, business_date=WEEK[1])
    taken["wait_histogram"] = [*buckets([60_000] * 9), *buckets([10_000] * 5, sign=-1), *buckets([1_000], sign=-1)]
    found = service([lane([10_000] * 5), taken])["store", "lane-1", 8]
    assert found["wait_seconds_median"] == pytest.approx(60, rel=0.049)


def test_small_cells() -> None:
    """Rule: k - 1 served are not shown, with all that is derived; k and none are."""
    found = service(
        [
            lane([1_000] * (SMALLEST_CELL - 1)),
            lane([1_000] * SMALLEST_CELL, lane_id="lane-2"),
            lane([], lane_id="lane-3"),
        ]
    )
    few, enough, none = (found["store", f"lane-{number}", 8] for number in (1, 2, 3))
    derived = {
        "served",
        *(f"wait_seconds_{name}" for name in ("mean", "median", "p90")),
        *("service_level", "service_level_low", "service_level_high", "service_seconds_mean"),
    }
    unknown = {"lane_kind", "position"}
    assert {name for name, value in few.items() if value is None} - unknown == derived
    assert {name for name, value in enough.items() if value is None} == unknown
    assert (none["served"], none["service_level"], none["service_level_low"]) == (0, None, None)
    assert [each["is_suppressed"] for each in (few, enough, none)] == [True, False, False]


def test_clock_set_back() -> None:
    """Rule: both hours that the clock shows alike are in one row, watched out of two open hours."""
    date, zone = dt.date(2026, 10, 25), "Europe/Berlin"
    facts = [
        lane([1_000 * (number + 1)] * 5, hour, business_date=date, window_start=start)
        for number, (hour, start) in enumerate(clock_hours(date, zone))
    ]
    given_tables = tables(facts) | {
        "period_v1": [period(date, 1)],
        "store_v1": [row("store_v1", time_zone=zone)],
        "store_day_v1": [open_day(date, opens=0, hours=25, zone=zone)],
    }
    connection = lake(given_tables, "service_by_hour")
    found = rows(connection, "SELECT * FROM service_by_hour ORDER BY hour_of_day")
    assert (len(facts), len(found)) == (25, 24)
    assert [each["served"] for each in found[:4]] == [5, 5, 10, 5]
    assert found[2]["wait_seconds_mean"] == 3.5
    assert {each["coverage"] for each in found} == {1.0}


def test_bucket_of_an_hour() -> None:
    """Rule: one row for each bucket of a lane's date and hour, with the middle that stands for its waits."""
    waits = [50, 99, 100, 60_000, 60_001]
    facts = [lane(waits), lane(waits[:1], 9)]
    connection = lake(tables(facts), "wait_bucket_local_hour")
    found = rows(connection, "SELECT * FROM wait_bucket_local_hour WHERE hour_of_day = 8 ORDER BY lower_ms")
    counts = histogram(waits)
    assert {each["lower_ms"]: each["people"] for each in found} == counts
    assert [each["middle_ms"] for each in found] == pytest.approx([percentile_ms({low: 1}, 0.5) for low in counts])


def test_position_over_the_chain() -> None:
    """Rule: a position is told over all stores, its load beside an even share of each store's lanes of the kind."""
    lanes = [
        row("lane_v1", store_id=store, lane_id=f"lane-{place}", lane_kind="cashier", position=place)
        for store, place in (("store", 1), ("store", 2), ("other", 1))
    ]
    lanes.append(row("lane_v1", lane_id="self", lane_kind="self_service", position=1))
    facts = [
        lane([60_000] * 30),
        lane([200_000] * 10, lane_id="lane-2", business_date=WEEK[1]),
        lane([60_000] * 50, store_id="other"),
        lane([1_000] * (SMALLEST_CELL - 1), lane_id="self"),
        lane([1_000] * 99, lane_id="nobody-listed-it"),
        lane([1_000] * 99, business_date=WEEK[6] + dt.timedelta(days=1)),
    ]
    found = {
        (each["lane_kind"], each["position"]): each
        for each in rows(lake(tables(facts, lanes), "position_effect"), "SELECT * FROM position_effect")
    }
    first, second, few = found["cashier", 1], found["cashier", 2], found["self_service", 1]
    assert (first["stores"], first["served"], first["load_index"]) == (2, 80, 80 / (20 + 50))
    assert (second["stores"], second["load_index"], second["service_level"]) == (1, 0.5, 0.0)
    assert (first["wait_seconds_mean"], first["service_level"], first["service_seconds_mean"]) == (60, 1, 60)
    assert first["coverage"] == pytest.approx(1 / 14, abs=1e-6)
    assert (few["served"], few["load_index"], few["is_suppressed"]) == (None, None, True)
    assert len(found) == 3
