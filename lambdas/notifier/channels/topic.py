"""An SNS topic: for chat rooms, pagers and other systems. Subscribers may filter by severity, stage and store."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from lambdas.notifier.channels.base import Message
from lambdas.notifier.channels.faults import classed

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

SUBJECT_LENGTH_MAX = 100


class TopicChannel:
    """Publishes to the topic whose ARN is the address."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def send(self, address: str, message: Message) -> None:
        """Publish one message; raises as `Channel.send` says."""
        named = {"severity": message.severity, "store_id": message.store_id, "stage": message.stage or "digest"}
        with classed():
            self._client.publish(
                TopicArn=address,
                Subject=_subject(message.subject),
                Message=message.text,
                MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in named.items()},
            )


def _subject(text: str) -> str:
    """SNS takes ASCII subjects of up to 100 characters only, and none that is empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain[:SUBJECT_LENGTH_MAX].strip() or "alert"
