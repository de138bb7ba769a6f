"""The live tables in DynamoDB reach their contracts."""

from __future__ import annotations

import dataclasses

import boto3
import pytest

from contracts.tables import LIVE_ZONE
from glue.live import apply_live, plan_live


@pytest.mark.usefixtures("cloud")
def test_live_table_has_the_key_and_expires() -> None:
    """Rule: the contract's key is partition and sort key, requests are paid one by one, items expire."""
    client = boto3.client("dynamodb")
    assert apply_live(client, LIVE_ZONE).action == "create"
    table = client.describe_table(TableName="live_zone")["Table"]
    assert [(part["AttributeName"], part["KeyType"]) for part in table["KeySchema"]] == [
        ("store_id", "HASH"),
        ("zone_id", "RANGE"),
    ]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = client.describe_time_to_live(TableName="live_zone")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert plan_live(client, LIVE_ZONE).action == "none"


@pytest.mark.usefixtures("cloud")
def test_another_key_is_refused() -> None:
    """Rule: a key cannot change, so the message says how to start over."""
    client = boto3.client("dynamodb")
    apply_live(client, LIVE_ZONE)
    plan = apply_live(client, dataclasses.replace(LIVE_ZONE, key=("zone_id",)))
    assert plan.action == "refuse"
    assert "delete the table" in plan.steps[0]
