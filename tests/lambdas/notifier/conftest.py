"""A notifier on DynamoDB Local and moto whose clock a test sets, with tables and queues of its own for each test."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger

from contracts.alerts import Action, Alert, Stage, plain
from contracts.recipients import ChannelKind, Recipient, recipient_item
from contracts.rules import STORE_RULE_ID, Store, store_body
from lambdas.alert_store.items import attributes, values_of
from lambdas.notifier.channels.base import Channel, Message
from lambdas.notifier.logic import Notifier
from lambdas.notifier.settings import Settings
from lambdas.notifier.telemetry import Telemetry
from local.stack import Stack

SENDER = "alerts@example.com"
APP_URL = "https://app.example.com"
_SEQUENCE = count(1)


@dataclass
class Recorder:
    """A channel that keeps what it is given, and fails as it is told: one fault a message, from the front."""

    sent: list[tuple[str, Message]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def send(self, address: str, message: Message) -> None:
        """Keep the message, or raise the next fault."""
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((address, message))


@dataclass
class World:
    """The tables, queues and channels of one test, and the notifier on them."""

    dynamodb: Any
    sqs: Any
    settings: Settings
    now_ms: int
    log: io.StringIO
    channels: dict[ChannelKind, Channel]
    email: Recorder = field(default_factory=Recorder)
    sms: Recorder = field(default_factory=Recorder)
    push: Recorder = field(default_factory=Recorder)
    topic: Recorder = field(default_factory=Recorder)

    def notifier(self) -> Notifier:
        """Return a fresh notifier: it keeps nothing between calls but its clients."""
        logger = Logger(service=f"notifier-{uuid4()}", stream=self.log)
        return Notifier(
            dynamodb=self.dynamodb,
            sqs=self.sqs,
            channels={"email": self.email, "sms": self.sms, "push": self.push, "sns": self.topic, **self.channels},
            settings=self.settings,
            telemetry=Telemetry(logger),
            clock=lambda: self.now_ms,
        )

    def put(self, table: str, item: dict[str, Any]) -> dict[str, Any] | None:
        """Write an item, and return what stood there before."""
        name = self.settings.table_prefix + table
        old = self.dynamodb.put_item(TableName=name, Item=attributes(item), ReturnValues="ALL_OLD")
        found: dict[str, Any] | None = old.get("Attributes")
        return found

    def people(self, *recipients: Recipient) -> None:
        """Write recipients."""
        for recipient in recipients:
            self.put("recipients", recipient_item(recipient))

    def store(self, store_id: str, store: Store) -> None:
        """Write what a store says of itself."""
        item = {"store_id": store_id, "rule_version": f"{STORE_RULE_ID}#000001", "rule_id": STORE_RULE_ID}
        self.put("rules", {**item, "version": 1, "valid_from_ms": 0, "body": store_body(store)})

    def changed(self, alert: Alert) -> dict[str, Any]:
        """Write an alert and return the record that its stream tells."""
        image = {name: _number(value) for name, value in plain(alert).items()}
        return self._record("alerts", image, self.put("alerts", image))

    def acted(self, act: Action) -> dict[str, Any]:
        """Write an act and return the record that its stream tells."""
        image = plain(act)
        return self._record("alert_actions", image, self.put("alert_actions", image))

    def tell(self, *records: dict[str, Any]) -> list[dict[str, str]]:
        """Give records to the notifier; return those that failed."""
        failed: list[dict[str, str]] = self.notifier().handle_stream_records(records)["batchItemFailures"]
        return failed

    def retry_all(self) -> int:
        """Give the notifier what lies in the retry queue, however long it should wait; return how many there were."""
        # moto keeps to the delay by the wall clock, so what was put there is read from its books.
        messages = self.waiting()
        for message in messages:
            record = {"messageId": str(uuid4()), "body": message, "eventSource": "aws:sqs", "receiptHandle": "r"}
            assert self.notifier().handle_retry([record]) == {"batchItemFailures": []}
        return len(messages)

    def waiting(self) -> list[str]:
        """Return and take what was put into the retry queue since the last call."""
        taken, self.retried[:] = list(self.retried), []
        return taken

    @property
    def retried(self) -> list[str]:
        """Bodies that were put into the retry queue."""
        bodies: list[str] = self.sqs.retried
        return bodies

    def dead(self) -> list[dict[str, Any]]:
        """Return what lies among the dead letters."""
        found = self.sqs.receive_message(
            QueueUrl=self.settings.dead_queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]

    def rows(self) -> dict[str, tuple[str, str]]:
        """Return state and reason of every message: `person stage channel`."""
        return {
            f"{item['person_id']} {' '.join(item['notification_id'].split('#')[1:])}": (
                item["state"],
                item.get("reason", ""),
            )
            for item in self._items()
        }

    def states(self) -> dict[str, str]:
        """Return the state of every message: `person stage channel`."""
        return {name: state for name, (state, _) in self.rows().items()}

    def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        return dict(Counter(item["state"] for item in self._items()))

    def told(self) -> list[tuple[Stage | None, str]]:
        """Return stage and address of every message that went out, by channel and order."""
        recorders = (self.email, self.sms, self.push, self.topic)
        return [(message.stage, address) for recorder in recorders for address, message in recorder.sent]

    def _items(self) -> list[dict[str, Any]]:
        found = self.dynamodb.scan(TableName=f"{self.settings.table_prefix}notifications")["Items"]
        return [item for item in map(values_of, found) if item["notification_id"].count("#") == 2]

    def _record(self, table: str, image: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
        number = next(_SEQUENCE)
        name = self.settings.table_prefix + table
        keys = {key: image[key] for key in ("store_id", "action_id" if table == "alert_actions" else "alert_id")}
        return {
            "eventID": f"event-{number}",
            "eventName": "MODIFY" if old else "INSERT",
            "eventSource": "aws:dynamodb",
            "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}/stream/1",
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": self.now_ms // 1000,
                "Keys": attributes(keys),
                "NewImage": attributes(image),
                **({"OldImage": old} if old else {}),
                "SequenceNumber": str(number),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        }


class Queueing:
    """SQS by moto, which also keeps the bodies put into the retry queue: their delay is real time, a test's is not."""

    def __init__(self, client: Any, retry_url: str) -> None:
        self._client = client
        self._retry_url = retry_url
        self.retried: list[str] = []
        self.delays: list[int] = []

    def send_message(self, **request: Any) -> Any:
        """Put a message."""
        if request["QueueUrl"] == self._retry_url:
            self.retried.append(request["MessageBody"])
            self.delays.append(request.get("DelaySeconds", 0))
        return self._client.send_message(**request)

    def __getattr__(self, name: str) -> Any:
        """Everything else is moto's."""
        return getattr(self._client, name)


@pytest.fixture
def world(doubles: Stack, dynamodb: Any, prefix: str) -> World:
    """A cloud of its own: tables by a prefix, queues by name; no channel is real unless the test makes it so."""
    sqs = doubles.boto3_client("sqs")
    retry_url, dead_url = (sqs.create_queue(QueueName=f"{prefix}{kind}")["QueueUrl"] for kind in ("retry", "dead"))
    return World(
        dynamodb=dynamodb,
        sqs=Queueing(sqs, retry_url),
        settings=Settings(
            app_url=APP_URL, retry_queue_url=retry_url, dead_queue_url=dead_url, table_prefix=prefix, sender=SENDER
        ),
        now_ms=0,
        log=io.StringIO(),
        channels={},
    )


def _number(value: Any) -> Any:
    """DynamoDB's serializer takes whole and decimal numbers only."""
    return Decimal(str(value)) if isinstance(value, float) else value
