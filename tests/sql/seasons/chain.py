"""Chains of stores made by hand for the views of seasons: one row of traffic for each line and day.

To be quick with years of many stores, a store is open for one hour a day, from 10 to 11 UTC, unless a test says
otherwise; the dates are those of the product's own calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from contracts.tables import TABLES
from glue.dimensions.calendar import DAY, calendar_days, dates_between
from glue.dimensions.periods import Period, periods
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from tests.sql.lake_rows import Row, needed, row

YEAR = 364 * DAY
OPENS, CLOSES = dt.time(10, tzinfo=dt.UTC), dt.time(11, tzinfo=dt.UTC)
SEASON_VIEWS = (
    "level_shift",
    "season_comparison",
    "peak_effect",
    "store_ranking",
    "outlier_day",
    "seasonal_index",
)
"""These, and what they read."""
WEEKDAYS = (0.8, 0.85, 0.9, 0.95, 1.1, 1.6, 0.8)
CALENDAR = (dt.date(2008, 12, 1), dt.date(2028, 2, 28))


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a store counted: `visitors` from `first_date` on, None where no row came."""

    store_id: str
    first_date: dt.date
    visitors: Sequence[int | None]
    line_id: str = "door"
    region: str = "north"
    coverages: Mapping[dt.date, float] = field(default_factory=dict)
    """Where the line was not watched all the time."""

    @property
    def last_date(self) -> dt.date:
        """The last day."""
        return self.first_date + (len(self.visitors) - 1) * DAY

    def counted(self) -> Iterator[tuple[dt.date, int]]:
        """Give the days with a row."""
        dates = dates_between(self.first_date, self.last_date)
        return ((date, count) for date, count in zip(dates, self.visitors, strict=True) if count is not None)

    def scaled(self, factor: float, from_date: dt.date) -> Line:
        """Return the line as if it counted another share of people from a date on."""
        known = (self.first_date - from_date).days
        scaled = [
            count if count is None or known + number < 0 else round(count * factor)
            for number, count in enumerate(self.visitors)
        ]
        return replace(self, visitors=scaled)


def season_lake(
    lines: Iterable[Line],
    *,
    days: Mapping[tuple[str, dt.date], Row] | None = None,
    stores: Mapping[str, Row] | None = None,
    tables: Mapping[str, Iterable[Row]] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Return a lake with what the lines counted.

    Args:
        lines: what was counted.
        days: columns of store_day_v1 by store and date, where they differ from a day open from 10 to 11, compared with
            364 days before.
        stores: columns of store_v1 by store, where a test is about them.
        tables: further tables, and those to be used instead of the usual ones.
    """
    counted = list(lines)
    filled = {
        "traffic_local_hour_v1": _hours(counted),
        "store_day_v1": _store_days(counted, days or {}),
        "store_v1": [
            row("store_v1", store_id=store_id, region=region) | (stores or {}).get(store_id, {})
            for store_id, region in sorted({(line.store_id, line.region) for line in counted})
        ],
        **(tables or {}),
    }
    return season_connection({name: table_of(name, content) for name, content in filled.items()})


def season_connection(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """Return a lake with tables and the calendar; only the views of seasons are created."""
    connection = connect({"calendar_v1": calendar(), **tables}, views=needed(SEASON_VIEWS))
    connection.execute("SET threads = 2")
    return connection


def table_of(name: str, content: Iterable[Row]) -> pa.Table:
    """Return rows as a table of the contracts."""
    return pa.Table.from_pylist(list(content), schema=arrow_schema_of(TABLES[name]))


@cache
def calendar() -> pa.Table:
    """Return calendar_v1 for all that tests use."""
    return table_of("calendar_v1", [asdict(day) for day in calendar_days(*CALENDAR)])


def busy_line(store_id: str, first: dt.date, days: int, *, seed: int, noise: float = 0.1, **changes: Any) -> Line:
    """Return a line with weekdays, a Christmas peak, and noise of the given standard deviation of the logarithm."""
    random = np.random.default_rng(seed)
    dates = list(dates_between(first, first + (days - 1) * DAY))
    usual = [1000 * WEEKDAYS[date.weekday()] * (1.6 if date.month == 12 else 1.0) for date in dates]
    counted = np.round(np.array(usual) * np.exp(random.normal(0, noise, days))).astype(int).tolist()
    return Line(store_id, first, counted, **changes)


def periods_of(first: dt.date, last: dt.date, *kinds: str) -> list[Row]:
    """Return the rows of period_v1 of some kinds, or of all."""
    return [asdict(period) for period in periods(first, last) if not kinds or period.period_kind in kinds]


def asked(start: dt.date, end: dt.date, *, back: dt.timedelta = YEAR) -> Row:
    """Return the row of period_v1 that somebody asks for, compared with the same days a year before."""
    return asdict(Period("asked", "asked", start, end, start - back, end - back))


def _hours(lines: Sequence[Line]) -> list[Row]:
    return [
        row(
            "traffic_local_hour_v1",
            store_id=line.store_id,
            line_id=line.line_id,
            business_date=date,
            hour_of_day=OPENS.hour,
            in_count=count,
            coverage=line.coverages.get(date, 1.0),
        )
        for line in lines
        for date, count in line.counted()
    ]


def _store_days(lines: Sequence[Line], changes: Mapping[tuple[str, dt.date], Row]) -> Iterator[Row]:
    for store_id in sorted({line.store_id for line in lines}):
        own = [line for line in lines if line.store_id == store_id]
        for date in dates_between(min(line.first_date for line in own), max(line.last_date for line in own)):
            yield store_day(store_id, date) | changes.get((store_id, date), {})


def store_day(store_id: str, date: dt.date) -> Row:
    """Return the row of store_day_v1 of a day that is open from 10 to 11."""
    return row(
        "store_day_v1",
        store_id=store_id,
        business_date=date,
        day_start=dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC),
        day_end=dt.datetime.combine(date + DAY, dt.time(), tzinfo=dt.UTC),
        is_open=True,
        opens_at=dt.datetime.combine(date, OPENS),
        closes_at=dt.datetime.combine(date, CLOSES),
        open_hours=1.0,
        comparable_date=date - YEAR,
    )


CLOSED: Row = {"is_open": False, "opens_at": None, "closes_at": None, "open_hours": 0.0}
"""What differs on a day on which a store is closed."""
