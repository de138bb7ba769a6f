"""What the notifier reads: alerts, acts, recipients and what a store says of itself. Alerts and acts as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from contracts.alerts import Action, Alert, action_of, alert_of
from contracts.recipients import Recipient, RecipientError, recipient_of
from contracts.rules import ANY_STORE, STORE_RULE_ID, RulesError, Store, read_store
from lambdas.alert_store.items import attributes, values_of
from lambdas.notifier.planning import of_store
from lambdas.notifier.telemetry import Telemetry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNames:
    """The tables' names in DynamoDB; other ones set apart what runs beside each other in one account."""

    alerts: str = "alerts"
    alert_actions: str = "alert_actions"
    recipients: str = "recipients"
    rules: str = "rules"
    notifications: str = "notifications"

    @classmethod
    def with_prefix(cls, prefix: str) -> TableNames:
        """Return the contract's names behind a prefix."""
        return cls(**{each.name: f"{prefix}{each.name}" for each in fields(cls)})


class Reads:
    """The tables that the notifier only reads."""

    def __init__(self, client: DynamoDBClient, *, telemetry: Telemetry, tables: TableNames | None = None) -> None:
        self._client = client
        self._telemetry = telemetry
        self._tables = tables or TableNames()

    def alert(self, store_id: str, alert_id: str) -> Alert | None:
        """Return an alert as it stands in this moment."""
        key = attributes({"store_id": store_id, "alert_id": alert_id})
        found = self._client.get_item(TableName=self._tables.alerts, Key=key, ConsistentRead=True).get("Item")
        return alert_of(values_of(found)) if found else None

    def acts(self, store_id: str, alert_id: str) -> tuple[Action, ...]:
        """Return what people did about an alert as it stands in this moment, in their order."""
        items = self._query(
            self._tables.alert_actions,
            "store_id = :store AND begins_with(action_id, :alert)",
            {":store": store_id, ":alert": f"{alert_id}#"},
            is_consistent=True,
        )
        return tuple(action_of(item) for item in items)

    def recipients(self, store_id: str) -> tuple[Recipient, ...]:
        """Return a store's people and the chain's, each once; the log tells of those left out, who cannot be read."""
        items = [item for store in (store_id, ANY_STORE) for item in self._recipients(store)]
        return of_store(recipient for item in items if (recipient := self._recipient(item)) is not None)

    def recipient(self, store_id: str, person_id: str) -> Recipient | None:
        """Return one person as the store sees them."""
        for store in (store_id, ANY_STORE):
            key = attributes({"store_id": store, "person_id": person_id})
            found = self._client.get_item(TableName=self._tables.recipients, Key=key).get("Item")
            if found:
                return self._recipient(values_of(found))
        return None

    def store(self, store_id: str, *, now_ms: int) -> Store:
        """Return what a store says of itself; defaults where it says nothing that can be read."""
        found = self._newest_store(store_id, now_ms) or self._newest_store(ANY_STORE, now_ms)
        try:
            return read_store(json.loads(found)) if found else Store()
        except (RulesError, ValueError):
            self._telemetry.warn("store settings cannot be read", store_id=store_id)
            return Store()

    def _newest_store(self, store_id: str, now_ms: int) -> str | None:
        items = self._query(
            self._tables.rules,
            "store_id = :store AND begins_with(rule_version, :rule)",
            {":store": store_id, ":rule": f"{STORE_RULE_ID}#"},
            is_newest_first=True,
        )
        return next((str(item.get("body", "")) for item in items if item["valid_from_ms"] <= now_ms), None)

    def _recipients(self, store_id: str) -> Iterator[dict[str, Any]]:
        return self._query(self._tables.recipients, "store_id = :store", {":store": store_id})

    def _recipient(self, item: dict[str, Any]) -> Recipient | None:
        try:
            return recipient_of(item)
        except RecipientError as error:
            self._telemetry.warn(
                "recipient cannot be read", person_id=str(item.get("person_id")), places=list(error.places())
            )
            return None

    def _query(
        self,
        table: str,
        condition: str,
        values: Mapping[str, Any],
        *,
        is_consistent: bool = False,
        is_newest_first: bool = False,
    ) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=attributes(values),
            ConsistentRead=is_consistent,
            ScanIndexForward=not is_newest_first,
        )
        return (values_of(item) for page in pages for item in page["Items"])
