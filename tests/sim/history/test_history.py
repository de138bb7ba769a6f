"""A chain's history: the same whatever is made of it, whole in its sums, and shaped as shops are."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from contracts.quality import GRADES, MEASURES, grade
from contracts.tables import STAFF_HOUR, STORE, TABLES
from glue.rollup.hours import local_hours
from glue.schemas import arrow_schema_of
from sim.history import grading
from sim.history.chain import SHIFT_FACTOR, Chain, day_number
from sim.history.chance import Draw, keys, normal, poisson, share_of, uniform
from sim.history.dimensions import dimension_rows, staff_hour_rows
from sim.history.durations import MIDDLE_MS, durations, first_bucket_of
from sim.history.local_hours import local_hour_tables
from sim.history.minutes import minute_tables
from sim.history.open_hours import OpenHours, open_hours
from sim.history.shape import Shape
from sim.history.towns import LARGEST_STEP_DEGREES, TOWNS

CHAIN = Chain(seed=7, stores=10, first=dt.date(2024, 2, 4), last=dt.date(2026, 1, 31))
SHAPE = Shape.published()


def dates(first: dt.date, days: int) -> list[dt.date]:
    """Return so many dates."""
    return [first + dt.timedelta(days=number) for number in range(days)]


def opened(first: dt.date, days: int, stores: range = range(10)) -> OpenHours:
    """Return the open hours of a few days."""
    return open_hours(CHAIN, SHAPE, stores, dates(first, days))


@cache
def year() -> OpenHours:
    """Return the open hours of a whole year."""
    return opened(dt.date(2025, 1, 1), 365)


def as_written(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Return tables with the contract's types."""
    return {name: rows.cast(arrow_schema_of(TABLES[name])) for name, rows in tables.items()}


@pytest.mark.parametrize("first", [dt.date(2024, 12, 20), dt.date(2025, 3, 28), dt.date(2025, 10, 24)])
def test_hours_are_the_sums_of_minutes(first: dt.date) -> None:
    """Rule: what is written as hours is what `sql/rollup` makes of what is written as minutes, to the last bit."""
    hours = opened(first, 5)
    described = pa.table(
        {"store_id": list(CHAIN.ids), "time_zone": [CHAIN.countries[number].time_zone for number in CHAIN.country_of]}
    )
    summed = local_hours(as_written(minute_tables(hours)), described)
    for name, written in as_written(local_hour_tables(hours)).items():
        assert written.num_rows == summed[name].num_rows > 0
        for column in written.column_names:
            assert written[column].to_pylist() == summed[name][column].to_pylist(), (name, column)


def test_a_part_is_the_same_as_in_the_whole() -> None:
    """Rule: a store's day comes out the same alone as among others: nothing depends on what else is made."""
    day = dt.date(2025, 1, 8)
    whole = local_hour_tables(opened(dt.date(2025, 1, 6), 5))
    alone = local_hour_tables(opened(day, 1, range(3, 4)))
    for name, rows in alone.items():
        found = [
            row for row in whole[name].to_pylist() if row["store_id"] == "store-0004" and row["business_date"] == day
        ]
        assert rows.to_pylist() == found


def test_seeds_differ() -> None:
    """Rule: another seed gives another chain."""
    other = Chain(seed=8, stores=10, first=CHAIN.first, last=CHAIN.last)
    days = dates(dt.date(2025, 1, 6), 2)
    assert open_hours(other, SHAPE, range(10), days).in_count.sum() != opened(days[0], 2).in_count.sum()


def test_rows_are_in_the_tables_order() -> None:
    """Rule: rows come as the table sorts them, so that a file of them is sorted."""
    for tables in (local_hour_tables(opened(dt.date(2025, 1, 6), 3)), minute_tables(opened(dt.date(2025, 1, 6), 1))):
        for name, rows in as_written(tables).items():
            order = [(column, "ascending") for column in TABLES[name].sort_by]
            assert rows.sort_by(order).equals(rows.combine_chunks()), name


