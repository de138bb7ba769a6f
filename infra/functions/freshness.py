"""Looks every five minutes whether all is fresh, and every hour what share of events came late or was rejected.

Environment: FRESHNESS_DATABASE, FRESHNESS_WORKGROUP, FRESHNESS_SILENT_MINUTES. Measures go to the log in CloudWatch's
embedded format: `CheckpointAgeSeconds` is the age of the stream's newest commit, as a commit is what a checkpoint ends
with; `SilentStores` counts stores that were heard of within a day and are silent now; `LatePercent` and
`RejectedPercent` are of the records that arrived in the last two hours.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient

NAMESPACE = "StoreTraffic/Freshness"
STREAM_TABLE = "event_v1"
LIVE_TABLE = "live_zone"
DAY_MS = 86_400_000
MINUTE_MS = 60_000
SHARES_SQL = """SELECT
    count_if(is_late) AS late, count(*) AS stored,
    (SELECT count(*) FROM rejected_v1
     WHERE arrival_time >= current_timestamp - INTERVAL '2' HOUR AND reason NOT IN ('late', 'duplicate')) AS rejected
FROM event_v1
WHERE event_time >= current_timestamp - INTERVAL '26' HOUR AND arrival_time >= current_timestamp - INTERVAL '2' HOUR"""
_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
_POLLING_SECONDS = 0.5


class FreshnessError(RuntimeError):
    """Something cannot be asked; the alarm on this function's errors tells."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure for CloudWatch."""

    name: str
    value: float
    unit: str

    def line(self, now_ms: int) -> str:
        """Return the line of the log that CloudWatch reads the figure from."""
        described = {
            "Timestamp": now_ms,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [[]],
                    "Metrics": [{"Name": self.name, "Unit": self.unit}],
                }
            ],
        }
        return json.dumps({"_aws": described, self.name: self.value})


def checkpoint_age(client: GlueClient, database: str, now_ms: int) -> Measure:
    """Return how long ago the stream committed last."""
    updated = client.get_table(DatabaseName=database, Name=STREAM_TABLE)["Table"]["UpdateTime"]
    age_seconds = max(0.0, now_ms / 1000 - updated.timestamp())
    return Measure("CheckpointAgeSeconds", round(age_seconds, 1), "Seconds")


def silent_stores(client: DynamoDBClient, now_ms: int, *, silent_minutes: int) -> tuple[Measure, list[str]]:
    """Return how many stores that spoke within a day say nothing now, and which."""
    newest: dict[str, int] = {}
    for store_id, told_ms in _told(client):
        newest[store_id] = max(told_ms, newest.get(store_id, 0))
    silent = sorted(
        store_id for store_id, told_ms in newest.items() if silent_minutes * MINUTE_MS < now_ms - told_ms <= DAY_MS
    )
    return Measure("SilentStores", len(silent), "Count"), silent


def shares(client: AthenaClient, database: str, workgroup: str, wait: Callable[[float], None]) -> list[Measure]:
    """Return the late and the rejected share of what arrived in the last two hours, in percent."""
    late, stored, rejected = _row(client, database, workgroup, wait)
    received = stored + rejected
    if not received:
        return []
    return [
        Measure("LatePercent", round(100 * late / received, 3), "Percent"),
        Measure("RejectedPercent", round(100 * rejected / received, 3), "Percent"),
    ]


def handler(event: Mapping[str, Any], _: object = None) -> None:
    """Measure what `{"measure": "freshness" | "shares"}` asks for."""
    now_ms = time.time_ns() // 1_000_000
    database, workgroup = os.environ["FRESHNESS_DATABASE"], os.environ["FRESHNESS_WORKGROUP"]
    if event["measure"] == "shares":
        measures = shares(boto3.client("athena"), database, workgroup, time.sleep)
    else:
        minutes = int(os.environ["FRESHNESS_SILENT_MINUTES"])
        count, silent = silent_stores(boto3.client("dynamodb"), now_ms, silent_minutes=minutes)
        if silent:
            print(json.dumps({"message": "stores are silent", "store_ids": silent}))
        measures = [checkpoint_age(boto3.client("glue"), database, now_ms), count]
    for each in measures:
        print(each.line(now_ms))


def _told(client: DynamoDBClient) -> Iterator[tuple[str, int]]:
    pages = client.get_paginator("scan").paginate(TableName=LIVE_TABLE, ProjectionExpression="store_id, window_end_ms")
    for page in pages:
        for item in page["Items"]:
            yield item["store_id"]["S"], int(item["window_end_ms"]["N"])


def _row(client: AthenaClient, database: str, workgroup: str, wait: Callable[[float], None]) -> tuple[int, int, int]:
    query_id = client.start_query_execution(
        QueryString=SHARES_SQL, QueryExecutionContext={"Database": database}, WorkGroup=workgroup
    )["QueryExecutionId"]
    while (status := client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"])[
        "State"
    ] not in _ENDED:
        wait(_POLLING_SECONDS)
    if status["State"] != "SUCCEEDED":
        raise FreshnessError(f"expected Athena to count, came: {status.get('StateChangeReason', status['State'])}")
    values = client.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"][1]["Data"]
    late, stored, rejected = (int(value.get("VarCharValue", "0")) for value in values)
    return late, stored, rejected
