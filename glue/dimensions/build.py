"""All dimensions of a chain for a range of years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from contracts.tables import (
    CALENDAR,
    HOLIDAY,
    LANE,
    PEAK,
    PEAK_STORE,
    PERIOD,
    STAFF_HOUR,
    STORE,
    STORE_DAY,
    ZONE,
    Table,
)
from glue.dimensions.calendar import bounds_of, calendar_days
from glue.dimensions.chain import Chain
from glue.dimensions.days import store_days
from glue.dimensions.peaks import peak_stores, peaks
from glue.dimensions.periods import periods
from glue.dimensions.public_holidays import public_holidays
from glue.dimensions.rows import columns_of
from glue.dimensions.school_holidays import SchoolHolidays, school_holidays
from glue.dimensions.staff import RosteredHour, staff_rows
from glue.dimensions.stores import lane_rows, store_rows, zone_rows


@dataclass(frozen=True, slots=True)
class Dimension:
    """A table and the rows that it should hold."""

    table: Table
    rows: pa.Table


def dimensions(
    chain: Chain, years: range, *, school: Sequence[SchoolHolidays] = (), roster: Sequence[RosteredHour] = ()
) -> tuple[Dimension, ...]:
    """Return every dimension table with its rows for these years."""
    places = {store.place for store in chain.stores}
    holidays = [*public_holidays(places, years), *school_holidays(school, years)]
    days = list(store_days(chain, school, years))
    return (
        Dimension(STORE, store_rows(chain)),
        Dimension(ZONE, zone_rows(chain)),
        Dimension(LANE, lane_rows(chain)),
        Dimension(CALENDAR, columns_of(CALENDAR, calendar_days(*bounds_of(years)))),
        Dimension(HOLIDAY, columns_of(HOLIDAY, holidays)),
        Dimension(STORE_DAY, columns_of(STORE_DAY, days)),
        Dimension(STAFF_HOUR, staff_rows(chain, days, roster)),
        Dimension(PERIOD, columns_of(PERIOD, periods(*bounds_of(years)))),
        Dimension(PEAK, columns_of(PEAK, peaks(chain.peaks, years))),
        Dimension(PEAK_STORE, columns_of(PEAK_STORE, peak_stores(chain.peaks, chain.stores, years))),
    )
