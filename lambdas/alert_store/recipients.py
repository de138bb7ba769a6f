"""Who is told of alerts: written here, and read by the notifier alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.recipients import Recipient, recipient_item
from lambdas.alert_store.items import attributes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RECIPIENTS = "recipients"


class RecipientStore:
    """The table `recipients`, which is only written: addresses come back to nobody."""

    def __init__(self, client: DynamoDBClient, *, table_prefix: str = "") -> None:
        self._client = client
        self._table = table_prefix + RECIPIENTS

    def add(self, recipient: Recipient) -> bool:
        """Add a person of a store; returns False, and changes nothing, where that person is there already."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=attributes(recipient_item(recipient)),
                ConditionExpression="attribute_not_exists(person_id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def put(self, recipient: Recipient) -> bool:
        """Write a person of a store, in place of what was there; returns True, as `add` does when it writes."""
        self._client.put_item(TableName=self._table, Item=attributes(recipient_item(recipient)))
        return True
