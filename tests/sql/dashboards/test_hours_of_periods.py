"""`store_hour`, `place_hour`, `zone_hour_weekday` and `wait_distribution`: sums over the days of a period."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from contracts.histograms import FIRST_MS, histogram, upper_ms
from contracts.tables import LANE_LOCAL_HOUR, PERIOD, STAFF_HOUR, TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR
from glue.views import SMALLEST_CELL, TARGET_WAIT_SECONDS
from tests.sql.dashboards.sample_sums import (
    answered,
    asked_of,
    expected_places,
    open_days,
    open_share,
    rows_of,
    shown,
    within,
)
from tests.sql.floor.floor_rows import clock_hours, dates, open_day, period
from tests.sql.lake_rows import DAY, Row, lake, row

WEEK = dates(DAY, 7)
EDGES = (0, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900)
Cell = tuple[Any, ...]


def cells(rows: Iterable[Row], *names: str) -> dict[Cell, Row]:
    """Return rows by what they are about; each comes once."""
    found = [(tuple(each[name] for name in names), each) for each in rows]
    assert len(dict(found)) == len(found)
    return dict(found)


def periods() -> Iterator[tuple[str, str, tuple[dt.date, dt.date]]]:
    """Give the sample's periods with each store: what rows are grouped by."""
    for each in rows_of(PERIOD.name):
        for store_id in ("berlin-1", "hamburg-1", "munich-1", "pune-1", "chicago-1"):
            yield each["period_id"], store_id, (each["start_date"], each["end_date"])


def open_hours(store_id: str, days: tuple[dt.date, dt.date]) -> Iterator[tuple[dt.date, int]]:
    """Give the dates and hours of the clock at which a store of the sample is open: from 11 to 16."""
    for (store, date), day in open_days().items():
        if store == store_id and days[0] <= date <= days[1]:
            assert day["open_hours"] == 5
            yield from ((date, hour) for hour in range(11, 16))


def added(sums: dict[Cell, dict[str, float]], cell: Cell, **figures: float) -> None:
    """Add figures to those of a cell."""
    for name, figure in figures.items():
        sums[cell][name] = sums[cell].get(name, 0) + figure


def matches(found: Row, expected: dict[str, float | None]) -> bool:
    """Whether a row has the expected figures."""
    return {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-4)


LANE_SUMS = ("joined", "served", "abandoned", "wait_ms", "served_over_target", "open_ms")


def _week_of(period_id: str, store_id: str, days: tuple[dt.date, dt.date]) -> dict[Cell, dict[str, float]]:
    """Return what a store's rows of a period come to by weekday and hour, of open hours alone."""
    told: dict[Cell, dict[str, float]] = defaultdict(dict)
    hours = set(open_hours(store_id, days))
    for date, hour in hours:
        added(told, (period_id, store_id, date.isoweekday(), hour), hours_open=1)
    for fact, figures in _counts(store_id, days):
        date, hour = fact["business_date"], fact["hour_of_day"]
        if (date, hour) in hours:
            added(told, (period_id, store_id, date.isoweekday(), hour), **figures)
    return told


def _counts(store_id: str, days: tuple[dt.date, dt.date]) -> Iterator[tuple[Row, dict[str, float]]]:
    for fact in within(TRAFFIC_LOCAL_HOUR.name, store_id, days):
        yield fact, {"visitors": fact["in_count"], "door_hours_seen": _seen("doors", fact)}
    for fact in within(LANE_LOCAL_HOUR.name, store_id, days):
        yield fact, {name: fact[name] for name in LANE_SUMS} | {"lane_hours_seen": _seen("lanes", fact)}
    for plan in within(STAFF_HOUR.name, store_id, days):
        yield plan, {"staff_hours": plan["staff_hours"]}


def _seen(kind: str, fact: Row) -> float:
    places = expected_places(kind, fact["store_id"], fact["business_date"])
    return float(fact["coverage"] * open_share(fact) / places)


