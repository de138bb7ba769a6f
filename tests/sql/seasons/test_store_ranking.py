"""`store_ranking`: who leads, also among its like, and who gained ranks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from glue.dimensions.calendar import DAY
from tests.sql.lake_rows import Row, row, rows
from tests.sql.seasons.chain import YEAR, Line, asked, season_lake

START = dt.date(2025, 8, 3)
DAYS = 14
PERIOD = asked(START, START + (DAYS - 1) * DAY)


def counted(store_id: str, now: int, before: int, **changes: Any) -> Line:
    """Return a store with the same visitors on every day of the period, and of the one before."""
    visitors = [before] * DAYS + [None] * (364 - DAYS) + [now] * DAYS
    return Line(store_id, START - YEAR, visitors, **changes)


def ranked(
    lines: Iterable[Line], measure: str, *, stores: Mapping[str, Row] | None = None, **tables: list[Row]
) -> dict[str, Row]:
    """Return the rows of a measure by store."""
    connection = season_lake(lines, stores=dict(stores or {}), tables={"period_v1": [PERIOD], **tables})
    found = rows(connection, f"SELECT * FROM store_ranking WHERE measure = '{measure}'")
    return {row["store_id"]: row for row in found}


def test_ranks_in_the_chain_and_among_peers() -> None:
    """Rule: the best has rank 1, equal ones share it; peers are of the same region and kind of location."""
    lines = [counted("a", 100, 90), counted("b", 300, 90), counted("c", 100, 90), counted("d", 500, 90, region="south")]
    kinds = {store_id: {"location_kind": "mall"} for store_id in "abd"} | {"c": {"location_kind": "high_street"}}
    found = ranked(lines, "visitors_per_day", stores=kinds)
    assert {store: (row["rank_in_chain"], row["rank_among_peers"], row["peers"]) for store, row in found.items()} == {
        "a": (3, 2, 2),
        "b": (2, 1, 2),
        "c": (3, 1, 1),
        "d": (1, 1, 1),
    }
    assert {row["stores"] for row in found.values()} == {4}


def test_ranks_gained_are_among_stores_that_compare() -> None:
    """Rule: a new store takes nobody's rank away, as it was not there to be beaten."""
    new = Line("new", START, [900] * DAYS)
    found = ranked([counted("a", 100, 90), counted("b", 80, 95), counted("c", 50, 40), new], "visitors_per_day")
    assert {store: row["rank_gain"] for store, row in found.items()} == {"a": 1, "b": -1, "c": 0, "new": None}
    assert (found["new"]["rank_in_chain"], found["new"]["flag"]) == (1, "no baseline")
    assert (found["a"]["value"], found["a"]["baseline_value"]) == (100, 90)


def test_visitors_for_the_sales_area() -> None:
    """Rule: a small store can lead by its area; a store without one is not ranked by it."""
    areas: dict[str, Row] = {"a": {"sales_area_m2": 50.0}, "b": {"sales_area_m2": 400.0}}
    found = ranked([counted("a", 100, 90), counted("b", 300, 90), counted("c", 9, 9)], "visitors_per_m2", stores=areas)
    assert {store: (row["value"], row["rank_in_chain"]) for store, row in found.items()} == {
        "a": (2, 1),
        "b": (0.75, 2),
    }


def lane_hours(store_id: str, served: int, over: int, wait_ms: int, *, coverage: float = 1.0) -> list[Row]:
    """Return a lane's hours of the period and of the one before, when all were served at once."""
    return [
        row(
            "lane_local_hour_v1",
            store_id=store_id,
            lane_id="lane-1",
            business_date=first + day * DAY,
            hour_of_day=10,
            served=served,
            served_over_target=is_now * over,
            wait_ms=is_now * wait_ms,
            coverage=coverage if is_now else 1.0,
        )
        for is_now, first in enumerate((START - YEAR, START))
        for day in range(DAYS)
    ]


@pytest.mark.parametrize(
    ("measure", "values", "ranks"),
    [("service_level", (0.9, 0.5), (1, 2)), ("wait_seconds_mean", (60.0, 30.0), (2, 1))],
)
def test_service_and_waits(measure: str, values: tuple[float, float], ranks: tuple[int, int]) -> None:
    """Rule: the highest service level leads, and the shortest wait; both are over all who were served."""
    lanes = [*lane_hours("a", 10, 1, 600_000), *lane_hours("b", 20, 10, 600_000)]
    found = ranked([counted("a", 1, 1), counted("b", 1, 1)], measure, lane_local_hour_v1=lanes)
    assert tuple(found[store]["value"] for store in "ab") == pytest.approx(values)
    assert tuple(found[store]["rank_in_chain"] for store in "ab") == ranks
    assert {row["coverage"] for row in found.values()} == {1.0}


def test_dwell_is_of_the_aisles() -> None:
    """Rule: dwell is over the visits to aisles, not to queues."""
    zones = [
        row(
            "zone_local_hour_v1", store_id="a", zone_id=kind, zone_kind=kind, business_date=START, hour_of_day=10,
            visits=10, dwell_ms=dwell_ms,
        )
        for kind, dwell_ms in (("aisle", 200_000), ("queue", 900_000))
    ]  # fmt: skip
    found = ranked([counted("a", 1, 1)], "dwell_seconds_mean", zone_local_hour_v1=zones)["a"]
    assert (found["value"], found["flag"]) == (20, "no baseline")


def test_unequal_coverage_gains_no_ranks() -> None:
    """Rule: where a lane was watched less than before, its rank stands, but tells of no gain."""
    lanes = [*lane_hours("a", 10, 1, 600_000, coverage=0.7), *lane_hours("b", 20, 10, 600_000)]
    found = ranked([counted("a", 1, 1), counted("b", 1, 1)], "service_level", lane_local_hour_v1=lanes)
    assert (found["a"]["flag"], found["a"]["rank_gain"], found["a"]["rank_in_chain"]) == ("unequal coverage", None, 1)
    assert found["b"]["rank_gain"] == 0


def test_few_people_are_not_ranked() -> None:
    """Rule: of fewer than five people served in the period neither figure nor rank is shown."""
    lanes = lane_hours("a", 0, 0, 0)
    lanes[-1] |= {"served": 3, "wait_ms": 3_000}
    found = ranked([counted("a", 1, 1)], "wait_seconds_mean", lane_local_hour_v1=lanes)["a"]
    assert (found["is_suppressed"], found["value"], found["rank_in_chain"]) == (True, None, None)
