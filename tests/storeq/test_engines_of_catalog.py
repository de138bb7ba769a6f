"""DuckDB over Iceberg tables: the right files, read right, whatever happened to the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest
from pyarrow import parquet
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import FileScanTask
from pyiceberg.table import Table as IcebergTable
from pyiceberg.types import LongType, StringType

from contracts.tables import LANE_LOCAL_HOUR, STORE
from glue.catalog import glue_catalog
from glue.lake import Lake
from storeq.compile import Place, Statement, compile_question, compile_read
from storeq.cures import filled_by
from storeq.engines import catalog
from storeq.engines.catalog import Catalog, is_read_by_name
from storeq.engines.duckdb import DuckDB
from storeq.errors import EngineError, MissingTablesError
from storeq.reading import TableRead
from storeq.scope import DateRange, Scope
from tests.glue.conftest import WAREHOUSE, cloud, moto_url
from tests.lake_sample import lake_sample
from tests.storeq.asking import HOLIDAYS, LIBRARY, answer, plain_answer

__all__ = ["cloud", "moto_url"]
TABLE = LANE_LOCAL_HOUR
COLUMNS = ("store_id", "lane_id", "business_date", "served")


@pytest.fixture(params=["s3", "file"])
def lake(request: pytest.FixtureRequest, cloud: str, tmp_path: Path) -> Lake:  # noqa: ARG001 - makes the cloud
    """A lake with the sample's lanes and stores, its files on S3 or on this machine."""
    warehouse = WAREHOUSE if request.param == "s3" else f"file://{tmp_path}/warehouse"
    lake = Lake(catalog=glue_catalog(warehouse=warehouse), database="store_traffic", warehouse=warehouse)
    lake.create_database()
    for table in (TABLE, STORE):
        lake.apply(table)
        lake.table(table).append(lake_sample()[table.name])
    return lake


def rows_of(lake: Lake, read: TableRead) -> list[dict[str, Any]]:
    """Return what DuckDB reads of one table."""
    found: list[dict[str, Any]] = DuckDB(Catalog(lake)).run(compile_read(read, Place("lake"))).rows.to_pylist()
    return sorted(found, key=repr)


def expected(keep: Callable[[dict[str, Any]], bool] = lambda _: True) -> list[dict[str, Any]]:
    """Return the sample's rows that are to be kept."""
    return sorted(filter(keep, lake_sample()[TABLE.name].select(COLUMNS).to_pylist()), key=repr)


def test_a_question_of_a_catalog_is_answered_as_over_arrow(lake: Lake) -> None:
    """Files chosen by Iceberg's figures, and read by DuckDB or Arrow, give what the rows in memory give."""
    engine = DuckDB(Catalog(lake))
    for scope in (Scope(), Scope(period=HOLIDAYS)):
        found = answer(engine, "wait_bucket_local_hour", scope)
        assert found == plain_answer("wait_bucket_local_hour", period=scope.period)
        assert found


def test_files_of_other_months_stay_unread(lake: Lake) -> None:
    """Dates and stores choose files before any is opened: two of all months are read for two months."""
    engine = DuckDB(Catalog(lake))
    question = LIBRARY.find("wait_bucket_local_hour")
    every = engine.run(compile_question(question, Scope(), engine.place))
    two = engine.run(compile_question(question, Scope(period=HOLIDAYS), engine.place))
    none = engine.run(compile_question(question, Scope(stores=("zzz",)), engine.place))
    assert (two.files_read, none.files_read) == (2, 0)
    assert (every.files_read or 0) > 2
    assert 0 < (two.bytes_read or 0) < (every.bytes_read or 0)


def test_stores_and_dates_are_those_asked(lake: Lake) -> None:
    """Rows of other stores and days do not come, though their files hold them."""
    dates = DateRange(dt.date(2025, 12, 1), dt.date(2025, 12, 5))
    read = TableRead(TABLE, COLUMNS, dates=(dates,), stores=("pune-1",))
    assert rows_of(lake, read) == expected(
        lambda row: row["store_id"] == "pune-1" and dates.first <= row["business_date"] <= dates.last
    )


def test_a_column_that_came_later_is_null_before(lake: Lake) -> None:
    """Files from before a column was added give null for it, beside files that have it."""
    table = lake.table(TABLE)
    with table.update_schema() as update:
        update.delete_column("wait_ms_max")
    with table.update_schema() as update:
        update.add_column("wait_ms_max", LongType())
    newer = lake.table(TABLE)
    with_it = pa.Table.from_pylist(lake_sample()[TABLE.name][:3].to_pylist(), schema=schema_to_pyarrow(newer.schema()))
    newer.append(with_it)
    found = rows_of(lake, TableRead(TABLE, (*COLUMNS, "wait_ms_max")))
    assert sum(row["wait_ms_max"] is not None for row in found) == sum(
        value is not None for value in with_it["wait_ms_max"].to_pylist()
    )
    assert not is_read_by_name(lake.table(TABLE), ["wait_ms_max"])


