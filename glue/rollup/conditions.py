"""Which rows of the lake a stretch of dates concerns, as Iceberg's filters."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from zoneinfo import ZoneInfo

from pyiceberg import expressions
from pyiceberg.expressions import BooleanExpression

from contracts.tables import TRAFFIC_LOCAL_HOUR, Table
from glue.business_day import BusinessDay
from glue.rollup.days import Dates

# Their constructors take positions, which their types do not tell.
_by: Any = expressions
MINUTES = "minutes"
"""The `source` of hours that were summed."""


def of_stores(store_ids: Iterable[str]) -> BooleanExpression:
    """Return the filter of these stores' rows."""
    condition: BooleanExpression = _by.In("store_id", set(store_ids))
    return condition


def minutes_of(dates: Dates, zones: Collection[ZoneInfo]) -> BooleanExpression:
    """Return the filter of the minutes of these dates in any of the time zones."""
    start = min(BusinessDay(dates.first, zone).start for zone in zones)
    end = max(BusinessDay(dates.last, zone).end for zone in zones)
    condition: BooleanExpression = _by.And(
        _by.GreaterThanOrEqual("window_start", start.isoformat()), _by.LessThan("window_start", end.isoformat())
    )
    return condition


def hours_of(dates: Dates) -> BooleanExpression:
    """Return the filter of the hours of these dates."""
    condition: BooleanExpression = _by.And(
        _by.GreaterThanOrEqual("business_date", dates.first.isoformat()),
        _by.LessThanOrEqual("business_date", dates.last.isoformat()),
    )
    return condition


def summed_hours_of(table: Table, store_ids: Iterable[str], dates: Dates) -> BooleanExpression:
    """Return the filter of the hours that a roll-up of these stores and dates replaces: imported ones stay."""
    condition: BooleanExpression = _by.And(of_stores(store_ids), hours_of(dates))
    return _by.And(condition, _by.EqualTo("source", MINUTES)) if table is TRAFFIC_LOCAL_HOUR else condition


def imported_hours_of(store_ids: Iterable[str], dates: Dates) -> BooleanExpression:
    """Return the filter of the hours of `traffic_local_hour_v1` that were imported."""
    condition: BooleanExpression = _by.And(of_stores(store_ids), hours_of(dates), _by.NotEqualTo("source", MINUTES))
    return condition
