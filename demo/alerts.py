"""The alerts of a simulated run, as in a store: rules, people, the notifier, and what was really sent.

The people here are made up, and act as the simulation's clock goes: whoever is on shift confirms that somebody lies on
the floor, and takes the first long queue.
"""

from __future__ import annotations

import email
import email.policy
import json
import logging
import tomllib
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

from aws_lambda_powertools import Logger
from moto.server import ThreadedMotoServer

from contracts.alerts import ActionKind, ActionRefusedError, Verdict, alert_of, needs_review
from contracts.recipients import Channel, Recipient, recipient_item
from contracts.rules import RuleBook, Store, read_book
from lambdas.alert_store.actions import ActionStore, AlertCase
from lambdas.alert_store.items import attributes, values_of
from lambdas.alert_store.rules import RuleStore
from lambdas.notifier.clients import Clients, channels_of
from lambdas.notifier.logic import Notifier
from lambdas.notifier.settings import Settings
from lambdas.notifier.telemetry import Telemetry
from local.event_source import DynamoDbStreamSource, QueueSource
from local.ports import HOST
from local.services import aws_client
from local.stack import Stack

SENDER = "alerts@example.com"
APP_URL = "https://app.example.com"
SHIFT_LEAD = "person-1"
CAUGHT_UP_SECONDS = 60
_RETRIES = "notifier-retry"
_DEAD = "notifier-dead"
_A_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message as the provider's double took it: `way` is e-mail or SMS, `text` the words."""

    way: str
    to: str
    subject: str
    text: str
    html: str = ""
    chart: bytes = b""


@dataclass(frozen=True, slots=True)
class AlertsOfRun:
    """What was raised, the oldest first, and what people were told, in the order of sending within a way."""

    cases: tuple[AlertCase, ...] = ()
    messages: tuple[ReceivedMessage, ...] = ()
    notes: tuple[Mapping[str, Any], ...] = ()
    """The notifier's own books: one entry for each person, alert, stage and channel."""


def seed(stack: Stack, store_id: str, store: Store) -> RuleBook:
    """Write the rules, the store's settings and the people, as before a store opens; returns the rules."""
    text = files("lambdas.seeds").joinpath("supermarket.toml").read_text(encoding="utf-8")
    book = replace(read_book(tomllib.loads(text)), stores={store_id: store})
    dynamodb = stack.boto3_client("dynamodb")
    # From the beginning of time: the simulated day is past.
    RuleStore(dynamodb).seed(book, saved_by="demo", now_ms=0, valid_from_ms=0)
    for person in people(store_id, store.time_zone):
        dynamodb.put_item(TableName="recipients", Item=attributes(recipient_item(person)))
    return book


def people(store_id: str, time_zone: str) -> tuple[Recipient, ...]:
    """Return who is told: two people in the store, one who keeps its cameras, and one in the region."""

    def person(number: int, roles: Sequence[str], *channels: Channel, **more: Any) -> Recipient:
        return Recipient(
            store_id=more.pop("store_id", store_id),
            person_id=f"person-{number}",
            roles=tuple(roles),
            channels=channels,
            time_zone=time_zone,
            **more,
        )

    def mail(number: int) -> Channel:
        return Channel(kind="email", address=f"person-{number}@example.com")

    return (
        person(1, ["shift_lead"], Channel(kind="sms", address="+4915550000001"), is_inside=True),
        person(2, ["store_manager"], mail(2), is_inside=True, language="de"),
        person(3, ["technician"], mail(3)),
        person(4, ["region", "security"], mail(4), store_id="*", language="es"),
    )