def _shown_week(sums: dict[str, float]) -> dict[str, float | None]:
    """Return the sums of a cell as the view tells them."""
    visitors, joined, served = (_whole(sums.get(name)) for name in ("visitors", "joined", "served"))
    return {
        "hours_open": sums["hours_open"],
        "door_hours_seen": sums.get("door_hours_seen", 0.0),
        "lane_hours_seen": sums.get("lane_hours_seen", 0.0),
        "visitors": shown(visitors, visitors),
        "joined": shown(joined, joined),
        "served": shown(served, served),
        "abandoned": shown(sums.get("abandoned"), joined),
        "wait_seconds": shown(sums.get("wait_ms", 0) / 1000, served),
        "served_over_target": shown(sums.get("served_over_target"), served),
        "lane_open_hours": sums["open_ms"] / 3_600_000 if "open_ms" in sums else None,
        "staff_hours": sums.get("staff_hours"),
    }


def test_store_hours_of_the_sample() -> None:
    """Rule: on the sample each weekday and hour has what plain loops add up, of open hours alone."""
    found = cells(answered("store_hour"), "period_id", "store_id", "iso_weekday", "hour_of_day")
    expected: dict[Cell, dict[str, float]] = {}
    for each in periods():
        told = _week_of(*each)
        if any("visitors" in sums or "joined" in sums for sums in told.values()):
            expected |= told
    assert found.keys() == expected.keys()
    for cell, sums in expected.items():
        assert matches(found[cell], _shown_week(sums)), cell


def _whole(people: float | None) -> int | None:
    return None if people is None else round(people)


def _of_places(store_id: str, days: tuple[dt.date, dt.date]) -> Iterator[Row]:
    """Give the hours of a store's aisles, and of its lanes as if they were zones."""
    yield from (each for each in within(ZONE_LOCAL_HOUR.name, store_id, days) if each["zone_kind"] == "aisle")
    for each in within(LANE_LOCAL_HOUR.name, store_id, days):
        yield each | {"zone_id": each["lane_id"], "zone_kind": "lane"}


def _figures(fact: Row) -> dict[str, float]:
    """Return what an hour of an aisle or of a lane adds to its place."""
    shared = {"hours_seen": fact["coverage"] * open_share(fact)}
    if fact["zone_kind"] == "lane":
        served = {"people": fact["served"], "seconds": fact["wait_ms"] / 1000}
        return shared | served | {"over_target": fact["served_over_target"]}
    hours = {"person_hours": fact["person_ms"] / 3_600_000}
    return shared | hours | {"people": fact["visits"], "seconds": fact["dwell_ms"] / 1000}


def test_place_hours_of_the_sample() -> None:
    """Rule: on the sample each hour of an aisle or lane has what plain loops add up."""
    expected: dict[Cell, dict[str, float]] = defaultdict(dict)
    for period_id, store_id, days in periods():
        hours = Counter(hour for _, hour in open_hours(store_id, days))
        for fact in _of_places(store_id, days):
            hour = fact["hour_of_day"]
            if hour in hours:
                cell = (period_id, store_id, fact["zone_kind"], fact["zone_id"], hour)
                added(expected, cell, **_figures(fact))
                expected[cell]["hours_open"] = hours[hour]
    found = cells(answered("place_hour"), "period_id", "store_id", "place_kind", "place_id", "hour_of_day")
    assert found.keys() == expected.keys()
    for cell, sums in expected.items():
        told = {name: shown(sums.get(name), _whole(sums["people"])) for name in ("people", "seconds", "over_target")}
        assert matches(found[cell], told | {name: sums[name] for name in ("hours_open", "hours_seen")}), cell


def test_zone_weeks_of_the_sample() -> None:
    """Rule: on the sample each weekday and hour of an aisle has what plain loops add up."""
    expected: dict[Cell, dict[str, float]] = defaultdict(dict)
    for period_id, store_id, days in periods():
        hours = Counter((date.isoweekday(), hour) for date, hour in open_hours(store_id, days))
        for fact in _of_places(store_id, days):
            time = (fact["business_date"].isoweekday(), fact["hour_of_day"])
            if fact["zone_kind"] == "aisle" and time in hours:
                cell = (period_id, store_id, fact["zone_id"], *time)
                added(expected, cell, **_figures(fact))
                expected[cell]["hours_open"] = hours[time]
    found = cells(answered("zone_hour_weekday"), "period_id", "store_id", "zone_id", "iso_weekday", "hour_of_day")
    assert found.keys() == expected.keys()
    for cell, sums in expected.items():
        columns = {"visits": "people", "dwell_seconds": "seconds", "person_hours": "person_hours"}
        told = {column: shown(sums[name], _whole(sums["people"])) for column, name in columns.items()}
        assert matches(found[cell], told | {name: sums[name] for name in ("hours_open", "hours_seen")}), cell
        assert found[cell]["is_suppressed"] == (0 < sums["people"] < SMALLEST_CELL)


