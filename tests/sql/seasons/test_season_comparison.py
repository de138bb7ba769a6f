"""`season_comparison`: like for like, and how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats  # type: ignore[import-untyped]

from glue.dimensions.calendar import DAY, calendar_day, dates_between
from tests.sql.lake_rows import Row, rows
from tests.sql.seasons.chain import CLOSED, YEAR, Line, asked, busy_line, season_lake, store_day

START = dt.date(2025, 8, 3)
WEEKS = 26
END = START + (WEEKS * 7 - 1) * DAY
Floats = npt.NDArray[np.float64]


def compared(connection: duckdb.DuckDBPyConnection, level: str = "store") -> dict[str, Row]:
    """Return the rows of a level by place."""
    found = rows(connection, f"SELECT * FROM season_comparison WHERE level = '{level}'")
    return {row["place"]: row for row in found}


def steady(store_id: str, now: int, before: int, **changes: Any) -> Line:
    """Return a store with the same visitors every day of a season, and others in all the year before."""
    return Line(store_id, START - YEAR, [before] * 364 + [now] * (WEEKS * 7), **changes)


def weekly(store_id: str, now: Floats, before: Floats, *, region: str = "north") -> Line:
    """Return a store that counted on the Sundays of the season, and of the season before."""
    visitors: list[int | None] = [None] * (364 + len(now) * 7)
    for week, (count, count_before) in enumerate(zip(now, before, strict=True)):
        visitors[week * 7] = round(count_before)
        visitors[364 + week * 7] = round(count)
    return Line(store_id, START - YEAR, visitors, region=region)


def weekly_lake(lines: Sequence[Line]) -> duckdb.DuckDBPyConnection:
    """Return a lake of stores that are open only on the days on which they counted."""
    days = [store_day(line.store_id, date) for line in lines for date, _ in line.counted()]
    return season_lake(lines, tables={"store_day_v1": days, "period_v1": [asked(START, END)]})


def error_of(now: Floats, before: Floats) -> float:
    """Return the error of the log of a ratio of sums by leaving out one unit after the other."""
    units, ratio = len(now), now.sum() / before.sum()
    without = np.array([np.delete(now, one).sum() / np.delete(before, one).sum() for one in range(units)])
    return float(np.sqrt((units - 1) / units * ((without - ratio) ** 2).sum()) / ratio)


def limits_of(now: Floats, before: Floats, error: float) -> tuple[float, float, float]:
    """Return a change with its limits, by scipy's Student distribution."""
    student = stats.t.ppf(0.975, len(now) - 1)
    log_change = np.log(now.sum() / before.sum())
    return tuple(np.expm1([log_change, log_change - student * error, log_change + student * error]))


def told(row: Row) -> tuple[float, float, float]:
    """Return the same of a row."""
    return row["change"], row["change_low"], row["change_high"]


def test_limits_of_a_store_are_from_its_weeks() -> None:
    """Rule: units are weeks, and weeks that follow each other alike widen the limits by Bence's factor."""
    random = np.random.default_rng(3)
    before, now = random.normal(1000, 60, WEEKS).round(), random.normal(1100, 60, WEEKS).round()
    waves = (now + 100 * np.sin(np.arange(WEEKS) / 3)).round()
    found = compared(weekly_lake([weekly("even", now, before), weekly("waves", waves, before)]))
    for store_id, counted in (("even", now), ("waves", waves)):
        residuals = counted - before * counted.sum() / before.sum()
        follows = float((residuals[1:] * residuals[:-1]).sum() / (residuals**2).sum())
        correlation = min(max((WEEKS * follows + 1) / (WEEKS - 3), 0.0), 0.9)
        error = error_of(counted, before) * np.sqrt((1 + correlation) / (1 - correlation))
        assert told(found[store_id]) == pytest.approx(limits_of(counted, before, error), rel=1e-4)
    assert found["waves"]["pairs"] == WEEKS


@pytest.mark.parametrize("stores", [3, 4, 5, 9, 30])
def test_limits_of_a_region_are_from_its_stores(stores: int) -> None:
    """Rule: units are stores, whatever their weeks do; Student's t is right from 3 stores on."""
    random = np.random.default_rng(stores)
    before, now = (random.uniform(500, 2000, (stores, 2)).round() for _ in range(2))
    lines = [weekly(f"store-{number}", now[number], before[number]) for number in range(stores)]
    found = compared(weekly_lake(lines), "region")["north"]
    totals = now.sum(axis=1), before.sum(axis=1)
    assert told(found) == pytest.approx(limits_of(*totals, error_of(*totals)), abs=1e-3)
    assert (found["stores"], found["pairs"]) == (stores, 2 * stores)


