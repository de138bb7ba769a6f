"""`abandonment_by_queue`: who gave up, by the queue that was met on joining."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.views import SMALLEST_CELL
from tests.sql.floor.floor_rows import HOUR, dates, midnight, open_day, period, rank_of, wilson
from tests.sql.lake_rows import DAY, Row, fill, lake, row, rows

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ENOUGH = 30


def journey(number: int, joined_time: dt.datetime, outcome: str = "served", **values: Any) -> Row:
    """Return a journey that left the queue after a minute."""
    left = joined_time + dt.timedelta(minutes=1)
    usual = {"lane_id": "lane-1", "revision": 1, "queue_left_time": left, "queue_seconds": 60.0, "outcome": outcome}
    return row("journey_v1", journey_id=f"journey-{number}", joined_time=joined_time, **(usual | values))


def lane_minute(start: dt.datetime, length: float | None, **values: Any) -> Row:
    """Return a minute of the lane with such a queue."""
    usual = {"lane_id": "lane-1", "window_end": start + dt.timedelta(minutes=1)}
    return row("lane_minute_v1", window_start=start, queue_length_mean=length, **(usual | values))


def queues(told: dict[int, tuple[int, int]]) -> dict[str, list[Row]]:
    """Return a lake in which so many joined, and so many of them gave up, at each length: a minute for each length."""
    minutes = {length: NOON + dt.timedelta(minutes=number) for number, length in enumerate(told)}
    journeys = [
        journey(
            1000 * length + number,
            minutes[length] + dt.timedelta(seconds=number % 60),
            "abandoned" if number < abandoned else "served",
            queue_seconds=float(10 * number + length),
        )
        for length, (joined, abandoned) in told.items()
        for number in range(joined)
    ]
    return {
        "period_v1": [period()],
        "store_v1": [row("store_v1")],
        "store_day_v1": [open_day()],
        "journey_v1": journeys,
        "lane_minute_v1": [lane_minute(start, float(length)) for length, start in minutes.items()],
    }


def by_length(tables: dict[str, list[Row]]) -> dict[int, Row]:
    """Return the rows of the store by queue length."""
    found = rows(lake(tables, "abandonment_by_queue"), "SELECT * FROM abandonment_by_queue WHERE store_id = 'store'")
    return {each["queue_length"]: each for each in found}


def test_rate_of_a_length() -> None:
    """Rule: joined, those who gave up, their rate with Wilson's limits, and the exact median of their patience."""
    found = by_length(queues({2: (40, 10), 7: (20, 15)}))
    two = found[2]
    assert (two["joined"], two["abandoned"], two["abandonment_rate"]) == (40, 10, 0.25)
    assert (two["abandonment_rate_low"], two["abandonment_rate_high"]) == pytest.approx(wilson(10, 40))
    assert two["patience_seconds_median"] == rank_of((10 * number + 2 for number in range(10)), 0.5)
    assert (found[7]["abandonment_rate"], found[7]["known_share"], found[7]["coverage"]) == (0.75, 1.0, 0.0)


def test_length_is_that_of_the_minute_of_joining() -> None:
    """Rule: the mean of the lane's own minute, halves upwards; journeys without one only lower the known share."""
    minutes = [
        lane_minute(NOON, 1.5),
        lane_minute(NOON + dt.timedelta(minutes=1), 2.49),
        lane_minute(NOON + dt.timedelta(minutes=2), None),
        lane_minute(NOON, 9.0, lane_id="lane-2"),
        lane_minute(NOON, 9.0, store_id="other"),
    ]
    seconds = [0, 59.999, 60, 119, 120, 180]
    times = [NOON + dt.timedelta(seconds=second) for second in seconds]
    journeys = [journey(10 * number + each, time) for number, time in enumerate(times) for each in range(5)]
    found = by_length(queues({}) | {"lane_minute_v1": minutes, "journey_v1": journeys})
    assert {length: each["joined"] for length, each in found.items()} == {2: 20}
    assert found[2]["known_share"] == pytest.approx(20 / 30)


def test_latest_revision_and_outcomes() -> None:
    """Rule: a journey counts once, as known now; one that was merged into another does not; a lost one joined too."""
    tables = queues({1: (10, 0)})
    first, second, third = tables["journey_v1"][:3]
    tables["journey_v1"] += [
        first | {"revision": 2, "outcome": "abandoned"},
        second | {"revision": 2, "merged_into": "journey-1002"},
        third | {"revision": 2, "outcome": "censored"},
    ]
    tables["journey_v1"] += [journey(number, NOON, "abandoned") for number in range(4)]
    found = by_length(tables)[1]
    assert (found["joined"], found["abandoned"], found["abandonment_rate"]) == (13, 5, pytest.approx(5 / 13))


