"""Reading the lake and the live tables by SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest

from contracts.tables import LAKE_TABLES, LIVE_TABLES, LIVE_ZONE, VISIT
from demo.lake import LakeReader, queries, read_lake, read_live, read_query
from glue.lake import Lake
from glue.live import apply_live
from tests.glue.conftest import append


def test_tables_come_back_from_the_catalog(lake: Lake, tables: dict[str, pa.Table]) -> None:
    """Rule: what was appended to Iceberg is read by SQL, and of two revisions the higher one counts."""
    for table in LAKE_TABLES:
        lake.apply(table)
    append(lake.catalog.load_table((lake.database, VISIT.name)), tables[VISIT.name])

    reader = LakeReader(read_lake(lake.catalog, lake.database))

    (revisions,) = reader.rows("SELECT count(*) AS n FROM visit_v1")
    (visits,) = reader.rows("SELECT count(*) AS n, min(revision) AS lowest FROM visit")
    assert revisions["n"] == tables[VISIT.name].num_rows
    assert (visits["n"], visits["lowest"]) == (revisions["n"] // 2, 2)


@pytest.mark.usefixtures("cloud")
def test_live_items_come_back() -> None:
    """Rule: a DynamoDB item is a row of the contract: whole numbers stay whole, absent and null are null."""
    client: Any = boto3.client("dynamodb")
    for table in LIVE_TABLES:
        apply_live(client, table)
    item = {
        "store_id": {"S": "store"},
        "zone_id": {"S": "aisle-1"},
        "zone_kind": {"S": "aisle"},
        "lane_id": {"NULL": True},
        "occupancy": {"N": "3"},
        "occupancy_mean": {"N": "2.5"},
        "window_end_ms": {"N": "1790000000000"},
    }
    client.put_item(TableName=LIVE_ZONE.name, Item=item)
    (row,) = LakeReader(read_live(client)).rows("SELECT * FROM live_zone")
    assert (row["occupancy"], row["occupancy_mean"], row["lane_id"]) == (3, 2.5, None)
    assert (row["window_end_ms"], row["expires_at"]) == (1790000000000, None)


def test_every_question_runs_on_an_empty_lake() -> None:
    """Rule: no data is an answer, never an error."""
    reader = LakeReader({})
    for folder in ("metrics", "minutes", "report", "video", "."):
        for query in queries(folder):
            reader.rows(query.sql)


def test_query_without_a_question_is_refused(tmp_path: Path) -> None:
    """Rule: every SQL file says what it answers."""
    (tmp_path / "x.sql").write_text("SELECT 1\n")
    with pytest.raises(ValueError, match="question"):
        read_query(tmp_path / "x.sql")