def test_waits_of_the_sample() -> None:
    """Rule: each stored bucket counts where its middle lies; the buckets of a store add up to those who were served."""
    expected: dict[Cell, int] = {}
    for period_id, store_id, days in periods():
        facts = list(within(LANE_LOCAL_HOUR.name, store_id, days))
        if facts:
            expected |= {(period_id, store_id, edge): 0 for edge in EDGES}
        for fact in facts:
            for bucket in fact["wait_histogram"]:
                edge = max(edge for edge in EDGES if edge <= _middle_seconds(bucket["lower_ms"]))
                expected[period_id, store_id, edge] += bucket["count"]
    found = cells(answered("wait_distribution"), "period_id", "store_id", "wait_from_seconds")
    assert {cell: each["people"] for cell, each in found.items()} == {
        cell: shown(people, people) for cell, people in expected.items()
    }
    served = sum(fact["served"] for fact in within(LANE_LOCAL_HOUR.name, "berlin-1",
                                                  (dt.date(2025, 11, 1), dt.date(2025, 11, 30))))  # fmt: skip
    assert sum(people for cell, people in expected.items() if cell[:2] == ("2025-11", "berlin-1")) == served


def _middle_seconds(lower_ms: int) -> float:
    return math.sqrt(lower_ms * upper_ms(lower_ms)) / 1000 if lower_ms else FIRST_MS / 2000


def tables(**facts: list[Row]) -> dict[str, list[Row]]:
    """Return a lake of a store that opens from 8 to 10 every day, with a week and its first two days as periods."""
    days = [open_day(date, hours=2) for date in [DAY - dt.timedelta(days=1), *WEEK]]
    asked = [period(), period(days=2, period_id="two")]
    return {"period_v1": asked, "store_v1": [row("store_v1")], "store_day_v1": days, **facts}


def lane(waits_ms: list[int], **values: Any) -> Row:
    """Return an hour of a lane with such waits."""
    counts = [{"lower_ms": lower, "count": count} for lower, count in histogram(waits_ms).items()]
    over = sum(wait_ms > TARGET_WAIT_SECONDS * 1000 for wait_ms in waits_ms)
    usual = {"lane_id": "lane-1", "hour_of_day": 8, "served": len(waits_ms), "joined": len(waits_ms)}
    sums = {"wait_ms": sum(waits_ms), "served_over_target": over, "wait_histogram": counts}
    return row("lane_local_hour_v1", **(usual | sums | values))


def test_buckets_in_words() -> None:
    """Rule: buckets follow each other without a gap, say so in minutes and seconds, and part at the target wait."""
    found = asked_of(lake(tables(lane_local_hour_v1=[lane([1_000])])), "wait_distribution")
    week = sorted((each for each in found if each["period_id"] == "week"), key=lambda each: each["wait_from_seconds"])
    assert tuple(each["wait_from_seconds"] for each in week) == EDGES
    assert tuple(each["wait_to_seconds"] for each in week) == (*EDGES[1:], None)
    for each in week[:-1]:
        assert each["label"] == f"{_clock(each['wait_from_seconds'])}–{_clock(each['wait_to_seconds'])}"
    assert week[-1]["label"] == "15:00 or more"
    assert [each["wait_from_seconds"] for each in week if each["is_within_target"]] == [0, 30, 60, 90, 120]


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def test_days_beside_a_period_are_not_in_it() -> None:
    """Rule: periods that share days, begin or end within each other, have their own days and no others."""
    facts = [
        lane([10_000] * 6 * 10**number, business_date=date) for number, date in enumerate([WEEK[0], WEEK[1], WEEK[6]])
    ]
    outside = [
        lane([10_000] * 9, business_date=date) for date in (DAY - dt.timedelta(days=1), WEEK[6] + dt.timedelta(days=1))
    ]
    connection = lake(tables(lane_local_hour_v1=[*facts, *outside]))
    for view, where in (("wait_distribution", {"wait_from_seconds": 0}), ("place_hour", {"hour_of_day": 8})):
        found = [each for each in asked_of(connection, view) if where.items() <= each.items()]
        assert {each["period_id"]: each["people"] for each in found} == {"week": 666, "two": 66}
    joined = [each for each in asked_of(connection, "store_hour") if each["joined"] is not None]
    assert sorted((each["period_id"], each["iso_weekday"], each["joined"]) for each in joined) == [
        ("two", 1, 6),
        ("two", 2, 60),
        ("week", 1, 6),
        ("week", 2, 60),
        ("week", 7, 600),
    ]


