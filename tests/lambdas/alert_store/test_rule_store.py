"""The table of rules: every version is kept, nothing is lost to another, and the job hears of each change."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from contracts.rules import (
    ANY_STORE,
    CHANGES,
    HAZARD,
    STORE_RULE_ID,
    TAKES_EFFECT_MS,
    Rule,
    RulesError,
    Store,
    read_book,
    read_rule,
)
from edge.hazards.floor_change import FloorChange
from edge.hazards.objects import EXPERIMENTAL_COCO
from edge.hazards.people import Crowding, Intrusion, Loitering, Lying
from lambdas.alert_store.items import attributes
from lambdas.alert_store.rules import RuleConflictError, RuleStore, rules_text
from tests.lambdas.conftest import NOW_MS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY: dict[str, Any] = {"saved_by": "person-1", "now_ms": NOW_MS}


@pytest.fixture
def rules(dynamodb: DynamoDBClient, prefix: str) -> RuleStore:
    """A store of rules without any."""
    return RuleStore(dynamodb, table_prefix=prefix)


def rule(**changes: Any) -> Rule:
    """Return a rule on queues."""
    written = {"rule_id": "long", "metric": "queue_length", "on_level": 5, "off_level": 2, "roles": ["manager"]}
    return read_rule(written | changes)


def test_every_version_is_kept(rules: RuleStore) -> None:
    """Who asks what held last month is told."""
    rules.save(ANY_STORE, rule(), **BY, expected_version=0)
    rules.save(ANY_STORE, rule(on_level=7), **BY, expected_version=1)
    kept = rules.versions(ANY_STORE, "long")
    assert [(version.version, version.rule().on_level, version.saved_by) for version in kept] == [
        (1, 5.0, "person-1"),
        (2, 7.0, "person-1"),
    ]
    assert kept[1].rule().version == 2


def test_a_rule_whose_name_begins_another_is_another(rules: RuleStore) -> None:
    """`long` and `long-2` are told apart."""
    rules.save(ANY_STORE, rule(), **BY, expected_version=0)
    rules.save(ANY_STORE, rule(rule_id="long-2"), **BY, expected_version=0)
    assert len(rules.versions(ANY_STORE, "long")) == 1


def test_a_version_holds_a_little_later(rules: RuleStore) -> None:
    """By then every task of the job has read it: a replay sees what the stream saw."""
    rules.save("store-1", rule(), **BY, expected_version=0)
    assert rules.current("store-1", NOW_MS + TAKES_EFFECT_MS - 1) == {}
    assert list(rules.current("store-1", NOW_MS + TAKES_EFFECT_MS)) == ["long"]


def test_of_two_who_save_at_once_one_is_refused(rules: RuleStore) -> None:
    """Nobody's change vanishes under another's."""
    rules.save("store-1", rule(), **BY, expected_version=0)

    def save(level: int) -> str:
        try:
            rules.save("store-1", rule(on_level=level), **BY, expected_version=1)
        except RuleConflictError as error:
            return str(error)
        return "saved"

    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(save, [6, 7, 8, 9]))
    assert answers.count("saved") == 1
    assert all("expected version 1 to be the latest, came 2" in answer for answer in answers if answer != "saved")
    assert [version.version for version in rules.versions("store-1", "long")] == [1, 2]


def test_a_stores_own_rule_stands_for_the_chains(rules: RuleStore) -> None:
    """And one that the store retired does not let the chain's rule back in by itself being gone."""
    rules.save(ANY_STORE, rule(), **BY, expected_version=0, valid_from_ms=0)
    rules.save(ANY_STORE, rule(rule_id="crowd", metric="occupancy"), **BY, expected_version=0, valid_from_ms=0)
    rules.save("store-1", rule(on_level=9), **BY, expected_version=0, valid_from_ms=0)
    held = rules.current("store-1", NOW_MS)
    assert {name: version.rule().on_level for name, version in held.items()} == {"crowd": 5.0, "long": 9.0}
    rules.retire("store-1", "long", **BY, expected_version=1)
    assert list(rules.current("store-1", NOW_MS + TAKES_EFFECT_MS)) == ["crowd"]
    assert list(rules.current("store-2", NOW_MS)) == ["crowd", "long"]


