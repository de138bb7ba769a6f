"""A store's business day: from midnight to midnight where the store is, 23 or 25 hours long when clocks change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

BEFORE = dt.timedelta(hours=6)
"""Events so long before the day are read too: what a visit or a lane's state goes on from (the job's time to live)."""
AFTER = dt.timedelta(hours=2)
"""Events so long after the day are read too: the service of who queued before midnight, and what corrects it."""


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A date where the store is."""

    date: dt.date
    time_zone: ZoneInfo

    @property
    def start(self) -> dt.datetime:
        """First instant of the day, in UTC."""
        return self._midnight(self.date)

    @property
    def end(self) -> dt.datetime:
        """First instant after the day, in UTC."""
        return self._midnight(self.date + dt.timedelta(days=1))

    @property
    def closed_at(self) -> dt.datetime:
        """From when on nothing on time can change the day's facts."""
        return self.end + AFTER

    def _midnight(self, date: dt.date) -> dt.datetime:
        return dt.datetime.combine(date, dt.time(), tzinfo=self.time_zone).astimezone(dt.UTC)


def epoch_ms(instant: dt.datetime) -> int:
    """Return milliseconds since 1970-01-01 UTC."""
    return round(instant.timestamp() * 1000)
