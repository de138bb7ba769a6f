"""An import comes into the lake whole or not at all, in place of what it had there, and beside nobody else's hours."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from pyarrow import parquet
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import CommitFailedException

from contracts.tables import TRAFFIC_LOCAL_HOUR
from glue.importing.checking import HOURS_SCHEMA
from glue.importing.loading import HistoryTable
from glue.lake import Lake
from tests.glue.importing.conftest import Check

HEADER = "store,date,hour,people"
SOURCE = "import:old-counters"


@pytest.fixture
def history(lake: Lake) -> Lake:
    """A lake with an empty table of local hours."""
    lake.apply(TRAFFIC_LOCAL_HOUR)
    return lake


@pytest.fixture
def hours(check: Check) -> pa.Table:
    """Hours of two months and two stores."""
    lines = (f"{store},2015-0{month}-01,{hour},{hour}" for store in "ab" for month in (6, 7) for hour in (9, 10))
    return check(HEADER, *lines).hours


def _rows(lake: Lake) -> list[tuple[str, str, dt.datetime, int]]:
    found = lake.table(TRAFFIC_LOCAL_HOUR).scan().to_arrow().to_pylist()
    return sorted((row["source"], row["store_id"], row["window_start"], row["in_count"]) for row in found)


def _snapshot(lake: Lake) -> tuple[str, int | None]:
    table = lake.table(TRAFFIC_LOCAL_HOUR)
    return table.metadata_location, getattr(table.current_snapshot(), "snapshot_id", None)


def _of(source: str, hours: pa.Table) -> pa.Table:
    """Return the same hours from elsewhere."""
    return pa.Table.from_pylist([{**row, "source": source} for row in hours.to_pylist()], schema=HOURS_SCHEMA)


def _measured(lake: Lake, hours: pa.Table) -> None:
    """Put hours into the lake as if they were summed from minutes."""
    lake.table(TRAFFIC_LOCAL_HOUR).append(_of("minutes", hours))


def test_an_import_comes_in_one_commit(history: Lake, hours: pa.Table) -> None:
    """Rule: all hours come in one version of the table, a file for each month, sorted as the contract says."""
    before, _ = _snapshot(history)
    loaded = HistoryTable.of(history).replace(hours, SOURCE)
    table = history.table(TRAFFIC_LOCAL_HOUR)
    assert (loaded.rows_before, loaded.rows_after) == (0, 8)
    assert [entry.metadata_file for entry in table.metadata.metadata_log] == [before]
    paths = [task.file.file_path for task in table.scan().plan_files()]
    assert len(paths) == 2
    for path in paths:
        with table.io.new_input(path).open() as file:
            stored = parquet.read_table(pa.BufferReader(file.read()))
        assert stored.equals(stored.sort_by([(name, "ascending") for name in TRAFFIC_LOCAL_HOUR.sort_by]))


def test_importing_again_takes_the_place(history: Lake, hours: pa.Table) -> None:
    """Rule: a second import of a name replaces the first, in one version of the table, and touches no other rows."""
    _measured(history, hours.slice(0, 1))
    HistoryTable.of(history).replace(hours.slice(1), SOURCE)
    HistoryTable.of(history).replace(_of("import:others", hours.slice(1, 2)), "import:others")
    versions = len(history.table(TRAFFIC_LOCAL_HOUR).metadata.metadata_log)
    loaded = HistoryTable.of(history).replace(hours.slice(4), SOURCE)
    assert (loaded.rows_before, loaded.rows_after) == (7, 4)
    assert len(history.table(TRAFFIC_LOCAL_HOUR).metadata.metadata_log) == versions + 1
    counted = [source for source, *_ in _rows(history)]
    assert {source: counted.count(source) for source in counted} == {"minutes": 1, SOURCE: 4, "import:others": 2}


def test_removing_leaves_all_else(history: Lake, hours: pa.Table) -> None:
    """Rule: an import can be undone: its rows go, in one version, and no others."""
    _measured(history, hours.slice(0, 1))
    before = _rows(history)
    HistoryTable.of(history).replace(hours.slice(1), SOURCE)
    removed = HistoryTable.of(history).remove(SOURCE)
    assert (removed.rows_before, removed.rows_after) == (7, 0)
    assert _rows(history) == before


def test_hours_from_elsewhere_are_found(history: Lake, hours: pa.Table) -> None:
    """Rule: what was measured, or is of another import, is found; the import's own earlier rows are none of it."""
    _measured(history, hours.slice(0, 1))
    HistoryTable.of(history).replace(hours.slice(1, 1), SOURCE)
    HistoryTable.of(history).replace(_of("import:others", hours.slice(2, 1)), "import:others")
    found = HistoryTable.of(history).hours_from_elsewhere(hours, SOURCE)
    assert sorted(found["source"].to_pylist()) == ["import:others", "minutes"]


def test_a_failed_commit_leaves_the_lake_as_it_was(
    history: Lake, hours: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule: where the catalog refuses the commit, after all files were written, nothing is half imported."""
    HistoryTable.of(history).replace(hours.slice(4), SOURCE)
    before, state = _rows(history), _snapshot(history)
    table = HistoryTable.of(history)

    def refuse(*_: object, **__: object) -> None:
        raise CommitFailedException("somebody else was faster")

    monkeypatch.setattr(GlueCatalog, "_update_glue_table", refuse)
    with pytest.raises(CommitFailedException):
        table.replace(hours, SOURCE)
    monkeypatch.undo()
    assert _snapshot(history) == state
    assert _rows(history) == before


def test_a_change_in_between_is_not_overlooked(history: Lake, hours: pa.Table) -> None:
    """Rule: what somebody else commits after the comparison with the lake makes the import fail, not count twice."""
    checked = HistoryTable.of(history)
    assert not checked.hours_from_elsewhere(hours, SOURCE).num_rows
    _measured(history, hours.slice(0, 1))
    with pytest.raises(CommitFailedException):
        checked.replace(hours, SOURCE)
    assert [source for source, *_ in _rows(history)] == ["minutes"]
