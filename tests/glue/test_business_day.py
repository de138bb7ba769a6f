"""A business day lasts from midnight to midnight where the store is."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from glue.business_day import BusinessDay


@pytest.mark.parametrize(
    ("date", "time_zone", "start", "hours"),
    [
        ("2026-09-21", "Europe/Berlin", "2026-09-20T22:00", 24),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00", 23),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00", 25),
        ("2026-11-01", "America/New_York", "2026-11-01T04:00", 25),
        # Clocks go forward at midnight: the day has no 00:00.
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00", 23),
        ("2026-09-21", "Asia/Kolkata", "2026-09-20T18:30", 24),
    ],
)
def test_from_midnight_to_midnight(date: str, time_zone: str, start: str, hours: int) -> None:
    """Days on which clocks change are 23 or 25 hours long."""
    day = BusinessDay(dt.date.fromisoformat(date), ZoneInfo(time_zone))
    assert day.start == dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC)
    assert day.end - day.start == dt.timedelta(hours=hours)


def test_days_follow_each_other() -> None:
    """Each instant belongs to exactly one day, over a whole year."""
    zone = ZoneInfo("Europe/Berlin")
    days = [BusinessDay(dt.date(2026, 1, 1) + dt.timedelta(days=number), zone) for number in range(365)]
    assert all(day.end == following.start for day, following in pairwise(days))
