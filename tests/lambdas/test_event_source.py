"""The local event source mapping does what Lambda's does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from contracts.alerts import Alert
from lambdas.alert_store.items import values_of
from local.event_source import DynamoDbStreamSource, QueueSource
from local.stack import Stack
from tests.lambdas.conftest import make_alert


def ids_of(event: Mapping[str, Any]) -> list[str]:
    """Return the ids of the alerts in an event's new images."""
    return [values_of(record["dynamodb"]["NewImage"])["alert_id"] for record in event["Records"]]


def source(doubles: Stack, prefix: str, handler: Any, **options: Any) -> DynamoDbStreamSource:
    """Return a source of the table `alerts`."""
    return DynamoDbStreamSource(
        dynamodb=doubles.boto3_client("dynamodb"),
        streams=doubles.boto3_client("dynamodbstreams"),
        table=f"{prefix}alerts",
        handler=handler,
        **options,
    )


def test_changes_come_as_lambda_gives_them(doubles: Stack, prefix: str, put_alert: Callable[[Alert], None]) -> None:
    """Each change once, in order, with both images."""
    seen: list[Mapping[str, Any]] = []
    put_alert(make_alert())
    put_alert(make_alert(state="resolved"))
    with source(doubles, prefix, lambda event, _: seen.extend(event["Records"])) as running:
        running.wait_until_caught_up()
    assert [(record["eventName"], "OldImage" in record["dynamodb"]) for record in seen] == [
        ("INSERT", False),
        ("MODIFY", True),
    ]
    assert seen[0]["dynamodb"]["NewImage"]["state"] == {"S": "raised"}
    assert seen[0]["eventSourceARN"].count("/stream/") == 1


def test_what_failed_comes_again_and_what_was_done_does_not(
    doubles: Stack, prefix: str, put_alert: Callable[[Alert], None]
) -> None:
    """From the first failed record on; after the tries it is given up, and the others go on."""
    taken: list[str] = []
    given_up: list[str] = []

    def handler(event: dict[str, Any], _: Any) -> Mapping[str, Any]:
        for record, alert_id in zip(event["Records"], ids_of(event), strict=True):
            if alert_id == "2-bad":
                return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
            taken.append(alert_id)
        return {}

    for alert_id in ("1-good", "2-bad", "3-good"):
        put_alert(make_alert(alert_id=alert_id))

    def give_up(record: Mapping[str, Any], reason: str) -> None:
        given_up.append(f"{ids_of({'Records': [record]})[0]} {reason}")

    with source(doubles, prefix, handler, given_up=give_up, retries=2) as running:
        running.wait_until_caught_up()
    assert taken == ["1-good", "3-good"]
    assert given_up == ["2-bad batchItemFailures"]


def test_what_is_put_after_the_source_began_is_told(
    doubles: Stack, prefix: str, put_alert: Callable[[Alert], None]
) -> None:
    """A source on an empty stream hears of the first change, and of those after it, once each."""
    taken: list[str] = []
    with source(doubles, prefix, lambda event, _: taken.extend(ids_of(event))) as running:
        running.wait_until_caught_up()
        for alert_id in ("1", "2"):
            put_alert(make_alert(alert_id=alert_id))
            running.wait_until_caught_up()
    assert taken == ["1", "2"]


def test_messages_that_failed_stay_in_the_queue(doubles: Stack) -> None:
    """The others are deleted."""
    sqs = doubles.boto3_client("sqs")
    url = sqs.create_queue(QueueName="event-source", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    for body in ("good", "bad"):
        sqs.send_message(QueueUrl=url, MessageBody=body)

    def handler(event: dict[str, Any], _: Any) -> Mapping[str, Any]:
        bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in bad]}

    queue = QueueSource(sqs=sqs, queue_url=url, handler=handler)
    taken = queue.poll() + queue.poll()
    assert taken == 1
    (left,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert left["Body"] == "bad"


def test_messages_are_taken_while_the_block_lasts(doubles: Stack) -> None:
    """A function that fails as a whole leaves its messages in the queue, and is called again."""
    sqs = doubles.boto3_client("sqs")
    url = sqs.create_queue(QueueName="event-source-thread", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    taken: list[str] = []
    failures = iter([True, False])

    def handler(event: dict[str, Any], _: Any) -> None:
        if next(failures, False):
            raise RuntimeError("no luck")
        taken.extend(record["body"] for record in event["Records"])

    with QueueSource(sqs=sqs, queue_url=url, handler=handler) as queue:
        for body in ("first", "second"):
            sqs.send_message(QueueUrl=url, MessageBody=body)
            queue.wait_until_caught_up()
    assert taken == ["first", "second"]


def test_a_failure_that_names_no_record_fails_the_batch(
    doubles: Stack, prefix: str, put_alert: Callable[[Alert], None]
) -> None:
    """As in Lambda: a slip in a function's answer must not look like success here only."""
    tries: list[list[str]] = []

    def handler(event: dict[str, Any], _: Any) -> Mapping[str, Any]:
        tries.append(ids_of(event))
        return {"batchItemFailures": [{"itemIdentifier": ""}] if len(tries) == 1 else []}

    put_alert(make_alert(alert_id="1"))
    with source(doubles, prefix, handler) as running:
        running.wait_until_caught_up()
    assert tries == [["1"], ["1"]]


def test_a_source_that_cannot_read_says_so(doubles: Stack, prefix: str) -> None:
    """Who waits is told why, and not that there was too much."""
    dynamodb = doubles.boto3_client("dynamodb")
    with source(doubles, prefix, lambda _event, _context: None) as running:
        running.wait_until_caught_up()
        dynamodb.delete_table(TableName=f"{prefix}alerts")
        running._arn = "arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/none"
        with pytest.raises(ClientError):
            running.wait_until_caught_up()


def test_a_stream_of_many_pages_of_shards_is_read_whole() -> None:
    """DynamoDB names a hundred shards at a time."""
    pages = {
        None: {"Shards": [{"ShardId": "shard-1"}], "LastEvaluatedShardId": "shard-1"},
        "shard-1": {"Shards": [{"ShardId": "shard-2"}]},
    }
    streams, dynamodb = Mock(), Mock()
    dynamodb.describe_table.return_value = {"Table": {"LatestStreamArn": "arn"}}
    streams.describe_stream.side_effect = lambda **request: {
        "StreamDescription": pages[request.get("ExclusiveStartShardId")]
    }
    read = DynamoDbStreamSource(dynamodb=dynamodb, streams=streams, table="alerts", handler=lambda _event, _context: {})
    assert list(read._shard_ids()) == ["shard-1", "shard-2"]