def test_too_few_units_have_no_limits() -> None:
    """Rule: fewer than 4 weeks of a store, or 3 stores, give a change without limits."""
    few = np.array([100.0, 120.0, 90.0])
    connection = weekly_lake([weekly("one", few, few), weekly("two", few, few)])
    for row in (compared(connection)["one"], compared(connection, "chain")["*"]):
        assert (row["change"], row["change_low"], row["change_high"]) == (0.0, None, None)


def noise(random: np.random.Generator, *, correlation: float) -> Floats:
    """Return weekly noise of standard deviation 0.08 whose weeks follow each other alike."""
    course = random.normal(0, 0.08, WEEKS)
    for week in range(1, WEEKS):
        course[week] = correlation * course[week - 1] + np.sqrt(1 - correlation**2) * course[week]
    return course


@pytest.mark.parametrize(("correlation", "least"), [(0.0, 0.93), (0.5, 0.88)])
def test_limits_of_stores_hold_the_truth(correlation: float, least: float) -> None:
    """Rule: of 300 stores whose visitors truly grew by 8 %, about 95 % have it in their limits, alike weeks or not."""
    random = np.random.default_rng(11)
    lines = []
    for number in range(300):
        before, now = (5000 * level * np.exp(noise(random, correlation=correlation)) for level in (1.0, 1.08))
        lines.append(weekly(f"store-{number}", now, before))
    found = compared(weekly_lake(lines)).values()
    held = sum(row["change_low"] <= 0.08 <= row["change_high"] for row in found) / 300
    assert least <= held <= 0.98


def test_limits_of_regions_hold_the_truth() -> None:
    """Rule: of 400 regions of 8 stores, each of which grew by its own rate around 8 %, about 95 % have it."""
    random = np.random.default_rng(12)
    lines = []
    for number in range(3200):
        size, growth = random.uniform(2000, 6000), random.normal(np.log(1.08), 0.06)
        before, now = (np.full(2, size) * np.exp(random.normal(0, 0.05, 2) + log) for log in (0.0, growth))
        lines.append(weekly(f"store-{number}", now, before, region=f"region-{number % 400}"))
    found = compared(weekly_lake(lines), "region").values()
    held = sum(row["change_low"] <= 0.08 <= row["change_high"] for row in found) / 400
    assert 0.92 <= held <= 0.98


def test_a_moved_easter_is_matched() -> None:
    """Rule: days of Easter are compared with Easter's, so that March gains nothing by an early one."""
    easter, before = dt.date(2024, 3, 31), dt.date(2023, 4, 9)
    first = dt.date(2023, 1, 1)
    feast = {date + shift * DAY for date in (easter, before) for shift in (-2, -1, 0, 1)}
    visitors = [300 if date in feast else 100 for date in dates_between(first, dt.date(2024, 5, 31))]
    days: dict[tuple[str, dt.date], Row] = {
        ("store", easter + shift * DAY): {"comparable_date": before + shift * DAY} for shift in (-2, -1, 0, 1)
    }
    march = asked(dt.date(2024, 3, 1), dt.date(2024, 3, 31), back=366 * DAY)
    connection = season_lake([Line("store", first, visitors)], days=days, tables={"period_v1": [march]})
    found = compared(connection)["store"]
    assert found["change"] == 0
    assert found["unadjusted_change"] == pytest.approx(3 * 200 / 3100)


def test_week_53_has_no_counterpart() -> None:
    """Rule: the seven days of a week 53 are counted as left out, and the year after it is compared in full."""
    first, last = dt.date(2022, 7, 31), dt.date(2025, 2, 1)
    dates = list(dates_between(first, last))
    days: dict[tuple[str, dt.date], Row] = {
        ("store", date): {"comparable_date": calendar_day(date).comparable_date} for date in dates
    }
    fall = {
        "R2023-fall": (dt.date(2023, 7, 30), dt.date(2024, 2, 3)),
        "R2024-fall": (dt.date(2024, 8, 4), dt.date(2025, 2, 1)),
    }
    periods = [asked(*span) | {"period_id": name, "period_kind": "season"} for name, span in fall.items()]
    connection = season_lake([Line("store", first, [100] * len(dates))], days=days, tables={"period_v1": periods})
    found = rows(connection, "SELECT * FROM season_comparison WHERE level = 'store' ORDER BY period_id")
    assert [(row["pairs"], row["pairs_left_out_counterpart"], row["change"]) for row in found] == [
        (182, 7, 0.0),
        (182, 0, 0.0),
    ]


