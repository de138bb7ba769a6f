"""Minutes to the store's own hours, by definition: clocks that change, coverage, histograms."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.quality import grade
from glue.business_day import BusinessDay
from tests.glue.rollup.minutes import (
    MINUTE,
    Row,
    dwell_minute,
    every_minute,
    hours,
    lane_minute,
    stores,
    traffic_minute,
    zone_minute,
)

NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
UTC_STORE = stores(store="UTC")


def zone_hours(*rows: Row, dwells: tuple[Row, ...] = ()) -> list[Row]:
    """Return the hours of zones of a store on UTC."""
    return hours({"zone_minute_v1": rows, "dwell_minute_v1": dwells}, UTC_STORE)["zone_local_hour_v1"]


def lane_hours(*rows: Row) -> list[Row]:
    """Return the hours of lanes of a store on UTC."""
    return hours({"lane_minute_v1": rows}, UTC_STORE)["lane_local_hour_v1"]


def traffic_hours(crossings: list[Row], watched: list[Row]) -> list[Row]:
    """Return the hours of lines of a store on UTC."""
    return hours({"traffic_minute_v1": crossings, "zone_minute_v1": watched}, UTC_STORE)["traffic_local_hour_v1"]


def clock_hours(zone: str, first: dt.date, last: dt.date) -> list[tuple[dt.datetime, dt.datetime, dt.date, int]]:
    """Return the hours on a clock, told minute by minute: a new one begins whenever the hour or the offset differs."""
    there = ZoneInfo(zone)
    minutes = every_minute(BusinessDay(first, there).start, BusinessDay(last, there).end)
    found: dict[int, list[dt.datetime]] = {}
    number, before = 0, None
    for minute in minutes:
        clock = minute.astimezone(there)
        shown = (clock.date(), clock.hour, clock.utcoffset())
        number += shown != before
        before = shown
        found.setdefault(number, []).append(minute)
    return [
        (run[0], run[-1] + MINUTE, run[0].astimezone(there).date(), run[0].astimezone(there).hour)
        for run in found.values()
    ]


CLOCKS = [
    ("Europe/Berlin", dt.date(2026, 3, 28), {23}),
    ("Europe/Berlin", dt.date(2026, 10, 24), {25}),
    ("America/New_York", dt.date(2026, 11, 1), {25}),
    ("Asia/Kolkata", dt.date(2026, 3, 28), {24}),
    ("Asia/Kathmandu", dt.date(2026, 3, 28), {24}),
    # Half an hour forwards: hour 2 has 30 minutes. Half an hour back: half of hour 1 is there once more.
    ("Australia/Lord_Howe", dt.date(2026, 10, 3), {24}),
    ("Australia/Lord_Howe", dt.date(2026, 4, 4), {25}),
    # Clocks change at a quarter to three: there are 45 minutes of hour 2, and 15 of hour 3.
    ("Pacific/Chatham", dt.date(2026, 9, 26), {24}),
    ("Pacific/Chatham", dt.date(2026, 4, 4), {26}),
    # Clocks change at midnight: the day begins at 1, or has its last hour twice.
    ("Africa/Cairo", dt.date(2026, 4, 23), {23}),
    ("Africa/Cairo", dt.date(2026, 10, 28), {25}),
    ("Asia/Beirut", dt.date(2026, 3, 28), {23}),
]


@pytest.mark.parametrize(("zone", "first", "counts"), CLOCKS, ids=str)
def test_hours_are_those_of_the_clock(zone: str, first: dt.date, counts: set[int]) -> None:
    """Rule: each hour that the store's clock shows is a row, from its first instant to its last, and none overlap."""
    last = first + dt.timedelta(days=2)
    expected = clock_hours(zone, first, last)
    minutes = [zone_minute(minute) for start, end, *_ in expected for minute in every_minute(start, end)]
    found = hours({"zone_minute_v1": minutes}, stores(store=zone))["zone_local_hour_v1"]
    assert [
        (row["window_start"], row["window_end"], row["business_date"], row["hour_of_day"]) for row in found
    ] == expected
    assert {row["coverage"] for row in found} == {1.0}
    assert counts <= set(Counter(row["business_date"] for row in found).values())


def test_hour_set_back_is_two_rows() -> None:
    """Rule: two hours that the clock shows alike are two rows, told apart by their start."""
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    rows = [zone_minute(first), zone_minute(first + dt.timedelta(hours=1), person_ms=0)]
    found = hours({"zone_minute_v1": rows}, stores(store="Europe/Berlin"))["zone_local_hour_v1"]
    assert [(row["hour_of_day"], row["window_start"].hour, row["person_ms"]) for row in found] == [
        (2, 0, 60_000),
        (2, 1, 0),
    ]


