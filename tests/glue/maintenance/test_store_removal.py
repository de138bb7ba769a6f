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

from contracts.tables import ALERTS, CAMERA_MINUTE, DYNAMODB_TABLES, LAKE_TABLES, NOTIFICATIONS, REJECTED, RULES
from contracts.tables import TABLES, TRAFFIC_MINUTE, Table
from glue.lake import Lake
from glue.live import apply_live
from glue.maintenance.mentions import StoreMention
from glue.maintenance.store_removal import NamedSnapshotsError, StoreRemoval
from glue.maintenance.storage import files_under
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


def _removal(lake: Lake, store_id: str = GONE) -> StoreRemoval:
    return StoreRemoval(lake, boto3.client("dynamodb"), boto3.client("s3"), store_id, NOW)


def _sorted(rows: pa.Table) -> list[str]:
    return sorted(map(str, rows.to_pylist()))