def test_small_cells() -> None:
    """Rule: of four people neither their number nor their time is told, of five both, however few waited too long."""
    aisles = [
        row("zone_local_hour_v1", zone_id=name, zone_kind="aisle", visits=visits, dwell_ms=9_000, hour_of_day=8)
        for name, visits in (("few", 4), ("enough", 5), ("none", 0))
    ]
    facts = tables(
        zone_local_hour_v1=aisles,
        lane_local_hour_v1=[lane([1_000] * 4), lane([1_000] * 4 + [999_000], lane_id="lane-2")],
        zone_v1=[row("zone_v1", zone_id="enough", zone_kind="aisle", name="Dairy")],
    )
    found = cells(asked_of(lake(facts), "place_hour"), "period_id", "place_id")
    told = {key[1]: (each["place_name"], each["people"], each["seconds"], each["over_target"], each["is_suppressed"])
            for key, each in found.items() if key[0] == "week"}  # fmt: skip
    assert told == {
        "few": ("few", None, None, None, True),
        "enough": ("Dairy", 5, 9, None, False),
        "none": ("none", 0, 9, None, False),
        "lane-1": ("lane-1", None, None, None, True),
        "lane-2": ("lane-2", 5, 1003, 1, False),
    }
    buckets = cells(asked_of(lake(facts), "wait_distribution"), "period_id", "wait_from_seconds")
    assert (buckets["week", 0]["people"], buckets["week", 900]["people"]) == (8, None)
    assert (buckets["week", 900]["is_suppressed"], buckets["week", 30]["is_suppressed"]) == (True, False)


def test_hours_in_which_the_store_is_closed_are_left_out() -> None:
    """Rule: what was counted at an hour at which the store never opens is in no row of hours."""
    late = {"hour_of_day": 20, "business_date": WEEK[0]}
    facts = tables(
        lane_local_hour_v1=[lane([1_000] * 9, **late), lane([1_000] * 9)],
        traffic_local_hour_v1=[row("traffic_local_hour_v1", line_id="door", in_count=50, **late)],
        zone_local_hour_v1=[row("zone_local_hour_v1", zone_id="a", zone_kind="aisle", visits=50, **late)],
    )
    connection = lake(facts)
    for view in ("store_hour", "place_hour", "zone_hour_weekday"):
        assert {each["hour_of_day"] for each in asked_of(connection, view)} <= {8, 9}


def test_clock_set_back() -> None:
    """Rule: both hours that the clock shows alike are in one row, of two open hours."""
    date, zone = dt.date(2026, 10, 25), "Europe/Berlin"
    hours = list(clock_hours(date, zone))
    facts = [lane([1_000] * 5, hour_of_day=hour, business_date=date, window_start=start) for hour, start in hours]
    given = tables(lane_local_hour_v1=facts) | {
        "period_v1": [period(date, 1)],
        "store_v1": [row("store_v1", time_zone=zone)],
        "store_day_v1": [open_day(date, opens=0, hours=25, zone=zone)],
    }
    for view, people in (("store_hour", "served"), ("place_hour", "people")):
        found = cells(asked_of(lake(given), view), "hour_of_day")
        assert [(found[hour,]["hours_open"], found[hour,][people]) for hour in (1, 2, 3)] == [(1, 5), (2, 10), (1, 5)]
        seen = {each["lane_hours_seen" if view == "store_hour" else "hours_seen"] for each in found.values()}
        assert seen == {1, 2}
