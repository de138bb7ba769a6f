"""What is asked of the lake to measure it, and which rows each table must give for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pyiceberg import expressions
from pyiceberg.expressions import AlwaysTrue, BooleanExpression

from contracts.tables import PERIOD
from glue.dimensions.periods import Period
from glue.schemas import arrow_schema_of

_by: Any = expressions
_DAY_OF_STORE = """
SELECT 'zone' AS kind, zone_id AS place, window_start, occupancy_mean AS people, dwell_seconds_mean AS seconds
FROM zone_hour WHERE store_id = '{store_id}'
UNION ALL
SELECT 'lane', lane_id, window_start, queue_length_mean, wait_seconds_mean FROM lane_hour WHERE store_id = '{store_id}'
UNION ALL
SELECT 'line', line_id, date_trunc('hour', window_start), CAST(sum(in_count) AS DOUBLE), NULL
FROM traffic_minute_v1 WHERE store_id = '{store_id}' GROUP BY line_id, date_trunc('hour', window_start)
"""
_YEAR_OF_STORE = """
SELECT 'visitors' AS measure, date_trunc('month', business_date) AS month, CAST(sum(in_count) AS DOUBLE) AS amount
FROM traffic_local_hour_v1 WHERE store_id = '{store_id}' AND {during} GROUP BY date_trunc('month', business_date)
UNION ALL
SELECT 'wait_seconds', date_trunc('month', business_date), sum(wait_ms) / 1000e0 / NULLIF(sum(served), 0)
FROM lane_local_hour_v1 WHERE store_id = '{store_id}' AND {during} GROUP BY date_trunc('month', business_date)
UNION ALL
SELECT 'dwell_seconds', date_trunc('month', business_date), sum(dwell_ms) / 1000e0 / NULLIF(sum(visits), 0)
FROM zone_local_hour_v1 WHERE store_id = '{store_id}' AND {during} GROUP BY date_trunc('month', business_date)
"""
_BY_STORE = """
SELECT
  store_id,
  {now} AS now,
  {before} AS before
FROM {table} WHERE ({is_now}) OR ({is_before}) GROUP BY store_id
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the SQL of `sql/`: the rows that it needs of each table, and tables that it brings along."""

    name: str
    sql: str
    reads: Mapping[str, BooleanExpression]
    brings: Mapping[str, pa.Table] = field(default_factory=dict)


def day_of_store(store_id: str, date: dt.date) -> Question:
    """Ask for a UTC day of one store by the hour: its zones, lanes and doors, from the minutes."""
    start = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)
    rows = _by.And(
        _by.EqualTo("store_id", store_id),
        _by.GreaterThanOrEqual("window_start", start.isoformat()),
        _by.LessThan("window_start", (start + dt.timedelta(days=1)).isoformat()),
    )
    tables = ("zone_minute_v1", "dwell_minute_v1", "lane_minute_v1", "traffic_minute_v1")
    return Question("A day of one store", _DAY_OF_STORE.format(store_id=store_id), dict.fromkeys(tables, rows))


def year_of_store(store_id: str, last: dt.date) -> Question:
    """Ask for a year of one store by the month: visitors, waits and dwell, from the local hours."""
    first = last - dt.timedelta(days=363)
    rows = _by.And(_by.EqualTo("store_id", store_id), _within(first, last))
    tables = ("traffic_local_hour_v1", "lane_local_hour_v1", "zone_local_hour_v1")
    sql = _YEAR_OF_STORE.format(store_id=store_id, during=_during(first, last))
    return Question("A year of one store", sql, dict.fromkeys(tables, rows))


def season_visitors(period: Period) -> Question:
    """Ask for the fair comparison of a season with the last one: stores, regions, chain."""
    row = pa.Table.from_pylist(
        [{column.name: getattr(period, column.name) for column in PERIOD.columns}], schema=arrow_schema_of(PERIOD)
    )
    everything = ("traffic_local_hour_v1", "store_day_v1", "store_v1", "calendar_v1")
    return Question(
        "A season against the last, all stores: visitors (season_comparison)",
        "SELECT * FROM season_comparison",
        dict.fromkeys(everything, AlwaysTrue()),
        {PERIOD.name: row},
    )


def season_sums(name: str, table: str, measure: str, period: Period) -> Question:
    """Ask for a measure of a season and of the one before, store by store."""
    now = _during(period.start_date, period.end_date)
    before = _during(period.baseline_start_date, period.baseline_end_date)
    filters = (
        _within(period.start_date, period.end_date),
        _within(period.baseline_start_date, period.baseline_end_date),
    )
    sql = _BY_STORE.format(
        table=table, is_now=now, is_before=before, now=measure.format(side=now), before=measure.format(side=before)
    )
    return Question(f"A season against the last, all stores: {name}", sql, {table: _by.Or(*filters)})


WAIT_SECONDS = (
    "CAST(sum(wait_ms) FILTER (WHERE {side}) AS DOUBLE) / 1000 / NULLIF(sum(served) FILTER (WHERE {side}), 0)"
)
DWELL_SECONDS = (
    "CAST(sum(dwell_ms) FILTER (WHERE {side}) AS DOUBLE) / 1000 / NULLIF(sum(visits) FILTER (WHERE {side}), 0)"
)
VISITORS = "sum(in_count) FILTER (WHERE {side})"


def _during(first: dt.date, last: dt.date) -> str:
    return f"business_date BETWEEN DATE '{first}' AND DATE '{last}'"


def _within(first: dt.date, last: dt.date) -> BooleanExpression:
    condition: BooleanExpression = _by.And(
        _by.GreaterThanOrEqual("business_date", first.isoformat()),
        _by.LessThanOrEqual("business_date", last.isoformat()),
    )
    return condition
