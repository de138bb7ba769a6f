"""`traffic_funnel`: from the door to the till, in counts and rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from glue.views import SMALLEST_CELL
from tests.sql.floor.floor_rows import dates, open_day, period
from tests.sql.lake_rows import DAY, Row, lake, row, rows

WEEK = dates(DAY, 7)
LARGE = {
    "visitors": 200,
    "aisle_visits": 500,
    "pass_throughs": 300,
    "joined": 120,
    "served": 90,
    "abandoned": 20,
}


def hour_of(
    counts: Mapping[str, int] = LARGE,
    *,
    date: dt.date = DAY,
    store_id: str = "store",
    coverages: tuple[float, float, float] = (1, 1, 1),
) -> dict[str, list[Row]]:
    """Return an hour of a store's door, aisle and lane, with such coverages and counts; others are of LARGE."""
    counted = {**LARGE, **counts}
    hour: dict[str, Any] = {"store_id": store_id, "business_date": date, "hour_of_day": 8}
    door, aisle, lane = ({**hour, "coverage": float(coverage)} for coverage in coverages)
    visits = {"visits": counted["aisle_visits"], "pass_throughs": counted["pass_throughs"]}
    return {
        "traffic_local_hour_v1": [row("traffic_local_hour_v1", line_id="door", in_count=counted["visitors"], **door)],
        "zone_local_hour_v1": [
            row("zone_local_hour_v1", zone_id="a", zone_kind="aisle", **visits, **aisle),
            row("zone_local_hour_v1", zone_id="q", zone_kind="queue", visits=77, **aisle),
        ],
        "lane_local_hour_v1": [
            row(
                "lane_local_hour_v1",
                lane_id="lane-1",
                **{name: counted[name] for name in ("joined", "served", "abandoned")},
                **lane,
            )
        ],
    }


def funnel(*hours: dict[str, list[Row]]) -> dict[str, Row]:
    """Return the rows of a week by store; stores open for an hour a day on two days."""
    given: dict[str, list[Row]] = {
        "period_v1": [period()],
        "store_v1": [row("store_v1", store_id=name) for name in ("store", "other")],
        "store_day_v1": [open_day(date, hours=1, store_id=name) for date in WEEK[:2] for name in ("store", "other")],
    }
    for hour in hours:
        for name, facts in hour.items():
            given.setdefault(name, []).extend(facts)
    return {each["store_id"]: each for each in rows(lake(given, "traffic_funnel"), "SELECT * FROM traffic_funnel")}


def test_rates_follow_from_sums() -> None:
    """Rule: counts are sums over the period and all lines, aisles and lanes of one store; rates are of the sums."""
    outside = hour_of(date=WEEK[0] - dt.timedelta(days=1))
    found = funnel(
        hour_of(), hour_of({"visitors": 50}, date=WEEK[1]), outside, hour_of({"visitors": 10}, store_id="other")
    )
    store = found["store"]
    counts = {name: store[name] for name in ("visitors", "aisle_visits", "joined", "served", "abandoned")}
    assert counts == {"visitors": 250, "aisle_visits": 1000, "joined": 240, "served": 180, "abandoned": 40}
    assert store["aisle_visits_per_visitor"] == 4.0
    assert store["dwell_share"] == pytest.approx(1000 / 1600)
    assert (store["joined_per_visitor"], store["served_per_visitor"]) == (240 / 250, 180 / 250)
    assert (store["served_share"], store["abandonment_rate"]) == (pytest.approx(0.75), pytest.approx(40 / 240))
    assert (store["coverage"], found["other"]["visitors"], found["other"]["coverage"]) == (1.0, 10, 0.5)


def test_coverage_is_the_lowest() -> None:
    """Rule: the coverage is that of the part that was watched least, and each part's own is told."""
    (store,) = (
        found
        for name, found in funnel(hour_of(coverages=(1, 0.5, 0.75)), hour_of(date=WEEK[1])).items()
        if name == "store"
    )
    parts = [store[f"{part}_coverage"] for part in ("traffic", "zone", "lane")]
    assert (parts, store["coverage"]) == ([1.0, 0.75, 0.875], 0.75)


def test_missing_part() -> None:
    """Rule: a store without lanes has no figures of them, a coverage of 0, and all else; one without data has a row."""
    hour = hour_of()
    del hour["lane_local_hour_v1"]
    found = funnel(hour)
    names = ("joined", "served", "abandoned", "joined_per_visitor", "served_share", "abandonment_rate")
    assert {found["store"][name] for name in names} == {None}
    assert (found["store"]["visitors"], found["store"]["lane_coverage"], found["store"]["coverage"]) == (200, 0, 0)
    assert (found["other"]["visitors"], found["other"]["coverage"], found["other"]["is_suppressed"]) == (None, 0, False)


RATES = {
    "visitors": ("aisle_visits_per_visitor", "joined_per_visitor", "served_per_visitor"),
    "aisle_visits": ("aisle_visits_per_visitor", "dwell_share"),
    "pass_throughs": ("dwell_share",),
    "joined": ("joined_per_visitor", "served_share", "abandonment_rate"),
    "served": ("served_per_visitor", "served_share"),
    "abandoned": ("abandonment_rate",),
}


@pytest.mark.parametrize("name", RATES)
def test_small_cells(name: str) -> None:
    """Rule: a count from 1 to k - 1 is not shown, nor any rate of it, and no other figure is lost."""
    few = funnel(hour_of({name: SMALLEST_CELL - 1}))["store"]
    hidden = {column for column, value in few.items() if value is None}
    assert hidden == {name, *RATES[name]} & few.keys()
    assert few["is_suppressed"]
    enough = funnel(hour_of({name: SMALLEST_CELL}))["store"]
    assert (None not in enough.values(), enough["is_suppressed"]) == (True, False)


def test_nobody() -> None:
    """Rule: rates of nobody are not known; 0 people are no small cell."""
    store = funnel(hour_of(dict.fromkeys(LARGE, 0)))["store"]
    rates = {rate for rates in RATES.values() for rate in rates}
    assert {store[rate] for rate in rates} == {None}
    assert (store["visitors"], store["served"], store["is_suppressed"]) == (0, 0, False)
