"""The declared cases of the SQL, `tests/sql/cases`, as the oracle works them out from the definitions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from contracts.tables import FACT_TABLES
from tests.oracle.tables import expected_tables
from tests.sql.case_files import Case, comparable, load_cases

FACTS = {table.name for table in FACT_TABLES}
STARTS = {
    "some minute": dt.datetime(2026, 3, 4, 10, 17, tzinfo=dt.UTC),
    "over midnight": dt.datetime(2026, 12, 31, 23, 59, tzinfo=dt.UTC),
    "over the turn of the clocks": dt.datetime(2026, 10, 25, 0, 59, tzinfo=dt.UTC),
}
CASES = pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
WHENEVER = pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)


@WHENEVER
@CASES
def test_as_streamed(case: Case, start: dt.datetime) -> None:
    """What the case says must come out is what the definitions say without the late events, whenever it happens."""
    start_ms = round(start.timestamp() * 1000)
    given = [given for given in case.events(start_ms) if not given.is_late]
    sent = [event.event.to_dict() for event in given for _ in range(1 + event.is_twice)]
    require_equal(case, case.expect, expected_tables(sent), start_ms)


@WHENEVER
@CASES
def test_reconciled(case: Case, start: dt.datetime) -> None:
    """What a recount must make of the case is what the definitions say with the late events."""
    start_ms = round(start.timestamp() * 1000)
    given = list(case.events(start_ms))
    late = {event.event.event_id for event in given if event.is_late}
    tables = expected_tables([event.event.to_dict() for event in given], late_event_ids=late)
    require_equal(case, case.expect | case.reconciled, tables, start_ms)


def require_equal(
    case: Case, expect: dict[str, list[dict[str, Any]]], tables: dict[str, list[dict[str, Any]]], start_ms: int
) -> None:
    """Compare the named columns of the case's rows, of the tables that are worked out from events alone."""
    for table in expect.keys() & FACTS:
        columns = list(expect[table][0]) if expect[table] else []
        measured = comparable(tables[table], columns, start_ms)
        assert measured == comparable(expect[table], columns, start_ms), f"{case.rule} ({table})"
