"""The alert rules of the chain and of each store: every version is kept, and a change is never lost to another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from contracts.rules import (
    ANY_STORE,
    CHANGES,
    STORE_RULE_ID,
    TAKES_EFFECT_MS,
    Rule,
    RuleBook,
    RulesError,
    Store,
    read_rule,
    read_store,
    rule_body,
    store_body,
    unknown_places,
)
from lambdas.alert_store.items import attributes, values_of
from lambdas.alert_store.versions import Version, item_of, key_of, version_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIVE_ZONES = "live_zone"
RULES = "rules"
_MOST_TRIES = 5


class RuleConflictError(ValueError):
    """Somebody saved the rule meanwhile; the message says which version stands and what to do."""


class RuleStore:
    """The table `rules`."""

    def __init__(self, client: DynamoDBClient, *, table_prefix: str = "") -> None:
        self._client = client
        self._table = table_prefix + RULES
        self._live_zones = table_prefix + LIVE_ZONES

    def save(
        self,
        store_id: str,
        rule: Rule,
        *,
        saved_by: str,
        now_ms: int,
        expected_version: int,
        valid_from_ms: int | None = None,
        allows_unknown_places: bool = False,
    ) -> Version:
        """Save a rule as the version after `expected_version`, 0 for a new one; it holds 20 s later.

        Raises:
            RulesError: it contradicts itself, or names zones or lanes that the store does not have.
            RuleConflictError: another version was saved meanwhile.
        """
        read_rule(json.loads(rule_body(rule)))
        if not allows_unknown_places:
            self._check_places(store_id, rule)
        valid = now_ms + TAKES_EFFECT_MS if valid_from_ms is None else valid_from_ms
        version = Version(store_id, rule.rule_id, expected_version + 1, valid, now_ms, saved_by, rule_body(rule))
        return self._write(version)

    def save_store(
        self,
        store_id: str,
        store: Store,
        *,
        saved_by: str,
        now_ms: int,
        expected_version: int,
        valid_from_ms: int | None = None,
    ) -> Version:
        """Save what a store says of itself; as `save`."""
        valid = now_ms + TAKES_EFFECT_MS if valid_from_ms is None else valid_from_ms
        body = store_body(store)
        read_store(json.loads(body))
        return self._write(Version(store_id, STORE_RULE_ID, expected_version + 1, valid, now_ms, saved_by, body))

    def retire(self, store_id: str, rule_id: str, *, saved_by: str, now_ms: int, expected_version: int) -> Version:
        """End a rule by a version that says so; raises `RuleConflictError` as `save`."""
        valid = now_ms + TAKES_EFFECT_MS
        return self._write(Version(store_id, rule_id, expected_version + 1, valid, now_ms, saved_by, ""))

    def versions(self, store_id: str, rule_id: str | None = None) -> list[Version]:
        """Return every version of a store's rules, or of one of them, in their order."""
        return [version_of(item) for item in self._query(store_id, "" if rule_id is None else f"{rule_id}#")]

    def changes(self, since_ms: int) -> list[Version]:
        """Return what was saved since then, in order, by whoever, without bodies."""
        items = self._query(CHANGES, "", least=f"{since_ms:013d}")
        return [version_of(item | {"store_id": item["changed_store_id"]}) for item in items]

    def current(self, store_id: str, at_ms: int) -> dict[str, Version]:
        """Return what holds for a store at an instant, by rule: its own goes before the chain's of the same id.

        Rules that are gone are left out; what the store says of itself is under `~store`.
        """
        holding: dict[str, Version] = {}
        for owner in dict.fromkeys((ANY_STORE, store_id)):
            for version in self.versions(owner):
                if version.valid_from_ms <= at_ms:
                    holding[version.rule_id] = version
        return {rule_id: version for rule_id, version in sorted(holding.items()) if version.body}

    def store(self, store_id: str, at_ms: int) -> Store:
        """Return what a store says of itself at an instant; the defaults where it says nothing."""
        said = self.current(store_id, at_ms).get(STORE_RULE_ID)
        return Store() if said is None else read_store(json.loads(said.body))

    def seed(self, book: RuleBook, *, saved_by: str, now_ms: int, valid_from_ms: int | None = None) -> list[Version]:
        """Save what a rule file says, where it differs from what holds; returns what was saved.

        A new chain's stores send nothing yet, so places are not checked. Rules that the file does not name stay.
        """
        wanted: list[tuple[str, str, str]] = [
            (store_id, rule.rule_id, rule_body(rule)) for store_id, rules in book.rules.items() for rule in rules
        ]
        wanted += [(store_id, STORE_RULE_ID, store_body(store)) for store_id, store in book.stores.items()]
        valid = now_ms + TAKES_EFFECT_MS if valid_from_ms is None else valid_from_ms
        saved = []
        for store_id, rule_id, body in wanted:
            known = self.versions(store_id, rule_id)
            if not known or known[-1].body != body:
                number = known[-1].version + 1 if known else 1
                saved.append(self._write(Version(store_id, rule_id, number, valid, now_ms, saved_by, body)))
        return saved

    def _check_places(self, store_id: str, rule: Rule) -> None:
        if store_id == ANY_STORE or not (rule.zone_ids or rule.lane_ids):
            return
        pages = self._client.get_paginator("query").paginate(
            TableName=self._live_zones,
            KeyConditionExpression="store_id = :store",
            ExpressionAttributeValues={":store": {"S": store_id}},
        )
        zones = [values_of(item) for page in pages for item in page["Items"]]
        lanes = {zone["lane_id"] for zone in zones if zone["lane_id"]}
        problems = unknown_places(rule, zones=[zone["zone_id"] for zone in zones], lanes=lanes)
        if problems:
            raise RulesError(problems)

    def _write(self, version: Version) -> Version:
        """Write a version, and tell the job that the store's rules changed: both or nothing."""
        if version.store_id == CHANGES:
            raise RulesError([f"store: expected a store's id, came {CHANGES}, the list of changes; name a store"])
        key = key_of(version.rule_id, version.version)
        item = item_of(version) | {"rule_version": key}
        change = item | {
            "store_id": CHANGES,
            "rule_version": f"{version.saved_ms:013d}#{version.store_id}#{key}",
            "changed_store_id": version.store_id,
        }
        del change["body"]
        standing = version.version - 1
        check = {
            "TableName": self._table,
            "Key": attributes({"store_id": version.store_id, "rule_version": key_of(version.rule_id, standing)}),
            "ConditionExpression": "attribute_exists(rule_version)",
        }
        self._transact(
            version,
            [
                {"Put": {"TableName": self._table, "Item": attributes(item), "ConditionExpression": _IS_NEW}},
                {"Put": {"TableName": self._table, "Item": attributes(change)}},
                # Without it a version could be numbered ahead, and hide those that are saved after it.
                *([{"ConditionCheck": check}] if standing else []),
            ],
        )
        return version

    def _transact(self, version: Version, items: list[Any]) -> None:
        for _ in range(_MOST_TRIES):
            try:
                self._client.transact_write_items(TransactItems=items)
            except self._client.exceptions.TransactionCanceledException as refused:
                answer: Any = refused.response
                codes = {reason["Code"] for reason in answer["CancellationReasons"]}
                if "ConditionalCheckFailed" in codes:
                    raise self._conflict(version) from refused
                # Somebody else was at it in this moment: by the next try they are done.
                if "TransactionConflict" not in codes:
                    raise
            else:
                return
        raise self._conflict(version)

    def _conflict(self, version: Version) -> RuleConflictError:
        standing = self.versions(version.store_id, version.rule_id)
        return RuleConflictError(
            f"rule {version.rule_id} of {version.store_id}: expected version {version.version - 1} to be the "
            f"latest, came {standing[-1].version if standing else 'none'}; look at it and save again"
        )

    def _query(self, store_id: str, prefix: str, *, least: str | None = None) -> Iterator[dict[str, Any]]:
        condition, values = "store_id = :store", {":store": {"S": store_id}}
        if prefix:
            condition, values = (
                f"{condition} AND begins_with(rule_version, :prefix)",
                values | {":prefix": {"S": prefix}},
            )
        if least is not None:
            condition, values = f"{condition} AND rule_version >= :least", values | {":least": {"S": least}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        return (values_of(item) for page in pages for item in page["Items"])


_IS_NEW = "attribute_not_exists(rule_version)"


def rules_text(versions: Iterable[Version]) -> str:
    """Return what holds as the job's `RULES_OF` writes it: for `flink_jobs.alerting.rulebook.read_book_text`."""
    return "{" + ",".join(f'"{each.rule_id}":[{each.version},{each.body}]' for each in versions) + "}"