def test_midnight_is_the_stores() -> None:
    """Rule: an hour belongs to the date that its own store has then."""
    rows = [zone_minute(NOON, store_id=store_id) for store_id in ("apia", "pago", "unknown")]
    found = hours({"zone_minute_v1": rows}, stores(apia="Pacific/Apia", pago="Pacific/Pago_Pago"))
    assert [(row["store_id"], row["business_date"].day, row["hour_of_day"]) for row in found["zone_local_hour_v1"]] == [
        ("apia", 5, 1),
        ("pago", 4, 1),
    ]


def test_no_minutes_give_no_hours() -> None:
    """Rule: a day without minutes is a day without rows."""
    assert hours({}, UTC_STORE) == {
        "traffic_local_hour_v1": [],
        "zone_local_hour_v1": [],
        "lane_local_hour_v1": [],
    }


def test_zone_measures_are_summed_and_graded() -> None:
    """Rule: sums add up, the greatest stays, means are weighted by the time watched, and the grade follows the rule."""
    (row,) = zone_hours(
        zone_minute(NOON, occupancy_max=7, person_ms=90_000, entered=3, camera_up_share=0.5, late_share=0.3),
        zone_minute(NOON + MINUTE, person_ms=0, interval_ms=30_000, left=2, coverage=0.5, late_share=0.0),
        dwells=(dwell_minute(NOON + MINUTE, {9_000: 4}, pass_throughs=4, lost_visits=2),),
    )
    assert (row["person_ms"], row["interval_ms"], row["entered"], row["left"], row["occupancy_max"]) == (
        *(90_000, 90_000),
        *(3, 2, 7),
    )
    assert row["occupancy_mean"] == 1.0
    assert row["coverage"] == pytest.approx(1.5 / 60)
    assert row["camera_up_share"] == 0.75
    assert row["late_share"] == pytest.approx(0.2)
    assert (row["visits"], row["dwell_ms"], row["lost_share"]) == (4, 36_000, 0.25)
    assert row["quality"] == grade({name: row[name] for name in ("coverage", "camera_up_share", "late_share")})


def test_lane_measures_are_summed_and_checked() -> None:
    """Rule: an hour's queue is its person time over the time watched; Little's check needs ten journeys."""
    rows = [lane_minute(NOON + number * MINUTE, {50_000: 2}, queue_person_ms=110_000) for number in range(5)]
    (row,) = lane_hours(*rows)
    assert row["queue_length_mean"] == pytest.approx(550_000 / 300_000)
    assert row["little_gap"] == pytest.approx(50_000 / 550_000)
    assert (row["served"], row["wait_ms"], row["wait_ms_max"]) == (10, 500_000, 50_000)
    assert row["lost_share"] == 0
    (few,) = lane_hours(*rows[:4])
    assert few["little_gap"] is None


def test_histograms_merge_by_bucket() -> None:
    """Rule: the buckets of an hour are the sums of its minutes' buckets, in order, each once."""
    (row,) = lane_hours(
        lane_minute(NOON, {100: 1, 5_000: 2}), lane_minute(NOON + MINUTE, {0: 3, 5_000: 1}), lane_minute(NOON, {})
    )
    assert row["wait_histogram"] == [
        {"lower_ms": 0, "count": 3},
        {"lower_ms": 100, "count": 1},
        {"lower_ms": 5_000, "count": 3},
    ]


def test_corrections_are_kept() -> None:
    """Rule: a minute that takes back a visit of an earlier hour can make its own hour negative: the day is exact."""
    later = NOON + dt.timedelta(hours=1)
    first, second = zone_hours(
        zone_minute(NOON),
        zone_minute(later),
        dwells=(
            dwell_minute(NOON, {5_000: 2, 9_000: 1}),
            dwell_minute(later, {5_000: -1, 20_000: 1}),
            dwell_minute(later + MINUTE, {20_000: -1}, visits=-1),
        ),
    )
    assert (first["visits"], second["visits"]) == (3, -1)
    assert second["dwell_histogram"] == [{"lower_ms": 5_000, "count": -1}]
    assert second["lost_share"] is None


def test_visit_of_an_unwatched_hour_counts() -> None:
    """Rule: an hour in which visits ended while nobody watched has coverage 0, and the grade none."""
    (row,) = zone_hours(dwells=(dwell_minute(NOON, {9_000: 1}),))
    assert (row["visits"], row["coverage"], row["occupancy_mean"], row["occupancy_max"]) == (1, 0, 0, 0)
    assert row["quality"] == "none"


def test_watched_hour_without_a_crossing_is_a_row_of_zeros() -> None:
    """Rule: an hour in which the store was watched and nobody crossed counts nobody; an unwatched hour has no row."""
    watched = [zone_minute(NOON + number * MINUTE) for number in range(120)]
    rows = traffic_hours([traffic_minute(NOON, 4)], watched)
    assert [(row["window_start"].hour, row["in_count"], row["coverage"], row["source"]) for row in rows] == [
        (12, 4, 1.0, "minutes"),
        (13, 0, 1.0, "minutes"),
    ]


