"""What the tests of the floor's views share: a period, a store's open days, its hours, and Wilson's interval."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from tests.sql.lake_rows import DAY, Row, row

HOUR = dt.timedelta(hours=1)
Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


def period(first: dt.date = DAY, days: int = 7, *, period_id: str = "week", kind: str = "iso_week") -> Row:
    """Return a period of so many days, and the same weekdays a year before."""
    last = first + dt.timedelta(days=days - 1)
    year = dt.timedelta(days=364)
    return row(
        "period_v1",
        period_id=period_id,
        period_kind=kind,
        start_date=first,
        end_date=last,
        baseline_start_date=first - year,
        baseline_end_date=last - year,
    )


def dates(first: dt.date, days: int) -> list[dt.date]:
    """Return so many dates in order."""
    return [first + dt.timedelta(days=number) for number in range(days)]


def open_day(
    date: dt.date = DAY, *, opens: float = 8, hours: float = 4, zone: str = "UTC", store_id: str = "store"
) -> Row:
    """Return a day on which a store opens so many hours after midnight, for so many hours; 0 hours is a closed one."""
    day_start, day_end = midnight(date, zone), midnight(date + dt.timedelta(days=1), zone)
    opens_at = day_start + opens * HOUR
    return row(
        "store_day_v1",
        store_id=store_id,
        business_date=date,
        day_start=day_start,
        day_end=day_end,
        is_open=hours > 0,
        opens_at=opens_at if hours else None,
        closes_at=opens_at + hours * HOUR if hours else None,
        open_hours=float(hours),
    )


def midnight(date: dt.date, zone: str) -> dt.datetime:
    """Return the instant at which a date begins in a time zone."""
    return dt.datetime.combine(date, dt.time(), tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def clock_hours(date: dt.date, zone: str) -> Iterator[tuple[int, dt.datetime]]:
    """Yield the hours of a day as its clock shows them, with their first instants: 23, 24 or 25."""
    start = midnight(date, zone)
    while start.astimezone(ZoneInfo(zone)).date() == date:
        yield start.astimezone(ZoneInfo(zone)).hour, start
        start += HOUR


def wilson(hits: int, people: int) -> tuple[float, float]:
    """Return the limits of the 95 % interval of a share (E. B. Wilson 1927)."""
    share = hits / people
    middle = share + Z**2 / (2 * people)
    width = Z * math.sqrt(share * (1 - share) / people + Z**2 / (4 * people**2))
    return max((middle - width) / (1 + Z**2 / people), 0), min((middle + width) / (1 + Z**2 / people), 1)


def rank_of(values: Iterable[float], share: float) -> float:
    """Return the least value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]
