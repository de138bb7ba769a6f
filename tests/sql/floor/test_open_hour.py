"""`open_hour` and `coverage_hour`: which hours should have been watched, and how much of each was."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from contracts import quality
from tests.sql.floor.floor_rows import clock_hours, dates, open_day
from tests.sql.lake_rows import DAY, Row, lake, row, rows

BERLIN = "Europe/Berlin"
COVERAGES = "SELECT window_start, coverage, places FROM coverage_hour WHERE kind = 'traffic' ORDER BY window_start"


def hours_of(date: dt.date, **changes: Any) -> list[Row]:
    """Return the open hours of a day in Berlin."""
    stores = [row("store_v1", time_zone=BERLIN)]
    connection = lake({"store_v1": stores, "store_day_v1": [open_day(date, zone=BERLIN, **changes)]}, "open_hour")
    return rows(connection, "SELECT * FROM open_hour ORDER BY window_start")


@pytest.mark.parametrize(
    ("date", "count"), [(dt.date(2026, 10, 25), 25), (dt.date(2026, 3, 29), 23), (dt.date(2026, 3, 28), 24)]
)
def test_day_has_the_hours_of_its_clock(date: dt.date, count: int) -> None:
    """Rule: a day that is open all the time has 25 hours when the clock is set back, 23 when it is set forward."""
    found = hours_of(date, opens=0, hours=count)
    assert [(each["hour_of_day"], each["window_start"]) for each in found] == list(clock_hours(date, BERLIN))
    assert len(found) == count
    assert {(each["business_date"], each["iso_weekday"], each["open_share"]) for each in found} == {
        (date, date.isoweekday(), 1.0)
    }


def test_part_of_an_hour() -> None:
    """Rule: an hour within which the store opens or closes counts by its part; a closed hour is not there."""
    found = hours_of(DAY, opens=8.5, hours=2.25)
    assert [(each["hour_of_day"], each["open_share"]) for each in found] == [(8, 0.5), (9, 1.0), (10, 0.75)]


def test_half_hour_zone_and_closed_day() -> None:
    """Rule: hours begin on the store's own clock, where it is half an hour off too; a closed day has none."""
    zone = "Asia/Kolkata"
    days = [open_day(DAY, opens=9, hours=1, zone=zone), open_day(dates(DAY, 2)[1], hours=0, zone=zone)]
    connection = lake({"store_v1": [row("store_v1", time_zone=zone)], "store_day_v1": days}, "open_hour")
    (found,) = rows(connection, "SELECT * FROM open_hour")
    assert (found["hour_of_day"], found["window_start"]) == (9, dt.datetime(2026, 3, 2, 3, 30, tzinfo=dt.UTC))


def crossing(hour: int, line: str = "door", **values: Any) -> Row:
    """Return an hour of a line."""
    return row("traffic_local_hour_v1", line_id=line, hour_of_day=hour, **values)


def test_missing_rows_are_not_watched() -> None:
    """Rule: an hour's coverage is the mean over the places expected; one without a row, and an hour without, is 0."""
    facts = [
        crossing(8, coverage=0.5),
        crossing(8, "side", coverage=0.25),
        crossing(9, coverage=0.5),
        crossing(12, "side"),
        crossing(9, store_id="other"),
    ]
    tables = {"store_v1": [row("store_v1")], "store_day_v1": [open_day()], "traffic_local_hour_v1": facts}
    found = rows(lake(tables, "coverage_hour"), COVERAGES)
    assert [each["coverage"] for each in found] == [0.375, 0.25, 0.0, 0.0]
    assert {each["places"] for each in found} == {2}


def test_place_is_missed_for_28_days() -> None:
    """Rule: from its first row on a place is expected, until 28 days after its last; it may come back later."""
    days = dates(DAY, 60)
    with_rows = [days[1], days[29], days[59]]
    tables = {
        "store_v1": [row("store_v1")],
        "store_day_v1": [open_day(date, hours=1) for date in days],
        "traffic_local_hour_v1": [crossing(8, business_date=date) for date in with_rows],
    }
    found = rows(lake(tables, "coverage_hour"), COVERAGES)
    assert [each["places"] for each in found] == [0, *[1] * 57, 0, 1]
    assert [number for number, each in enumerate(found) if each["coverage"] == 1] == [1, 29, 59]


def test_grade_and_kinds() -> None:
    """Rule: each kind has its row, graded by the rule of its own measures; lateness counts by what was watched."""
    zones = [
        row("zone_local_hour_v1", zone_id="a", hour_of_day=8, coverage=1.0, camera_up_share=0.9, late_share=0.02),
        row("zone_local_hour_v1", zone_id="b", hour_of_day=8, coverage=0.5, camera_up_share=0.7, late_share=0.08),
    ]
    tables = {"store_v1": [row("store_v1")], "store_day_v1": [open_day(hours=1)], "zone_local_hour_v1": zones}
    found = {each["kind"]: each for each in rows(lake(tables, "coverage_hour"), "SELECT * FROM coverage_hour")}
    measures = {"coverage": 0.75, "camera_up_share": 0.8, "late_share": (0.02 + 0.04) / 1.5}
    assert {name: found["zones"][name] for name in measures} == pytest.approx(measures)
    assert found["zones"]["quality"] == quality.grade(measures)
    assert {found[kind]["quality"] for kind in ("traffic", "lanes")} == {quality.NONE}