def test_changes_are_told_in_order(rules: RuleStore) -> None:
    """The job reads this list, and not every store's rules."""
    rules.save("store-2", rule(), saved_by="person-1", now_ms=NOW_MS + 5, expected_version=0)
    rules.save("store-1", rule(), saved_by="person-2", now_ms=NOW_MS, expected_version=0)
    assert [(change.store_id, change.saved_by) for change in rules.changes(NOW_MS)] == [
        ("store-1", "person-2"),
        ("store-2", "person-1"),
    ]
    assert [change.store_id for change in rules.changes(NOW_MS + 1)] == ["store-2"]


def test_a_place_that_the_store_does_not_have_is_refused(
    rules: RuleStore, dynamodb: DynamoDBClient, prefix: str
) -> None:
    """With the nearest name: a rule on `lane-l` would never fire."""
    for zone_id, lane_id in (("queue-1", "lane-1"), ("aisle-1", "")):
        item = attributes({"store_id": "store-1", "zone_id": zone_id, "lane_id": lane_id})
        dynamodb.put_item(TableName=f"{prefix}live_zone", Item=item)
    with pytest.raises(RulesError, match=r"expected a lane of the store, came lane-l; did you mean lane-1\?"):
        rules.save("store-1", rule(lane_ids=["lane-l"]), **BY, expected_version=0)
    rules.save("store-1", rule(lane_ids=["lane-1"]), **BY, expected_version=0)
    rules.save(
        "store-1", rule(rule_id="new", lane_ids=["lane-9"]), **BY, expected_version=0, allows_unknown_places=True
    )
    assert len(rules.versions("store-1")) == 2


def test_a_seed_writes_what_differs(rules: RuleStore) -> None:
    """A second run changes nothing; a changed line makes one new version."""
    written: dict[str, Any] = {
        "rules": [{"rule_id": "long", "metric": "queue_length", "on_level": 5, "roles": ["manager"]}],
        "stores": {"store-1": {"time_zone": "Europe/Berlin", "target_wait_seconds": 120}},
    }
    assert len(rules.seed(read_book(written), **BY)) == 2
    assert rules.seed(read_book(written), **BY) == []
    written["rules"][0]["on_level"] = 6
    assert [(saved.rule_id, saved.version) for saved in rules.seed(read_book(written), **BY)] == [("long", 2)]
    assert rules.store("store-1", NOW_MS + TAKES_EFFECT_MS).target_wait_seconds == 120
    assert rules.store("store-2", NOW_MS).target_wait_seconds == 180


def test_the_text_is_what_the_policy_reads(rules: RuleStore) -> None:
    """The lab and the job read rules by one function."""
    from flink_jobs.alerting.rulebook import read_book_text  # noqa: PLC0415 - lambdas do not know the job otherwise

    rules.save(ANY_STORE, rule(minimum_seconds=30), **BY, expected_version=0, valid_from_ms=0)
    book = read_book_text(rules_text(rules.current("store-1", NOW_MS).values()))
    assert book.by_id["long"].minimum_seconds == 30
    assert book.by_id["long"].version == 1


def test_a_version_is_not_numbered_ahead(rules: RuleStore) -> None:
    """Else it would hide every version that is saved after it."""
    rules.save("store-1", rule(), **BY, expected_version=0)
    for ahead in (5, -1):
        with pytest.raises(RuleConflictError, match=f"expected version {ahead} to be the latest, came 1"):
            rules.save("store-1", rule(), **BY, expected_version=ahead)
    assert [version.version for version in rules.versions("store-1")] == [1]
    assert len(rules.changes(0)) == 1


def test_a_refused_save_tells_the_job_nothing(rules: RuleStore) -> None:
    """Version and change are one transaction."""
    rules.save("store-1", rule(), **BY, expected_version=0)
    with pytest.raises(RuleConflictError):
        rules.save("store-1", rule(on_level=9), saved_by="person-2", now_ms=NOW_MS + 1, expected_version=0)
    assert [change.saved_by for change in rules.changes(0)] == ["person-1"]


def test_nobody_saves_into_the_list_of_changes(rules: RuleStore) -> None:
    """The job would read a rule as news."""
    with pytest.raises(RulesError, match="expected a store's id, came ~changes"):
        rules.save(CHANGES, rule(), **BY, expected_version=0)
    assert rules.changes(0) == []


