"""`store_period`: each store's period beside the one a year before, and the one just before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from contracts.tables import LANE_LOCAL_HOUR, PERIOD, STORE_DAY, TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR
from glue.dimensions.calendar import DAY
from tests.sql.dashboards.sample_sums import (
    Days,
    answered,
    asked_of,
    hours_seen,
    open_days,
    rows_of,
    shown,
    total,
    within,
)
from tests.sql.lake_rows import Row, lake, row
from tests.sql.seasons.chain import CLOSED, Line, asked, busy_line, calendar, periods_of, season_lake

FIRST = dt.date(2024, 1, 1)
NOW = dt.date(2025, 1, 1)
NOVEMBER = [row for row in periods_of(FIRST, dt.date(2026, 1, 31), "month") if row["period_id"] == "2025-11"]
ENOUGH_DAYS = 4
KEPT = 0.8


def store_periods(lines: Iterable[Line], *, periods: list[Row] | None = None, **of: Any) -> dict[tuple[str, str], Row]:
    """Return the rows of November 2025, or of other periods, by comparison and store (or period, if there are more)."""
    connection = season_lake(lines, tables={"period_v1": periods or NOVEMBER}, **of)
    found = asked_of(connection, "store_period")
    name = "period_id" if periods and len(periods) > 1 else "store_id"
    return {(each["compare_with"], each[name]): each for each in found}


def line(before: int | None = 100, now: int | None = 110, **changes: Any) -> Line:
    """Return a store with the same visitors every day of 2024, and of 2025."""
    return Line("a", FIRST, [before] * 366 + [now] * 365, **changes)


def test_periods_before() -> None:
    """Rule: before a month, quarter or year lies another; before all else as many days, up to the day before."""
    counting = Line("a", FIRST, list(range(1, 732)))
    kinds = [row for row in periods_of(FIRST, dt.date(2025, 12, 31)) if row["start_date"] >= NOW]
    wanted = {"2025-01", "2025-02", "2025-03", "2025-Q2", "2025", "2025-W10", "R2025-W02", "R2025-M02", "R2025-Q2"}
    periods = [*(row for row in kinds if row["period_id"] in wanted), asked(dt.date(2025, 6, 3), dt.date(2025, 6, 12))]
    assert len(periods) == len(wanted) + 1
    before = {
        "2025-01": (dt.date(2024, 12, 1), dt.date(2024, 12, 31)),
        "2025-02": (dt.date(2025, 1, 1), dt.date(2025, 1, 31)),
        "2025-03": (dt.date(2025, 2, 1), dt.date(2025, 2, 28)),
        "2025-Q2": (dt.date(2025, 1, 1), dt.date(2025, 3, 31)),
        "2025": (dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
        "2025-W10": (dt.date(2025, 2, 24), dt.date(2025, 3, 2)),
        "asked": (dt.date(2025, 5, 24), dt.date(2025, 6, 2)),
        # Five weeks from 2 March: what lies before are five weeks too, not the four of February.
        "R2025-M02": (dt.date(2025, 1, 26), dt.date(2025, 3, 1)),
    }
    found = store_periods([counting], periods=periods)
    for each in periods:
        own = each["period_id"]
        days = (each["end_date"] - each["start_date"]).days + 1
        first, last = before.get(own, (each["start_date"] - days * DAY, each["start_date"] - DAY))
        assert found["period before", own]["baseline_visitors"] == _counted(first, last), own
        year_before = (each["baseline_start_date"], each["baseline_end_date"])
        assert found["year before", own]["baseline_visitors"] == _counted(*year_before), own
        assert found["year before", own]["visitors"] == _counted(each["start_date"], each["end_date"])


def _counted(first: dt.date, last: dt.date) -> int:
    """Return the visitors of dates of which each counted one more than the day before, from 1 on the first."""
    return sum(number + 1 for number in range((first - FIRST).days, (last - FIRST).days + 1) if number >= 0)


@pytest.mark.parametrize(
    ("given", "flag"),
    [
        (line(), None),
        (line(None), "no baseline"),
        (Line("a", FIRST, [*[None] * 332, *[100] * 3, *[None] * 31, *[110] * 365]), "few days"),
        (Line("a", NOW - 42 * DAY, [100] * 42 + [110] * 365), "other open days"),
        (replace(line(), coverages={NOW + day * DAY: 0.85 for day in range(365)}), "unequal coverage"),
        (replace(line(), coverages={FIRST + day * DAY: 0.75 for day in range(731)}), "few days"),
    ],
    ids=["fine", "no baseline", "few days", "opened within", "unequal", "never watched well"],
)
def test_what_is_no_comparison_says_why(given: Line, flag: str | None) -> None:
    """Rule: what can be compared has the compared figures; else there are none, and the flag says why."""
    found = store_periods([given])["year before", "a"]
    assert (found["flag"], found["is_comparable"]) == (flag, flag is None)
    pair = (found["compared_visitors_per_day"], found["compared_baseline_visitors_per_day"])
    assert pair == ((110, 100) if flag is None else (None, None))
    assert found["visitors_per_day"] == (110 if flag != "few days" or given.coverages == {} else None)


def test_another_line_is_no_comparison() -> None:
    """Rule: a door that got a camera since brings visitors that were not counted before."""
    found = store_periods([line(), line(None, 40, line_id="back")])
    assert found["year before", "a"]["flag"] == "other lines"
    assert found["period before", "a"]["flag"] is None


def test_a_shift_is_no_growth() -> None:
    """Rule: where the counts moved to another level since what it is compared with, the flag says so."""
    shifted = busy_line("a", dt.date(2021, 1, 1), 1826, seed=1).scaled(1.4, dt.date(2025, 6, 1))
    periods = [
        each
        for each in periods_of(dt.date(2021, 1, 1), dt.date(2026, 1, 31), "month")
        if each["period_id"] in ("2025-04", "2025-06", "2025-11")
    ]
    found = store_periods([shifted], periods=periods)
    assert {key: each["flag"] for key, each in found.items()} == {
        ("year before", "2025-04"): None,
        ("year before", "2025-06"): "level shift",
        ("year before", "2025-11"): "level shift",
        ("period before", "2025-04"): None,
        ("period before", "2025-06"): "level shift",
        ("period before", "2025-11"): None,
    }


def test_days_closed_and_days_not_watched() -> None:
    """Rule: closed days lower the sum but not the mean day; days not watched lower the coverage and are not in it."""
    blind = Line("a", FIRST, line().visitors, coverages={dt.date(2025, 11, day): 0.5 for day in (1, 2)})
    closed = {("a", dt.date(2025, 11, day)): CLOSED for day in (29, 30)}
    found = store_periods([blind], days=closed)["year before", "a"]
    assert (found["open_days"], found["hours_open"], found["hours_seen"]) == (28, 28, 27)
    assert (found["visitors"], found["visitors_per_day"]) == (3300, 110)
    assert found["coverage"] == pytest.approx(27 / 28, abs=1e-6)


def test_few_people_are_not_shown() -> None:
    """Rule: four visitors, visits, joined or served are not shown, with what is told of them; each by itself."""
    day = dt.date(2025, 11, 5)

    def facts(visitors: int, visits: int, joined: int, served: int) -> dict[str, list[Row]]:
        when = {"business_date": day, "hour_of_day": 10}
        return {
            "period_v1": NOVEMBER,
            "store_v1": [row("store_v1", region="north")],
            "store_day_v1": [
                row("store_day_v1", business_date=day, is_open=True, open_hours=1.0,
                    opens_at=dt.datetime(2025, 11, 5, 10, tzinfo=dt.UTC),
                    closes_at=dt.datetime(2025, 11, 5, 11, tzinfo=dt.UTC))
            ],
            "traffic_local_hour_v1": [row("traffic_local_hour_v1", **when, line_id="door", in_count=visitors)],
            "zone_local_hour_v1": [
                row("zone_local_hour_v1", **when, zone_id="z", zone_kind="aisle", visits=visits, dwell_ms=9_000)
            ],
            "lane_local_hour_v1": [
                row("lane_local_hour_v1", **when, lane_id="l", joined=joined, served=served, abandoned=1,
                    served_over_target=2, wait_ms=8_000)
            ],
        }  # fmt: skip

    shown_figures = {
        "visitors": 5, "visitors_per_day": 5, "visits": 5, "dwell_seconds": 9, "joined": 6, "abandoned": 1,
        "served": 5, "wait_seconds": 8, "served_over_target": 2,
    }  # fmt: skip
    hidden = {
        (4, 5, 6, 5): {"visitors", "visitors_per_day"},
        (5, 4, 6, 5): {"visits", "dwell_seconds"},
        (5, 5, 4, 5): {"joined", "abandoned"},
        (5, 5, 6, 4): {"served", "wait_seconds", "served_over_target"},
        (5, 5, 6, 5): set(),
    }
    for people, names in hidden.items():
        connection = lake(facts(*people) | {"calendar_v1": calendar().to_pylist()}, "store_period")
        for found in asked_of(connection, "store_period"):
            expected = {name: None if name in names else value for name, value in shown_figures.items()}
            assert {name: found[name] for name in expected} == expected
            assert (found["is_suppressed"], found["flag"]) == (bool(names), "no baseline")


def test_a_store_without_data_has_no_row() -> None:
    """Rule: a store that is open and tells nothing in a period has no row of it; one that tells of aisles alone has."""
    aisle = row("zone_local_hour_v1", store_id="b", zone_id="z", zone_kind="aisle", visits=9, hour_of_day=10,
                business_date=dt.date(2025, 11, 5))  # fmt: skip
    lines = [line(100, None), Line("b", NOW, [None] * 365)]
    connection = season_lake(lines, tables={"period_v1": NOVEMBER, "zone_local_hour_v1": [aisle]})
    found = asked_of(connection, "store_period")
    assert {(each["store_id"], each["visitors"], each["visits"], each["flag"]) for each in found} == {
        ("b", None, 9, "no baseline")
    }


def test_sample_by_loops() -> None:
    """Rule: on the sample every figure of every period, comparison and store is that of plain loops over the rows."""
    found = {(each["period_id"], each["compare_with"], each["store_id"]): each for each in answered("store_period")}
    expected = {
        (period["period_id"], compare_with, store_id): (period, compare_with, store_id)
        for period in rows_of(PERIOD.name)
        for compare_with in ("year before", "period before")
        for store_id in {each["store_id"] for each in rows_of(TRAFFIC_LOCAL_HOUR.name)}
        if any(_sums(store_id, (period["start_date"], period["end_date"])).values())
    }
    assert found.keys() == expected.keys()
    for key, (period, compare_with, store_id) in expected.items():
        now = _sums(store_id, (period["start_date"], period["end_date"]))
        before = _sums(store_id, _baseline(period, compare_with))
        wanted = now | {f"baseline_{name}": value for name, value in before.items()}
        columns = {name: value for name, value in found[key].items() if name in wanted}
        assert columns == pytest.approx({name: wanted[name] for name in columns}, abs=1e-3, nan_ok=False), key
        pair = (now["visitors_per_day"], before["visitors_per_day"])
        compared = (found[key]["compared_visitors_per_day"], found[key]["compared_baseline_visitors_per_day"])
        assert compared == pytest.approx(pair if found[key]["is_comparable"] else (None, None))
    assert any(each["is_comparable"] for each in found.values())


def _baseline(period: Row, compare_with: str) -> Days:
    if compare_with == "year before":
        return period["baseline_start_date"], period["baseline_end_date"]
    start: dt.date = period["start_date"]
    months = {"month": 1, "quarter": 3, "year": 12}.get(period["period_kind"])
    if months is None:
        return start - (period["end_date"] - start + DAY), start - DAY
    number = start.year * 12 + start.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1), start - DAY


def _sums(store_id: str, days: Days) -> Row:
    """Return what a store's rows of some dates come to."""
    doors = list(within(TRAFFIC_LOCAL_HOUR.name, store_id, days))
    aisles = [each for each in within(ZONE_LOCAL_HOUR.name, store_id, days) if each["zone_kind"] == "aisle"]
    lanes = list(within(LANE_LOCAL_HOUR.name, store_id, days))
    is_told = any(within(STORE_DAY.name, store_id, days))
    trading = {date: day for (store, date), day in open_days().items() if store == store_id and _in(date, days)}
    watched = [
        date
        for date, day in trading.items()
        if round(hours_seen("doors", store_id, date) / day["open_hours"], 6) >= KEPT
    ]
    visitors, visits = total(doors, "in_count"), total(aisles, "visits")
    joined, served = total(lanes, "joined"), total(lanes, "served")
    counted = [total((each for each in doors if each["business_date"] == date), "in_count") or 0 for date in watched]
    return {
        "open_days": len(trading),
        "hours_open": sum(day["open_hours"] for day in trading.values()) if is_told else None,
        "hours_seen": sum(hours_seen("doors", store_id, date) for date in trading) if is_told else None,
        "zone_hours_seen": sum(hours_seen("zones", store_id, date) for date in trading),
        "lane_hours_seen": sum(hours_seen("lanes", store_id, date) for date in trading),
        "visitors": shown(visitors, visitors),
        "visitors_per_day": shown(sum(counted) / len(counted) if counted else None, visitors),
        "visits": shown(visits, visits),
        "dwell_seconds": shown((total(aisles, "dwell_ms") or 0) / 1000, visits),
        "joined": shown(joined, joined),
        "abandoned": shown(total(lanes, "abandoned"), joined),
        "served": shown(served, served),
        "wait_seconds": shown((total(lanes, "wait_ms") or 0) / 1000, served),
        "served_over_target": shown(total(lanes, "served_over_target"), served),
    }


def _in(date: dt.date, days: Days) -> bool:
    return days[0] <= date <= days[1]
