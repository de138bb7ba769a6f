"""Planned staff by hour."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from contracts.tables import STAFF_HOUR
from glue.dimensions.days import store_days
from glue.dimensions.load import checked
from glue.dimensions.problems import DimensionError
from glue.dimensions.staff import RosteredHour, read_roster, staff_rows
from glue.dimensions.stores import store_rows
from tests.glue.dimensions.conftest import STORE, WEEK, ReadChain

PLAN = """
[[stores.staff]]
weekdays = ["monday", "friday"]
hours = "08:30-10:00"
people = 2
[[stores.staff]]
weekdays = ["monday"]
hours = "09:00-10:30"
people = 1.5
"""
YEARS = range(2026, 2027)
HEADER = "store_id,date,hour,staff_hours\n"


def _rows(chain_of: ReadChain, roster: list[RosteredHour]) -> dict[str, dict[int, float]]:
    chain = chain_of(f"{STORE}{WEEK}{PLAN}")
    rows = checked(STAFF_HOUR, staff_rows(chain, store_days(chain, (), YEARS), roster)).to_pylist()
    by_date: dict[str, dict[int, float]] = {}
    for row in rows:
        by_date.setdefault(str(row["business_date"]), {})[row["hour_of_day"]] = row["staff_hours"]
    return by_date


def test_shifts_add_up_hour_by_hour(chain_of: ReadChain) -> None:
    """Rule: an hour has the people times the part of it that they work; hours without anybody have no row."""
    rows = _rows(chain_of, [])
    assert rows["2026-09-21"] == {8: 1.0, 9: 3.5, 10: 0.75}
    assert rows["2026-09-25"] == {8: 1.0, 9: 2.0}
    assert "2026-09-22" not in rows


def test_nobody_is_planned_on_closed_days(chain_of: ReadChain) -> None:
    """Rule: Easter Monday is a Monday, and the store is closed."""
    assert "2026-04-06" not in _rows(chain_of, [])


def test_roster_takes_the_place_of_the_plan_date_by_date(chain_of: ReadChain) -> None:
    """Rule: a date that the roster speaks of has its hours alone; others keep the plan; dates out of range are left."""
    monday = dt.date(2026, 9, 21)
    roster = [
        RosteredHour(store_id="store-001", date=monday, hour=12, staff_hours=4.5),
        RosteredHour(store_id="store-001", date=monday.replace(year=2030), hour=12, staff_hours=4.5),
    ]
    rows = _rows(chain_of, roster)
    assert rows["2026-09-21"] == {12: 4.5}
    assert rows["2026-09-28"] == {8: 1.0, 9: 3.5, 10: 0.75}
    assert "2030-09-21" not in rows


def test_hours_of_a_week_are_worked_out_unless_they_are_given(chain_of: ReadChain) -> None:
    """Rule: the store's weekly hours are the sum of its plan, or what it says, or unknown."""

    def weekly(text: str) -> float | None:
        value: float | None = store_rows(chain_of(text)).column("weekly_staff_hours").to_pylist()[0]
        return value

    assert weekly(f"{STORE}{WEEK}{PLAN}") == 8.25
    assert weekly(f"{STORE}weekly_staff_hours = 300\n{WEEK}{PLAN}") == 300
    assert weekly(f"{STORE}{WEEK}") is None


def test_roster_is_read(tmp_path: Path, chain_of: ReadChain) -> None:
    """Rule: a workforce system's file gives hours by store, date and hour."""
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEADER}store-001,2026-09-21,8,2.5\n", encoding="utf-8")
    (row,) = read_roster(path, chain_of(f"{STORE}{WEEK}"))
    assert (row.store_id, str(row.date), row.hour, row.staff_hours) == ("store-001", "2026-09-21", 8, 2.5)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("store-009,2026-09-21,8,2.5\n", "line 2: expected a store of the chain, came 'store-009'"),
        ("store-001,2026-09-21,24,2.5\n", "line 2.hour: expected less than or equal to 23, came '24'"),
        ("store-001,2026-09-21,8,-1\n", "line 2.staff_hours: expected greater than or equal to 0, came '-1'"),
        ("store-001,2026-09-21,8,nan\n", "line 2.staff_hours: expected a finite number"),
        ("store-001,2026-09-21,8,1\n" * 2, "came store-001 2026-09-21 8 2 times; add them up"),
    ],
)
def test_bad_roster_is_told_with_its_cure(tmp_path: Path, chain_of: ReadChain, lines: str, says: str) -> None:
    """Rule: what cannot be a roster's line is refused before anything is written."""
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEADER}{lines}", encoding="utf-8")
    with pytest.raises(DimensionError) as caught:
        read_roster(path, chain_of(f"{STORE}{WEEK}"))
    assert says in str(caught.value)
