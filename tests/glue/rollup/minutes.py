"""Rows of minutes for the tests of roll-ups: a store where nothing happens but what a test says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from contracts.tables import STORE, TABLES, Table
from glue.rollup.hours import local_hours
from glue.schemas import arrow_schema_of

Row = dict[str, Any]
MINUTE = dt.timedelta(minutes=1)


def stores(**zones: str) -> pa.Table:
    """Return rows of store_v1: the time zone of each store by its id."""
    rows = [
        {
            "store_id": store_id,
            "name": store_id,
            "region": "north",
            "country": "XX",
            "time_zone": zone,
            "opening_hours": [],
        }
        for store_id, zone in zones.items()
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(STORE))


def hours(minutes: Mapping[str, Iterable[Row]], described: pa.Table) -> dict[str, list[Row]]:
    """Return the hours of minutes, by table."""
    given = {name: table_of(TABLES[name], rows) for name, rows in minutes.items()}
    return {name: rows.to_pylist() for name, rows in local_hours(given, described).items()}


def table_of(table: Table, rows: Iterable[Row]) -> pa.Table:
    """Return rows as they lie in a table."""
    return pa.Table.from_pylist(list(rows), schema=arrow_schema_of(table))


def every_minute(start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """Return the minutes of a stretch."""
    return [start + number * MINUTE for number in range(int((end - start) / MINUTE))]


def zone_minute(start: dt.datetime, **changes: Any) -> Row:
    """Return a minute of a zone in which one customer stood all the time."""
    return {
        "store_id": "store",
        "zone_id": "aisle-1",
        "zone_kind": "aisle",
        "lane_id": None,
        "window_start": start,
        "window_end": start + MINUTE,
        "occupancy_mean": 1.0,
        "occupancy_max": 1,
        "person_ms": 60_000,
        "interval_ms": 60_000,
        "entered": 0,
        "left": 0,
        "staff_person_ms": 0,
        "coverage": 1.0,
        "camera_up_share": 1.0,
        "late_share": 0.0,
        "quality": "good",
    } | changes


def dwell_minute(start: dt.datetime, buckets: Mapping[int, int], **changes: Any) -> Row:
    """Return a minute of a zone in which visits ended: how many, by the lower bound of their dwell."""
    return {
        "store_id": "store",
        "zone_id": "aisle-1",
        "zone_kind": "aisle",
        "window_start": start,
        "window_end": start + MINUTE,
        "visits": sum(buckets.values()),
        "pass_throughs": 0,
        "staff_visits": 0,
        "dwell_ms": sum(lower * count for lower, count in buckets.items()),
        "lost_visits": 0,
        "dwell_histogram": _histogram(buckets),
        "coverage": 1.0,
        "camera_up_share": 1.0,
        "late_share": 0.0,
        "lost_share": 0.0,
        "quality": "good",
    } | changes


def lane_minute(start: dt.datetime, buckets: Mapping[int, int], **changes: Any) -> Row:
    """Return a minute of a lane in which customers were served: how many, by the lower bound of their wait."""
    served = sum(buckets.values())
    wait_ms = sum(lower * count for lower, count in buckets.items())
    return {
        "store_id": "store",
        "lane_id": "lane-1",
        "window_start": start,
        "window_end": start + MINUTE,
        "queue_length_mean": wait_ms / 60_000,
        "queue_length_max": 1,
        "queue_person_ms": wait_ms,
        "service_person_ms": 0,
        "open_ms": 60_000,
        "joined": served,
        "served": served,
        "abandoned": 0,
        "censored": 0,
        "wait_ms": wait_ms,
        "wait_ms_max": max(buckets, default=None),
        "served_over_target": 0,
        "queue_ms": wait_ms,
        "wait_histogram": _histogram(buckets),
        "coverage": 1.0,
        "camera_up_share": 1.0,
        "late_share": 0.0,
        "lost_share": 0.0,
        "little_gap": None,
        "quality": "good",
    } | changes


def traffic_minute(start: dt.datetime, in_count: int = 1, **changes: Any) -> Row:
    """Return a minute in which customers came in."""
    return {
        "store_id": "store",
        "line_id": "door",
        "window_start": start,
        "window_end": start + MINUTE,
        "in_count": in_count,
        "out_count": 0,
        "staff_in_count": 0,
        "staff_out_count": 0,
        "coverage": 1.0,
        "camera_up_share": 1.0,
        "late_share": 0.0,
        "quality": "good",
    } | changes


def _histogram(buckets: Mapping[int, int]) -> list[dict[str, int]]:
    return [{"lower_ms": lower, "count": count} for lower, count in sorted(buckets.items())]
