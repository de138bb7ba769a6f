"""Hours on the store's clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue.dimensions.hours import Hours, hours_of

BERLIN = ZoneInfo("Europe/Berlin")
MINUTES = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] < pair[1])


@given(MINUTES)
def test_hours_are_read_as_they_are_written(minutes: tuple[int, int]) -> None:
    """Rule: what is written can be read again, midnight as 24:00; what is read stays as it is."""
    hours = Hours(*minutes)
    assert hours_of(hours) is hours
    assert hours_of(f"{hours.opens}-{hours.closes}") == hours


@given(MINUTES)
def test_hours_of_the_day_hold_all_minutes(minutes: tuple[int, int]) -> None:
    """Rule: the minutes within the hours of the day add up to the whole."""
    hours = Hours(*minutes)
    within = [hours.minutes_within(hour) for hour in range(24)]
    assert sum(within) == hours.closes_minute - hours.opens_minute
    assert all(0 <= minutes <= 60 for minutes in within)


@pytest.mark.parametrize(
    "written", ["8:00-20:00", "08:00-25:00", "20:00-08:00", "08:00-08:00", "08:00", 8, "24:00-24:00"]
)
def test_other_forms_are_refused(written: object) -> None:
    """Rule: hours that are no stretch of one day are refused, with the form that is expected."""
    with pytest.raises(ValueError, match="write them as 08:00-20:00"):
        hours_of(written)


@pytest.mark.parametrize(("date", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
def test_round_the_clock_is_as_long_as_the_day(date: str, length: int) -> None:
    """Rule: a store that never closes is open for 23 or 25 hours when clocks change."""
    start, end = hours_of("00:00-24:00").instants(dt.date.fromisoformat(date), BERLIN)
    assert end - start == dt.timedelta(hours=length)
    assert start.tzinfo == dt.UTC
