"""A round of maintenance: all steps, cut short at any of them, and done again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from contextlib import suppress
from typing import Any

import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.io.pyarrow import PyArrowFileIO

from contracts.tables import TRAFFIC_MINUTE
from glue.lake import Lake
from glue.maintenance.run import Terms, maintain, plan_maintenance
from tests.glue.conftest import append
from tests.glue.maintenance.small_files import DAY, crossings, crossings_table, rows_of

ACCESSES_MAX = 100
TODAY = DAY + dt.timedelta(days=2)
TERMS = Terms(
    now=dt.datetime(2100, 1, 1, tzinfo=dt.UTC), today=TODAY, until=TODAY, kept_snapshots=1, kept_days=5, orphan_days=3
)


def test_a_round_leaves_few_files_and_the_same_rows(lake: Lake) -> None:
    """Rule: after a round each day has one file, the table few manifests, and less is stored."""
    table = crossings_table(lake, days=2, files_a_day=5)
    before = rows_of(table)
    done = maintain(TRAFFIC_MINUTE, table, TERMS)
    assert (done.before.files, done.before.files_of_partition_max, done.before.snapshots) == (10, 5, 10)
    assert (done.after.files, done.after.files_of_partition_max) == (2, 1)
    assert done.after.manifests < done.before.manifests
    assert done.after.snapshots == 1
    assert done.after.stored_bytes < done.before.stored_bytes
    assert done.orphans > 10
    assert rows_of(table).equals(before)


def test_a_second_round_does_nothing(folder_lake: Lake) -> None:
    """Rule: a round done again commits nothing and deletes nothing but metadata that commits of the first left."""
    table = crossings_table(folder_lake)
    maintain(TRAFFIC_MINUTE, table, TERMS)
    again = maintain(TRAFFIC_MINUTE, table, TERMS)
    assert (again.compacted_files, again.deleted_rows, again.expired_snapshots, again.orphans) == (0, 0, 0, 0)
    assert again.after == again.before


def test_a_dry_run_tells_and_changes_nothing(folder_lake: Lake) -> None:
    """Rule: a plan gives the figures of the first steps and leaves table and files."""
    table = crossings_table(folder_lake)
    was = table.metadata_location
    plan = plan_maintenance(TRAFFIC_MINUTE, table, TERMS)
    assert (plan.compacted_files, plan.expired_snapshots, plan.orphans) == (8, 7, 0)
    assert plan.before == plan.after
    assert table.refresh().metadata_location == was


def test_what_glue_compacts_is_not_compacted(folder_lake: Lake) -> None:
    """Rule: where another compactor works, the other steps are done all the same."""
    table = crossings_table(folder_lake)
    done = maintain(TRAFFIC_MINUTE, table, dataclasses.replace(TERMS, is_compacted_elsewhere=True))
    assert (done.compacted_files, done.after.files, done.after.snapshots) == (0, 8, 1)


@pytest.mark.parametrize(
    ("part", "operation"),
    [
        (PyArrowFileIO, "new_output"),
        (PyArrowFileIO, "new_input"),
        (PyArrowFileIO, "delete"),
        (GlueCatalog, "commit_table"),
    ],
    ids=["writes", "reads", "deletes", "commits"],
)
def test_a_round_cut_short_leaves_the_table_whole(
    folder_lake: Lake, monkeypatch: pytest.MonkeyPatch, part: type, operation: str
) -> None:
    """Rule: whichever access to storage or catalog fails, all rows are there, and the next round completes the work."""
    table = crossings_table(folder_lake, days=1, files_a_day=3)
    for failing in range(ACCESSES_MAX):
        append(table.refresh(), crossings(DAY, 100 + failing))
        before = rows_of(table)
        with monkeypatch.context() as patched:
            disk = _Failing(patched, part, operation, failing)
            with suppress(DiskIsGoneError):
                maintain(TRAFFIC_MINUTE, folder_lake.table(TRAFFIC_MINUTE), TERMS)
        assert rows_of(table).equals(before)
        maintain(TRAFFIC_MINUTE, table.refresh(), TERMS)
        assert rows_of(table).equals(before)
        assert len(list(table.scan().plan_files())) == 1
        if not disk.has_failed:
            break
    else:
        pytest.fail("expected a round that no longer reaches the failing access")
    assert failing > 1


class DiskIsGoneError(OSError):
    """What a failing access raises."""


class _Failing:
    """Lets one access to storage fail."""

    def __init__(self, patched: pytest.MonkeyPatch, part: type, operation: str, failing: int) -> None:
        self.has_failed = False
        self._left = failing
        intact: Any = getattr(part, operation)

        def access(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == -1:
                self.has_failed = True
                raise DiskIsGoneError
            return intact(*arguments, **named)

        patched.setattr(part, operation, access)
