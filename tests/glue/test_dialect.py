"""One SQL for every engine: what DuckDB is given means what Trino reads."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from glue.dialect import sql_for

SUMMER = "TIMESTAMP '2026-07-01 12:30:00 UTC'"


def answer(sql: str) -> object:
    """Return the one value of a statement of Trino's, as DuckDB answers it."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    row = connection.execute(sql_for("duckdb", sql)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"SELECT CAST(at_timezone({SUMMER}, 'Asia/Kolkata') AS timestamp)", dt.datetime(2026, 7, 1, 18, 0)),  # noqa: DTZ001
        (f"SELECT CAST(at_timezone({SUMMER} + INTERVAL '6' HOUR, 'Asia/Kolkata') AS date)", dt.date(2026, 7, 2)),
        ("SELECT day_of_week(DATE '2026-11-29')", 7),
        ("SELECT date_diff('day', DATE '2026-11-01', DATE '2026-11-29')", 28),
        ("SELECT date_add('day', -364, DATE '2026-11-29')", dt.date(2025, 11, 30)),
    ],
)
def test_duckdb_answers_as_trino_would(sql: str, expected: object) -> None:
    """Rule: clocks of stores, weekdays and differences of days are the same; an instant may be worked out first."""
    found = answer(sql)
    assert (
        found.date() if isinstance(found, dt.datetime) and not isinstance(expected, dt.datetime) else found
    ) == expected


def test_trino_and_athena_read_what_is_written() -> None:
    """Rule: nothing is translated for the engines in whose SQL the files are written."""
    sql = "SELECT at_timezone(instant, zone) FROM hours"
    assert sql_for("trino", sql) == sql_for("athena", sql) == sql
