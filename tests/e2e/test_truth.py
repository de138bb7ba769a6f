"""Stream, batch and reconciled days, row by row and column by column, against the oracle and against each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts.tables import ACCOUNTING_HOUR, FACT_TABLES, Table
from demo.lake import LakeReader
from demo.simulated import read_back
from glue.__main__ import main
from glue.business_day import BusinessDay
from local.paths import JDK
from local.pipeline import reconciler
from tests.e2e import dst
from tests.e2e.conftest import Run
from tests.e2e.records import POISON_STORE, SAMPLE_STORE, SHUFFLED_STORE, TWIN_STORE
from tests.oracle.tables import expected_tables

pytestmark = pytest.mark.e2e

ROUNDING = 1e-9
SAMPLE_DAY = BusinessDay(dt.date(2026, 9, 21), ZoneInfo("Europe/Berlin"))
TABLES = pytest.mark.parametrize("table", FACT_TABLES, ids=lambda table: table.name)

Rows = dict[tuple[Any, ...], dict[str, Any]]


def events_of(run: Run, *outcomes: str) -> list[dict[str, Any]]:
    """Return the good events of the run that had one of these outcomes."""
    # The poison's good events are deeper than Python's parser goes; tests/e2e/test_pipeline.py looks at them.
    records = (record for record in run.sent.values() if not record.partition_key.startswith(POISON_STORE))
    return [record.event for record in records if record.outcome in outcomes]


@pytest.fixture(scope="module")
def streamed_truth(run: Run) -> dict[str, list[dict[str, Any]]]:
    """What the definitions make of all events on time."""
    return expected_tables(events_of(run, "accepted"))


@pytest.fixture(scope="module")
def whole_truth(run: Run) -> dict[str, list[dict[str, Any]]]:
    """What the definitions make of all events, late ones too."""
    late = {event["event_id"] for event in events_of(run, "late")}
    return expected_tables(events_of(run, "accepted", "late"), late_event_ids=late)


@TABLES
def test_stream_is_the_oracle(run: Run, streamed_truth: dict[str, list[dict[str, Any]]], table: Table) -> None:
    """Every row and column of every store is what the definition says."""
    require_same(table, rows_of(run.lake, table), streamed_truth[table.name])


@TABLES
def test_batch_is_the_oracle(batch: LakeReader, whole_truth: dict[str, list[dict[str, Any]]], table: Table) -> None:
    """Counted again in batch, late events are where they belong."""
    require_same(table, rows_of(batch, table), whole_truth[table.name])


@TABLES
def test_stream_is_batch(run: Run, batch: LakeReader, table: Table) -> None:
    """Where nothing was late, stream and batch agree bit for bit."""
    of_store = f"store_id = '{TWIN_STORE}'"
    streamed = rows_of(run.lake, table, of_store)
    # The sample holds neither heat maps nor hazards.
    assert streamed or table.name in ("heat_minute_v1", "hazard_v1", "camera_minute_v1", "traffic_minute_v1")
    assert streamed == rows_of(batch, table, of_store)


@TABLES
def test_order_changes_nothing(run: Run, table: Table) -> None:
    """Events as out of order as they may come, and so in other batches, make the same rows."""
    # The twin alone has crossings: those that are sent to move the watermark.
    if table.name != "traffic_minute_v1":
        assert rows_as_of(SHUFFLED_STORE, run.lake, table) == rows_as_of(TWIN_STORE, run.lake, table)


@TABLES
def test_repetition_changes_nothing(run: Run, table: Table) -> None:
    """The sample, of which every 20th event came twice, makes the rows of its twin, of which none did."""
    assert rows_as_of(SAMPLE_STORE, run.lake, table) == rows_as_of(TWIN_STORE, run.lake, table)


def rows_as_of(store_id: str, lake: LakeReader, table: Table) -> list[str]:
    """Return a store's rows as text without the store's name."""
    rows = rows_of(lake, table, f"store_id = '{store_id}'")
    return sorted(str(list(row.values())).replace(store_id, "store") for row in rows.values())


@pytest.fixture(scope="module")
def reconciled(run: Run) -> Callable[[], LakeReader]:
    """Two stores' days counted again in the lake itself; returns what reads it."""
    of_run = reconciler(run.pipeline)
    of_run.reconcile(SAMPLE_STORE, SAMPLE_DAY)
    of_run.reconcile(dst.STORE, dst.DAY)
    return lambda: read_back(run.pipeline)


