"""What lies among the dead letters, and how it is put back once the cause is mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.notifier.queues import PoisonError, back_again

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_LOOK_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One dead letter.

    Attributes:
        reason: why it was put aside.
        what: whom and what it is about, by ids.
        again: the message that the retry queue gets; None where nothing can be made of it.
    """

    reason: str
    what: str
    again: str | None
    receipt: str


def letters(client: SQSClient, dead_url: str) -> Iterator[Letter]:
    """Take every dead letter into view; each comes back after two minutes unless it is deleted or let go."""
    while True:
        answer = client.receive_message(
            QueueUrl=dead_url, MaxNumberOfMessages=10, VisibilityTimeout=_LOOK_SECONDS, WaitTimeSeconds=1
        )
        if not (found := answer.get("Messages")):
            return
        yield from map(_letter, found)


def put_back(client: SQSClient, letter: Letter, *, dead_url: str, retry_url: str) -> None:
    """Put a letter into the retry queue, then delete it: dying in between does it twice, and never loses it."""
    assert letter.again is not None
    client.send_message(QueueUrl=retry_url, MessageBody=letter.again)
    client.delete_message(QueueUrl=dead_url, ReceiptHandle=letter.receipt)


def let_go(client: SQSClient, letter: Letter, *, dead_url: str) -> None:
    """Leave a letter where it lies."""
    client.change_message_visibility(QueueUrl=dead_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)


def _letter(message: MessageTypeDef) -> Letter:
    body, receipt = message.get("Body", ""), message.get("ReceiptHandle", "")
    try:
        buried = json.loads(body)
        return Letter(reason=_reason(buried), what=_what(buried), again=back_again(buried), receipt=receipt)
    except (ValueError, PoisonError):
        return Letter(reason=_reason_in(body), what="cannot be put back", again=None, receipt=receipt)


def _reason(buried: Any) -> str:
    return str(buried.get("reason", "")) if isinstance(buried, dict) else ""


def _reason_in(body: str) -> str:
    try:
        return _reason(json.loads(body))
    except ValueError:
        return "no JSON"


def _what(buried: dict[str, Any]) -> str:
    if "notice" in buried:
        return " ".join(str(buried["notice"].get(name)) for name in ("person_id", "stage", "channel", "alert_id"))
    keys = buried["record"].get("dynamodb", {}).get("Keys", {}) if isinstance(buried.get("record"), dict) else {}
    return "record " + " ".join(next(iter(value.values()), "") for value in keys.values())
