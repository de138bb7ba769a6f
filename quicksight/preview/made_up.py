"""The made-up chain of the local pages: its sales, and each table of its lake but the hours.

What is kept for how long, and for how many stores, is said here: minutes of a whole chain would be a hundred times as
much as its hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from contracts.tables import (
    ACCOUNTING_HOUR,
    CALENDAR,
    CAMERA_MINUTE,
    HEAT_MINUTE,
    JOURNEY,
    PEAK,
    PEAK_STORE,
    PERIOD,
    STAFF_HOUR,
    TABLES,
)
from glue.dimensions.calendar import calendar_days, retail_year_of
from glue.dimensions.chain_file import shipped_peaks
from glue.dimensions.peaks import Peak, PeakStore, peaks
from glue.dimensions.periods import periods
from glue.dimensions.rows import columns_of
from glue.schemas import arrow_schema_of
from sim.history.books import accounting_hours, camera_minutes
from sim.history.chain import Chain, Promotion, day_number
from sim.history.dimensions import dimension_rows, staff_hour_rows
from sim.history.heat import heat_minutes
from sim.history.journeys import journeys
from sim.history.minutes import minute_tables
from sim.history.open_hours import open_hours
from sim.history.shape import Shape
from sim.history.whole import ONE_DAY, all_dates

SEED = 20260131
LAST = dt.date(2026, 1, 31)
"""End of the retail year 2025: of its fall season and of the one before the history has every day."""
DAYS = 2 * 364
STAFF_DAYS = 28
BOOKS_DAYS = 92
CAMERA_DAYS = 14
MINUTE_STORES, MINUTE_DAYS = 12, 7
"""Minutes and queue journeys are kept of so many stores: those that a reader can look at as if it were today."""
SHIFT_FACTOR = 1.6
"""By so much more does one store's camera count after it was moved: no season hides that."""
HEAT_STORES, HEAT_DAYS = 6, 5
BEFORE_DAYS = 28
_THURSDAY = 3


def made_up_chain(stores: int, *, last: dt.date = LAST, days: int = DAYS) -> Chain:
    """Return the chain: two sales a year in four of five stores, and a Black Friday in all."""
    first = last - dt.timedelta(days=days - 1)
    sales = (sale for year in range(first.year, last.year + 1) for sale in _sales(year))
    within = tuple(sale for sale in sales if first <= sale.first and sale.last <= last)
    return Chain(SEED, stores, first, last, within, SHIFT_FACTOR)


def dimension_tables(chain: Chain, shape: Shape) -> dict[str, pa.Table]:
    """Return the tables that describe a chain and its dates, and the staff of its last four weeks, by name."""
    described = {
        name: pa.Table.from_pylist([*rows], schema=arrow_schema_of(TABLES[name]))
        for name, rows in dimension_rows(chain).items()
    }
    staff = staff_hour_rows(chain, shape, all_dates(chain.first, chain.last)[-STAFF_DAYS:])
    return described | {
        CALENDAR.name: columns_of(CALENDAR, calendar_days(chain.first, chain.last)),
        STAFF_HOUR.name: pa.Table.from_pylist(staff, schema=arrow_schema_of(STAFF_HOUR)),
    }


def period_tables(chain: Chain) -> dict[str, pa.Table]:
    """Return the periods of the history and its peaks: those that every chain knows, and its own sales."""
    every = peaks(shipped_peaks(), range(chain.first.year, chain.last.year + 1))
    sales = {sale: _peak_of(sale) for sale in chain.promotions if sale.skips_every}
    known = [peak for peak in (*every, *sales.values()) if _is_within(peak, chain)]
    roles = [row for sale, peak in sales.items() if peak in known for row in _roles(chain, sale, peak)]
    return {
        PERIOD.name: columns_of(PERIOD, periods(chain.first, chain.last)),
        PEAK.name: columns_of(PEAK, known),
        PEAK_STORE.name: columns_of(PEAK_STORE, roles),
    }


def recent_tables(chain: Chain, shape: Shape) -> Iterator[tuple[str, pa.Table]]:
    """Give what is kept of the last days only: books, cameras, where people stood, minutes and queues."""
    dates, every = all_dates(chain.first, chain.last), range(chain.stores)
    yield ACCOUNTING_HOUR.name, accounting_hours(open_hours(chain, shape, every, dates[-BOOKS_DAYS:]))
    yield CAMERA_MINUTE.name, camera_minutes(open_hours(chain, shape, every, dates[-CAMERA_DAYS:]))
    few = every[:HEAT_STORES]
    yield HEAT_MINUTE.name, heat_minutes(open_hours(chain, shape, few, dates[-HEAT_DAYS:]))
    hours = open_hours(chain, shape, every[:MINUTE_STORES], dates[-MINUTE_DAYS:])
    yield from minute_tables(hours).items()
    yield JOURNEY.name, journeys(hours)


def _sales(year: int) -> Iterator[Promotion]:
    yield Promotion("spring_sale", dt.date(year, 3, 10), dt.date(year, 3, 16), 0.14, 0.05, skips_every=5)
    yield Promotion("autumn_sale", dt.date(year, 9, 22), dt.date(year, 9, 28), 0.18, 0.06, skips_every=5)
    friday = _nth_weekday(year, 11, _THURSDAY, 4) + ONE_DAY
    yield Promotion("black_friday", friday, friday + 3 * ONE_DAY, 0.45, 0.04)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _peak_of(sale: Promotion) -> Peak:
    days = (sale.last - sale.first).days + 1
    return Peak(
        peak_id=f"{sale.name}-{sale.first.year}",
        peak_name=sale.name,
        retail_year=retail_year_of(sale.first),
        before_start_date=sale.first - BEFORE_DAYS * ONE_DAY,
        before_end_date=sale.first - ONE_DAY,
        start_date=sale.first,
        end_date=sale.last,
        after_start_date=sale.last + ONE_DAY,
        after_end_date=sale.last + days * ONE_DAY,
    )


def _is_within(peak: Peak, chain: Chain) -> bool:
    return chain.first <= peak.before_start_date and peak.after_end_date <= chain.last


def _roles(chain: Chain, sale: Promotion, peak: Peak) -> Iterator[PeakStore]:
    """Give what each store is for a sale, if it traded from its first day before to its last day after."""
    takes_part = sale.takes_part(np.arange(chain.stores))
    first, last = day_number(peak.before_start_date), day_number(peak.after_end_date)
    is_trading = (chain.opened <= first) & (chain.closed >= last)
    for number in np.flatnonzero(is_trading).tolist():
        yield PeakStore(peak.peak_id, chain.ids[number], "treated" if takes_part[number] else "control")
