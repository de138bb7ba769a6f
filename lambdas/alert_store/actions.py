"""Alerts as the job wrote them, and people's acts about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.alerts import (
    MAX_COMMENT_LENGTH,
    Action,
    ActionKind,
    ActionRefusedError,
    Alert,
    AlertState,
    Verdict,
    action_id,
    action_of,
    alert_of,
    check_action,
    plain,
    state_of,
)
from lambdas.alert_store.items import attributes, values_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALERTS = "alerts"
ALERT_ACTIONS = "alert_actions"
_MOST_TRIES = 20


class UnknownAlertError(LookupError):
    """There is no such alert in the store."""


@dataclass(frozen=True, slots=True)
class AlertCase:
    """An alert with what people did about it, in order, and the state that follows from both."""

    alert: Alert
    actions: tuple[Action, ...]

    @property
    def state(self) -> AlertState:
        """The state that holds."""
        return state_of(self.alert, self.actions)


class ActionStore:
    """The tables `alerts`, which is only read, and `alert_actions`, which is only added to."""

    def __init__(self, client: DynamoDBClient, *, table_prefix: str = "") -> None:
        self._client = client
        self._alerts = table_prefix + ALERTS
        self._actions = table_prefix + ALERT_ACTIONS

    def case(self, store_id: str, alert_id: str) -> AlertCase:
        """Return an alert with its acts, as they are at this moment; raises `UnknownAlertError`."""
        key = attributes({"store_id": store_id, "alert_id": alert_id})
        item = self._client.get_item(TableName=self._alerts, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            raise UnknownAlertError(f"expected an alert of store {store_id}, came {alert_id}, which it does not have")
        return AlertCase(alert_of(values_of(item)), tuple(self._acts(store_id, f"{alert_id}#")))

    def cases(self, store_id: str, *, since_ms: int = 0, limit: int | None = None) -> list[AlertCase]:
        """Return a store's alerts that began since then, the newest first, at most so many."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._alerts,
            KeyConditionExpression="store_id = :store AND alert_id >= :least",
            ExpressionAttributeValues={":store": {"S": store_id}, ":least": {"S": f"{since_ms:013d}"}},
            ScanIndexForward=False,
            PaginationConfig={"MaxItems": limit} if limit else {},
        )
        alerts = [alert_of(values_of(item)) for page in pages for item in page["Items"]]
        acts: dict[str, list[Action]] = {}
        for action in self._acts(store_id, "", least=alerts[-1].alert_id) if alerts else ():
            acts.setdefault(action.alert_id, []).append(action)
        return [AlertCase(alert, tuple(acts.get(alert.alert_id, ()))) for alert in alerts]

    def act(
        self,
        store_id: str,
        alert_id: str,
        action: ActionKind,
        *,
        person_id: str,
        now_ms: int,
        verdict: Verdict | None = None,
        comment: str | None = None,
    ) -> AlertCase:
        """Add an act; returns the case with it. Of two at once both are decided one after the other.

        Raises:
            UnknownAlertError: there is no such alert.
            ActionRefusedError: the act does not fit, such as a second acknowledgement; the message says why.
        """
        if comment is not None and len(comment) > MAX_COMMENT_LENGTH:
            raise ActionRefusedError(
                f"comment: expected at most {MAX_COMMENT_LENGTH} characters, came {len(comment)}; shorten it"
            )
        if action == "comment" and not (comment and comment.strip()):
            raise ActionRefusedError("comment: expected some words, came none; write what you found")
        for _ in range(_MOST_TRIES):
            case = self.case(store_id, alert_id)
            check_action(case.alert, case.actions, action, verdict)
            added = Action(
                store_id=store_id,
                action_id=action_id(alert_id, len(case.actions) + 1),
                alert_id=alert_id,
                action=action,
                verdict=verdict,
                comment=comment,
                person_id=person_id,
                acted_ms=now_ms,
                expires_at=case.alert.expires_at,
            )
            if self._put(added):
                return AlertCase(case.alert, (*case.actions, added))
        raise ActionRefusedError(
            f"alert {alert_id}: expected a free place among its acts, came others each time; try again"
        )

    def _put(self, action: Action) -> bool:
        """Put an act in its place; returns whether it stands there, by this request or one whose answer was lost."""
        try:
            self._client.put_item(
                TableName=self._actions,
                Item=attributes(plain(action)),
                ConditionExpression="attribute_not_exists(action_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            answer: Any = refused.response
            return action_of(values_of(answer["Item"])) == action
        return True

    def _acts(self, store_id: str, prefix: str, *, least: str = "") -> Iterator[Action]:
        condition, values = "store_id = :store", {":store": store_id}
        if prefix:
            condition, values = f"{condition} AND begins_with(action_id, :from)", values | {":from": prefix}
        elif least:
            condition, values = f"{condition} AND action_id >= :from", values | {":from": least}
        typed: Any = attributes(values)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._actions,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=typed,
            ConsistentRead=True,
        )
        return (action_of(values_of(item)) for page in pages for item in page["Items"])
