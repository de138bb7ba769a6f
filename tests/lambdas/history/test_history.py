"""History in the lake: every state and act once, whatever is delivered again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table as IcebergTable

from contracts.alerts import Action, Alert, plain
from contracts.tables import ALERT, ALERT_ACTION
from glue.catalog import glue_catalog
from glue.lake import Lake
from lambdas.alert_store.items import attributes
from lambdas.history.lake import HistoryLake
from lambdas.history.logic import History
from local.event_source import DynamoDbStreamSource
from local.stack import Stack
from tests.lambdas.conftest import NOW_MS, make_alert


class Dead(list[str]):
    """Dead letters, kept in a list."""

    def bury(self, body: str) -> None:
        """Keep one."""
        self.append(body)


@pytest.fixture
def catalog(doubles: Stack) -> GlueCatalog:
    """The catalog of a lake on moto."""
    doubles.boto3_client("s3").create_bucket(Bucket="history")
    return glue_catalog(warehouse="s3://history/lake", environment=doubles.environment)


@pytest.fixture
def database(catalog: GlueCatalog) -> str:
    """A database of its own with the two tables."""
    name = f"history_{uuid4().hex[:8]}"
    lake = Lake(catalog=catalog, database=name, warehouse="s3://history/lake")
    lake.create_database()
    for table in (ALERT, ALERT_ACTION):
        lake.apply(table)
    return name


def change(item: Alert | Action) -> dict[str, Any]:
    """Return the record of a stream."""
    return {"eventName": "INSERT", "dynamodb": {"NewImage": attributes(plain(item)), "SequenceNumber": "1"}}


def act(**changes: Any) -> Action:
    """Return an acknowledgement."""
    alert = make_alert()
    made = Action(
        store_id=alert.store_id, action_id=f"{alert.alert_id}#0001", alert_id=alert.alert_id, action="acknowledge",
        person_id="person-1", acted_ms=NOW_MS + 5_000, expires_at=alert.expires_at,
    )  # fmt: skip
    return replace(made, **changes)


def kept(catalog: GlueCatalog, database: str, table: str) -> list[dict[str, Any]]:
    """Return a table's rows."""
    rows: list[dict[str, Any]] = catalog.load_table((database, table)).scan().to_arrow().to_pylist()
    return rows


def test_every_state_is_a_row_and_what_comes_again_adds_none(catalog: GlueCatalog, database: str) -> None:
    """A batch that is retried, a replay of the job, and two states of one alert."""
    history = History(HistoryLake(catalog, database), Dead())
    raised, resolved = make_alert(), make_alert(state="resolved", ended_ms=NOW_MS + 9_000, changed_ms=NOW_MS + 9_000)
    assert history.keep([change(raised), change(act())]) == 2
    assert history.keep([change(raised), change(resolved), change(raised), change(act())]) == 1
    assert history.keep([change(resolved)]) == 0
    rows = sorted(kept(catalog, database, "alert_v1"), key=lambda row: row["changed_time"])
    assert [(row["state"], row["ended_time"] is None) for row in rows] == [("raised", True), ("resolved", False)]
    assert rows[0]["started_time"].timestamp() * 1000 == raised.started_ms
    assert rows[0]["worst_value"] == 6.5
    (action,) = kept(catalog, database, "alert_action_v1")
    assert (action["action"], action["verdict"], action["person_id"]) == ("acknowledge", None, "person-1")


def test_a_poisoned_record_is_put_aside_and_the_others_are_kept(catalog: GlueCatalog, database: str) -> None:
    """Whole, and with the reason."""
    dead = Dead()
    broken = {"eventName": "INSERT", "dynamodb": {"NewImage": {"store_id": {"S": "store-1"}}}}
    assert History(HistoryLake(catalog, database), dead).keep([broken, {}, change(make_alert())]) == 1
    assert [json.loads(letter)["record"] for letter in dead] == [broken, {}]
    assert "came none called alert_id" in json.loads(dead[0])["reason"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"started_ms": 10**20}, "OSError"),
        ({"started_ms": 10**15 * 9}, "ValueError"),
        ({"rule_version": 2**63}, "rule_version: expected a number of 64 bits"),
        ({"raised_ms": 0}, "raised_time: expected a value, came none"),
        ({"state": "glowing"}, "state: expected one of raised"),
    ],
)
def test_what_the_lake_cannot_hold_is_poison(
    catalog: GlueCatalog, database: str, changes: dict[str, Any], says: str
) -> None:
    """Else it would hold up every other of its batch for as long as Lambda tries."""
    dead = Dead()
    records = [change(make_alert(**changes)), change(act())]
    assert History(HistoryLake(catalog, database), dead).keep(records) == 1
    (letter,) = dead
    assert says in json.loads(letter)["reason"]


