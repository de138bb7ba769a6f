"""The table `notifications`: who was told what. A message is claimed before it is sent, so that it is sent once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from lambdas.alert_store.items import attributes, values_of
from lambdas.notifier.entries import (
    DIGEST,
    HELD,
    Ceiling,
    Entry,
    Row,
    State,
    held_key,
    is_kept,
    key_of,
    row_of,
    told_reason,
    waiting,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

Claim = Literal["taken", "done", "full"]
_CONFLICTS_MAX = 10


class BusyError(RuntimeError):
    """Somebody else is sending this message now; ask again later: should they have died, their lease ends."""


class Ledger:
    """Claims, outcomes and counters. Each change is conditional: of two that try, one wins."""

    def __init__(self, client: DynamoDBClient, *, table: str = "notifications", lease_ms: int) -> None:
        self._client = client
        self._table = table
        self._lease_ms = lease_ms

    def rows(self, person_id: str, alert_id: str) -> tuple[Row, ...]:
        """Return what a person was told of an alert, as it stands in this moment."""
        return tuple(self._rows(person_id, "begins_with(notification_id, :first)", {":first": f"{alert_id}#"}))

    def sent_since(self, person_id: str, *, first_alert: str, before_alert: str) -> tuple[Row, ...]:
        """Return what the person was successfully told of alerts from one until before another, by their start."""
        span = {":first": first_alert, ":last": before_alert}
        found = self._rows(person_id, "notification_id BETWEEN :first AND :last", span)
        return tuple(row for row in found if row.state == "sent" and row.entry.alert_id < before_alert)

    def held(self, store_id: str, person_id: str) -> tuple[Row, ...]:
        """Return what waits for the person's digest, and what a digest has claimed."""
        rows = self._rows(person_id, "notification_id < :last", {":last": ":"})
        return tuple(row for row in rows if row.entry.store_id == store_id and is_kept(row))

    def claim(self, entry: Entry, ceiling: Ceiling | None, *, now_ms: int) -> Claim:
        """Claim a message and count it in its shift, both or none.

        Raises:
            BusyError: somebody else holds a claim that has not run out.
        """
        for _ in range(_CONFLICTS_MAX):
            reasons = self._transact(self._claiming(entry, ceiling, now_ms))
            if not any(reasons):
                return "taken"
            if reasons[0] == "ConditionalCheckFailed":
                return self._take_over(entry, now_ms)
            if "ConditionalCheckFailed" in reasons:
                return "full"
        raise BusyError(f"{entry.notification_id}: expected to count a message, came {_CONFLICTS_MAX} conflicts")

    def claim_retry(self, entry: Entry, *, tries: int, now_ms: int) -> Claim:
        """Claim a message that waits for its next try; a message delivered twice is claimed once.

        Raises:
            BusyError: somebody else holds a claim that has not run out.
        """
        waits = "#state = :sending AND reason = :reason"
        if self._claim_if(entry, waits, {":sending": "sending", ":reason": waiting(tries)}, now_ms):
            return "taken"
        return self._take_over(entry, now_ms)

    def claim_failed(self, entry: Entry, *, now_ms: int) -> Claim:
        """Claim a message that had failed for good, for a person put it back."""
        is_taken = self._claim_if(entry, "#state = :failed", {":failed": "failed"}, now_ms)
        return "taken" if is_taken else self._take_over(entry, now_ms)

    def claim_held(self, row: Row, *, now_ms: int) -> bool:
        """Claim a held message for a digest; False when another digest has it."""
        if row.state == "sending" and row.changed_ms >= now_ms - self._lease_ms:
            return False
        seen = {":state": row.state, ":seen": row.changed_ms}
        return self._set(row.entry, "sending", DIGEST + told_reason(row), now_ms, seen)

    def put_back(self, row: Row, *, now_ms: int) -> None:
        """Hold again what a digest could not carry."""
        self._set(row.entry, "held", told_reason(row), row.changed_ms, {":state": "sending", ":seen": now_ms})

    def record(self, entry: Entry, state: State, reason: str, *, now_ms: int) -> bool:
        """Record a message that is not sent now; False when there is one already."""
        item = {**key_of(entry), "store_id": entry.store_id, "state": state, "reason": reason}
        item |= {"changed_ms": now_ms, "expires_at": entry.expires_at}
        try:
            self._client.put_item(
                TableName=self._table, Item=attributes(item), ConditionExpression="attribute_not_exists(person_id)"
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def mark(self, entry: Entry, state: State, reason: str, *, now_ms: int) -> None:
        """Say what became of a message that was claimed; what was sent stays sent."""
        self._set(entry, state, reason, now_ms, {":state": "sending"})

    def wait(self, entry: Entry, *, tries: int, now_ms: int) -> None:
        """Say that a claimed message waits for its next try."""
        self.mark(entry, "sending", waiting(tries), now_ms=now_ms)

    def note_held(self, store_id: str, person_id: str, *, expires_at: int) -> None:
        """Note that something is held for a person: after it was recorded, so that no digest misses it."""
        self._client.update_item(
            TableName=self._table,
            Key=attributes(held_key(store_id, person_id)),
            UpdateExpression="ADD messages :one SET expires_at = :expires",
            ExpressionAttributeValues=attributes({":one": 1, ":expires": expires_at}),
        )

    def noted(self) -> Iterator[tuple[str, str, int]]:
        """Yield store, person and count of notes of all for whom something is held."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="person_id = :held",
            ExpressionAttributeValues=attributes({":held": HELD}),
            ConsistentRead=True,
        )
        for item in (values_of(item) for page in pages for item in page["Items"]):
            store_id, _, person_id = item["notification_id"].partition("/")
            yield store_id, person_id, int(item["messages"])

    def unnote(self, store_id: str, person_id: str, notes: int) -> None:
        """Drop a person's note, unless something was held since it was read."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=attributes(held_key(store_id, person_id)),
                ConditionExpression="messages = :notes",
                ExpressionAttributeValues=attributes({":notes": notes}),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _take_over(self, entry: Entry, now_ms: int) -> Claim:
        """Take a claim whose holder died; a message that is done, or waits for its next try, is left."""
        row = next(iter(self._rows(entry.person_id, "notification_id = :id", {":id": entry.notification_id})), None)
        if row is None or row.state != "sending" or row.reason:
            return "done"
        if row.changed_ms >= now_ms - self._lease_ms:
            raise BusyError(f"{entry.notification_id}: expected a free message, came one that is being sent")
        seen = {":sending": "sending", ":seen": row.changed_ms}
        return "taken" if self._claim_if(entry, "#state = :sending AND changed_ms = :seen", seen, now_ms) else "done"

    def _claim_if(self, entry: Entry, condition: str, values: Mapping[str, Any], now_ms: int) -> bool:
        return self._update(
            entry,
            "SET #state = :claimed, changed_ms = :now REMOVE reason",
            condition,
            {**values, ":claimed": "sending", ":now": now_ms},
        )

    def _set(self, entry: Entry, state: State, reason: str, now_ms: int, seen: Mapping[str, Any]) -> bool:
        condition = "#state = :state" + (" AND changed_ms = :seen" if ":seen" in seen else "")
        values = {**seen, ":new": state, ":reason": reason, ":now": now_ms}
        return self._update(entry, "SET #state = :new, reason = :reason, changed_ms = :now", condition, values)

    def _update(self, entry: Entry, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=attributes(key_of(entry)),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=attributes(values),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _claiming(self, entry: Entry, ceiling: Ceiling | None, now_ms: int) -> list[TransactWriteItemTypeDef]:
        item = {**key_of(entry), "store_id": entry.store_id, "state": "sending", "changed_ms": now_ms}
        claim: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self._table,
                "Item": attributes({**item, "expires_at": entry.expires_at}),
                "ConditionExpression": "attribute_not_exists(person_id)",
            }
        }
        return [claim, self._counting(entry, ceiling)] if ceiling else [claim]

    def _counting(self, entry: Entry, ceiling: Ceiling) -> TransactWriteItemTypeDef:
        key = {"person_id": entry.person_id, "notification_id": f"shift#{ceiling.shift_start_ms:013d}"}
        values = {":one": 1, ":expires": entry.expires_at}
        update: UpdateTypeDef = {
            "TableName": self._table,
            "Key": attributes(key),
            "UpdateExpression": "ADD messages :one SET expires_at = :expires",
        }
        if ceiling.messages_max is not None:
            values[":most"] = ceiling.messages_max
            update["ConditionExpression"] = "attribute_not_exists(messages) OR messages < :most"
        return {"Update": {**update, "ExpressionAttributeValues": attributes(values)}}

    def _transact(self, items: list[TransactWriteItemTypeDef]) -> list[str]:
        """Return why each item was refused; empty texts where none was."""
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            if error.response["Error"].get("Code") != "TransactionCanceledException":
                raise
            reasons: list[dict[str, str]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
            return [_code(reason) for reason in reasons] or ["TransactionConflict"]
        return [""]

    def _rows(self, person_id: str, condition: str, values: Mapping[str, Any]) -> Iterator[Row]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=f"person_id = :person AND {condition}",
            ExpressionAttributeValues=attributes({":person": person_id, **values}),
            ConsistentRead=True,
        )
        return (row_of(values_of(item)) for page in pages for item in page["Items"])


def _code(reason: Mapping[str, str]) -> str:
    return "" if reason.get("Code", "None") == "None" else str(reason["Code"])