def season_of(lines: Iterable[Line], days: Mapping[tuple[str, dt.date], Row]) -> duckdb.DuckDBPyConnection:
    """Return a lake that is asked of the season."""
    return season_lake(lines, days=dict(days), tables={"period_v1": [asked(START, END)]})


def test_days_that_cannot_be_compared_are_left_out_and_counted() -> None:
    """Rule: a day counts only where both days were open and watched well; each reason has its count."""
    before = START - YEAR
    line = Line(
        "store",
        before,
        [100] * 364 + [110] * (WEEKS * 7),
        coverages={before: 0.5, START + DAY: 0.79, START + 2 * DAY: 0.8},
    )
    days = {
        ("store", START + 3 * DAY): CLOSED,
        ("store", before + 4 * DAY): CLOSED,
        ("store", START + 5 * DAY): {"comparable_date": None},
    }
    row = compared(season_of([line], days))["store"]
    reasons = ("closed", "coverage", "counterpart")
    assert [row[f"pairs_left_out_{reason}"] for reason in reasons] == [2, 2, 1]
    assert row["pairs"] == WEEKS * 7 - 5
    assert row["change"] == pytest.approx(0.1)
    assert (row["flag"], row["is_comparable"]) == (None, True)


def test_a_store_that_opened_in_between_is_not_in_the_change() -> None:
    """Rule: like for like, a new store changes nothing; as counted it does."""
    new = Line("new", START, [100] * (WEEKS * 7))
    connection = season_of([steady("old", 105, 100), new], {})
    chain = compared(connection, "chain")["*"]
    assert chain["change"] == pytest.approx(0.05)
    assert chain["unadjusted_change"] == pytest.approx(1.05)
    assert (chain["stores"], chain["stores_without_pairs"]) == (1, 1)
    assert compared(connection)["new"]["flag"] == "no baseline"


def test_unequal_coverage_is_flagged() -> None:
    """Rule: days that were watched well, but not alike, tell of coverage as much as of visitors."""
    dates = dates_between(START, END)
    half_blind = Line("store", START - YEAR, [100] * (364 + WEEKS * 7), coverages=dict.fromkeys(dates, 0.85))
    row = compared(season_of([half_blind], {}))["store"]
    assert (row["flag"], row["is_comparable"]) == ("unequal coverage", False)
    assert (row["coverage"], row["baseline_coverage"]) == (pytest.approx(0.85), 1.0)


def test_few_days_are_flagged() -> None:
    """Rule: where fewer than half of the days can be compared, the change is not the season's."""
    mostly_new = Line("store", START - YEAR, [None] * 100 + [100] * (264 + WEEKS * 7))
    assert compared(season_of([mostly_new], {}))["store"]["flag"] == "few days"


def test_few_people_are_not_shown() -> None:
    """Rule: a sum of fewer than five people is not shown, nor what it would follow from."""
    row = compared(weekly_lake([weekly("store", np.array([1.0, 1.0]), np.array([10.0, 10.0]))]))["store"]
    assert row["is_suppressed"]
    assert (row["visitors"], row["baseline_visitors"], row["change"], row["unadjusted_change"]) == (None,) * 4


def test_a_shifted_store_is_left_out_and_counted() -> None:
    """Rule: a store whose camera counts another share of people is flagged, and in no sum of the region or chain."""
    first = START - 3 * YEAR
    lines = [busy_line(f"store-{number}", first, 4 * 364, seed=number, noise=0.05) for number in range(4)]
    lines[0] = lines[0].scaled(1.4, START - 100 * DAY)
    connection = season_of(lines, {})
    stores, chain = compared(connection), compared(connection, "chain")["*"]
    assert [stores[f"store-{number}"]["flag"] for number in range(4)] == ["level shift", None, None, None]
    assert stores["store-0"]["change"] == pytest.approx(0.4, abs=0.05)
    assert chain["change"] == pytest.approx(0, abs=0.02)
    assert chain["unadjusted_change"] > 0.08
    assert (chain["stores"], chain["stores_left_out"], chain["flag"]) == (3, 1, None)
