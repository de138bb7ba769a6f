"""Expiry and orphans: what is retained stays readable, and what nothing needs goes."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyiceberg.table import Table as IcebergTable

from contracts.tables import TRAFFIC_MINUTE
from glue.lake import Lake
from glue.maintenance.compaction import compact
from glue.maintenance.orphans import find_orphans, remove_orphans
from glue.maintenance.snapshots import expire, plan_expiry
from glue.maintenance.storage import files_under, referenced
from tests.glue.conftest import append
from tests.glue.maintenance.small_files import DAY, crossings, crossings_table, in_order, rows_of

LATER = DAY + dt.timedelta(days=30)
FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def test_old_snapshots_go_and_the_latest_stay(folder_lake: Lake) -> None:
    """Rule: snapshots older than the instant are forgotten but for the latest ones; the rows stay."""
    table = crossings_table(folder_lake, days=1, files_a_day=6)
    before = rows_of(table)
    by_age = sorted(table.snapshots(), key=lambda snapshot: snapshot.timestamp_ms)
    limit = dt.datetime.fromtimestamp(by_age[4].timestamp_ms / 1000, dt.UTC)
    assert len(plan_expiry(table, older_than=limit, keep=1)) == 4
    assert [snapshot.snapshot_id for snapshot in expire(table, older_than=FAR, keep=2)] == [
        snapshot.snapshot_id for snapshot in by_age[:4]
    ]
    assert len(table.refresh().snapshots()) == 2
    assert rows_of(table).equals(before)
    assert expire(table, older_than=FAR, keep=2) == []


def test_tags_are_kept(folder_lake: Lake) -> None:
    """Rule: a snapshot that somebody named stays readable, files included."""
    table = crossings_table(folder_lake, days=1, files_a_day=3)
    named = table.snapshots()[0].snapshot_id
    with table.manage_snapshots() as manage:
        manage.create_tag(named, "audit-2026")
    tagged = rows_of(table, named)
    compact(table, until=LATER)
    expire(table, older_than=FAR, keep=1)
    remove_orphans(table, now=FAR, is_dry_run=False)
    assert len(table.refresh().snapshots()) == 2
    assert rows_of(table, named).equals(tagged)


def test_every_retained_snapshot_reads_as_before(lake: Lake) -> None:
    """Rule: time travel within the window gives what it gave before: no file of a retained snapshot is an orphan."""
    table = crossings_table(lake, days=1, files_a_day=5)
    compact(table, until=LATER)
    append(table.refresh(), crossings(DAY, 40))
    was = {snapshot.snapshot_id: rows_of(table, snapshot.snapshot_id) for snapshot in table.snapshots()}
    expire(table, older_than=FAR, keep=4)
    removed = remove_orphans(table, now=FAR, is_dry_run=False)
    assert removed
    retained = [snapshot.snapshot_id for snapshot in table.refresh().snapshots()]
    assert len(retained) == 4
    assert all(rows_of(table, snapshot_id).equals(was[snapshot_id]) for snapshot_id in retained)


def test_dry_run_deletes_nothing(folder_lake: Lake) -> None:
    """Rule: orphans are only listed unless asked otherwise."""
    table = crossings_table(folder_lake, days=1)
    stray = _stray(table)
    before = files_under(table.io, table.location())
    assert [file.path for file in remove_orphans(table, now=FAR)] == [stray]
    assert files_under(table.io, table.location()) == before


def test_young_files_are_no_orphans(folder_lake: Lake) -> None:
    """Rule: a file that a running commit may be about to name is left; a limit that would not is refused."""
    table = crossings_table(folder_lake, days=1)
    stray = _stray(table)
    now = dt.datetime.now(dt.UTC)
    assert remove_orphans(table, now=now + dt.timedelta(days=2), is_dry_run=False) == []
    with pytest.raises(ValueError, match="running commit; give a longer age"):
        remove_orphans(table, now=now, age=dt.timedelta(hours=1))
    assert [file.path for file in remove_orphans(table, now=now + dt.timedelta(days=4))] == [stray]


def test_orphans_of_compaction_go_after_expiry(lake: Lake) -> None:
    """Rule: replaced files stay while a snapshot needs them; afterwards the location holds what is needed, no more."""
    table = crossings_table(lake)
    before = rows_of(table)
    compact(table, until=LATER)
    assert [file.path for file in find_orphans(table, older_than=FAR) if file.path.endswith(".parquet")] == []
    expire(table, older_than=FAR, keep=1)
    remove_orphans(table, now=FAR, is_dry_run=False)
    assert {file.path for file in files_under(table.io, table.location())} <= referenced(table.refresh())
    assert rows_of(table).equals(before)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["append", "compact", "expire", "remove"]), min_size=1, max_size=8))
def test_no_order_of_steps_loses_a_row(folder_lake: Lake, steps: list[str]) -> None:
    """Rule: in whatever order appends and maintenance come, no row is lost, and every snapshot is readable."""
    # Hypothesis makes no new lake for each example: the table goes on as the one before left it.
    folder_lake.apply(TRAFFIC_MINUTE)
    table = folder_lake.table(TRAFFIC_MINUTE)
    expected = rows_of(table)
    for place, step in enumerate(steps):
        if step == "append":
            rows = crossings(DAY, expected.num_rows + place)
            append(table.refresh(), rows)
            expected = in_order(pa.concat_tables([expected, rows.cast(expected.schema)]))
        elif step == "compact":
            compact(table.refresh(), until=LATER)
        elif step == "expire":
            expire(table, older_than=FAR, keep=2)
        else:
            remove_orphans(table, now=FAR, is_dry_run=False)
        assert rows_of(table).equals(expected)
    for snapshot in table.refresh().snapshots():
        rows_of(table, snapshot.snapshot_id)


def _stray(table: IcebergTable) -> str:
    """Leave a file as a failed commit does."""
    location = f"{table.location()}/data/stray.parquet"
    with table.io.new_output(location).create() as output:
        output.write(b"stray")
    return location.removeprefix("file://")
