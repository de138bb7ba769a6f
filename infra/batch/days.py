"""Which day of which store is over: each store's by its own clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from glue.business_day import BusinessDay

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueDay:
    """A date that is over, and the stores for which it is the newest such."""

    date: dt.date
    zones: Mapping[str, ZoneInfo]

    @property
    def store_ids(self) -> tuple[str, ...]:
        """The stores, in order."""
        return tuple(sorted(self.zones))

    def of(self, store_id: str) -> BusinessDay:
        """Return the day as it was in one of the stores."""
        return BusinessDay(self.date, self.zones[store_id])


def due_days(stores: Mapping[str, ZoneInfo], now: dt.datetime) -> Iterator[DueDay]:
    """Yield the newest closed day of every store, earliest date first; stores with the same date together."""
    newest = sorted((newest_closed(zone, now), store_id) for store_id, zone in stores.items())
    for date, group in groupby(newest, key=lambda each: each[0]):
        yield DueDay(date, {store_id: stores[store_id] for _, store_id in group})


def newest_closed(zone: ZoneInfo, now: dt.datetime) -> dt.date:
    """Return the newest date that is over where the store is, with the hours in which late events still count."""
    date = now.astimezone(zone).date()
    while now < BusinessDay(date, zone).closed_at:
        date -= ONE_DAY
    return date
