"""Compaction: fewer files, the same rows, whatever else is committed in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable
from pyiceberg.table.snapshots import Operation

from contracts.tables import LAKE_TABLES, TRAFFIC_MINUTE, Table
from glue.lake import Lake
from glue.maintenance.commits import replace_files
from glue.maintenance.compaction import Compaction, RowsChangedError, compact, plan_compaction
from glue.maintenance.manifests import rewrite_manifests
from glue.maintenance.partitions import partitions_of
from glue.maintenance.rewriting import Sizes, read
from glue.maintenance.storage import files_under
from tests.glue.conftest import append
from tests.glue.maintenance.samples import append_sample
from tests.glue.maintenance.small_files import DAY, crossings, crossings_table, delete_rows, rows_of

LATER = DAY + dt.timedelta(days=30)


def test_small_files_become_one_sorted_file_a_day(lake: Lake) -> None:
    """Rule: rows stay the same, each day has one file, in the order of the contract, in one replacing snapshot."""
    table = crossings_table(lake)
    before = rows_of(table)

    done = compact(table, until=LATER)

    assert done == Compaction(partitions=2, files_before=8, files_after=2)
    assert rows_of(table).equals(before)
    assert [len(partition.tasks) for partition in partitions_of(table)] == [1, 1]
    for task in table.scan().plan_files():
        with table.io.new_input(task.file.file_path).open() as file:
            written = parquet.read_table(file)
        assert written.equals(written.sort_by([(name, "ascending") for name in TRAFFIC_MINUTE.sort_by]))
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    assert snapshot.summary.operation == Operation.REPLACE
    assert snapshot.summary["total-records"] == str(before.num_rows)


def test_second_run_does_nothing(folder_lake: Lake) -> None:
    """Rule: compaction is idempotent: there is nothing left to plan, and no snapshot is added."""
    table = crossings_table(folder_lake)
    compact(table, until=LATER)
    snapshots = len(table.refresh().snapshots())
    assert plan_compaction(table, until=LATER) == []
    assert compact(table, until=LATER) == Compaction()
    assert len(table.refresh().snapshots()) == snapshots


def test_days_that_are_still_written_are_left(folder_lake: Lake) -> None:
    """Rule: a partition that begins at `until` or later keeps its files."""
    table = crossings_table(folder_lake, days=2)
    compact(table, until=DAY + dt.timedelta(days=1))
    assert [len(partition.tasks) for partition in partitions_of(table)] == [1, 4]


def test_large_days_become_files_of_the_target_size(folder_lake: Lake) -> None:
    """Rule: a day larger than the target becomes several files that do not overlap, and stays so."""
    folder_lake.apply(TRAFFIC_MINUTE)
    table = folder_lake.table(TRAFFIC_MINUTE)
    for minute in range(8):
        append(table, crossings(DAY, minute, [f"store-{number:03}" for number in range(200)]))
    sizes = Sizes(target_file_bytes=12_000, row_group_rows=100)
    before = rows_of(table)
    done = compact(table, until=LATER, sizes=sizes)
    assert 1 < done.files_after < 10
    assert rows_of(table).equals(before)
    assert plan_compaction(table, until=LATER, sizes=sizes) == []
    bounds = sorted(_store_bounds(table))
    assert all(before[1] <= after[0] for before, after in pairwise(bounds))


def test_sorting_spills_to_disk(folder_lake: Lake) -> None:
    """Rule: rows that do not fit into the memory for sorting are sorted all the same."""
    folder_lake.apply(TRAFFIC_MINUTE)
    table = folder_lake.table(TRAFFIC_MINUTE)
    minute = crossings(DAY, 0, [f"store-{number:05}" for number in range(20_000)])
    for _ in range(20):
        append(table, minute)
    before = rows_of(table)
    assert before.nbytes > 20_000_000
    compact(table, until=LATER, sizes=Sizes(sort_memory_bytes=32_000_000))
    assert rows_of(table).equals(before)
    assert len(partitions_of(table)[0].tasks) == 1


def test_one_store_reads_few_row_groups(folder_lake: Lake) -> None:
    """Rule: in a sorted file, the bounds of row groups leave one store few of them to read."""
    folder_lake.apply(TRAFFIC_MINUTE)
    table = folder_lake.table(TRAFFIC_MINUTE)
    stores = [f"store-{number:03}" for number in range(200)]
    for minute in range(10):
        append(table, crossings(DAY, minute, stores))
    compact(table, until=LATER, sizes=Sizes(row_group_rows=200))
    (task,) = table.scan().plan_files()
    with table.io.new_input(task.file.file_path).open() as file:
        written = parquet.ParquetFile(file).metadata
    stores_of = [written.row_group(index).column(0).statistics for index in range(written.num_row_groups)]
    assert written.num_row_groups == 10
    assert sum(bounds.min <= "store-077" <= bounds.max for bounds in stores_of) == 1
    assert written.row_group(0).column(0).has_column_index


@pytest.mark.parametrize("table", LAKE_TABLES, ids=lambda table: table.name)
def test_every_table_can_be_compacted(folder_lake: Lake, table: Table) -> None:
    """Rule: rows of every table come through unchanged: structures and lists, missing ones too."""
    folder_lake.apply(table)
    small = folder_lake.table(table)
    for is_complete in (True, False):
        append_sample(small, table, is_complete=is_complete)
    before = _sorted(small.refresh().scan().to_arrow())
    compact(small, until=dt.date(2100, 1, 1))
    assert len(list(small.scan().plan_files())) == 1
    assert _sorted(small.refresh().scan().to_arrow()) == before


def test_large_tables_are_committed_in_groups(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: what is done stays done when a run is cut short: partitions are committed some at a time."""
    table = crossings_table(folder_lake, days=3, files_a_day=2)
    before = rows_of(table)
    snapshots = len(table.snapshots())
    monkeypatch.setattr("glue.maintenance.compaction.COMMIT_BYTES", 1)
    assert compact(table, until=LATER).partitions == 3
    assert len(table.refresh().snapshots()) == snapshots + 3
    assert rows_of(table).equals(before)


