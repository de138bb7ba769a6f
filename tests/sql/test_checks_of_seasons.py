"""The checks of local hours, days and dimensions: silent on a lake that is right, and each finds what breaks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from contracts.tables import TABLES
from glue.dialect import sql_for
from glue.duckdb_lake import connect
from glue.schemas import arrow_schema_of
from glue.views import Check, load_checks
from tests.lake_sample import lake_sample

Row = dict[str, Any]
Change = Callable[[Row], Row]

CHECKS = {check.name: check for check in load_checks()}
OF_SEASONS = frozenset(
    {
        "days_are_fresh",
        "days_are_whole",
        "days_compare_fairly",
        "local_hours_are_in_range",
        "local_hours_are_local",
        "local_hours_sum_minutes",
        "open_days_are_watched",
        "stores_are_described",
    }
)
HOUR_TABLES = ("traffic_local_hour_v1", "zone_local_hour_v1", "lane_local_hour_v1")
DAY_OF_MINUTES = ("berlin-1", dt.date(2026, 1, 30))
LAST_WEEK = dt.date(2026, 4, 1)
"""The sample ends on the 7th."""
KEYED_HERE = (
    *HOUR_TABLES,
    *("alert_v1", "alert_action_v1", "store_v1", "store_day_v1", "staff_hour_v1", "zone_v1", "lane_v1"),
    *("calendar_v1", "holiday_v1", "period_v1", "peak_v1", "peak_store_v1"),
)
OUTAGE_OF_THE_SAMPLE = "open_days_are_watched"
"""The sample has days on which cameras were down: this check is right to warn of them."""


@cache
def sample() -> dict[str, pa.Table]:
    """Return the small lake with every table filled."""
    return lake_sample()


@cache
def right_lake() -> duckdb.DuckDBPyConnection:
    """Return the sample as relations; a test puts another table in a table's place, and takes it back."""
    return connect(sample())


