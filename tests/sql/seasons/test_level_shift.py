"""`level_shift`: a camera that was moved is found, and a season is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pytest
from scipy.signal import lfilter  # type: ignore[import-untyped]

from glue.dimensions.calendar import DAY
from tests.sql.lake_rows import Row, row, rows
from tests.sql.seasons.chain import Line, busy_line, season_lake

FIRST = dt.date(2022, 1, 30)
TWO_YEARS, FOUR_YEARS = 728, 1456
MOVED = dt.date(2024, 6, 2)


def shifts(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Return what is found."""
    return rows(connection, "SELECT * FROM level_shift ORDER BY store_id, line_id, shift_date")


def chain(stores: int, days: int, *, noise: float = 0.1) -> list[Line]:
    """Return stores in which nothing happened."""
    return [busy_line(f"store-{number}", FIRST, days, seed=number, noise=noise) for number in range(stores)]


@pytest.mark.parametrize("factor", [0.6, 0.8, 1.3, 1.8])
def test_a_shift_is_found_where_it_was(factor: float) -> None:
    """Rule: with years around it a shift is found to the week, its size to 5 %, and not again a year later."""
    (line,) = chain(1, FOUR_YEARS)
    (found,) = shifts(season_lake([line.scaled(factor, MOVED)]))
    assert abs(found["shift_date"] - MOVED) <= 7 * DAY
    assert 1 + found["change"] == pytest.approx(factor, rel=0.05)
    assert (found["line_id"], found["comparisons"], found["cause"]) == ("*", 2, "unexplained")


def test_seasons_are_no_shifts() -> None:
    """Rule: peaks that come every year, and growth that is the same all along, are not found."""
    growing = [
        line.scaled(1.05, dt.date(2023, 2, 1)).scaled(1.05, dt.date(2024, 2, 1)) for line in chain(8, FOUR_YEARS)
    ]
    assert shifts(season_lake(growing)) == []


def test_a_long_event_is_no_shift() -> None:
    """Rule: what is over after five weeks did not change the level."""
    (line,) = chain(1, FOUR_YEARS)
    event = line.scaled(1.5, MOVED).scaled(1 / 1.5, MOVED + 35 * DAY)
    assert shifts(season_lake([event])) == []


def test_two_years_of_a_chain_are_enough() -> None:
    """Rule: where there is one year before, the chain's course tells a shift from one a year earlier or later."""
    lines = chain(6, TWO_YEARS)
    moved = dt.date(2023, 6, 4)
    lines[2] = lines[2].scaled(1.35, moved)
    (found,) = shifts(season_lake(lines))
    assert (found["store_id"], found["comparisons"]) == ("store-2", 2)
    assert abs(found["shift_date"] - moved) <= 7 * DAY
    assert found["change"] == pytest.approx(0.35, abs=0.06)


def test_a_moved_camera_is_its_cause() -> None:
    """Rule: a camera of the store that told it was moved within two weeks is the cause; another store's is not."""
    line, other = chain(2, FOUR_YEARS)
    at = dt.datetime.combine(MOVED, dt.time(12), tzinfo=dt.UTC) - 10 * DAY
    told = [row("camera_minute_v1", store_id=line.store_id, window_start=at, window_end=at, is_moved=True)]
    found = shifts(season_lake([line.scaled(1.4, MOVED), other.scaled(1.4, MOVED)], tables={"camera_minute_v1": told}))
    assert [shift["cause"] for shift in found] == ["moved camera", "unexplained"]


def test_a_shift_of_one_line_is_the_lines() -> None:
    """Rule: of a store with several lines each is looked at; what is small for the store is found at the line."""
    door, back = (busy_line("store", FIRST, FOUR_YEARS, seed=seed, line_id=f"line-{seed}") for seed in (1, 2))
    quiet = Line("store", FIRST, [(count or 0) // 8 for count in back.visitors], line_id="back")
    found = shifts(season_lake([door, quiet.scaled(0.5, MOVED)]))
    assert [(shift["line_id"], round(shift["change"], 1)) for shift in found] == [("back", -0.5)]


Gaps = Mapping[int, float]
"""Gaps to a reference, by the number of the week."""


def sides(gaps: Gaps, week: int) -> tuple[list[float], list[float]]:
    """Return the gaps of up to 26 weeks before and after."""
    around = {number: gap for number, gap in gaps.items() if week - 182 <= number <= week + 175}
    return [around[at] for at in around if at < week], [around[at] for at in around if at >= week]


def brute_force(references: Sequence[Gaps], week: int) -> tuple[float, float]:
    """Return the mean step at a week, and its score."""
    parts = [sides(gaps, week) for gaps in references]
    steps = [np.median(after) - np.median(before) for before, after in parts]
    spreads = [1.4826 * np.median([abs(gap - np.median(side)) for side in part for gap in side]) for part in parts]
    return float(np.mean(steps)), float(min(np.abs(steps)) / max(spreads))


def first_week(references: Sequence[Gaps], week: int) -> int:
    """Return the first week on the new level by least absolute deviations."""
    levels = [[np.median(side) for side in sides(gaps, week)] for gaps in references]

    def deviation(split: int) -> float:
        return sum(
            abs(gap - (new if number >= split else old))
            for gaps, (old, new) in zip(references, levels, strict=True)
            for number, gap in gaps.items()
            if week - 182 <= number <= week + 175
        )

    return min(range(week - 63, week + 64, 7), key=deviation)


def test_step_score_and_date_are_as_defined() -> None:
    """Rule: the clearest week is the one that numpy's medians tell, and so are its change, score and date."""
    (line,) = chain(1, FOUR_YEARS)
    connection = season_lake([line.scaled(1.3, MOVED)])
    (found,) = shifts(connection)
    references: list[Gaps] = [
        {
            gap["week_number"]: gap["gap"]
            for gap in rows(connection, f"SELECT * FROM week_gap WHERE preference = {number}")
        }
        for number in (1, 2)
    ]
    week = (MOVED - dt.date(2000, 1, 2)).days
    best = max(range(week - 91, week + 92, 7), key=lambda week: brute_force(references, week)[1])
    step, score = brute_force(references, best)
    assert (found["change"], found["score"]) == pytest.approx((np.expm1(step), score))
    assert found["shift_date"] == dt.date(2000, 1, 2) + first_week(references, best) * DAY


def test_few_false_alarms_where_weeks_go_together() -> None:
    """Rule: of 60 stores over four years whose weeks follow each other alike, at most 3 are taken for shifted."""
    random = np.random.default_rng(7)
    lines = []
    for number in range(60):
        course = lfilter([1.0], [1.0, -0.6], random.normal(0, 0.08, FOUR_YEARS // 7))
        daily = np.exp(np.repeat(course, 7))
        usual = busy_line(f"store-{number:02}", FIRST, FOUR_YEARS, seed=number).visitors
        lines.append(
            Line(
                f"store-{number:02}",
                FIRST,
                [round((count or 0) * factor) for count, factor in zip(usual, daily, strict=True)],
            )
        )
    assert len({shift["store_id"] for shift in shifts(season_lake(lines))}) <= 3