def test_a_rule_that_contradicts_itself_is_not_saved(rules: RuleStore) -> None:
    """Even one that did not come through `read_rule`: the job would leave it out, and say so in a log only."""
    with pytest.raises(RulesError) as refused:
        rules.save("store-1", replace(rule(), off_level=9.0, roles=()), **BY, expected_version=0)
    assert [problem.split(": ")[1] for problem in refused.value.problems] == ["roles", "off_level"]
    with pytest.raises(RulesError, match="time_zone"):
        rules.save_store("store-1", Store(time_zone="Mars/Olympus"), **BY, expected_version=0)
    assert rules.versions("store-1") == []


def test_every_unknown_place_is_named(rules: RuleStore) -> None:
    """A store that sends nothing yet has none: its rules are saved by who says so."""
    wanted = rule(lane_ids=["lane-1", "lane-2"])
    with pytest.raises(RulesError) as refused:
        rules.save("store-1", wanted, **BY, expected_version=0)
    assert [problem.endswith("it has none") for problem in refused.value.problems] == [True, True]
    rules.save(ANY_STORE, wanted, **BY, expected_version=0)


def test_a_save_that_meets_another_in_the_same_moment_is_tried_again(rules: RuleStore) -> None:
    """DynamoDB cancels one of two transactions at once; that alone is no conflict. Other reasons are told."""
    canceled = {"Error": {"Code": "TransactionCanceledException", "Message": "canceled"}}
    client = rules._client
    real, answers = client.transact_write_items, ["TransactionConflict", "TransactionConflict", "", "ThrottlingError"]

    def meets_another(**request: Any) -> object:
        code = answers.pop(0)
        if code:
            reasons: Any = canceled | {"CancellationReasons": [{"Code": "None"}, {"Code": code}]}
            raise client.exceptions.TransactionCanceledException(reasons, "TransactWriteItems")
        return real(**request)

    with patch.object(client, "transact_write_items", meets_another):
        assert rules.save("store-1", rule(), **BY, expected_version=0).version == 1
        with pytest.raises(client.exceptions.TransactionCanceledException):
            rules.save("store-1", rule(), **BY, expected_version=1)
    assert answers == []


def test_what_a_store_says_of_itself_is_versioned_too(rules: RuleStore) -> None:
    """Target waits change as levels do."""
    rules.save_store("store-1", Store(target_wait_seconds=90), **BY, expected_version=0)
    with pytest.raises(RuleConflictError):
        rules.save_store("store-1", Store(target_wait_seconds=60), **BY, expected_version=0)
    rules.save_store("store-1", Store(target_wait_seconds=60), **BY, expected_version=1)
    assert len(rules.versions("store-1", STORE_RULE_ID)) == 2
    assert rules.store("store-1", NOW_MS + TAKES_EFFECT_MS).target_wait_seconds == 60


def test_many_versions_come_in_order(rules: RuleStore) -> None:
    """The tenth is after the ninth."""
    for number in range(11):
        rules.save("store-1", rule(on_level=number + 3), **BY, expected_version=number)
    assert [version.version for version in rules.versions("store-1", "long")] == list(range(1, 12))
    assert rules.current("store-1", NOW_MS + TAKES_EFFECT_MS)["long"].version == 11


def test_the_supermarkets_seed_holds(rules: RuleStore) -> None:
    """Every rule of it can be used, and its hazards are some that the edge tells of."""
    text = files("lambdas.seeds").joinpath("supermarket.toml").read_text(encoding="utf-8")
    book = read_book(tomllib.loads(text))
    rules.seed(book, **BY)
    assert set(rules.current("store-1", NOW_MS + TAKES_EFFECT_MS)) == {rule.rule_id for rule in book.rules[ANY_STORE]}
    known = {FloorChange.LABEL, Lying.LABEL, Loitering.LABEL, Intrusion.LABEL, Crowding.LABEL}
    hazards = {rule.metric.removeprefix(HAZARD) for rule in book.rules[ANY_STORE] if rule.metric.startswith(HAZARD)}
    assert hazards <= known | set(EXPERIMENTAL_COCO.values())
