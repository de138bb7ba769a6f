"""`period_comparison`: a period and the one a year before, as counted, and when that is no comparison."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from glue.dimensions.calendar import DAY
from tests.sql.lake_rows import Row, rows
from tests.sql.seasons.chain import CLOSED, Line, busy_line, periods_of, season_lake

FIRST = dt.date(2024, 1, 1)
NOW = dt.date(2025, 1, 1)
NOVEMBER = [row for row in periods_of(FIRST, dt.date(2026, 1, 31), "month") if row["period_id"] == "2025-11"]


def line(store_id: str, before: int | None = 100, now: int | None = 110, **changes: Any) -> Line:
    """Return a store with the same visitors every day of 2024, and of 2025."""
    return Line(store_id, FIRST, [before] * 366 + [now] * 365, **changes)


def compared(
    lines: Iterable[Line], *, days: Mapping[tuple[str, dt.date], Row] | None = None, kinds: tuple[str, ...] = ()
) -> dict[tuple[str, str], Row]:
    """Return the rows of November 2025, or of all periods of some kinds, by level (or period) and place."""
    asked = periods_of(FIRST, dt.date(2026, 1, 31), *kinds) if kinds else NOVEMBER
    connection = season_lake(lines, days=dict(days or {}), tables={"period_v1": asked})
    first = "period_id" if kinds else "level"
    return {(row[first], row["place"]): row for row in rows(connection, "SELECT * FROM period_comparison")}


def test_stores_add_up_to_regions_and_the_chain() -> None:
    """Rule: visitors and open days of a place are the sums of its stores; a mean day is of a store."""
    found = compared([line("a"), line("b", 200, 150), line("c", 50, 50, region="south")])
    assert found.keys() == {
        *(("store", place) for place in "abc"),
        ("region", "north"),
        ("region", "south"),
        ("chain", "*"),
    }
    north, chain = found["region", "north"], found["chain", "*"]
    assert (north["visitors"], north["baseline_visitors"], north["open_days"]) == (260 * 30, 300 * 30, 60)
    assert north["change"] == pytest.approx(260 / 300 - 1)
    assert (north["visitors_per_open_day"], north["baseline_visitors_per_open_day"]) == (130, 150)
    assert (chain["visitors"], chain["stores"], chain["baseline_stores"], chain["flag"]) == (310 * 30, 3, 3, None)
    assert chain["is_comparable"]


def test_every_kind_of_period_has_its_baseline() -> None:
    """Rule: months, quarters and years are compared with the same dates, seasons with the days 364 before."""
    found = compared([line("a")], kinds=("month", "quarter", "year", "season"))
    assert found["2025", "a"]["baseline_visitors"] == 36600
    assert found["2025-Q1", "a"]["baseline_visitors"] == 91 * 100
    assert found["2025-02", "a"]["baseline_open_days"] == 29
    # From 2 February to 2 August 2025, against 4 February to 3 August 2024.
    assert found["R2025-spring", "a"]["baseline_visitors"] == 182 * 100


def test_days_closed_and_days_not_watched() -> None:
    """Rule: closed days lower the sum but not the mean day; days not watched lower the coverage and are not in it."""
    blind = Line("a", FIRST, line("a").visitors, coverages={dt.date(2025, 11, day): 0.5 for day in (1, 2)})
    closed = {("a", dt.date(2025, 11, day)): CLOSED for day in (29, 30)}
    row = compared([blind], days=closed)["store", "a"]
    assert (row["open_days"], row["visitors_per_open_day"]) == (28, 110)
    assert row["change_per_open_day"] == pytest.approx(0.1)
    assert row["coverage"] == pytest.approx(27 / 28)


@pytest.mark.parametrize(
    ("given", "flag"),
    [
        (line("a", None), "no baseline"),
        (line("a", 100, None), "no visitors"),
        (Line("a", FIRST, [*line("a").visitors[:670], *[None] * 61]), "no visitors"),
        (Line("a", FIRST, [*[None] * 332, *[100] * 3, *[None] * 31, *[110] * 365]), "few days"),
        (Line("a", NOW - 50 * DAY, [100] * 50 + [110] * 365), "other open days"),
        (replace(line("a"), coverages={NOW + day * DAY: 0.85 for day in range(365)}), "unequal coverage"),
        (replace(line("a"), coverages={FIRST + day * DAY: 0.75 for day in range(731)}), "few days"),
    ],
    ids=["no baseline", "no visitors", "gone", "few days", "opened within", "unequal", "never watched well"],
)  # fmt: skip
def test_what_is_no_comparison_says_why(given: Line, flag: str) -> None:
    """Rule: a change that does not tell of visitors alone has a flag with the reason."""
    row = compared([given])["store", "a"]
    assert (row["flag"], row["is_comparable"]) == (flag, False)


def test_other_stores_are_no_comparison() -> None:
    """Rule: sums over other stores than a year before are flagged, at the chain and in the region concerned alone."""
    found = compared([line("old"), line("new", None, region="south"), line("b", region="south")])
    flags = {key: row["flag"] for key, row in found.items() if key[0] != "store"}
    assert flags == {("region", "north"): None, ("region", "south"): "other stores", ("chain", "*"): "other stores"}
    assert (found["chain", "*"]["stores"], found["chain", "*"]["baseline_stores"]) == (3, 2)


def test_another_number_of_lines_is_no_comparison() -> None:
    """Rule: a door that got a camera since brings visitors that were not counted before."""
    row = compared([line("a"), line("a", None, 40, line_id="back")])["store", "a"]
    assert row["flag"] == "other lines"


def test_a_shift_is_no_growth() -> None:
    """Rule: where the counts moved to another level in between the flag says so, and no more when both lie behind."""
    moved = dt.date(2023, 6, 4)
    shifted = busy_line("a", dt.date(2021, 1, 1), 1826, seed=1).scaled(1.4, moved)
    asked = periods_of(dt.date(2021, 1, 1), dt.date(2026, 1, 31), "year")
    connection = season_lake([shifted], tables={"period_v1": asked})
    found = rows(connection, "SELECT period_id, flag FROM period_comparison WHERE level = 'store' ORDER BY period_id")
    flags = {row["period_id"]: row["flag"] for row in found}
    assert flags == {"2021": "no baseline", "2022": None, "2023": "level shift", "2024": "level shift", "2025": None}


def test_few_people_are_not_shown() -> None:
    """Rule: of fewer than five people neither the sum nor what follows from it is shown."""
    visitors: list[int | None] = [*[100] * 366, *[0] * 365]
    visitors[366 + 310] = 4
    row = compared([Line("a", FIRST, visitors)])["store", "a"]
    assert (row["visitors"], row["visitors_per_open_day"], row["change"], row["change_per_open_day"]) == (None,) * 4
    assert (row["baseline_visitors"], row["is_suppressed"]) == (3000, True)
