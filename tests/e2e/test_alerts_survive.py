"""Alerts and messages over killed task managers and a notifier that fails: none lost, none twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from alert_lab.replay import replay
from alert_lab.windows import signals_of
from contracts.recipients import Channel, Recipient, recipient_item
from contracts.rules import read_book
from flink_jobs.alerting.rulebook import read_book_text
from lambdas.alert_store.actions import ActionStore
from lambdas.alert_store.items import attributes, values_of
from lambdas.alert_store.rules import RuleStore, rules_text
from lambdas.notifier.channels.base import Message, RetryError
from lambdas.notifier.logic import Notifier
from lambdas.notifier.settings import Settings
from lambdas.notifier.telemetry import Telemetry
from local.event_source import DynamoDbStreamSource, QueueSource
from local.pipeline import Pipeline, create_tables, start_pipeline
from local.services import aws_client
from local.stack import Stack
from local.waiting import wait_until
from sim.run import plan
from sim.scenario import load
from tests.e2e.conftest import move_watermark, put
from tests.e2e.records import Sent

pytestmark = pytest.mark.e2e

STORE = "survivor-001"
Survived = tuple[Pipeline, list[dict[str, Any]]]
KILLS = 2


def rule(rule_id: str, metric: str, on_level: float, off_level: float, **more: Any) -> dict[str, Any]:
    """Return a sensitive rule, so that much happens."""
    levels = {"on_level": on_level, "off_level": off_level, "cool_down_seconds": 0}
    return {"rule_id": rule_id, "metric": metric, "roles": ["lead"], **levels, **more}


RULES = [
    rule("queue", "queue_length", 2, 1),
    rule("wait", "longest_wait_seconds", 60, 20),
    rule("aisle", "occupancy", 2, 1, zone_kinds=["aisle"]),
]
"""The store's own: what the other tests set for every store stays, under other ids, or is replaced."""
OWN = {each["rule_id"] for each in RULES}


class FlakyProvider:
    """An e-mail service that throttles every third call, and keeps what it took."""

    def __init__(self) -> None:
        self.took: list[tuple[str, str, str]] = []
        self._calls = 0

    def send(self, address: str, message: Message) -> None:
        """Take a message, or be too busy."""
        self._calls += 1
        if self._calls % 3 == 0:
            raise RetryError("Throttling")
        self.took.append((address, message.thread_id, str(message.stage)))


@dataclass
class UnreliableLambda:
    """Calls the notifier as Lambda may: some batches twice, and some fail before anything is done."""

    notifier: Notifier
    random: Random

    def __call__(self, event: dict[str, Any], _: Any) -> Mapping[str, Any]:
        """Handle one batch."""
        if self.random.random() < 0.2:
            raise RuntimeError("the function was cut off")
        if self.random.random() < 0.3:
            self.notifier.handle_stream_records(event["Records"])
        return self.notifier.handle_stream_records(event["Records"])


@pytest.fixture(scope="module")
def provider() -> FlakyProvider:
    """The one provider."""
    return FlakyProvider()