def violations(check: Check, changed: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """Return the rows of a check over the sample, some of whose tables are others."""
    connection = right_lake()
    try:
        for name, rows in changed.items():
            connection.register(name, rows)
        return connection.execute(sql_for("duckdb", check.sql)).fetchall()
    finally:
        for name in changed:
            connection.register(name, sample()[name])


def first_row(table: str, change: Change) -> dict[str, pa.Table]:
    """Return a table whose first row is another one."""
    rows = sample()[table]
    return {table: pa.concat_tables([_arrow(table, [change(rows.slice(0, 1).to_pylist()[0])]), rows.slice(1)])}


def with_row(table: str, change: Change) -> dict[str, pa.Table]:
    """Return a table that has one more row, made of its first."""
    rows = sample()[table]
    return {table: pa.concat_tables([rows, _arrow(table, [change(rows.slice(0, 1).to_pylist()[0])])])}


def hours_until(date: dt.date, *store_ids: str) -> dict[str, pa.Table]:
    """Return the hours of zones, of some stores (or all) only those before a date."""
    rows = sample()["zone_local_hour_v1"].to_pylist()
    kept = [row for row in rows if row["business_date"] < date or (store_ids and row["store_id"] not in store_ids)]
    return {"zone_local_hour_v1": _arrow("zone_local_hour_v1", kept)}


def _arrow(table: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(TABLES[table]))


def setting(**values: Any) -> Change:
    """Write other values."""
    return lambda row: row | values


def adding(column: str, by: Any) -> Change:
    """Add to a value."""
    return lambda row: row | {column: row[column] + by}


def _one_more(table: str, column: str) -> dict[str, pa.Table]:
    """Return hours of which one, of a day whose minutes are there, counts one more."""
    rows = sample()[table].to_pylist()
    number = next(n for n, row in enumerate(rows) if (row["store_id"], row["business_date"]) == DAY_OF_MINUTES)
    rows[number] = adding(column, 1)(rows[number])
    return {table: _arrow(table, rows)}


@pytest.mark.parametrize("name", sorted(OF_SEASONS - {OUTAGE_OF_THE_SAMPLE}))
def test_right_lake_breaks_nothing(name: str) -> None:
    """Rule: a lake that is right breaks no sentence."""
    assert violations(CHECKS[name], {}) == []


def test_an_outage_is_warned_of() -> None:
    """Rule: exactly the days are told of whose best-watched zone was seen for less than eight open hours in ten."""
    found = violations(CHECKS[OUTAGE_OF_THE_SAMPLE], {})
    assert found
    assert {(store, date) for store, date, *_ in found} == _poorly_watched()


def _poorly_watched() -> set[tuple[str, dt.date]]:
    days = {(row["store_id"], row["business_date"]): row for row in sample()["store_day_v1"].to_pylist()}
    watched: dict[tuple[str, dt.date], dict[str, float]] = {}
    for row in sample()["zone_local_hour_v1"].to_pylist():
        key = (row["store_id"], row["business_date"])
        day = days[key]
        if day["is_open"] and row["window_end"] > day["opens_at"] and row["window_start"] < day["closes_at"]:
            zones = watched.setdefault(key, {})
            hours = (row["window_end"] - row["window_start"]) / dt.timedelta(hours=1)
            zones[row["zone_id"]] = zones.get(row["zone_id"], 0.0) + row["coverage"] * hours
    return {key for key, zones in watched.items() if max(zones.values()) < 0.8 * days[key]["open_hours"]}


BROKEN: list[tuple[str, str, Callable[[], dict[str, pa.Table]]]] = [
    *(("keys_are_unique", table, lambda table=table: with_row(table, dict)) for table in KEYED_HERE),
    ("quality_follows_the_rule", "hour", lambda: first_row("traffic_local_hour_v1", setting(quality="none"))),
    ("days_are_fresh", "a day missing", lambda: hours_until(LAST_WEEK, "berlin-1")),
    ("days_are_whole", "a gap", lambda: first_row("store_day_v1", adding("day_end", dt.timedelta(minutes=-1)))),
    ("days_are_whole", "26 hours", lambda: first_row("store_day_v1", adding("day_end", dt.timedelta(hours=2)))),
    ("days_are_whole", "no hours", lambda: first_row("store_day_v1", setting(is_open=True, opens_at=None))),
    (
        "days_compare_fairly",
        "too near",
        lambda: first_row("store_day_v1", lambda row: row | {"comparable_date": row["business_date"]}),
    ),
    *(
        ("local_hours_are_in_range", table, lambda table=table: first_row(table, setting(coverage=1.2)))
        for table in HOUR_TABLES
    ),
    ("local_hours_are_in_range", "nobody", lambda: first_row("traffic_local_hour_v1", setting(in_count=-1))),
    ("local_hours_are_in_range", "lane", lambda: first_row("lane_local_hour_v1", adding("served", 1))),
    *(
        ("local_hours_are_local", table, lambda table=table: first_row(table, adding("hour_of_day", -1)))
        for table in HOUR_TABLES
    ),
    (
        "local_hours_are_local",
        "date",
        lambda: first_row("zone_local_hour_v1", adding("business_date", dt.timedelta(days=1))),
    ),
    ("local_hours_sum_minutes", "traffic", lambda: _one_more("traffic_local_hour_v1", "in_count")),
    ("local_hours_sum_minutes", "zones", lambda: _one_more("zone_local_hour_v1", "person_ms")),
    ("local_hours_sum_minutes", "lanes", lambda: _one_more("lane_local_hour_v1", "wait_ms")),
    *(
        ("stores_are_described", table, lambda table=table: {table: sample()[table].slice(1)})
        for table in ("store_v1", "zone_v1", "lane_v1")
    ),
    ("stores_are_described", "days", lambda: {"store_day_v1": sample()["store_day_v1"].slice(0, 0)}),
    ("open_days_are_watched", "one more", lambda: first_row("store_day_v1", dict)),
]


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, _, change in BROKEN], ids=[f"{name}: {what}" for name, what, _ in BROKEN])  # fmt: skip  # noqa: E501
def test_what_breaks_a_sentence_is_found(name: str, change: Callable[[], dict[str, pa.Table]]) -> None:
    """Rule: each way of breaking a sentence gives at least one row."""
    assert violations(CHECKS[name], change())


def test_clock_of_who_asks_decides_what_is_due() -> None:
    """Rule: with a clock a whole chain that fell silent is found, which no newest row of the lake could tell."""
    silent = hours_until(LAST_WEEK)
    clocked = {check.name: check for check in load_checks(now=dt.datetime(2026, 4, 20, tzinfo=dt.UTC))}
    stores = set(sample()["store_v1"]["store_id"].to_pylist())
    assert violations(CHECKS["days_are_fresh"], silent) == []
    assert {store for store, *_ in violations(clocked["days_are_fresh"], silent)} == stores
