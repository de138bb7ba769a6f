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
    from pyiceberg.table import Table as IcebergTable  # noqa: PLC0415 - patched here only

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