@TABLES
def test_reconciled_day_is_the_truth(
    run: Run,
    reconciled: Callable[[], LakeReader],
    whole_truth: dict[str, list[dict[str, Any]]],
    table: Table,
) -> None:
    """A store's day has its late events and nothing of the days beside it; the other stores' rows are as they were."""
    lake = reconciled()
    days = {SAMPLE_STORE: SAMPLE_DAY, dst.STORE: dst.DAY}
    for store_id, day in days.items():
        expected = [row for row in whole_truth[table.name] if row["store_id"] == store_id and is_in(day, table, row)]
        require_same(table, rows_of(lake, table, f"store_id = '{store_id}'"), expected)
    others = f"store_id NOT IN {tuple(days)}"
    assert rows_of(lake, table, others) == rows_of(run.lake, table, others)


def test_the_short_day_has_rows(whole_truth: dict[str, list[dict[str, Any]]]) -> None:
    """The day on which clocks go forward has events within its 23 hours, and just outside of them."""
    assert dst.DAY.end - dst.DAY.start == dt.timedelta(hours=23)
    for table in FACT_TABLES:
        rows = [row for row in whole_truth[table.name] if row["store_id"] == dst.STORE]
        if rows:
            assert len({is_in(dst.DAY, table, row) for row in rows}) == len({True, False}), table.name


def test_again_changes_nothing(run: Run, reconciled: Callable[[], LakeReader]) -> None:
    """Counting a day again that was counted again leaves every row as it is."""
    before = reconciled()
    again = reconciler(run.pipeline).reconcile(SAMPLE_STORE, SAMPLE_DAY)
    assert all(replaced.rows_before == replaced.rows_after for replaced in again)
    after = read_back(run.pipeline)
    for table in FACT_TABLES:
        assert rows_of(after, table) == rows_of(before, table)


def test_accounting(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The job's report holds every record sent, by its outcome; a clock in the future is told of its device."""
    for name, value in {**run.pipeline.stack.environment, "JAVA_HOME": str(JDK)}.items():
        monkeypatch.setenv(name, value)
    for row in run.lake.rows("SELECT DISTINCT arrival_time::DATE AS day FROM rejected_v1"):
        asked = ["account", "--day", str(row["day"]), "--warehouse", run.pipeline.warehouse]
        assert main([*asked, "--endpoint-url", run.pipeline.stack.endpoints.moto]) == 0
    assert "accounting_hour_v1            0 rows became" in capsys.readouterr().out
    (total,) = read_back(run.pipeline).rows(
        "SELECT sum(received) AS received, sum(accepted) AS accepted, sum(late) AS late, sum(duplicate) AS duplicate, "
        f"sum(rejected) AS rejected, count(*) FILTER (is_clock_skewed) AS skewed FROM {ACCOUNTING_HOUR.name}"
    )
    outcomes = [record.outcome for record in run.sent.values()]
    assert total["received"] == len(run.sent)
    for outcome in ("accepted", "late", "duplicate"):
        assert total[outcome] == outcomes.count(outcome)
    assert total["received"] == total["accepted"] + total["rejected"] + total["late"] + total["duplicate"]
    assert total["skewed"] >= 1


def rows_of(lake: LakeReader, table: Table, condition: str = "TRUE") -> Rows:
    """Return rows by their key; raises `AssertionError` when two have the same one."""
    rows = lake.rows(f"SELECT * FROM {table.name} WHERE store_id <> '{POISON_STORE}' AND {condition}")
    by_key = {tuple(row[name] for name in table.key): row for row in rows}
    assert len(by_key) == len(rows), f"{table.name}: two rows have the same key"
    return by_key


def require_same(table: Table, measured: Rows, expected: list[dict[str, Any]]) -> None:
    """Compare all columns of all rows; numbers within rounding."""
    wanted = {tuple(row[name] for name in table.key): row for row in expected}
    assert measured.keys() == wanted.keys()
    different = [
        (key, name, value, wanted[key][name])
        for key, row in measured.items()
        for name, value in row.items()
        if not is_equal(value, wanted[key][name])
    ]
    assert different == []


def is_equal(value: Any, expected: Any) -> bool:
    """Compare two values; sums of fractions in another order differ by less than `ROUNDING`."""
    if isinstance(value, float) and isinstance(expected, float):
        return abs(value - expected) <= ROUNDING
    return bool(value == expected)


def is_in(day: BusinessDay, table: Table, row: dict[str, Any]) -> bool:
    """Return whether a row belongs to a day."""
    return bool(day.start <= row[str(table.partition_by)] < day.end)