def test_date_is_that_of_the_store() -> None:
    """Rule: the period's first and last day are those of the store's clock at joining."""
    zone = "America/New_York"
    start, end = midnight(DAY, zone), midnight(DAY + dt.timedelta(days=7), zone)
    times = [start - dt.timedelta(seconds=1), start, end - dt.timedelta(seconds=1), end]
    tables = queues({}) | {
        "store_v1": [row("store_v1", time_zone=zone)],
        "store_day_v1": [open_day(date, zone=zone) for date in dates(DAY, 7)],
        "journey_v1": [journey(10 * number + each, time) for number, time in enumerate(times) for each in range(5)],
        "lane_minute_v1": [lane_minute(time.replace(second=0), float(place)) for place, time in enumerate(times)],
        "lane_local_hour_v1": [row("lane_local_hour_v1", window_start=start + 8 * HOUR, hour_of_day=8)],
    }
    found = by_length(tables)
    assert sorted(found) == [1, 2]
    assert [each["coverage"] for each in found.values()] == pytest.approx([1 / 28] * 2, abs=1e-6)


@pytest.mark.parametrize(
    ("told", "tipping"),
    [
        # A jump at 4, which holds from there on.
        ({1: (200, 10), 2: (200, 10), 3: (200, 10), 4: (200, 60), 5: (200, 80)}, 4),
        # It does not hold: at 5 people give up as seldom as before.
        ({1: (200, 10), 4: (200, 60), 5: (200, 10)}, None),
        # A length with too few journeys is not asked, and stops nothing.
        ({1: (200, 10), 4: (200, 60), 5: (ENOUGH - 1, 0), 6: (200, 80)}, 4),
        # The jump is not clear.
        ({1: (40, 5), 2: (40, 9)}, None),
        # Fewer than 30 shorter ones: nothing to compare with.
        ({1: (ENOUGH - 1, 0), 4: (200, 100)}, None),
        ({1: (ENOUGH, 0), 4: (200, 100)}, 4),
        ({1: (200, 10), 4: (ENOUGH - 1, 28)}, None),
        ({1: (200, 10), 4: (ENOUGH, 28)}, 4),
    ],
)
def test_tipping_length(told: dict[int, tuple[int, int]], tipping: int | None) -> None:
    """Rule: the least length from which on every rate lies clearly above that of all shorter lengths together."""
    found = by_length(queues(told))
    assert [length for length, each in found.items() if each["is_tipping_length"]] == [tipping] * (tipping is not None)
    unknown = [length for length, each in found.items() if each["is_tipping_length"] is None]
    assert min(told) in unknown


@cache
def empty_lake() -> duckdb.DuckDBPyConnection:
    """Return a lake to be filled by one example after the other."""
    return lake({}, "abandonment_by_queue")


counts = st.tuples(st.integers(1, 80), st.floats(0, 1)).map(lambda each: (each[0], round(each[0] * each[1])))


@given(st.dictionaries(st.integers(0, 6), counts, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_tipping_length_by_definition(told: dict[int, tuple[int, int]]) -> None:
    """Rule: the same by trying every length, whatever the counts; what could tell of a person is never told."""
    fill(empty_lake(), queues(told))
    found = rows(empty_lake(), "SELECT * FROM abandonment_by_queue")
    shown = {each["queue_length"] for each in found if not each["is_suppressed"]}
    assert shown == {length for length, cell in told.items() if all(n == 0 or n >= SMALLEST_CELL for n in cell)}
    tipping = next((length for length in sorted(told) if is_tipping(told, length)), None)
    told_so = [each["queue_length"] for each in found if each["is_tipping_length"]]
    assert told_so == ([tipping] if tipping in shown else [])


def is_tipping(told: dict[int, tuple[int, int]], length: int) -> bool:
    """Whether each rate from a length on lies clearly above that of all shorter ones together."""
    shorter = [cell for other, cell in told.items() if other < length]
    from_here = [cell for other, cell in told.items() if other >= length and cell[0] >= ENOUGH]
    joined, abandoned = (sum(cell[place] for cell in shorter) for place in (0, 1))
    if told[length][0] < ENOUGH or joined < ENOUGH:
        return False
    _, high = wilson(abandoned, joined)
    return all(wilson(gave_up, people)[0] > high for people, gave_up in from_here)


def test_small_cells() -> None:
    """Rule: k - 1 who joined or gave up are not shown, nor their rate; k and none are."""
    few = SMALLEST_CELL - 1
    found = by_length(queues({1: (few, 0), 2: (50, few), 3: (50, SMALLEST_CELL), 4: (SMALLEST_CELL, 0)}))
    derived = ("abandoned", "abandonment_rate", "abandonment_rate_low", "abandonment_rate_high")
    assert {found[1][name] for name in ("joined", *derived)} == {None}
    assert {found[2][name] for name in (*derived, "patience_seconds_median", "is_tipping_length")} == {None}
    assert (found[2]["joined"], found[3]["abandonment_rate"], found[4]["abandonment_rate"]) == (50, 0.1, 0)
    assert [found[length]["is_suppressed"] for length in (1, 2, 3, 4)] == [True, True, False, False]
