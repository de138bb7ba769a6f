"""Athena, by a double that hands out the results it was given: types, what was scanned, and errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from contracts.tables import STORE
from storeq.compile import compile_question, compile_read
from storeq.engines.athena import Athena
from storeq.errors import EngineError, MissingTablesError
from storeq.reading import TableRead
from storeq.scope import Scope
from tests.glue.conftest import BUCKET, cloud, moto_url
from tests.storeq.asking import LIBRARY

__all__ = ["cloud", "moto_url"]
GROUP = {"Name": "primary", "Configuration": {"EnforceWorkGroupConfiguration": False}}
READ = TableRead(STORE, ("store_id",))


@pytest.fixture
def athena(cloud: str) -> Athena:  # noqa: ARG001 - asked for because it makes the cloud
    """The engine over a cloud whose Athena has no query waiting."""
    boto3.client("glue").create_database(DatabaseInput={"Name": "store_traffic"})
    return Athena("store_traffic", output=f"s3://{BUCKET}/results/", polling_seconds=0.01)


def enqueue(cloud_url: str, columns: Iterable[tuple[str, str]], rows: Iterable[Iterable[str | None]]) -> None:
    """Have the next query answered by these rows."""
    named = list(columns)
    data = [[name for name, _ in named], *rows]
    result: dict[str, Any] = {
        "rows": [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in data],
        "column_info": [_column(name, type_) for name, type_ in named],
    }
    answer = requests.post(f"{cloud_url}/moto-api/static/athena/query-results", json={"results": [result]}, timeout=10)
    answer.raise_for_status()


def test_an_answer_has_its_types(athena: Athena, cloud: str) -> None:
    """What Athena gives as text becomes counts, shares, dates, instants and nulls."""
    columns = [("store_id", "varchar"), ("served", "bigint"), ("coverage", "double"), ("day", "date")]
    enqueue(cloud, columns, [["store-001", "12", "0.5", "2026-11-01"], ["store-002", None, None, None]])
    found = athena.run(compile_read(READ, athena.place))
    assert found.rows.to_pylist() == [
        {"store_id": "store-001", "served": 12, "coverage": 0.5, "day": dt.date(2026, 11, 1)},
        {"store_id": "store-002", "served": None, "coverage": None, "day": None},
    ]
    assert found.bytes_read is not None


def test_instants_are_in_utc(athena: Athena, cloud: str) -> None:
    """A timestamp with a time zone is that instant."""
    enqueue(cloud, [("window_start", "timestamp with time zone")], [["2026-03-04 10:00:00.000 UTC"]])
    statement = replace(compile_read(READ, athena.place), instants=frozenset({"window_start"}))
    (instant,) = athena.run(statement).rows["window_start"].to_pylist()
    assert instant == dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)


def test_the_statement_goes_to_the_workgroup_as_it_is(athena: Athena, cloud: str) -> None:
    """One query, in the database, with the tables named by catalog; nothing is created for it."""
    enqueue(cloud, [("store_id", "varchar")], [])
    statement = compile_question(LIBRARY.find("journey"), Scope(stores=("store-001",)), athena.place)
    athena.run(statement)
    client = boto3.client("athena")
    (asked,) = client.list_query_executions()["QueryExecutionIds"]
    execution = client.get_query_execution(QueryExecutionId=asked)["QueryExecution"]
    assert execution["Query"] == statement.sql
    assert '"awsdatacatalog"."store_traffic"."journey_v1"' in statement.sql
    assert execution["QueryExecutionContext"]["Database"] == "store_traffic"
    assert boto3.client("glue").get_tables(DatabaseName="store_traffic")["TableList"] == []


@pytest.mark.parametrize(
    ("reason", "error", "told"),
    [
        ("TABLE_NOT_FOUND: line 3:8: Table 'store_traffic.store_v1' does not exist", MissingTablesError, "glue apply"),
        ("Query exhausted resources at this scale factor", EngineError, "exhausted resources"),
    ],
)
def test_a_failed_query_is_told(
    monkeypatch: pytest.MonkeyPatch, athena: Athena, reason: str, error: type[EngineError], told: str
) -> None:
    """The reason that Athena gives reaches the person; a missing table comes with its cure."""
    client = boto3.client("athena")
    with Stubber(client) as stubbed:
        stubbed.add_response("get_work_group", {"WorkGroup": GROUP})
        stubbed.add_response("start_query_execution", {"QueryExecutionId": "query"})
        failed = {"QueryExecutionId": "query", "Status": {"State": "FAILED", "StateChangeReason": reason}}
        stubbed.add_response("get_query_execution", {"QueryExecution": failed})
        monkeypatch.setattr("awswrangler._utils.client", lambda *_, **__: client)
        with pytest.raises(error, match=told):
            athena.run(compile_read(READ, athena.place))


def test_an_athena_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch, athena: Athena) -> None:
    """No endpoint, no credentials: an error in words."""

    def _silent(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://athena.nowhere")

    monkeypatch.setattr("awswrangler.athena.read_sql_query", _silent)
    with pytest.raises(EngineError, match=r"Athena does not answer.*credentials"):
        athena.run(compile_read(READ, athena.place))


def _column(name: str, type_: str) -> dict[str, object]:
    plain = {"CatalogName": "hive", "SchemaName": "", "TableName": "", "Label": name, "Precision": 0, "Scale": 0}
    return plain | {"Name": name, "Type": type_, "Nullable": "UNKNOWN", "CaseSensitive": True}