class AlertDesk:
    """The notifier at work beside a running job, and people who react, until its block is left."""

    def __init__(self, stack: Stack, *, clock: Callable[[], int]) -> None:
        """Prepare the queues; `clock` is the simulation's, in milliseconds since 1970-01-01 UTC."""
        self._stack = stack
        self._clock = clock
        self._dynamodb = stack.boto3_client("dynamodb")
        self._acts = ActionStore(self._dynamodb)
        self._has_taken_a_queue = False
        self._resources = ExitStack()
        self._sources: list[DynamoDbStreamSource] = []
        self._providers = self._resources.enter_context(providers())
        self._sqs = self._client("sqs")
        self._notifier, self._retries = self._made()

    def _client(self, service: str) -> Any:
        return aws_client(service, url=self._providers)

    def _made(self) -> tuple[Notifier, QueueSource]:
        retries, dead = (self._sqs.create_queue(QueueName=name)["QueueUrl"] for name in (_RETRIES, _DEAD))
        ses = self._client("sesv2")
        ses.create_email_identity(EmailIdentity=SENDER)
        settings = Settings(
            app_url=APP_URL,
            sender=SENDER,
            sms_by="sns",
            retry_queue_url=retries,
            dead_queue_url=dead,
            # Hours pass in seconds: what is on its way for a moment is not stale.
            stale_after_ms=_A_DAY_MS,
        )
        notifier = Notifier(
            dynamodb=self._dynamodb,
            sqs=self._sqs,
            channels=channels_of(settings, Clients(ses=ses, sns=self._client("sns"))),
            settings=settings,
            telemetry=Telemetry(Logger(service="notifier", level="ERROR"), has_metrics=False),
            clock=self._clock,
        )
        queue = QueueSource(
            sqs=self._sqs, queue_url=retries, handler=lambda event, _: notifier.handle_retry(event["Records"])
        )
        return notifier, queue

    def __enter__(self) -> Self:
        """Begin to listen to both tables."""
        streams = self._stack.boto3_client("dynamodbstreams")
        for table in ("alerts", "alert_actions"):
            source = DynamoDbStreamSource(
                dynamodb=self._dynamodb, streams=streams, table=table, handler=self._handle
            )  # fmt: skip
            self._sources.append(self._resources.enter_context(source))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Listen no more."""
        self._resources.close()

    def finish(self, store_id: str) -> AlertsOfRun:
        """Wait until everybody was told, and return what came of it; raises `TimeoutError`."""
        for _ in range(2):  # an act about the last alert is told by the other table
            for source in self._sources:
                source.wait_until_caught_up(seconds=CAUGHT_UP_SECONDS)
        self._retries.poll()
        notes = self._dynamodb.get_paginator("scan").paginate(TableName="notifications")
        return AlertsOfRun(
            cases=tuple(reversed(self._acts.cases(store_id))),
            messages=received(self._providers),
            notes=tuple(values_of(item) for page in notes for item in page["Items"]),
        )

    def _handle(self, event: dict[str, Any], _: Any) -> Mapping[str, Any]:
        answer = self._notifier.handle_stream_records(event["Records"])
        for record in event["Records"]:
            image = values_of(record["dynamodb"].get("NewImage", {}))
            if record["eventName"] == "INSERT" and "rule_id" in image:
                self._react(image)
        return answer

    def _react(self, alert: Mapping[str, Any]) -> None:
        """Do what the people of the simulation do about a new alert."""
        if needs_review(alert_of(dict(alert))):
            self._act(alert, "verdict", verdict="true", comment="Somebody slipped; help is there.")
        elif alert["metric"] == "queue_length" and not self._has_taken_a_queue:
            self._has_taken_a_queue = True
            self._act(alert, "acknowledge")

    def _act(
        self,
        alert: Mapping[str, Any],
        action: ActionKind,
        *,
        verdict: Verdict | None = None,
        comment: str | None = None,
    ) -> None:
        try:
            self._acts.act(
                alert["store_id"],
                alert["alert_id"],
                action,
                person_id=SHIFT_LEAD,
                now_ms=max(self._clock(), int(alert["changed_ms"])),
                verdict=verdict,
                comment=comment,
            )
        except ActionRefusedError:
            # Hours pass in seconds: it may be over by now, and that is as good.
            return


@contextmanager
def providers() -> Iterator[str]:
    """Yield the address of a moto of its own for e-mail, SMS and queues.

    The stack's one holds the lake, and cannot show what it took as soon as there are files in it.
    """
    # It would write a line for each request among the demo's own.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def received(moto: str) -> tuple[ReceivedMessage, ...]:
    """Return what moto's SES and SNS took, as they show it."""
    with urllib.request.urlopen(f"{moto}/moto-api/data.json", timeout=30) as answer:
        shown = json.load(answer)
    mails = (_mail(each) for each in shown.get("ses", {}).get("RawMessage", []))
    texts = (ReceivedMessage("SMS", each["phone_number"], "", each["message"]) for each in shown["sns"].get("SMS", []))
    return (*mails, *texts)


def _mail(shown: Mapping[str, Any]) -> ReceivedMessage:
    mail = email.message_from_string(shown["raw_data"], policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    charts = [part.get_payload(decode=True) for part in mail.walk() if part.get_content_type() == "image/png"]
    return ReceivedMessage(
        way="e-mail",
        # Moto lists whom the envelope names and whom the letter does.
        to=", ".join(dict.fromkeys(shown["destinations"])),
        subject=str(mail["Subject"]),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        chart=bytes(charts[0]) if charts else b"",
    )
