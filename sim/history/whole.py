"""A chain's figures as tables: all stores of some dates, a few at a time in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import compute

from sim.history.chain import Chain
from sim.history.local_hours import local_hour_tables
from sim.history.minutes import minute_tables
from sim.history.open_hours import OpenHours, open_hours
from sim.history.shape import Shape

ONE_DAY = dt.timedelta(days=1)
STORE_DAYS_AT_A_TIME = 1_600


def hour_tables(chain: Chain, shape: Shape, dates: Sequence[dt.date]) -> dict[str, pa.Table]:
    """Return the roll-ups of all stores on dates, by the table's name, ordered by store and time."""
    parts = [local_hour_tables(open_hours(chain, shape, stores, dates)) for stores in _groups(chain.stores, len(dates))]
    return {name: pa.concat_tables(part[name] for part in parts) for name in parts[0]}


def minutes_of_utc_day(
    chain: Chain, shape: Shape, date: dt.date, *, stores: range | None = None
) -> dict[str, pa.Table]:
    """Return the minutes of one UTC day by the table's name, in the order in which they would come."""
    tables = minute_tables(hours_around(chain, shape, date, stores=stores))
    return {name: _of_day(rows, date) for name, rows in tables.items()}


def hours_around(chain: Chain, shape: Shape, date: dt.date, *, stores: range | None = None) -> OpenHours:
    """Return the open hours of a date and the dates next to it: a store's own day can lie across midnight in UTC."""
    chosen = range(chain.stores) if stores is None else stores
    return open_hours(chain, shape, chosen, [date - ONE_DAY, date, date + ONE_DAY])


def all_dates(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the dates from a first to a last, both included."""
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]


def _groups(stores: int, days: int) -> Iterator[range]:
    """Give the numbers of stores, as many at a time as fit into memory with all of the dates."""
    at_a_time = max(1, STORE_DAYS_AT_A_TIME // days)
    return (range(first, min(first + at_a_time, stores)) for first in range(0, stores, at_a_time))


def _of_day(rows: pa.Table, date: dt.date) -> pa.Table:
    day = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    window_start = compute.field("window_start")
    return rows.filter((window_start >= day) & (window_start < day + ONE_DAY)).sort_by("window_start")
