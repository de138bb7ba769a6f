"""A stretch of a day on the store's clock, such as 08:00-20:00."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from glue.business_day import BusinessDay

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES
_WRITTEN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens_minute` to `closes_minute`, both counted from midnight on the clock; 1440 is the next midnight."""

    opens_minute: int
    closes_minute: int

    @property
    def opens(self) -> str:
        """The first minute as a clock shows it, such as 08:00."""
        return _clock(self.opens_minute)

    @property
    def closes(self) -> str:
        """The end as a clock shows it, such as 20:00; 24:00 is midnight."""
        return _clock(self.closes_minute)

    def minutes_within(self, hour: int) -> int:
        """Return how many minutes of an hour of the day (0 to 23) lie within."""
        start = max(self.opens_minute, hour * HOUR_MINUTES)
        return max(0, min(self.closes_minute, (hour + 1) * HOUR_MINUTES) - start)

    def instants(self, date: dt.date, time_zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Return begin and end in UTC; on a day whose clock changes they lie an hour nearer or further apart."""
        return _instant(date, self.opens_minute, time_zone), _instant(date, self.closes_minute, time_zone)


def hours_of(written: object) -> Hours:
    """Read hours such as 08:00-20:00; hours that are read already stay as they are.

    Raises:
        ValueError: it is written otherwise, or ends before it begins.
    """
    if isinstance(written, Hours):
        return written
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is not None:
        start, end = _minutes(found[1], found[2]), _minutes(found[3] or "24", found[4] or "00")
        if start < end:
            return Hours(start, end)
    raise ValueError(f"expected hours of one day in order, came {written!r}; write them as 08:00-20:00")


HoursText = Annotated[Hours, BeforeValidator(hours_of)]
"""Hours in a file that is read into declared types."""


def _minutes(hours: str, minutes: str) -> int:
    return int(hours) * HOUR_MINUTES + int(minutes)


def _clock(minute: int) -> str:
    return f"{minute // HOUR_MINUTES:02}:{minute % HOUR_MINUTES:02}"


def _instant(date: dt.date, minute: int, time_zone: ZoneInfo) -> dt.datetime:
    if minute == DAY_MINUTES:
        return BusinessDay(date, time_zone).end
    clock = dt.time(minute // HOUR_MINUTES, minute % HOUR_MINUTES)
    return dt.datetime.combine(date, clock, tzinfo=time_zone).astimezone(dt.UTC)
