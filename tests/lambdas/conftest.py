"""DynamoDB Local and moto, started once for the session, without Flink; every test has tables of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from contracts.alerts import Alert, alert_id, plain
from contracts.tables import DYNAMODB_TABLES
from glue.live import apply_live
from lambdas.alert_store.items import attributes
from local.paths import RUNS
from local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="session")
def doubles() -> Iterator[Stack]:
    """Everything local but Flink."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Stack(RUNS / f"doubles-{worker}", flink=False) as running:
        yield running


@pytest.fixture
def dynamodb(doubles: Stack) -> DynamoDBClient:
    """A client of DynamoDB Local."""
    client: DynamoDBClient = doubles.boto3_client("dynamodb")
    return client


@pytest.fixture
def prefix(dynamodb: DynamoDBClient) -> str:
    """The prefix of fresh tables of the contract."""
    name = f"t{uuid4().hex[:12]}-"
    for table in DYNAMODB_TABLES:
        apply_live(dynamodb, replace(table, name=name + table.name))
    return name


def make_alert(**changes: object) -> Alert:
    """Return an alert on a queue, raised at NOW_MS."""
    identity = alert_id("store-1", "lane", "lane-1", "long-queue", NOW_MS - 60_000)
    alert = Alert(
        store_id="store-1", alert_id=identity, rule_id="long-queue", rule_version=1, title="", metric="queue_length",
        place_kind="lane", place_id="lane-1", severity="medium", state="raised", started_ms=NOW_MS - 60_000,
        raised_ms=NOW_MS, escalated_ms=0, ended_ms=0, changed_ms=NOW_MS, value=6.0, worst_value=6.5, limit_value=5.0,
        history="[]", advice="", roles="store_manager", escalation_roles="", cool_down_seconds=600, repeat_of="",
        hazard_id="", clip_id="", expires_at=4_000_000_000,
    )  # fmt: skip
    return replace(alert, **changes)  # type: ignore[arg-type]


@pytest.fixture
def put_alert(dynamodb: DynamoDBClient, prefix: str) -> Callable[[Alert], None]:
    """Writes an alert as the job does: whole, whatever is there."""

    def put(alert: Alert) -> None:
        dynamodb.put_item(TableName=f"{prefix}alerts", Item=attributes(plain(alert)))

    return put