def test_week_and_year_have_their_shape() -> None:
    """Rule: Saturdays and December are busiest, Januaries are quiet, and the day's peak is about noon."""
    weekday = (year().day + 3) % 7
    assert np.bincount(weekday, year().in_count).argmax() == 5
    month = (year().day.astype("datetime64[D]").astype("datetime64[M]").astype(int)) % 12
    a_day = np.bincount(month, year().in_count) / [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert a_day.argmax() == 11
    assert a_day.argmin() == 0
    assert np.bincount(year().hour, year().in_count).argmax() in (12, 13)


def test_moved_camera_is_a_level_shift() -> None:
    """Rule: from the day on which a camera was moved it counts more than is expected, and before it does not."""
    store, since = CHAIN.moved_camera
    hours = opened(dt.date(1970, 1, 1) + dt.timedelta(days=since - 60), 120, range(store, store + 1))
    full = hours.seen_minutes == 60
    for is_after, factor in ((False, 1.0), (True, SHIFT_FACTOR)):
        part = full & ((hours.day >= since) == is_after)
        assert hours.in_count[part].sum() / hours.expected[part].sum() == pytest.approx(factor, abs=0.02)


def test_some_hours_are_not_watched() -> None:
    """Rule: outages take hours out, in part or whole; what is told of the rest has less coverage."""
    assert 0.001 < (year().seen_minutes < 60).mean() < 0.02
    assert year().seen_minutes.min() >= 1


def test_waits_grow_with_the_load() -> None:
    """Rule: in hours in which more join for each open lane, people wait longer."""
    lanes = local_hour_tables(opened(dt.date(2025, 6, 2), 28))["lane_local_hour_v1"].to_pandas()
    lanes = lanes[lanes["served"] > 0]
    wait = lanes["wait_ms"] / lanes["served"]
    quiet, busy = lanes["joined"].quantile([0.25, 0.9])
    assert wait[lanes["joined"] >= busy].mean() > 2 * wait[lanes["joined"] <= quiet].mean()


def test_journeys_and_waits_add_up() -> None:
    """Rule: whoever joined was served, gave up or was lost, and a histogram counts the served."""
    for rows in (
        local_hour_tables(opened(dt.date(2025, 6, 2), 3))["lane_local_hour_v1"],
        minute_tables(opened(dt.date(2025, 6, 2), 1))["lane_minute_v1"],
    ):
        for row in rows.to_pylist():
            assert row["joined"] == row["served"] + row["abandoned"] + row["censored"]
            assert sum(bucket["count"] for bucket in row["wait_histogram"]) == row["served"]
            assert (row["wait_ms_max"] is None) == (row["served"] == 0)
            assert (row["wait_ms_max"] or 0) <= row["wait_ms"] <= row["queue_ms"]
            assert row["served_over_target"] <= row["served"]
            assert row["open_ms"] > 0 or row["joined"] == 0


def test_occupancy_never_exceeds_its_maximum() -> None:
    """Rule: a mean is no more than the most at one instant, of minutes as of hours."""
    hours = opened(dt.date(2025, 6, 2), 2)
    for rows in (local_hour_tables(hours)["zone_local_hour_v1"], minute_tables(hours)["zone_minute_v1"]):
        assert np.all(rows["occupancy_mean"].to_numpy() <= rows["occupancy_max"].to_numpy())


def test_stores_open_and_close_within_the_history() -> None:
    """Rule: of a larger chain some stores open and some close in those years, and have no hours outside their life."""
    chain = Chain(seed=7, stores=60, first=CHAIN.first, last=CHAIN.last)
    assert (chain.opened > day_number(chain.first)).sum() == 2
    assert (chain.closed <= day_number(chain.last)).sum() == 2
    new = int(np.argmax(chain.opened > day_number(chain.first)))
    before = dt.date(1970, 1, 1) + dt.timedelta(days=int(chain.opened[new]) - 1)
    hours = open_hours(chain, SHAPE, range(new, new + 1), dates(before, 4))
    assert hours.day.min() > day_number(before)


def test_holidays_close_where_they_do() -> None:
    """Rule: on Christmas Day the stores of a country that keeps it are closed, and others are open."""
    hours = opened(dt.date(2025, 12, 25), 1)
    countries = {CHAIN.countries[CHAIN.country_of[store]].code for store in hours.store.tolist()}
    assert "DE" not in countries
    assert "IN" in countries or "US" in countries


def test_dimensions_describe_the_chain() -> None:
    """Rule: rows have the contract's columns, days are whole, and holidays are compared with themselves."""
    rows = dimension_rows(CHAIN)
    for name, content in rows.items():
        table = pa.Table.from_pylist(content, schema=arrow_schema_of(TABLES[name]))
        assert table.num_rows == len({tuple(row[column] for column in TABLES[name].key) for row in content})
    days = {(row["store_id"], row["business_date"]): row for row in rows["store_day_v1"]}
    assert len(days) == 10 * 728
    named = next(row for row in days.values() if row["public_holiday"] and row["comparable_date"])
    assert days[named["store_id"], named["comparable_date"]]["public_holiday"] == named["public_holiday"]
    assert all(row["is_open"] == (row["open_hours"] > 0) for row in days.values())
    assert [row["store_id"] for row in rows[STORE.name]] == list(CHAIN.ids)


def test_staff_are_planned_for_open_hours() -> None:
    """Rule: each open hour has staff for its open lanes and two on the floor."""
    rows = staff_hour_rows(CHAIN, SHAPE, dates(dt.date(2025, 6, 2), 1))
    assert pa.Table.from_pylist(rows, schema=arrow_schema_of(STAFF_HOUR)).num_rows > 100
    assert {row["staff_hours"] for row in rows} <= {3.0, 4.0, 5.0, 6.0}


def test_footfall_gives_the_published_shape(trial_data: Path) -> None:
    """Rule: the shape worked out from Leeds' counts is that of the bundled file where the indices were published."""
    found = Shape.of_footfall(trial_data / "footfall")
    np.testing.assert_allclose(found.weekday, SHAPE.weekday, atol=0.03)
    assert found.hour.argmax() == SHAPE.hour.argmax() == 13
    assert found.month[0] == pytest.approx(SHAPE.month[0], abs=0.04)
    assert found.month[11] == pytest.approx(SHAPE.month[11], abs=0.04)


def test_footfall_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Rule: a folder without the counts is an error that names the file and the way without."""
    with pytest.raises(FileNotFoundError, match=r"expected leeds_footfall.*leave the option out"):
        Shape.of_footfall(tmp_path)


@pytest.mark.parametrize("mean", [0.0, 0.3, 5.0, 11.9, 12.1, 80.0, 2_000.0])
def test_poisson_has_its_mean_and_variance(mean: float) -> None:
    """Rule: draws have the mean and the variance of the Poisson distribution, small means as large ones."""
    drawn = poisson(np.full(200_000, mean), keys(1, np.arange(200_000)))
    assert drawn.mean() == pytest.approx(mean, rel=0.02, abs=0.01)
    assert drawn.var() == pytest.approx(mean, rel=0.03, abs=0.01)


def test_draws_are_independent_of_each_other() -> None:
    """Rule: neighbouring keys and other purposes give unrelated draws, uniform and normal."""
    store = np.arange(100_000)
    first, second = uniform(keys(1, store, Draw.IN)), uniform(keys(1, store, Draw.OUT))
    assert first.mean() == pytest.approx(0.5, abs=0.005)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.015
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.015
    assert normal(keys(1, store)).std() == pytest.approx(1.0, abs=0.01)


def test_shares_are_right_on_average() -> None:
    """Rule: a share of a whole number is rounded by chance, never beyond the whole."""
    parts = share_of(np.full(50_000, 7), 0.3, keys(1, np.arange(50_000)))
    assert parts.mean() == pytest.approx(2.1, abs=0.02)
    assert share_of(np.array([5]), 1.0, keys(1, np.array([3]))).tolist() == [5]


def test_durations_keep_number_and_mean() -> None:
    """Rule: all of a group are in its cells, about the mean that was asked for."""
    number = np.array([0, 1, 40, 5_000])
    found = durations(number, first_bucket_of(np.full(4, 90_000.0)), keys(1, np.arange(4)))
    assert found.counts.sum(axis=1).tolist() == number.tolist()
    assert found.total_ms[3] / 5_000 == pytest.approx(90_000, rel=0.1)
    assert found.longest_ms[0] == -1
    assert found.over(int(MIDDLE_MS[-1])).tolist() == [0, 0, 0, 0]


def test_grades_are_the_contracts() -> None:
    """Rule: arrays are graded as single rows are, unknown measures too."""
    choices = {
        measure.column: [np.nan, 0.0, measure.fair, measure.good, (measure.fair + measure.good) / 2, 1.0]
        for measure in MEASURES
    }
    drawn = {
        name: np.array(values)[(uniform(keys(place, np.arange(500))) * len(values)).astype(int)]
        for place, (name, values) in enumerate(choices.items())
    }
    found = [grading.GRADES[number] for number in grading.grades(drawn)]
    expected = [
        grade({name: None if np.isnan(values[row]) else float(values[row]) for name, values in drawn.items()})
        for row in range(500)
    ]
    assert found == expected
    assert set(found) == set(GRADES)


def test_stores_lie_near_towns_of_their_country() -> None:
    """Rule: a large chain has each store at a place of its own, at most 3 km from a town of its country."""
    chain = Chain(seed=7, stores=400, first=dt.date(2024, 2, 4), last=dt.date(2024, 2, 5))
    stores = dimension_rows(chain)[STORE.name]
    places = {(store["latitude"], store["longitude"]) for store in stores}
    assert len(places) == chain.stores
    for store in stores:
        towns = TOWNS[store["country"], store["subdivision"]]
        steps = [max(abs(store["latitude"] - town[0]), abs(store["longitude"] - town[1])) for town in towns]
        assert min(steps) <= LARGEST_STEP_DEGREES
    assert {(country.code, country.subdivision) for country in chain.countries} == TOWNS.keys()
