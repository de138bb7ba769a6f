"""Maintained tables as Athena's engine reads and writes them; `make test-trino` asks for these tests."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from trino.dbapi import Cursor
from trino.exceptions import TrinoQueryError

from contracts.tables import EVENT, TRAFFIC_MINUTE
from glue.lake import Lake
from glue.maintenance.compaction import compact
from glue.maintenance.manifests import rewrite_manifests
from local.trino import Trino
from local.waiting import wait_until
from tests.glue.maintenance.samples import append_sample
from tests.glue.maintenance.small_files import crossings_table, rows_of

pytestmark = pytest.mark.trino
ASKED_FOR_BY = "STORE_TRAFFIC_TRINO"
READY_SECONDS = 60
FAR = dt.date(2100, 1, 1)


@pytest.fixture
def trino(lake: Lake, moto_url: str, tmp_path: Path) -> Iterator[Cursor]:
    """Trino over the lake."""
    if os.environ.get(ASKED_FOR_BY) != "required":
        pytest.skip(f"Trino is not asked for: run `make test-trino`, or set {ASKED_FOR_BY}=required")
    crossings_table(lake)
    with Trino(tmp_path, endpoint_url=moto_url, warehouse=lake.warehouse) as running:
        cursor = running.connect(database=lake.database).cursor()
        wait_until(lambda: _reads(cursor), seconds=READY_SECONDS, expected="Trino to read a table", cure="See its log.")
        yield cursor


def test_what_it_deletes_stays_deleted_and_it_reads_what_was_written(lake: Lake, trino: Cursor) -> None:
    """Rule: position deletes of the engine are merged; it reads the result, deletes from it, and optimises it."""
    table = lake.table(TRAFFIC_MINUTE)
    _ask(trino, "DELETE FROM traffic_minute_v1 WHERE store_id = 'store-002' AND out_count = 1")
    assert table.refresh().inspect.delete_files().num_rows > 0
    before = rows_of(table)
    assert before.num_rows == 22

    compact(table, until=FAR)
    rewrite_manifests(table)

    assert table.inspect.delete_files().num_rows == 0
    assert _ask(trino, "SELECT count(*), sum(in_count) FROM traffic_minute_v1") == [
        [22, sum(before["in_count"].to_pylist())]
    ]
    assert _ask(trino, 'SELECT count(*) FROM "traffic_minute_v1$files"') == [[2]]
    _ask(trino, "DELETE FROM traffic_minute_v1 WHERE store_id = 'store-0011' AND out_count = 0")
    compact(table.refresh(), until=FAR)
    rewrite_manifests(table)
    assert _ask(trino, "SELECT count(*) FROM traffic_minute_v1") == [[20]]
    _ask(trino, "ALTER TABLE traffic_minute_v1 EXECUTE optimize")
    assert rows_of(table).num_rows == 20


def test_it_reads_structures_that_are_missing(lake: Lake, trino: Cursor) -> None:
    """Rule: structures and lists of compacted events, missing ones too, are what they were."""
    lake.apply(EVENT)
    table = lake.table(EVENT)
    for is_complete in (True, False):
        append_sample(table, EVENT, is_complete=is_complete)
    columns = "visit, snapshot, event_id"
    asked = f"SELECT {columns} FROM event_v1 ORDER BY visit IS NULL"
    before = _ask(trino, asked)
    compact(table, until=FAR)
    assert len(list(table.scan().plan_files())) == 1
    assert _ask(trino, asked) == before
    assert [row[0] is None for row in before] == [False, True]


def _reads(trino: Any) -> bool:
    """Say whether Trino has a node for the lake's tables: it knows of nodes before, and of no catalog on them."""
    try:
        return bool(_ask(trino, "SELECT count(*) FROM traffic_minute_v1"))
    except TrinoQueryError as error:
        if error.error_name != "NO_NODES_AVAILABLE":
            raise
        return False


def _ask(trino: Any, sql: str) -> list[list[object]]:
    trino.execute(sql)
    return [list(row) for row in trino.fetchall()]
