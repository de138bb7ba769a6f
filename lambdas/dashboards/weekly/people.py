"""Who gets a report: people with the audience's role at exactly its store, or at `*`, with their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from contracts.recipients import Language, RecipientError, recipient_of
from lambdas.alert_store.items import attributes, values_of
from lambdas.dashboards.weekly.audiences import Audience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who gets a report by e-mail."""

    person_id: str
    addresses: tuple[str, ...] = field(repr=False)
    language: Language


class People:
    """The table `recipients`, read for one audience at a time. Addresses go into mails and nowhere else."""

    def __init__(self, client: DynamoDBClient, *, table: str, logger: Logger) -> None:
        self._client = client
        self._table = table
        self._logger = logger

    def of(self, audience: Audience) -> tuple[Person, ...]:
        """Return the people of an audience, by id; the log tells of those who cannot be read."""
        found = (person for item in self._items(audience.store_id) if (person := self._person(item, audience)))
        return tuple(sorted(found, key=lambda person: person.person_id))

    def _items(self, store_id: str) -> Iterator[dict[str, object]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="store_id = :store",
            ExpressionAttributeValues=attributes({":store": store_id}),
        )
        return (values_of(item) for page in pages for item in page["Items"])

    def _person(self, item: dict[str, object], audience: Audience) -> Person | None:
        try:
            recipient = recipient_of(item)
        except RecipientError as error:
            told = {"person_id": str(item.get("person_id")), "places": list(error.places())}
            self._logger.warning("recipient cannot be read", extra=told)
            return None
        addresses = tuple(channel.address for channel in recipient.channels if channel.kind == "email")
        # The store once more, so that nothing but the audience's own can come out, whatever was asked for.
        if recipient.store_id != audience.store_id or audience.role not in recipient.roles or not addresses:
            return None
        return Person(person_id=recipient.person_id, addresses=addresses, language=recipient.language)
