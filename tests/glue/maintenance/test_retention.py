"""Retention: old rows go, days by metadata alone."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest

from contracts.tables import STORE, TRAFFIC_LOCAL_HOUR, TRAFFIC_MINUTE, Table
from glue.lake import Lake
from glue.maintenance.compaction import compact
from glue.maintenance.retention import Retained, plan_retention, retain
from glue.schemas import arrow_schema_of
from tests.glue.conftest import append
from tests.glue.maintenance.small_files import DAY, crossings, crossings_table, rows_of

KEPT_2_DAYS = dataclasses.replace(TRAFFIC_MINUTE, retention_days=2)


def test_days_go_without_reading_them(folder_lake: Lake) -> None:
    """Rule: rows older than the contract keeps go by metadata alone; a second run finds none."""
    table = crossings_table(folder_lake, days=4, files_a_day=2)
    before = rows_of(table)
    today = DAY + dt.timedelta(days=3)

    assert retain(KEPT_2_DAYS, table, today=today) == Retained(DAY + dt.timedelta(days=1), rows=6, files=2)

    kept = rows_of(table)
    first = dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(), dt.UTC)
    assert kept.num_rows == 18
    assert min(kept["window_start"].to_pylist()) == first
    assert kept.equals(before.filter([start >= first for start in before["window_start"].to_pylist()]))
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    assert (snapshot.summary["deleted-data-files"], snapshot.summary["added-data-files"]) == ("2", None)
    assert retain(KEPT_2_DAYS, table, today=today) == Retained(DAY + dt.timedelta(days=1), rows=0, files=0)


def test_the_boundary_month_loses_only_its_old_days(folder_lake: Lake) -> None:
    """Rule: of a month that is half over, the old days go and the others stay."""
    contract = dataclasses.replace(TRAFFIC_LOCAL_HOUR, retention_days=10)
    folder_lake.apply(contract)
    table = folder_lake.table(contract)
    for date in (dt.date(2026, 8, 30), dt.date(2026, 9, 5), dt.date(2026, 9, 25)):
        append(table.refresh(), _local_hour(date))
    compact(table, until=dt.date(2026, 12, 1))
    done = retain(contract, table, today=dt.date(2026, 9, 30))
    assert done == Retained(dt.date(2026, 9, 20), rows=2, files=2)
    assert table.refresh().scan().to_arrow()["business_date"].to_pylist() == [dt.date(2026, 9, 25)]


@pytest.mark.parametrize("contract", [STORE, TRAFFIC_LOCAL_HOUR], ids=lambda table: table.name)
def test_tables_without_a_term_keep_all(folder_lake: Lake, contract: Table) -> None:
    """Rule: what the contract gives no term is never deleted."""
    table = crossings_table(folder_lake, days=1, files_a_day=1)
    assert plan_retention(contract, table, today=dt.date(2100, 1, 1)) is None
    assert retain(contract, table, today=dt.date(2100, 1, 1)) is None


def test_dry_run_changes_nothing(folder_lake: Lake) -> None:
    """Rule: a plan tells what would go and leaves the table."""
    table = crossings_table(folder_lake, days=2, files_a_day=1)
    before = table.metadata_location
    plan = plan_retention(KEPT_2_DAYS, table, today=dt.date(2027, 1, 1))
    assert plan == Retained(dt.date(2026, 12, 30), rows=6, files=2)
    assert table.refresh().metadata_location == before


def _local_hour(date: dt.date) -> pa.Table:
    minute = crossings(date, 0, ["store-001"])
    return pa.Table.from_pylist(
        [{**minute.to_pylist()[0], "business_date": date, "hour_of_day": 0, "source": "minutes"}],
        schema=arrow_schema_of(TRAFFIC_LOCAL_HOUR),
    )