def test_coverage_of_a_line_is_its_own_where_it_has_a_row() -> None:
    """Rule: a minute with a crossing has the line's coverage, another one the mean of the store's zones, else none."""
    watched = [
        *(zone_minute(NOON + number * MINUTE, coverage=0.5) for number in range(30)),
        *(zone_minute(NOON + number * MINUTE, zone_id="aisle-2") for number in range(30)),
    ]
    (row,) = traffic_hours([traffic_minute(NOON, coverage=0.25)], watched)
    assert row["coverage"] == pytest.approx((0.25 + 29 * 0.75) / 60)
    assert row["quality"] == "poor"


def test_every_line_of_the_day_has_its_hours() -> None:
    """Rule: a line that somebody crossed on a date has a row for each of the store's watched hours of that date."""
    watched = [zone_minute(NOON + dt.timedelta(hours=number)) for number in range(3)]
    rows = traffic_hours([traffic_minute(NOON), traffic_minute(NOON, line_id="back")], watched)
    assert [(row["window_start"].hour, row["line_id"], row["in_count"]) for row in rows] == [
        *((12, "back", 1), (12, "door", 1)),
        *((13, "back", 0), (13, "door", 0)),
        *((14, "back", 0), (14, "door", 0)),
    ]


def test_two_devices_of_a_line_add_up() -> None:
    """Rule: counts of two devices of one line add up; the line is as well watched as they are on average."""
    (row,) = traffic_hours([traffic_minute(NOON, 2), traffic_minute(NOON, 3, coverage=0.5)], [])
    assert (row["in_count"], row["coverage"]) == (5, pytest.approx(0.75 / 60))


instants = st.integers(0, 2 * 24 * 60 - 1).map(
    lambda number: dt.datetime(2026, 10, 24, tzinfo=dt.UTC) + number * MINUTE
)
dwells = st.lists(
    st.tuples(instants, st.dictionaries(st.sampled_from([0, 100, 5_000, 9_000]), st.integers(-3, 9), max_size=3)),
    unique_by=lambda dwell: dwell[0],
    max_size=30,
)
zones = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham"])


@given(zones, st.lists(instants, unique=True, max_size=60), dwells)
@settings(max_examples=40, deadline=None)
def test_hours_sum_to_minutes(
    zone: str, watched: list[dt.datetime], ended: list[tuple[dt.datetime, dict[int, int]]]
) -> None:
    """Rule: no minute is lost or counted twice, whatever the clock does: each sum over hours is that over minutes."""
    minutes: dict[str, list[Row]] = {
        "zone_minute_v1": [zone_minute(start, entered=number) for number, start in enumerate(watched)],
        "dwell_minute_v1": [dwell_minute(start, buckets) for start, buckets in ended],
        "lane_minute_v1": [lane_minute(start, buckets) for start, buckets in ended],
        "traffic_minute_v1": [traffic_minute(start, 1 + number) for number, start in enumerate(watched)],
    }
    found = hours(minutes, stores(store=zone))
    _compare(found["zone_local_hour_v1"], minutes["zone_minute_v1"], "person_ms", "interval_ms", "entered")
    _compare(found["zone_local_hour_v1"], minutes["dwell_minute_v1"], "visits", "dwell_ms")
    _compare(found["lane_local_hour_v1"], minutes["lane_minute_v1"], "joined", "wait_ms", "open_ms")
    _compare(found["traffic_local_hour_v1"], minutes["traffic_minute_v1"], "in_count")
    assert _merged(found["zone_local_hour_v1"], "dwell_histogram") == _merged(
        minutes["dwell_minute_v1"], "dwell_histogram"
    )
    keys = [row["window_start"] for row in found["lane_local_hour_v1"]]
    assert len(keys) == len(set(keys))


def _compare(found: list[Row], minutes: list[Row], *measures: str) -> None:
    for measure in measures:
        assert sum(row[measure] for row in found) == sum(row[measure] for row in minutes)


def _merged(rows: list[Row], name: str) -> dict[int, int]:
    merged: Counter[int] = Counter()
    for row in rows:
        for bucket in row[name]:
            merged[bucket["lower_ms"]] += bucket["count"]
    return {lower: count for lower, count in merged.items() if count}


def test_columns_are_the_contracts() -> None:
    """Rule: rows are as the tables of the contract have them, in the tables' order."""
    found: Any = hours({"zone_minute_v1": [zone_minute(NOON + MINUTE, store_id="store")]}, UTC_STORE)
    (row,) = found["zone_local_hour_v1"]
    assert list(row)[:8] == [
        *("store_id", "zone_id", "zone_kind", "lane_id"),
        *("business_date", "hour_of_day", "window_start", "window_end"),
    ]