def test_rows_that_are_lost_stop_the_commit(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: when fewer rows were written than read, nothing is committed."""
    table = crossings_table(folder_lake, days=1)
    was = table.metadata_location
    monkeypatch.setattr("glue.maintenance.compaction.read", lambda table, tasks: read(table, tasks[1:]))
    with pytest.raises(RowsChangedError, match="expected 12 rows in the rewritten files, came 9"):
        compact(table, until=LATER)
    assert table.refresh().metadata_location == was


def test_rows_appended_in_between_survive(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: the stream's commit between reading and replacing stays, to the row; the replacement is tried again."""
    table = crossings_table(folder_lake)
    before = rows_of(table)
    late = crossings(DAY, 99)
    _before_commit(monkeypatch, lambda: append(folder_lake.table(TRAFFIC_MINUTE), late))

    done = compact(table, until=LATER)

    assert done.partitions == 2
    expected = pa.concat_tables([before, late.cast(before.schema)])
    assert rows_of(table).equals(expected.sort_by([(name, "ascending") for name in TRAFFIC_MINUTE.key]))
    assert [len(partition.tasks) for partition in partitions_of(table)] == [2, 1]


def test_appends_at_every_attempt_are_survived(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: a stream that commits faster than compaction ends it with an error; no row is lost, and no file left."""
    table = crossings_table(folder_lake, days=1)
    before = rows_of(table)
    _before_commit(monkeypatch, lambda: append(folder_lake.table(TRAFFIC_MINUTE), crossings(DAY, 99)), times=100)
    with pytest.raises(CommitFailedException):
        compact(table, until=LATER)
    assert rows_of(table).num_rows > before.num_rows
    assert _data_files(table) == {task.file.file_path for task in table.scan().plan_files()}


def test_rows_deleted_in_between_stay_deleted(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: a partition in which others delete in between is left as it is; the others are done."""
    table = crossings_table(folder_lake)
    first = partitions_of(table)[0].tasks[0].file
    before = rows_of(table)
    _before_commit(monkeypatch, lambda: delete_rows(folder_lake.table(TRAFFIC_MINUTE), first, [0]))

    done = compact(table, until=LATER)

    assert done.left == ("window_start_day=2026-09-21",)
    assert rows_of(table).num_rows == before.num_rows - 1
    assert [len(partition.tasks) for partition in partitions_of(table)] == [4, 1]


def test_files_replaced_in_between_are_not_doubled(folder_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: when another run did the same in between, nothing is committed twice."""
    table = crossings_table(folder_lake)
    before = rows_of(table)
    _before_commit(monkeypatch, lambda: compact(folder_lake.table(TRAFFIC_MINUTE), until=LATER))
    assert compact(table, until=LATER).partitions == 0
    assert rows_of(table).equals(before)
    assert len(_data_files(table)) == 8 + 2


def test_position_deletes_are_applied_and_go(lake: Lake) -> None:
    """Rule: rows that Athena deleted do not come back, and its files of positions leave the table."""
    table = crossings_table(lake, days=1)
    file = partitions_of(table)[0].tasks[0].file
    delete_rows(table, file, [0, 2])
    before = rows_of(table)
    assert before.num_rows == 10

    compact(table, until=LATER)
    manifests = rewrite_manifests(table)

    assert rows_of(table).equals(before)
    assert manifests is not None
    assert manifests.spent_deletes == 1
    assert table.inspect.delete_files().num_rows == 0
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert snapshot.summary is not None
    assert snapshot.summary["total-delete-files"] == "0"


def test_needed_position_deletes_stay(folder_lake: Lake) -> None:
    """Rule: manifests written anew keep the deletes that a live file needs."""
    table = crossings_table(folder_lake, days=2)
    tasks = [partition.tasks[0].file for partition in partitions_of(table)]
    for file in tasks:
        delete_rows(table, file, [1])
    before = rows_of(table)
    compact(table, until=DAY + dt.timedelta(days=1))
    manifests = rewrite_manifests(table)
    assert manifests is not None
    assert (manifests.spent_deletes, manifests.after) == (1, 2)
    assert rows_of(table).equals(before)
    compact(table, until=LATER)
    assert rows_of(table).equals(before)


def test_manifests_become_few(folder_lake: Lake) -> None:
    """Rule: a table of many commits has one manifest afterwards, the same rows, and is left alone the next time."""
    table = crossings_table(folder_lake, days=2)
    before = rows_of(table)
    written = rewrite_manifests(table)
    assert written is not None
    assert (written.before, written.after) == (8, 1)
    assert rows_of(table).equals(before)
    assert rewrite_manifests(table) is None
    append(table, crossings(DAY, 50))
    assert rows_of(table).num_rows == before.num_rows + 3


def _before_commit(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], *, times: int = 1) -> None:
    """Let something happen between the check of the plan and the commit."""
    left = [times]

    def after_others(*arguments: Any, **named: Any) -> None:
        if left[0] > 0:
            left[0] -= 1
            act()
        replace_files(*arguments, **named)

    monkeypatch.setattr("glue.maintenance.replacing.replace_files", after_others)


def _store_bounds(table: IcebergTable) -> list[tuple[bytes, bytes]]:
    files = [task.file for task in table.scan().plan_files()]
    return [(file.lower_bounds[1], file.upper_bounds[1]) for file in files]


def _data_files(table: IcebergTable) -> set[str]:
    paths = (file.path for file in files_under(table.io, table.location()))
    return {f"file://{path}" for path in paths if path.endswith(".parquet")}


def _sorted(rows: pa.Table) -> list[str]:
    return sorted(map(str, rows.to_pylist()))