def test_poison_is_put_aside_once_however_often_the_lake_fails(
    catalog: GlueCatalog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch comes again as a whole; its poison goes aside with the try that keeps the others."""
    lake, dead = HistoryLake(catalog, database), Dead()
    records: list[dict[str, Any]] = [{}, change(make_alert())]

    def is_down(*_: object) -> int:
        raise ConnectionError("the lake does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(HistoryLake, "append", is_down)
        with pytest.raises(ConnectionError):
            History(lake, dead).keep(records)
    assert dead == []
    assert History(lake, dead).keep(records) == 1
    assert len(dead) == 1


def test_a_replay_that_finds_another_instant_adds_nothing(catalog: GlueCatalog, database: str) -> None:
    """A state is kept once for its key, on whatever day it was: what was told first stands."""
    history = History(HistoryLake(catalog, database), Dead())
    ended = make_alert(state="resolved", changed_ms=NOW_MS + 9_000, ended_ms=NOW_MS + 9_000)
    a_day_ms = 86_400_000
    assert history.keep([change(ended)]) == 1
    for moved_ms in (-9_500, 5_000, 2 * a_day_ms):
        again = replace(ended, changed_ms=ended.changed_ms + moved_ms)
        assert history.keep([change(again)]) == 0
    (row,) = kept(catalog, database, "alert_v1")
    assert row["changed_time"].timestamp() * 1000 == ended.changed_ms


def test_a_batch_is_one_commit_for_each_table(catalog: GlueCatalog, database: str) -> None:
    """Small files and snapshots cost whoever reads."""
    alerts = [make_alert(alert_id=f"{NOW_MS}-{number:016d}") for number in range(5)]
    acts = [act(action_id=f"{alert.alert_id}#0001", alert_id=alert.alert_id) for alert in alerts]
    records = [change(alert) for alert in alerts] + [change(each) for each in acts]
    assert History(HistoryLake(catalog, database), Dead()).keep(records) == 10
    for table in ("alert_v1", "alert_action_v1"):
        assert len(catalog.load_table((database, table)).snapshots()) == 1


def test_who_loses_the_race_for_a_commit_looks_again(
    catalog: GlueCatalog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda may run twice with one batch: what the other kept in between is not kept again."""
    other = History(HistoryLake(catalog, database), Dead())
    append = IcebergTable.append
    shared, own = make_alert(), make_alert(alert_id=f"{NOW_MS}-{7:016d}")

    def is_second(self: IcebergTable, *arguments: Any, **named: Any) -> None:
        monkeypatch.setattr(IcebergTable, "append", append)
        assert other.keep([change(shared)]) == 1
        raise CommitFailedException(f"somebody else committed to {self.name()} {len(arguments)} {len(named)}")

    monkeypatch.setattr(IcebergTable, "append", is_second)
    assert History(HistoryLake(catalog, database), Dead()).keep([change(shared), change(own)]) == 1
    assert sorted(row["alert_id"] for row in kept(catalog, database, "alert_v1")) == [shared.alert_id, own.alert_id]


def test_the_function_says_what_its_environment_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """At its first call, and not with the first record of an unlucky day."""
    for name in ("HISTORY_WAREHOUSE", "HISTORY_DATABASE", "HISTORY_DEAD_QUEUE_URL"):
        monkeypatch.delenv(name, raising=False)
    from lambdas.history.handler import handler  # noqa: PLC0415 - a composition root

    with pytest.raises(RuntimeError, match="came none for HISTORY_WAREHOUSE, HISTORY_DATABASE, HISTORY_DEAD_QUEUE_URL"):
        handler({"Records": []}, None)


def test_the_function_as_lambda_calls_it(
    doubles: Stack, catalog: GlueCatalog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows to the lake, poison to the queue `history-dead` with its reason."""
    from lambdas.history import handler as root  # noqa: PLC0415 - a composition root

    sqs = doubles.boto3_client("sqs")
    url = sqs.create_queue(QueueName=f"history-dead-{database}")["QueueUrl"]
    for name, value in {
        **doubles.environment, "HISTORY_WAREHOUSE": "s3://history/lake", "HISTORY_DATABASE": database,
        "HISTORY_DEAD_QUEUE_URL": url,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    root._history.cache_clear()
    root.handler({"Records": [{"eventName": "INSERT"}, change(make_alert())]}, None)
    root._history.cache_clear()
    assert len(kept(catalog, database, "alert_v1")) == 1
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"record": {"eventName": "INSERT"}, "reason": "KeyError: 'dynamodb'"}


def test_what_expires_leaves_history_alone(catalog: GlueCatalog, database: str) -> None:
    """DynamoDB forgets after 90 days; the lake does not."""
    removed = {"eventName": "REMOVE", "dynamodb": {"OldImage": attributes(plain(make_alert()))}}
    assert History(HistoryLake(catalog, database), Dead()).keep([removed]) == 0


def test_another_writers_commit_in_between_is_no_failure(
    catalog: GlueCatalog, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again on the newer table; when that never ends, Lambda gets the error and tries the batch again."""
    lake = HistoryLake(catalog, database)
    history = History(lake, Dead())
    failures = iter([True, True, False])
    append = IcebergTable.append

    def sometimes(self: IcebergTable, *arguments: Any, **named: Any) -> None:
        if next(failures, True):
            raise CommitFailedException("somebody else committed")
        append(self, *arguments, **named)

    monkeypatch.setattr(IcebergTable, "append", sometimes)
    assert history.keep([change(make_alert())]) == 1
    with pytest.raises(CommitFailedException):
        history.keep([change(make_alert(state="resolved"))])
    assert len(kept(catalog, database, "alert_v1")) == 1


def test_from_the_tables_streams_to_the_lake(
    doubles: Stack, catalog: GlueCatalog, database: str, prefix: str, put_alert: Callable[[Alert], None]
) -> None:
    """As in the cloud: DynamoDB tells its changes, the function keeps them."""
    history = History(HistoryLake(catalog, database), Dead())

    def handler(event: dict[str, Any], _: Any) -> None:
        history.keep(event["Records"])

    put_alert(make_alert())
    put_alert(make_alert(state="escalated", escalated_ms=NOW_MS + 60_000, changed_ms=NOW_MS + 60_000))
    with DynamoDbStreamSource(
        dynamodb=doubles.boto3_client("dynamodb"),
        streams=doubles.boto3_client("dynamodbstreams"),
        table=f"{prefix}alerts",
        handler=handler,
    ) as source:
        source.wait_until_caught_up()
    assert {row["state"] for row in kept(catalog, database, "alert_v1")} == {"raised", "escalated"}