def test_a_renamed_column_keeps_its_values(lake: Lake) -> None:
    """A name that belonged to another column is not confused with it: such files are read by number."""
    table = lake.table(TABLE)
    with table.update_schema() as update:
        update.rename_column("served", "served_then")
        update.rename_column("joined", "served")
    found = rows_of(lake, TableRead(TABLE, COLUMNS))
    joined = lake_sample()[TABLE.name].select([*COLUMNS[:3], "joined"]).rename_columns(list(COLUMNS)).to_pylist()
    assert found == sorted(joined, key=repr)


def test_a_new_column_of_another_name_changes_nothing(lake: Lake) -> None:
    """Files that lack a column that is not asked for are still read by name."""
    with lake.table(TABLE).update_schema() as update:
        update.add_column("remark", StringType())
    assert is_read_by_name(lake.table(TABLE), COLUMNS)
    assert rows_of(lake, TableRead(TABLE, COLUMNS)) == expected()


def test_columns_in_another_order_and_absent_ones_are_read_by_name(lake: Lake) -> None:
    """A file that was added with its columns turned, and without an optional one, is read right beside the others."""
    table = lake.table(TABLE)
    rows = lake_sample()[TABLE.name].slice(0, 5)
    turned = rows.drop_columns(["wait_ms_max"]).select([*reversed(rows.drop_columns(["wait_ms_max"]).column_names)])
    _add_file(table, turned)
    found = rows_of(lake, TableRead(TABLE, (*COLUMNS, "wait_ms_max")))
    assert len(found) == lake_sample()[TABLE.name].num_rows + 5


def test_deleted_rows_stay_deleted(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that a position delete names do not come back; files beside it are read as ever."""
    tasks = list(lake.table(TABLE).scan().plan_files())
    first = tasks[0]
    delete = _position_delete(lake.table(TABLE), first.file.file_path, [0, 2])
    planned = [FileScanTask(first.file, delete_files={delete}), *tasks[1:]]
    monkeypatch.setattr(catalog, "_planned", lambda _table, _read: planned)
    found = rows_of(lake, TableRead(TABLE, COLUMNS))
    assert len(found) == lake_sample()[TABLE.name].num_rows - 2


def test_missing_tables_are_all_named_with_their_cure(lake: Lake) -> None:
    """Every table that does not exist is told at once, with the command that makes it."""
    question = LIBRARY.find("service_by_hour")
    with pytest.raises(MissingTablesError) as told:
        DuckDB(Catalog(lake)).run(compile_question(question, Scope(), Place("lake")))
    assert set(told.value.tables) == {table.name for table in question.tables} - {TABLE.name, STORE.name}
    assert "python -m glue apply" in str(told.value)


def test_a_table_behind_the_contract_is_told(lake: Lake) -> None:
    """A column that the catalog's table lacks is named, not answered by nulls."""
    with lake.table(TABLE).update_schema() as update:
        update.delete_column("served")
    with pytest.raises(MissingTablesError, match="lacks the columns served"):
        rows_of(lake, TableRead(TABLE, COLUMNS))


def test_a_catalog_that_does_not_answer_is_told() -> None:
    """An endpoint where nothing answers is an error in words, no trace."""
    environment = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    silent = glue_catalog(warehouse=WAREHOUSE, endpoint_url="http://127.0.0.1:9", environment=environment)
    lake = Lake(catalog=silent, database="store_traffic", warehouse=WAREHOUSE)
    with pytest.raises(EngineError, match="does not answer"):
        DuckDB(Catalog(lake)).run(Statement("SELECT 1", (TableRead(STORE, ("store_id",)),)))


def test_each_role_says_what_fills_it() -> None:
    """A roll-up and a dimension are filled by different commands."""
    assert "glue rollup" in filled_by(TABLE)
    assert "glue dimensions" in filled_by(STORE)


def _add_file(table: IcebergTable, rows: pa.Table) -> None:
    location = f"{table.location()}/data/{uuid4()}.parquet"
    with table.io.new_output(location).create() as output:
        parquet.write_table(rows, output)
    table.add_files([location])


def _position_delete(table: IcebergTable, path: str, positions: list[int]) -> DataFile:
    location = f"{table.location()}/data/{uuid4()}-deletes.parquet"
    rows = pa.table({"file_path": [path] * len(positions), "pos": positions})
    with table.io.new_output(location).create() as output:
        parquet.write_table(rows, output)
    return DataFile.from_args(
        content=DataFileContent.POSITION_DELETES, file_path=location, file_format=FileFormat.PARQUET
    )
