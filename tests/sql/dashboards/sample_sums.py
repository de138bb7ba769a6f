"""What the sample's rows come to, added up by plain loops: an independent reckoning of the views of dashboards."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from contracts.tables import LANE_LOCAL_HOUR, STORE_DAY, TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR
from glue.duckdb_lake import create_views
from glue.views import SMALLEST_CELL
from tests.lake_sample import lake_sample
from tests.sql.lake_rows import Row, needed, rows
from tests.sql.test_every_view import answer

EXPECTED_DAYS = 28
"""For so many days after its last row a line, zone or lane is expected to tell of itself."""
PLACE_TABLES = {
    "doors": (TRAFFIC_LOCAL_HOUR.name, "line_id"),
    "zones": (ZONE_LOCAL_HOUR.name, "zone_id"),
    "lanes": (LANE_LOCAL_HOUR.name, "lane_id"),
}
Days = tuple[dt.date, dt.date]


@cache
def rows_of(table: str) -> list[Row]:
    """Return the sample's rows of a table."""
    found: list[Row] = lake_sample()[table].to_pylist()
    return found


def answered(view: str) -> list[Row]:
    """Return a view's rows on the sample."""
    found = answer(view)
    return [dict(zip(found.columns, line, strict=True)) for line in found.rows]


def asked_of(connection: duckdb.DuckDBPyConnection, view: str) -> list[Row]:
    """Return a view's rows over a lake that may not have the view yet."""
    create_views(connection, needed((view,)))
    return rows(connection, f"SELECT * FROM {view}")


def shown(figure: Any, people: int | None) -> Any:
    """Return a figure as it may be shown, of so many people; None where nobody told of them."""
    return None if people is None or 0 < people < SMALLEST_CELL else figure


@cache
def open_days() -> dict[tuple[str, dt.date], Row]:
    """Return the sample's days on which stores are open."""
    return {(row["store_id"], row["business_date"]): row for row in rows_of(STORE_DAY.name) if row["is_open"]}


def open_share(row: Row) -> float:
    """Return which share of an hour's row lies within the store's opening on that day."""
    day = open_days().get((row["store_id"], row["business_date"]))
    if day is None:
        return 0.0
    inside = min(row["window_end"], day["closes_at"]) - max(row["window_start"], day["opens_at"])
    return float(max(inside, dt.timedelta()) / dt.timedelta(hours=1))


@dataclass(slots=True)
class Seen:
    """How long the places of a kind were watched on a store's day, and which places told of themselves."""

    hours: float = 0.0
    places: set[str] = field(default_factory=set)


@cache
def seen_days(kind: str) -> dict[tuple[str, dt.date], Seen]:
    """Return the watched hours of each store's day, over all places of a kind."""
    table, place = PLACE_TABLES[kind]
    days: dict[tuple[str, dt.date], Seen] = defaultdict(Seen)
    for row in rows_of(table):
        day = days[row["store_id"], row["business_date"]]
        day.hours += row["coverage"] * open_share(row)
        day.places.add(row[place])
    return days


@cache
def facts_of(table: str, store_id: str) -> list[Row]:
    """Return a store's rows of a table."""
    return [row for row in rows_of(table) if row["store_id"] == store_id]


@cache
def expected_places(kind: str, store_id: str, date: dt.date) -> int:
    """Return how many places of a kind told of themselves on a date or within 28 days before."""
    days = (date - dt.timedelta(days=number) for number in range(EXPECTED_DAYS + 1))
    return len({place for day in days for place in seen_days(kind).get((store_id, day), Seen()).places})


def hours_seen(kind: str, store_id: str, date: dt.date) -> float:
    """Return the watched hours of a store's day as a mean over the places of a kind."""
    day = seen_days(kind).get((store_id, date))
    return day.hours / expected_places(kind, store_id, date) if day else 0.0


def within(table: str, store_id: str, days: Days) -> Iterator[Row]:
    """Give a store's rows of a table from the first to the last of two dates."""
    return (row for row in facts_of(table, store_id) if days[0] <= row["business_date"] <= days[1])


def total(rows: Iterable[Row], column: str) -> int | None:
    """Return the sum of a column; None of no rows."""
    values = [row[column] for row in rows]
    return sum(values) if values else None
