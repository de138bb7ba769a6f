"""Deletion of a store: its rows and items go, those of others stay, and what is left behind is found."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from pyarrow import parquet

from contracts.tables import (
    ACCOUNTING_HOUR,
    ALERTS,
    DYNAMODB_TABLES,
    LAKE_TABLES,
    NOTIFICATIONS,
    REJECTED,
    RULES,
    Table,
)
from glue.lake import Lake
from glue.live import apply_live
from glue.maintenance.mentions import StoreMention
from glue.maintenance.storage import files_under
from glue.maintenance.store_removal import NamedSnapshotsError, StoreRemoval
from glue.schemas import arrow_schema_of
from tests.glue.conftest import append
from tests.glue.maintenance.small_files import DAY, crossings, crossings_table, delete_rows, rows_of
from tests.lake_sample import lake_sample

GONE = "store-001"
NOW = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def test_a_store_goes_from_every_table_of_the_lake(folder_lake: Lake) -> None:
    """Rule: of every table, the store's rows go, and all others stay as they were; nothing stored names it."""
    sample = lake_sample()
    store_id = sample["store_v1"]["store_id"][0].as_py()
    for contract in LAKE_TABLES:
        folder_lake.apply(contract)
        folder_lake.table(contract).append(sample[contract.name])

    certificate = _removal(folder_lake, store_id).run()

    assert certificate.is_proven, certificate.verification.problems
    assert certificate.verification.files_read > len(LAKE_TABLES)
    before = {each.table: each.before.of_store for each in certificate.tables}
    for contract in LAKE_TABLES:
        rows = sample[contract.name]
        if "store_id" not in rows.schema.names:
            continue
        others = rows.filter([value != store_id for value in rows["store_id"].to_pylist()])
        left = folder_lake.table(contract).scan().to_arrow()
        if contract is not REJECTED:
            assert before[contract.name] == rows.num_rows - others.num_rows
            assert _sorted(left) == _sorted(others)


def test_only_the_store_itself_goes(folder_lake: Lake) -> None:
    """Rule: a store whose id begins the same stays to the row; every file that held the store is gone, old ones too."""
    table = crossings_table(folder_lake)
    delete_rows(table, next(iter(table.scan().plan_files())).file, [0])
    before = rows_of(table)
    held = [file for file in files_under(table.io, table.location()) if _mention().is_in_file(table.io, file)]
    assert held

    certificate = _removal(folder_lake).run()

    assert certificate.is_proven
    kept = rows_of(table)
    assert kept.equals(before.filter([value != GONE for value in before["store_id"].to_pylist()]))
    assert set(kept["store_id"].to_pylist()) == {"store-0011", "store-002"}
    assert {file.location for file in held} <= {file.location for file in certificate.removed_files}
    assert all(len(file.sha256) == 64 for file in certificate.removed_files)
    assert len(table.refresh().snapshots()) == 1


def test_a_second_removal_finds_nothing(folder_lake: Lake) -> None:
    """Rule: done again, deletion proves the same and finds no row."""
    crossings_table(folder_lake)
    _removal(folder_lake).run()
    again = _removal(folder_lake).run()
    assert again.is_proven
    assert not any(each.before.of_store for each in again.tables)


def test_rejected_records_that_name_the_store_go(folder_lake: Lake) -> None:
    """Rule: a record whose store could not be read goes when its text names the store, or one of its own devices."""
    _fill_rejected(
        folder_lake,
        [
            {"head": '{"store_id":"store-001","x'},
            {"head": '{"store_id":"store-0011","x'},
            {"head": '{"store_id":"store-001-b","x'},
            {"head": None, "store_id": GONE},
            {"head": '{"device_id":"box-7","x'},
            {"head": "noise", "device_id": "box-7"},
            {"head": "noise", "device_id": "box-8"},
            {"head": "noise", "detail": "expected a store, came store-001"},
            {"head": None},
        ],
    )
    _fill_devices(folder_lake, [(GONE, "box-7"), (GONE, "box-8"), ("store-002", "box-8")])
    certificate = _removal(folder_lake).run()
    assert certificate.is_proven
    assert certificate.device_ids == ("box-7",)
    left = folder_lake.table(REJECTED).scan().to_arrow()["sequence_number"].to_pylist()
    assert sorted(left) == ["1", "2", "6", "8"]


def test_items_of_the_store_go(folder_lake: Lake) -> None:
    """Rule: items go by key, by a column that names the store, and by a key that holds it; others stay."""
    client = boto3.client("dynamodb")
    for contract in DYNAMODB_TABLES:
        apply_live(client, contract)
    _put(ALERTS, store_id=GONE, alert_id="1")
    _put(ALERTS, store_id="store-002", alert_id="1")
    _put(NOTIFICATIONS, person_id="ann", notification_id="a#1#sms", store_id=GONE)
    _put(NOTIFICATIONS, person_id="~held", notification_id=f"{GONE}/ann")
    _put(NOTIFICATIONS, person_id="~held", notification_id="store-0011/ann")
    _put(RULES, store_id="~changes", rule_version="2026", changed_store_id=GONE)
    _put(RULES, store_id="*", rule_version="queue#000001", body=f'{{"stores": ["{GONE}"]}}')

    certificate = _removal(folder_lake).run()

    assert certificate.is_proven
    counts = {each.table: (each.before.of_store, each.after.of_store) for each in certificate.tables}
    assert (counts["alerts"], counts["notifications"], counts["rules"]) == ((1, 0), (2, 0), (1, 0))
    assert {name: len(client.scan(TableName=name)["Items"]) for name in ("alerts", "notifications", "rules")} == {
        "alerts": 1,
        "notifications": 1,
        "rules": 1,
    }


