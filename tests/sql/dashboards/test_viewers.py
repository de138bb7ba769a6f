"""`viewer_scope`, `viewer_default` and `period_choice`: who sees what, and what is shown first."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.sql.floor.floor_rows import period
from tests.sql.lake_rows import Row, lake, row, rows
from tests.sql.test_every_view import answer

DAY = dt.timedelta(days=1)
STORES = {"a": "north", "b": "north", "c": "south"}
MARCH = dt.date(2026, 3, 1)


def store(store_id: str, region: str) -> Row:
    """Return a store of a region."""
    return row("store_v1", store_id=store_id, region=region)


def scopes(stores: list[Row]) -> dict[str, set[str]]:
    """Return what each group sees."""
    found: dict[str, set[str]] = {}
    for each in rows(lake({"store_v1": stores}, "viewer_scope"), "SELECT * FROM viewer_scope"):
        found.setdefault(each["group_name"], set()).add(each["scope"])
    return found


def test_each_group_sees_its_own() -> None:
    """Rule: a store sees itself, a region its stores and itself, the chain everything; and nobody anything else."""
    assert scopes([store(*each) for each in STORES.items()]) == {
        "store-traffic-store-a": {"a"},
        "store-traffic-store-b": {"b"},
        "store-traffic-store-c": {"c"},
        "store-traffic-region-north": {"a", "b", "region:north"},
        "store-traffic-region-south": {"c", "region:south"},
        "store-traffic-chain": {"a", "b", "c", "region:north", "region:south", "chain"},
    }


@pytest.mark.parametrize(
    "odd", [("", "north"), ("  ", "north"), ("d", ""), ("d", " "), ("chain", "north"), ("a,b", "x"), ("d", "x,y")]
)
def test_what_could_open_more_is_left_out(odd: tuple[str, str]) -> None:
    """Rule: a store without an id or a region, or named as a scope of many, gives nobody a scope."""
    known = [store(*each) for each in STORES.items()]
    assert scopes([*known, store(*odd)]) == scopes(known)
    assert scopes([*known, store("region:south", "north")]) == scopes(known)
    assert scopes([store(*odd)]) == {}


def test_no_scope_of_the_sample_is_null() -> None:
    """Rule: a null scope would mean everything: there is none, nor a row twice, nor another store's for a store."""
    found = answer("viewer_scope").rows
    assert all(cell for line in found for cell in line)
    assert len(set(found)) == len(found)
    of_stores = [(name.removeprefix("store-traffic-store-"), scope) for name, scope in found if "-store-" in name]
    assert of_stores
    assert all(own == scope for own, scope in of_stores)


def counted(*dates: dt.date) -> list[Row]:
    """Return an hour of a door on each date."""
    return [row("traffic_local_hour_v1", line_id="door", business_date=date, hour_of_day=10) for date in dates]


def month(first: dt.date, days: int) -> Row:
    """Return a month."""
    return period(first, days, period_id=f"{first:%Y-%m}", kind="month")


def test_periods_that_are_over_and_have_data() -> None:
    """Rule: a period without a day of data is no choice, nor one that is not over; the latest of a kind is named."""
    periods = [
        month(dt.date(2025, 12, 1), 31),
        month(dt.date(2026, 1, 1), 31),
        month(dt.date(2026, 2, 1), 28),
        month(MARCH, 31),
        period(dt.date(2026, 1, 1), 90, period_id="2026-Q1", kind="quarter"),
        period(MARCH, 7, period_id="week", kind="iso_week"),
    ]
    facts = counted(dt.date(2025, 12, 31), dt.date(2026, 2, 1), MARCH + 6 * DAY)
    connection = lake({"period_v1": periods, "traffic_local_hour_v1": facts}, "period_choice")
    found = rows(connection, "SELECT * FROM period_choice ORDER BY period_id")
    assert {each["period_id"]: each["is_latest"] for each in found} == {
        "2025-12": False,
        "2026-02": True,
        "week": True,
    }
    assert found[0] == {name: periods[0][name] for name in periods[0]} | {"is_latest": False}


def test_what_a_group_sees_first() -> None:
    """Rule: the latest month that is over, a region's own region and a store's own store, and the chain no choice."""
    tables = {
        "store_v1": [store(*each) for each in STORES.items()],
        "period_v1": [month(dt.date(2026, 1, 1), 31), month(dt.date(2026, 2, 1), 28), month(MARCH, 31)],
        "traffic_local_hour_v1": counted(dt.date(2026, 1, 5), MARCH),
    }
    found = rows(lake(tables, "viewer_default"), "SELECT * FROM viewer_default")
    assert {tuple(each.values()) for each in found} == {
        *((f"store-traffic-store-{name}", "2026-01", None, name) for name in STORES),
        *((f"store-traffic-region-{name}", "2026-01", name, None) for name in ("north", "south")),
        ("store-traffic-chain", "2026-01", None, None),
    }
    assert len(found) == 6
