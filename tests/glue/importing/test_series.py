"""What is only seen over weeks: gaps, counters that were off, outliers, and a file in the wrong time zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest

from tests.glue.importing.conftest import Check, changed, found

HEADER = "store,date,hour,people"
LONDON = ZoneInfo("Europe/London")
MONDAY = dt.date(2015, 6, 1)


def _busy_at(hour: int) -> int:
    """Return a day's curve: nobody to speak of at night, most at one o'clock."""
    return 5 + 100 * max(0, 8 - abs(hour - 13))


def _days(days: int, count: Callable[[dt.date, int], int | None]) -> Iterator[str]:
    """Give the lines of a store's days; an hour without a count has none."""
    yield HEADER
    for each in range(days):
        date = MONDAY + dt.timedelta(days=each)
        for hour in range(24):
            people = count(date, hour)
            if people is not None:
                yield f"north,{date},{hour},{people}"


def test_a_regular_line_is_fine(check: Check) -> None:
    """Rule: a line without gaps, quiet at night, breaks no rule."""
    assert check(*_days(42, lambda _, hour: _busy_at(hour))).findings.num_rows == 0


def test_a_gap_is_told_as_a_range(check: Check) -> None:
    """Rule: hours without a row are told once for each gap, from when to when, and become no row."""
    lost = range(10, 13)
    days = _days(28, lambda date, hour: None if date.day in lost and date.month == 6 else _busy_at(hour))
    checked = check(*days)
    (gap,) = found(checked, "gap")
    assert (gap["store_id"], gap["line_id"], gap["told_time"]) == ("north", "door", "2015-06-10 00:00")
    assert gap["value"] == "72 hours without a row"
    assert gap["expected"] == "rows up to 2015-06-12 23:00"
    assert checked.hours.num_rows == 25 * 24


def test_closed_hours_are_no_gap(check: Check) -> None:
    """Rule: hours of the week in which a line never has a row are those in which the store is closed."""
    open_hours = _days(28, lambda date, hour: _busy_at(hour) if 9 <= hour < 20 and date.isoweekday() < 7 else None)
    assert not found(check(*open_hours), "gap")


def test_a_counter_that_was_off_is_told(check: Check) -> None:
    """Rule: zeros through a day that is usually busy are told row by row, and can be left out: nobody was counted."""
    off = dt.date(2015, 6, 17)
    lines = list(_days(42, lambda date, hour: 0 if date == off else _busy_at(hour) + 5))
    checked = check(*lines)
    assert len(found(checked, "zero_run")) == 24
    assert checked.is_clean
    left_out = check(*lines, mapping=changed(rules={"zero_run": "leave_out"}))
    assert off not in left_out.hours["business_date"].to_pylist()
    assert checked.hours.num_rows - left_out.hours.num_rows == 24


def test_a_count_beyond_belief_is_told(check: Check) -> None:
    """Rule: a count over four times the line's high ones of that hour of the day is told, and kept."""
    days = _days(120, lambda date, hour: 9999 if (date.day, date.month, hour) == (17, 7, 13) else _busy_at(hour))
    checked = check(*days)
    assert [finding["value"] for finding in found(checked, "outlier")] == ["9999"]
    assert 9999 in checked.hours["in_count"].to_pylist()


def test_a_line_that_is_quiet_by_day_is_told(check: Check) -> None:
    """Rule: a line that is quietest in daytime is told, since its time zone is probably another one."""
    days = _days(21, lambda _, hour: _busy_at((hour + 11) % 24))
    (finding,) = found(check(*days), "quiet_by_day")
    assert finding["value"].startswith("quietest six hours from 10:00")


@pytest.fixture
def lines_in_utc() -> list[str]:
    """Two years of a store in London whose counter runs on UTC."""
    start = dt.datetime(2014, 1, 1, tzinfo=dt.UTC)
    instants = (start + dt.timedelta(hours=each) for each in range(2 * 365 * 24))
    rows = (f"north,{at.date()},{at.hour},{_busy_at(at.astimezone(LONDON).hour)}" for at in instants)
    return [HEADER, *rows]


def test_a_file_in_utc_is_found_out(check: Check, lines_in_utc: list[str]) -> None:
    """Rule: a file in UTC that is said to be local is told of by two signs: people in skipped hours, a moving curve."""
    checked = check(*lines_in_utc, mapping=changed(rules={"hour_not_shown": "leave_out"}))
    (skipped,) = found(checked, "counts_in_skipped_hours")
    (curve,) = found(checked, "curve_moves_with_clock")
    assert skipped["value"] == "people in 2 of 2 skipped hours"
    assert curve["value"] == "moved by an hour at 4 of 4 changes"


def test_the_same_file_told_as_utc_is_fine(check: Check, lines_in_utc: list[str]) -> None:
    """Rule: once the mapping says UTC, nothing is suspicious any more."""
    rows = (line.split(",") for line in lines_in_utc[1:])
    lines = [f"{store},{date} {int(hour):02}:00,{people}" for store, date, hour, people in rows]
    time = {"date": None, "hour": None, "timestamp": "at", "clock": "utc"}
    assert check("store,at,people", *lines, mapping=changed(time=time)).findings.num_rows == 0