@pytest.fixture(scope="module")
def survived(stack: Stack, provider: FlakyProvider) -> Survived:
    """A simulated store through a job whose task manager is killed, and all messages told; the events too."""
    create_tables(stack)
    dynamodb = stack.boto3_client("dynamodb")
    RuleStore(dynamodb).seed(
        read_book({"stores": {STORE: {"rules": RULES}}}), saved_by="test", now_ms=0, valid_from_ms=0
    )
    for number in (1, 2):
        mail = Channel(kind="email", address=f"person-{number}@example.com")
        person = Recipient(
            store_id=STORE, person_id=f"person-{number}", roles=("lead",), channels=(mail,), most_per_shift=1000
        )
        dynamodb.put_item(TableName="recipients", Item=attributes(recipient_item(person)))
    scenario = load("supermarket")
    planned = plan(replace(scenario, store=replace(scenario.store, name="survivor")), seed=5, hours=0.6)
    events = [emitted.event for emitted in planned.stream()]
    records = [Sent(f"{event.store_id}/{event.device_id}", event.to_record(), "accepted") for event in events]
    pipeline = start_pipeline(stack, stream="survive", database="survive", shards=1, parallelism=1)
    queues = {name: stack.boto3_client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("again", "dead")}
    notifier = _notifier(stack, provider, queues, now_ms=events[-1].event_time_ms)
    source = DynamoDbStreamSource(
        dynamodb=dynamodb,
        streams=stack.boto3_client("dynamodbstreams"),
        table="alerts",
        handler=UnreliableLambda(notifier, Random(3)),
        retries=50,
    )
    with source:
        sent = 0
        for part in range(KILLS + 1):
            portion = records[len(records) * part // (KILLS + 1) : len(records) * (part + 1) // (KILLS + 1)]
            put(pipeline, portion)
            sent += len(portion)
            if part < KILLS:
                _wait_for_a_checkpoint(pipeline)
                stack.restart("flink-taskmanager")
                stack.flink.wait_until_running(pipeline.job_id)
        move_watermark(pipeline, events[-1].event_time_ms)
        stack.flink.stop_with_savepoint(pipeline.job_id, stack.run_directory / "savepoints", drain=True)
        source.wait_until_caught_up(seconds=60)
        _send_again(stack, notifier, queues["again"])
    return pipeline, [event.to_dict() for event in events]


def _notifier(stack: Stack, provider: FlakyProvider, queues: Mapping[str, str], *, now_ms: int) -> Notifier:
    settings = Settings(
        app_url="https://app.example.com",
        sender="alerts@example.com",
        retry_queue_url=queues["again"],
        dead_queue_url=queues["dead"],
        stale_after_ms=10**12,
        tries_max=50,
    )
    return Notifier(
        dynamodb=stack.boto3_client("dynamodb"),
        sqs=_ImpatientQueues(stack.boto3_client("sqs")),  # type: ignore[arg-type]
        channels={"email": provider},
        settings=settings,
        telemetry=Telemetry(Logger(service="notifier", level="CRITICAL"), has_metrics=False),
        clock=lambda: now_ms,
    )


class _ImpatientQueues:
    """SQS without the wait before another try, which would be minutes."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send_message(self, **request: Any) -> Any:
        return self._client.send_message(**(request | {"DelaySeconds": 0}))


def _wait_for_a_checkpoint(pipeline: Pipeline) -> None:
    flink, job = pipeline.stack.flink, pipeline.job_id
    before = flink.checkpoints(job).completed
    wait_until(
        lambda: flink.checkpoints(job).completed > before,
        seconds=120,
        expected="a checkpoint to complete",
        cure=f"See {pipeline.stack.endpoints.flink_rest}.",
    )


def _send_again(stack: Stack, notifier: Notifier, url: str) -> None:
    """Let the queue of what is to be tried again run empty."""
    sqs = aws_client("sqs", url=stack.endpoints.moto)
    queue = QueueSource(sqs=sqs, queue_url=url, handler=lambda event, _: notifier.handle_retry(event["Records"]))

    def is_empty() -> bool:
        queue.poll()
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return not any(int(count) for count in counts.values())

    wait_until(is_empty, seconds=60, expected="the messages to be sent in the end", cure="See the notifier's ledger.")


def test_no_alert_is_lost_and_none_is_doubled(stack: Stack, survived: Survived) -> None:
    """The task manager was killed, again and again: the alerts are those of a run without a failure."""
    pipeline, events = survived
    assert stack.flink.restarts(pipeline.job_id) >= KILLS
    dynamodb = stack.boto3_client("dynamodb")
    book = read_book_text(rules_text(RuleStore(dynamodb).current(STORE, 1).values()))
    end_ms = events[-1]["event_time_ms"] - 60_000
    expected = {alert.alert_id: alert for alert in replay(STORE, signals_of(events), book) if alert.rule_id in OWN}
    came = {case.alert.alert_id: case.alert for case in ActionStore(dynamodb).cases(STORE) if case.alert.rule_id in OWN}
    settled = {name for name in expected.keys() | came.keys() if int(name[:13]) < end_ms}
    assert len(settled) > 10
    assert settled <= came.keys()
    assert {name: _told(came[name]) for name in settled} == {name: _told(expected[name]) for name in settled}


def _told(alert: Any) -> tuple[Any, ...]:
    return alert.rule_id, alert.place_id, alert.raised_ms, alert.worst_value


def test_nobody_is_told_twice_and_nobody_is_forgotten(
    stack: Stack, survived: Survived, provider: FlakyProvider
) -> None:
    """For each alert and person one message that it began, or the reason why there is none."""
    assert survived
    twice = [message for message, times in Counter(provider.took).items() if times > 1]
    assert not twice
    dynamodb = stack.boto3_client("dynamodb")
    books: dict[tuple[str, str], dict[str, Any]] = {}
    for page in dynamodb.get_paginator("scan").paginate(TableName="notifications"):
        for item in map(values_of, page["Items"]):
            if "#raised#" in item["notification_id"] and item.get("store_id") == STORE:
                books[item["person_id"], item["notification_id"].partition("#")[0]] = item
    cases = [case for case in ActionStore(dynamodb).cases(STORE) if case.alert.rule_id in OWN]
    alerts = [case.alert.alert_id for case in cases]
    wanted = {(person, alert_id) for person in ("person-1", "person-2") for alert_id in alerts}
    # One that was over before its first row was read was never told: nobody could have acted on it.
    missing = {alert_id for _, alert_id in wanted - books.keys()}
    over = {case.alert.alert_id for case in cases if case.state in ("resolved", "expired")}
    assert missing <= over
    assert {item["state"] for item in books.values()} <= {"sent", "suppressed"}
    assert {item.get("reason") for item in books.values() if item["state"] == "suppressed"} <= {"over meanwhile"}
    sent = [item for item in books.values() if item["state"] == "sent"]
    assert len(sent) == sum(stage == "raised" for _, _, stage in provider.took) > 5
