"""People's acts: in an order of their own, decided one after the other, and safe from replays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from contracts.alerts import ActionRefusedError, Alert
from lambdas.alert_store.actions import ActionStore, UnknownAlertError
from tests.lambdas.conftest import NOW_MS, make_alert

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALERT = make_alert()
PutAlert = Callable[[Alert], None]


@pytest.fixture
def store(dynamodb: DynamoDBClient, prefix: str, put_alert: PutAlert) -> ActionStore:
    """A store with one alert."""
    put_alert(ALERT)
    return ActionStore(dynamodb, table_prefix=prefix)


def test_of_many_who_acknowledge_at_once_one_does(store: ActionStore) -> None:
    """The others are told who was first."""

    def acknowledge(number: int) -> str:
        try:
            store.act("store-1", ALERT.alert_id, "acknowledge", person_id=f"person-{number}", now_ms=NOW_MS)
        except ActionRefusedError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(max_workers=6) as pool:
        refusals = [answer for answer in pool.map(acknowledge, range(6)) if answer]
    case = store.case("store-1", ALERT.alert_id)
    assert case.state == "acknowledged"
    assert [action.action_id for action in case.actions] == [f"{ALERT.alert_id}#0001"]
    assert len(refusals) == 5
    assert all(f"{case.actions[0].person_id} acknowledged already" in refusal for refusal in refusals)


def test_comments_at_once_are_all_kept(store: ActionStore) -> None:
    """They have numbers without gaps."""

    def comment(number: int) -> None:
        store.act("store-1", ALERT.alert_id, "comment", person_id="p", now_ms=NOW_MS, comment=f"word {number}")

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(comment, range(8)))
    actions = store.case("store-1", ALERT.alert_id).actions
    assert [action.action_id[-4:] for action in actions] == [f"{number:04d}" for number in range(1, 9)]
    assert sorted(str(action.comment) for action in actions) == [f"word {number}" for number in range(8)]


def test_a_replay_never_undoes_what_people_did(store: ActionStore, put_alert: PutAlert) -> None:
    """The job puts the whole alert again; the acts lie elsewhere."""
    store.act("store-1", ALERT.alert_id, "acknowledge", person_id="p", now_ms=NOW_MS)
    put_alert(make_alert(state="escalated", escalated_ms=NOW_MS + 1))
    put_alert(ALERT)
    assert store.case("store-1", ALERT.alert_id).state == "acknowledged"


def test_a_verdict_ends_an_alert_that_was_nothing(store: ActionStore) -> None:
    """And may be taken back by another."""
    act = {"person_id": "p", "now_ms": NOW_MS}
    assert store.act("store-1", ALERT.alert_id, "verdict", verdict="false", **act).state == "resolved"  # type: ignore[arg-type]
    with pytest.raises(ActionRefusedError, match="came one that is resolved"):
        store.act("store-1", ALERT.alert_id, "acknowledge", **act)  # type: ignore[arg-type]
    assert store.act("store-1", ALERT.alert_id, "verdict", verdict="true", **act).state == "raised"  # type: ignore[arg-type]


def test_newest_first_with_their_acts(store: ActionStore, put_alert: PutAlert) -> None:
    """The inbox."""
    newer = make_alert(alert_id="1790000001000-feed", started_ms=1_790_000_001_000)
    put_alert(newer)
    store.act("store-1", newer.alert_id, "acknowledge", person_id="p", now_ms=NOW_MS)
    cases = store.cases("store-1")
    assert [(case.alert.alert_id, case.state) for case in cases] == [
        (newer.alert_id, "acknowledged"),
        (ALERT.alert_id, "raised"),
    ]
    assert [case.alert for case in store.cases("store-1", limit=1)] == [newer]
    assert [case.alert for case in store.cases("store-1", since_ms=newer.started_ms)] == [newer]
    assert store.cases("store-2") == []


@pytest.mark.parametrize("comment", [None, "  ", "x" * 2001])
def test_a_comment_has_words(store: ActionStore, comment: str | None) -> None:
    """And not too many."""
    with pytest.raises(ActionRefusedError, match="comment: expected"):
        store.act("store-1", ALERT.alert_id, "comment", person_id="p", now_ms=NOW_MS, comment=comment)


def test_an_alert_of_another_store_is_not_there(store: ActionStore) -> None:
    """One store's alerts are nobody else's."""
    with pytest.raises(UnknownAlertError):
        store.act("store-2", ALERT.alert_id, "acknowledge", person_id="p", now_ms=NOW_MS)


def test_an_answer_that_was_lost_is_no_refusal(store: ActionStore, dynamodb: DynamoDBClient) -> None:
    """The client asks again by itself, and meets its own act: the person is not told that they were too late."""
    real = dynamodb.put_item

    def twice(**request: Any) -> object:
        real(**request)
        return real(**request)

    act = {"person_id": "person-1", "now_ms": NOW_MS}
    with patch.object(store._client, "put_item", twice):
        case = store.act("store-1", ALERT.alert_id, "acknowledge", **act)  # type: ignore[arg-type]
        store.act("store-1", ALERT.alert_id, "comment", comment="on my way", **act)  # type: ignore[arg-type]
    assert case.state == "acknowledged"
    assert [action.action for action in store.case("store-1", ALERT.alert_id).actions] == ["acknowledge", "comment"]


def test_acts_expire_with_their_alert(store: ActionStore) -> None:
    """Neither is left without the other."""
    case = store.act("store-1", ALERT.alert_id, "comment", person_id="p", now_ms=NOW_MS, comment="seen")
    assert [action.expires_at for action in case.actions] == [ALERT.expires_at]


def test_acknowledgement_and_verdict_at_once_are_decided_one_after_the_other(store: ActionStore) -> None:
    """Whichever comes second is checked against what the first left: nobody takes what was found to be nothing."""

    def act(kind: str) -> str:
        try:
            if kind == "verdict":
                store.act("store-1", ALERT.alert_id, "verdict", verdict="false", person_id="person-1", now_ms=NOW_MS)
            else:
                store.act("store-1", ALERT.alert_id, "acknowledge", person_id="person-2", now_ms=NOW_MS)
        except ActionRefusedError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(max_workers=2) as pool:
        verdict, acknowledged = pool.map(act, ["verdict", "acknowledge"])
    kinds = [action.action for action in store.case("store-1", ALERT.alert_id).actions]
    assert verdict == "done"
    assert kinds == (["acknowledge", "verdict"] if acknowledged == "done" else ["verdict"])


def test_acts_of_older_alerts_are_not_mixed_in(store: ActionStore, put_alert: PutAlert) -> None:
    """With a limit only the newest alerts' acts are read, and each is beside its own alert."""
    newer = make_alert(alert_id="1790000001000-feed", started_ms=1_790_000_001_000)
    put_alert(newer)
    for alert in (ALERT, newer):
        store.act("store-1", alert.alert_id, "comment", person_id="p", now_ms=NOW_MS, comment=alert.alert_id)
    (case,) = store.cases("store-1", limit=1)
    assert [action.comment for action in case.actions] == [newer.alert_id]
