"""A small lake with every table filled, always the same: two years of roll-ups, and minutes of two days.

Every view has something to answer on it, and every engine the same. What is where:

- stores in Berlin, Hamburg, Munich, Pune and Chicago (`tests/sample/stores.py`), one of them new, one small;
- hours around the ends of months, quarters, years and seasons, with a Christmas of each year, a promotion in some
  stores, a level shift, gaps, poor cameras and imported history (`tests/sample/hours.py`);
- events, minutes, visits, journeys, hazards and alerts of two half hours, one of them across the hour that Berlin's
  clock shows twice (`tests/sample/stream.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pyarrow as pa

from contracts.tables import LAKE_TABLES, STORE, TABLES
from glue.rollup.hours import READ_TABLES, local_hours
from glue.schemas import arrow_schema_of
from tests.sample import dates, stores
from tests.sample.hours import hour_rows
from tests.sample.stores import Row
from tests.sample.stream import stream_tables, streamed_days


@cache
def lake_sample() -> dict[str, pa.Table]:
    """Return the rows of every lake table by its name."""
    content = stream_tables() | hour_rows(without=streamed_days()) | _dimensions()
    tables = {table.name: _arrow(table.name, content[table.name]) for table in LAKE_TABLES}
    summed = local_hours({table.name: tables[table.name] for table in READ_TABLES}, tables[STORE.name])
    return tables | {name: pa.concat_tables([tables[name], hours]) for name, hours in summed.items()}


def _dimensions() -> dict[str, list[Row]]:
    rows: dict[str, Iterable[Row]] = {
        "store_v1": stores.store_rows(),
        "zone_v1": stores.zone_rows(),
        "lane_v1": stores.lane_rows(),
        "store_day_v1": dates.store_day_rows(),
        "staff_hour_v1": dates.staff_hour_rows(),
        "calendar_v1": dates.calendar_rows(),
        "holiday_v1": dates.holiday_rows(),
        "period_v1": dates.period_rows(),
        "peak_v1": dates.peak_rows(),
        "peak_store_v1": dates.peak_store_rows(),
    }
    return {name: list(given) for name, given in rows.items()}


def _arrow(name: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(TABLES[name]))
