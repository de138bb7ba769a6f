"""A dimension is written whole, in one commit, and only when it differs."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable

from contracts.tables import CALENDAR, DIMENSION_TABLES, HOLIDAY, STORE, STORE_DAY, Table
from glue.dimensions.build import dimensions
from glue.dimensions.chain_file import read_chain
from glue.dimensions.load import COMMIT_ATTEMPTS, Change, checked, planned_change, replace_dimension
from glue.dimensions.problems import DimensionError
from glue.dimensions.school_holidays import read_school_holidays
from glue.lake import Lake
from tests.glue.dimensions.test_chain_file import EXAMPLE
from tests.glue.dimensions.test_school_holidays import EXAMPLE as SCHOOL

BUILT = {
    each.table.name: each.rows
    for each in dimensions(read_chain(EXAMPLE), range(2026, 2027), school=read_school_holidays(SCHOOL))
}


def _stored(lake: Lake, table: Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.table(table).scan().to_arrow().to_pylist()
    return sorted(rows, key=lambda row: [str(row[name]) for name in table.key])


def _sorted(table: Table, rows: pa.Table) -> list[dict[str, Any]]:
    return sorted(rows.to_pylist(), key=lambda row: [str(row[name]) for name in table.key])


@pytest.mark.parametrize("table", DIMENSION_TABLES, ids=lambda table: table.name)
def test_rows_come_back_as_they_were(lake: Lake, table: Table) -> None:
    """Rule: every dimension of the contracts is built, keeps its rows in the lake, and is not written twice."""
    lake.apply(table)
    rows = BUILT[table.name]
    assert rows.num_rows > 0
    assert replace_dimension(lake, table, rows) == Change(table.name, rows.num_rows, 0, 0)
    assert _stored(lake, table) == _sorted(table, rows)
    before = lake.table(table).metadata_location
    assert replace_dimension(lake, table, rows).is_none
    assert lake.table(table).metadata_location == before


def test_added_removed_and_changed_rows_are_told_apart(lake: Lake) -> None:
    """Rule: a row is changed when its key stays; nulls in keys equal each other; then the table holds the new rows."""
    lake.apply(HOLIDAY)
    rows = BUILT[HOLIDAY.name].to_pylist()
    replace_dimension(lake, HOLIDAY, BUILT[HOLIDAY.name])
    assert rows[0]["subdivision"] is None
    changed = {**rows[0], "is_movable": not rows[0]["is_movable"]}
    added = {**rows[3], "name": "day off"}
    wanted = pa.Table.from_pylist([changed, *rows[3:], added], schema=BUILT[HOLIDAY.name].schema)
    expected = Change(HOLIDAY.name, added=1, removed=2, changed=1)
    assert planned_change(lake, HOLIDAY, wanted) == expected
    assert _stored(lake, HOLIDAY) == _sorted(HOLIDAY, BUILT[HOLIDAY.name])
    assert replace_dimension(lake, HOLIDAY, wanted) == expected
    assert _stored(lake, HOLIDAY) == _sorted(HOLIDAY, wanted)


def test_replacing_is_one_commit(lake: Lake) -> None:
    """Rule: readers see the old rows or the new ones: the catalog's pointer moves once, over all months of a table."""
    lake.apply(STORE_DAY)
    replace_dimension(lake, STORE_DAY, BUILT[STORE_DAY.name].slice(0, 400))
    before = len(lake.table(STORE_DAY).metadata.metadata_log)
    replace_dimension(lake, STORE_DAY, BUILT[STORE_DAY.name])
    assert len(lake.table(STORE_DAY).metadata.metadata_log) == before + 1
    assert lake.table(STORE_DAY).scan().to_arrow().num_rows == BUILT[STORE_DAY.name].num_rows


def test_no_rows_empty_the_table(lake: Lake) -> None:
    """Rule: a table may become empty, and an empty one may stay so."""
    lake.apply(STORE)
    empty = BUILT[STORE.name].slice(0, 0)
    assert replace_dimension(lake, STORE, empty).is_none
    replace_dimension(lake, STORE, BUILT[STORE.name])
    assert replace_dimension(lake, STORE, empty) == Change(STORE.name, added=0, removed=3, changed=0)
    assert _stored(lake, STORE) == []


def test_rows_that_are_there_twice_are_mended(lake: Lake) -> None:
    """Rule: the table holds each row once afterwards, whatever another writer left."""
    lake.apply(STORE)
    rows = checked(STORE, BUILT[STORE.name])
    lake.table(STORE).append(pa.concat_tables([rows, rows]))
    assert replace_dimension(lake, STORE, rows) == Change(STORE.name, added=0, removed=3, changed=0)
    assert _stored(lake, STORE) == _sorted(STORE, rows)


def test_commit_that_came_too_late_is_tried_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule: another run's commit in between is read, and compared with again; after some attempts it is told."""
    lake.apply(CALENDAR)
    overwrite = IcebergTable.overwrite
    failures = [CommitFailedException("too late")] * (COMMIT_ATTEMPTS - 1)

    def fail_at_first(table: IcebergTable, rows: pa.Table) -> None:
        if failures:
            raise failures.pop()
        overwrite(table, rows)

    monkeypatch.setattr(IcebergTable, "overwrite", fail_at_first)
    assert replace_dimension(lake, CALENDAR, BUILT[CALENDAR.name]).added == 365
    assert _stored(lake, CALENDAR) == _sorted(CALENDAR, BUILT[CALENDAR.name])
    failures.extend([CommitFailedException("too late")] * COMMIT_ATTEMPTS)
    with pytest.raises(CommitFailedException):
        replace_dimension(lake, CALENDAR, BUILT[CALENDAR.name].slice(1))


def test_rows_that_break_the_contract_are_refused(lake: Lake) -> None:
    """Rule: missing values, unknown choices and keys that come twice are told at once; nothing is written."""
    lake.apply(HOLIDAY)
    row, other = BUILT[HOLIDAY.name].to_pylist()[:2]
    rows = [row, row, {**other, "name": None}, {**other, "holiday_kind": "bank"}]
    nullable = pa.schema([pa.field(field.name, field.type) for field in BUILT[HOLIDAY.name].schema])
    with pytest.raises(DimensionError) as caught:
        replace_dimension(lake, HOLIDAY, pa.Table.from_pylist(rows, schema=nullable))
    kind, name, key = caught.value.problems
    assert kind == "holiday_kind: expected one of public, school, came ['bank']; correct it"
    assert name == "name: expected a value in each row, came none in 1; fill it"
    assert key.startswith("expected each key once, came country=DE, subdivision=None")
    assert _stored(lake, HOLIDAY) == []


def test_other_columns_are_refused() -> None:
    """Rule: columns are those of the contract, in any order."""
    rows = BUILT[CALENDAR.name]
    assert checked(CALENDAR, rows.select(rows.column_names[::-1])).column_names == rows.column_names
    with pytest.raises(DimensionError) as caught:
        checked(CALENDAR, rows.drop_columns(["year"]).append_column("era", pa.array([1] * rows.num_rows)))
    assert "missing: year; add them" in caught.value.problems[0]
    assert "unknown: era; remove them" in caught.value.problems[1]


def test_table_that_is_not_there_is_told_with_its_cure(lake: Lake) -> None:
    """Rule: tables are created by `apply` alone."""
    with pytest.raises(DimensionError, match="run `python -m glue apply`"):
        replace_dimension(lake, STORE, BUILT[STORE.name])
