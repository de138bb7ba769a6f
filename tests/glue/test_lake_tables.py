"""The lake's tables reach their contracts, and nothing is lost on the way."""

from __future__ import annotations

import dataclasses
import datetime as dt

import boto3
import pyarrow as pa
import pytest

from contracts.fields import Field
from contracts.tables import LAKE_TABLES, TRAFFIC_MINUTE, VISIT, Table
from contracts.types import INTEGER, LONG, STRING
from glue.lake import Lake
from glue.schemas import arrow_schema_of, schema_of
from tests.glue.conftest import append


def _with_columns(table: Table, columns: tuple[Field, ...]) -> Table:
    return dataclasses.replace(table, columns=columns)


def _columns_of(lake: Lake, table: Table) -> list[str]:
    return [field.name for field in lake.catalog.load_table((lake.database, table.name)).schema().fields]


@pytest.mark.parametrize("table", LAKE_TABLES, ids=lambda table: table.name)
def test_created_table_equals_its_contract(lake: Lake, table: Table) -> None:
    """Rule: a created table has the contract's schema with its docs, layout, sort order, format and codec."""
    lake.apply(table)
    created = lake.catalog.load_table((lake.database, table.name))
    assert created.schema() == schema_of(table)
    assert [field.doc for field in created.schema().fields] == [column.doc for column in table.columns]
    laid_out_by = [table.partition_unit] if table.partition_by else []
    assert [str(field.transform) for field in created.spec().fields] == laid_out_by
    assert [created.schema().find_column_name(f.source_id) for f in created.sort_order().fields] == list(table.sort_by)
    assert created.format_version == 2
    assert created.properties["write.parquet.compression-codec"] == "zstd"
    assert created.properties["write.distribution-mode"] == ("none" if table.is_written_by_all else "hash")
    assert lake.plan(table).action == "none"


def test_glue_shows_the_docs(lake: Lake) -> None:
    """Rule: who browses the Glue catalog reads the table's and the columns' docs."""
    lake.apply(VISIT)
    shown = boto3.client("glue").get_table(DatabaseName=lake.database, Name=VISIT.name)["Table"]
    assert shown["Description"].startswith(VISIT.doc)
    assert shown["StorageDescriptor"]["Columns"][0]["Comment"] == VISIT.columns[0].doc


def test_applying_twice_changes_nothing(lake: Lake) -> None:
    """Rule: apply is idempotent."""
    lake.apply(VISIT)
    before = lake.catalog.load_table((lake.database, VISIT.name)).metadata_location
    assert lake.apply(VISIT).action == "none"
    assert lake.catalog.load_table((lake.database, VISIT.name)).metadata_location == before


def test_plan_changes_nothing(lake: Lake) -> None:
    """Rule: plan tells, it never does."""
    assert lake.plan(VISIT).action == "create"
    assert lake.catalog.list_tables(lake.database) == []


def test_new_optional_column_takes_its_place(lake: Lake) -> None:
    """Rule: a new optional column is added where the contract has it (INSERT goes by position); old rows read null."""
    lake.apply(TRAFFIC_MINUTE)
    table = lake.catalog.load_table((lake.database, TRAFFIC_MINUTE.name))
    append(table, pa.Table.from_pylist([_traffic_row()], schema=arrow_schema_of(TRAFFIC_MINUTE)))
    first, *rest = TRAFFIC_MINUTE.columns
    wider = _with_columns(TRAFFIC_MINUTE, (first, Field("door_kind", STRING, "Kind of door", required=False), *rest))

    plan = lake.apply(wider)

    assert plan.action == "change"
    assert _columns_of(lake, wider) == [column.name for column in wider.columns]
    rows = lake.catalog.load_table((lake.database, wider.name)).scan().to_arrow().to_pylist()
    assert [(row["store_id"], row["door_kind"], row["in_count"]) for row in rows] == [("store", None, 3)]
    assert lake.plan(wider).action == "none"


def test_integer_may_become_long(lake: Lake) -> None:
    """Rule: a wider number is a change, because every old value still fits."""
    narrow = _with_columns(VISIT, (*VISIT.columns, Field("rank", INTEGER, "Rank", required=False)))
    lake.apply(narrow)
    wide = _with_columns(VISIT, (*VISIT.columns, Field("rank", LONG, "Rank", required=False)))
    assert lake.apply(wide).steps == ("widen rank to long",)
    assert lake.plan(wide).action == "none"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (VISIT.columns[:-1], "dropping it would lose"),
        ((*VISIT.columns, Field("mood", STRING, "Mood")), "rows that are already there have no value"),
        ((*VISIT.columns[:-1], Field("event_id", LONG, "Event")), "give the new meaning a new column"),
    ],
    ids=["dropped column", "new required column", "another type"],
)
def test_destructive_change_is_refused(lake: Lake, columns: tuple[Field, ...], says: str) -> None:
    """Rule: what would lose values is refused with its cure, and the table stays as it was."""
    lake.apply(VISIT)
    changed = _with_columns(VISIT, columns)
    plan = lake.apply(changed)
    assert plan.action == "refuse"
    assert says in " ".join(plan.steps)
    assert _columns_of(lake, VISIT) == [column.name for column in VISIT.columns]


def test_another_layout_is_refused(lake: Lake) -> None:
    """Rule: partitioning and sort order are part of the contract, and old files would not follow."""
    lake.apply(VISIT)
    moved = dataclasses.replace(VISIT, partition_by="entered_time", sort_by=("store_id",))
    plan = lake.apply(moved)
    assert plan.action == "refuse"
    assert len(plan.steps) == 2


def _traffic_row() -> dict[str, object]:
    start = dt.datetime(2026, 9, 21, 6, tzinfo=dt.UTC)
    counts = dict.fromkeys(("in_count", "out_count", "staff_in_count", "staff_out_count"), 3)
    return {
        "store_id": "store",
        "line_id": "doors",
        "window_start": start,
        "window_end": start + dt.timedelta(minutes=1),
        **counts,
        "coverage": 1.0,
        "quality": "good",
    }
