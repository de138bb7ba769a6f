"""`aisle_ranking`: visits of each aisle, and its share beside that of the year before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from glue.views import SMALLEST_CELL
from tests.sql.floor.floor_rows import dates, open_day, period
from tests.sql.lake_rows import DAY, Row, lake, row, rows

YEAR = dt.timedelta(days=364)
WEEK = dates(DAY, 7)


def aisle(zone_id: str, visits: int, date: dt.date = DAY, **values: Any) -> Row:
    """Return an open hour of an aisle in which each visit took 20 s."""
    usual = {"zone_kind": "aisle", "hour_of_day": 8, "dwell_ms": visits * 20_000, "person_ms": visits * 36_000}
    return row("zone_local_hour_v1", zone_id=zone_id, visits=visits, business_date=date, **(usual | values))


def ranking(facts: list[Row], *, open_hours: float = 1, **tables: list[Row]) -> dict[tuple[str, str], Row]:
    """Return the rows of a week by store and aisle; stores open for an hour a day, this year and the year before."""
    given = {
        "period_v1": [period()],
        "store_v1": [row("store_v1", store_id=name) for name in ("store", "other")],
        "store_day_v1": [
            open_day(date, hours=open_hours, store_id=name)
            for date in (*WEEK, *(each - YEAR for each in WEEK))
            for name in ("store", "other")
        ],
        "zone_local_hour_v1": facts,
    }
    found = rows(lake(given | tables, "aisle_ranking"), "SELECT * FROM aisle_ranking")
    return {(each["store_id"], each["zone_id"]): each for each in found}


def watched(zone_id: str, visits: int, *, years_before: int = 0, days: int = 7, **values: Any) -> list[Row]:
    """Return an aisle that was watched on so many days of the week, with all its visits on the first one."""
    return [
        aisle(zone_id, visits if number == 0 else 0, WEEK[number] - years_before * YEAR, **values)
        for number in range(days)
    ]


def test_measures_of_an_aisle() -> None:
    """Rule: visits, their share in the store, mean dwell, time spent and visits per square metre are sums over days."""
    facts = [*watched("dairy", 60), aisle("dairy", 20, WEEK[6], hour_of_day=20), *watched("wine", 20)]
    facts += [aisle("queue", 500, zone_kind="queue"), *watched("dairy", 1000, store_id="other")]
    named = row("zone_v1", zone_id="dairy", name="Dairy", department="fresh", area_m2=40.0)
    found = ranking(facts, zone_v1=[named, row("zone_v1", zone_id="dairy", store_id="other", name="Other")])
    assert set(found) == {("store", "dairy"), ("store", "wine"), ("other", "dairy")}
    dairy, wine = found["store", "dairy"], found["store", "wine"]
    assert (dairy["visits"], dairy["visit_share"], dairy["rank_in_store"]) == (80, 0.8, 1)
    assert (dairy["dwell_seconds_mean"], dairy["person_hours"], dairy["visits_per_m2"]) == (20.0, 0.8, 2.0)
    assert (dairy["name"], dairy["department"], wine["name"]) == ("Dairy", "fresh", None)
    assert (wine["rank_in_store"], wine["visits_per_m2"], wine["coverage"]) == (2, None, 1.0)
    assert (found["other", "dairy"]["visit_share"], found["other", "dairy"]["name"]) == (1.0, "Other")


def test_period_is_bounded() -> None:
    """Rule: first and last day of the period and of the year before count; a day beside them does not."""
    ends = [(WEEK[0], 10), (WEEK[6], 10), (WEEK[0] - dt.timedelta(days=1), 99), (WEEK[6] + dt.timedelta(days=1), 99)]
    facts = [aisle("a", visits, date) for date, visits in ends]
    facts += [aisle("a", 2 * visits, date - YEAR) for date, visits in ends]
    found = ranking(facts)["store", "a"]
    assert (found["visits"], found["baseline_visits"]) == (20, 40)


def test_change_of_share() -> None:
    """Rule: the change is told in points between the shares of both years, with both coverages."""
    facts = [*watched("a", 60), *watched("b", 40)]
    facts += [*watched("a", 150, years_before=1), *watched("b", 50, years_before=1)]
    found = ranking(facts)["store", "a"]
    assert (found["baseline_visits"], found["baseline_visit_share"]) == (150, 0.75)
    assert found["share_change_points"] == pytest.approx(-15)
    assert (found["coverage"], found["baseline_coverage"], found["is_comparable"], found["flag"]) == (1, 1, True, None)


@pytest.mark.parametrize(
    ("coverage", "baseline_coverage", "flag"),
    [
        (1.0, 0.9, None),
        (1.0, 0.89, "unequal coverage"),
        (0.8, 0.8, None),
        (0.79, 0.79, "unequal coverage"),
        (0.85, 0.95, None),
        (1.0, None, "no baseline"),
    ],
)
def test_comparison_is_flagged(coverage: float, baseline_coverage: float | None, flag: str | None) -> None:
    """Rule: more than 0.10 apart, or below 0.80, or nothing to compare with: the row is there, and says so."""
    facts = watched("a", 60, coverage=coverage)
    if baseline_coverage is not None:
        facts += watched("a", 60, years_before=1, coverage=baseline_coverage)
    found = ranking(facts)["store", "a"]
    assert (found["coverage"], found["baseline_coverage"]) == (pytest.approx(coverage), baseline_coverage)
    assert (found["flag"], found["is_comparable"]) == (flag, flag is None)


def test_missing_days_lower_the_coverage() -> None:
    """Rule: open hours without a row count as not watched; hours outside do not make up for them."""
    facts = [*watched("a", 60, days=3), *watched("a", 0, hour_of_day=20)]
    assert ranking(facts)["store", "a"]["coverage"] == pytest.approx(3 / 7, abs=1e-6)


def test_store_without_opening_hours() -> None:
    """Rule: where nobody knows when the store is open the coverage is not known, and nothing is called comparable."""
    found = ranking([*watched("a", 60), *watched("a", 60, years_before=1)], store_day_v1=[])["store", "a"]
    assert (found["visits"], found["coverage"], found["flag"]) == (60, None, "unequal coverage")


def test_small_cells() -> None:
    """Rule: so few visits that they could tell of a person are not shown, nor what is derived; none, and k, are."""
    facts = [*watched("few", SMALLEST_CELL - 1), *watched("k", SMALLEST_CELL), *watched("none", 0)]
    facts += watched("k", SMALLEST_CELL - 1, years_before=1)
    area = [row("zone_v1", zone_id="few", area_m2=10.0)]
    found = {zone: each for (_, zone), each in ranking(facts, zone_v1=area).items()}
    derived = ("visits", "visit_share", "dwell_seconds_mean", "person_hours", "visits_per_m2", "rank_in_store")
    assert {found["few"][name] for name in derived} == {None}
    assert found["few"]["coverage"] == 1
    assert (found["k"]["visits"], found["k"]["visit_share"]) == (5, pytest.approx(5 / 9))
    baseline = ("baseline_visits", "baseline_visit_share", "share_change_points")
    assert {found["k"][name] for name in baseline} == {None}
    assert (found["none"]["visits"], found["none"]["dwell_seconds_mean"], found["none"]["visit_share"]) == (0, None, 0)
    assert {zone: (each["is_suppressed"], each["rank_in_store"]) for zone, each in found.items()} == {
        "few": (True, None),
        "k": (True, 1),
        "none": (False, 2),
    }


def test_equal_visits_have_one_rank() -> None:
    """Rule: ranks of equal visits are equal, and the next one is left out."""
    facts = [each for zone, visits in (("a", 9), ("b", 9), ("c", 7)) for each in watched(zone, visits)]
    assert [each["rank_in_store"] for each in ranking(facts).values()].count(1) == 2
    assert ranking(facts)["store", "c"]["rank_in_store"] == 3


def test_store_without_a_visit() -> None:
    """Rule: a share of nothing is not known, never an error."""
    found = ranking(watched("a", 0))["store", "a"]
    assert (found["visits"], found["visit_share"], found["dwell_seconds_mean"]) == (0, None, None)
