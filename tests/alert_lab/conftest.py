"""A cloud on this machine without Flink: Glue and S3 by moto, DynamoDB Local; every test has names of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from contracts.tables import DYNAMODB_TABLES
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.live import apply_live
from local.paths import RUNS
from local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Cloud:
    """A lake without tables, DynamoDB's tables under a prefix, and what the command needs to find both."""

    lake: Lake
    dynamodb: DynamoDBClient
    prefix: str
    arguments: tuple[str, ...]


@pytest.fixture(scope="session")
def doubles() -> Iterator[Stack]:
    """Everything local but Flink."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Stack(RUNS / f"alert-lab-{worker}", flink=False) as running:
        yield running


@pytest.fixture
def cloud(doubles: Stack, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A fresh lake and fresh tables; the environment names the doubles."""
    name = f"lab{uuid4().hex[:12]}"
    for variable, value in doubles.environment.items():
        monkeypatch.setenv(variable, value)
    doubles.boto3_client("s3").create_bucket(Bucket=name)
    lake = Lake(catalog=glue_catalog(warehouse=f"s3://{name}/lake"), database=name, warehouse=f"s3://{name}/lake")
    lake.create_database()
    dynamodb: DynamoDBClient = doubles.boto3_client("dynamodb")
    for table in DYNAMODB_TABLES:
        apply_live(dynamodb, replace(table, name=f"{name}-{table.name}"))
    named = ("--warehouse", lake.warehouse, "--database", name, "--table-prefix", f"{name}-")
    return Cloud(lake, dynamodb, f"{name}-", named)