def test_named_snapshots_are_refused(folder_lake: Lake) -> None:
    """Rule: a tag keeps rows of the store: deletion says which before it changes anything."""
    table = crossings_table(folder_lake, days=1)
    with table.manage_snapshots() as manage:
        manage.create_tag(table.snapshots()[0].snapshot_id, "audit")
    was = table.refresh().metadata_location
    with pytest.raises(NamedSnapshotsError, match="traffic_minute_v1: audit"):
        _removal(folder_lake).run()
    assert table.refresh().metadata_location == was


def test_what_is_left_behind_is_found(folder_lake: Lake) -> None:
    """Rule: a file outside of the tables that names the store, and one that cannot be read, are no proof."""
    table = crossings_table(folder_lake, days=1)
    for name, content in (("export/rows.csv", b"store-001,3"), ("export/broken.parquet", b"store-001")):
        with table.io.new_output(f"{folder_lake.warehouse}/{name}").create() as output:
            output.write(content)
    certificate = _removal(folder_lake).run()
    assert not certificate.is_proven
    broken, named = certificate.verification.problems
    assert "broken.parquet cannot be read" in broken
    assert "rows.csv names the store" in named


def test_strays_go_and_commits_under_way_are_told(folder_lake: Lake) -> None:
    """Rule: what a failed commit left of the store goes; what may be a running one stays and keeps the proof back."""
    table = crossings_table(folder_lake, days=1)
    with table.io.new_output(f"{table.location()}/data/stray.parquet").create() as output:
        parquet.write_table(crossings(DAY, 5), output)
    now = dt.datetime.now(dt.UTC)
    client = boto3.client("dynamodb")
    early = StoreRemoval(folder_lake, client, boto3.client("s3"), GONE, now).run()
    assert [problem.rpartition("/")[2] for problem in early.verification.problems] == ["stray.parquet names the store"]
    later = StoreRemoval(folder_lake, client, boto3.client("s3"), GONE, now + dt.timedelta(hours=2)).run()
    assert later.is_proven
    assert [file.location.rpartition("/")[2] for file in later.removed_files if file.location.endswith(".parquet")] == [
        "stray.parquet"
    ]


def test_a_bucket_that_keeps_versions_is_no_proof(lake: Lake) -> None:
    """Rule: earlier versions of deleted files hold the rows still; the certificate says how to delete them."""
    boto3.client("s3").put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    crossings_table(lake, days=1, files_a_day=1)
    certificate = _removal(lake).run()
    assert not certificate.is_proven
    assert "NoncurrentVersionExpiration" in certificate.verification.problems[-1]


def test_the_certificate_is_a_file(folder_lake: Lake, tmp_path: Path) -> None:
    """Rule: a certificate says what, when, how much before and after, and what it does not cover."""
    crossings_table(folder_lake, days=1, files_a_day=2)
    path = tmp_path / "certificate.json"
    _removal(folder_lake).run().write(path)
    written = json.loads(path.read_text())
    assert (written["store_id"], written["removed_at"], written["is_proven"]) == (GONE, NOW.isoformat(), True)
    assert written["tables"][0] == {
        "table": "traffic_minute_v1",
        "stored_in": "lake",
        "before": {"of_store": 2, "of_others": 4},
        "after": {"of_store": 0, "of_others": 4},
    }
    assert any("Kinesis" in text for text in written["not_covered"])


@pytest.mark.parametrize(
    ("value", "is_named"),
    [
        ("store-001", True),
        (b"x\x00store-001\x00", True),
        ({1: ["a", {"b": "store_id=store-001;"}]}, True),
        ("store-0011", False),
        ("my-store-001", False),
        ("store-001-edge", False),
        ({1: b"store-002"}, False),
    ],
)
def test_an_id_is_a_whole_word(value: object, *, is_named: bool) -> None:
    """Rule: an id that contains the store's is another one."""
    assert _mention().is_in(value) == is_named


def _mention() -> StoreMention:
    return StoreMention(GONE)


def _removal(lake: Lake, store_id: str = GONE) -> StoreRemoval:
    return StoreRemoval(lake, boto3.client("dynamodb"), boto3.client("s3"), store_id, NOW)


def _sorted(rows: pa.Table) -> list[str]:
    return sorted(map(str, rows.to_pylist()))


def _fill(lake: Lake, contract: Table, rows: Iterable[dict[str, Any]]) -> None:
    lake.apply(contract)
    append(lake.table(contract), pa.Table.from_pylist(list(rows), schema=arrow_schema_of(contract)))


def _fill_rejected(lake: Lake, rows: Iterable[dict[str, Any]]) -> None:
    arrival = {"arrival_time": dt.datetime(2026, 9, 21, tzinfo=dt.UTC), "shard_id": "s", "reason": "not_json"}
    _fill(lake, REJECTED, ({**arrival, "sequence_number": str(place), **row} for place, row in enumerate(rows)))


def _fill_devices(lake: Lake, devices: Iterable[tuple[str, str]]) -> None:
    start = dt.datetime(2026, 9, 21, tzinfo=dt.UTC)
    counts = dict.fromkeys(("received", "accepted", "late", "duplicate", "rejected"), 0)
    hour = {"window_start": start, "window_end": start, **counts, "is_clock_skewed": False}
    _fill(lake, ACCOUNTING_HOUR, ({**hour, "store_id": store, "device_id": device} for store, device in devices))


def _put(table: Table, **values: str) -> None:
    boto3.client("dynamodb").put_item(TableName=table.name, Item={name: {"S": value} for name, value in values.items()})
