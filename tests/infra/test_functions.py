"""The small functions of the cloud, against AWS's own models of its services."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, Literal

import boto3
import pytest
from botocore.stub import Stubber
from moto.server import ThreadedMotoServer

from contracts.tables import LAKE_TABLES, TABLES
from glue.catalog import glue_catalog
from glue.lake import Lake
from glue.plan import TablePlan
from glue.views import View
from infra.functions import freshness
from infra.functions.answer import answering
from infra.functions.lake_tables import RefusedError, ViewMaker, apply_tables
from infra.functions.start_application import start

NOW_MS = 1_795_000_000_000
_REQUEST = {
    "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/a/b",
    "RequestId": "request-1",
    "LogicalResourceId": "Made",
    "ResponseURL": "https://answers.example.com/1",
}


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in one region, with credentials that open nothing."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.mark.parametrize(
    ("kind", "work", "status", "reason"),
    [
        ("Create", lambda _: "done", "SUCCESS", ""),
        ("Update", lambda _: "done", "SUCCESS", ""),
        ("Delete", lambda _: 1 / 0, "SUCCESS", ""),
        ("Create", lambda _: dict[str, str]()["lake"], "FAILED", "'lake'"),
    ],
)
def test_cloudformation_is_always_answered(kind: str, work: Any, status: str, reason: str) -> None:
    """Whatever happens CloudFormation hears of it at once; a deletion does nothing and succeeds."""
    put: list[tuple[str, dict[str, Any]]] = []
    handler = answering(work, physical_id="tables", put=lambda url, body: put.append((url, json.loads(body))))
    handler({**_REQUEST, "RequestType": kind}, None)
    ((url, answer),) = put
    assert url == _REQUEST["ResponseURL"]
    assert (answer["Status"], answer["Reason"], answer["PhysicalResourceId"]) == (status, reason, "tables")
    assert answer["RequestId"] == "request-1"


def test_a_long_reason_still_fits_into_the_answer() -> None:
    """An answer has at most 4096 bytes: of a long reason the beginning is told."""
    put: list[bytes] = []

    def fails(_: Any) -> str:
        raise RefusedError("x" * 10_000)

    answering(fails, physical_id="p", put=lambda _, body: put.append(body))({**_REQUEST, "RequestType": "Update"}, None)
    assert len(put[0]) < 4096


def test_an_update_keeps_the_resource_that_there_is() -> None:
    """Another id would make CloudFormation delete the one before."""
    put: list[dict[str, Any]] = []
    handler = answering(lambda _: "", physical_id="new", put=lambda _, body: put.append(json.loads(body)))
    handler({**_REQUEST, "RequestType": "Update", "PhysicalResourceId": "old"}, None)
    assert put[0]["PhysicalResourceId"] == "old"


@pytest.fixture
def lake() -> Iterator[Lake]:
    """Return an empty lake on a double of Glue and S3, which Arrow reaches as well as boto3 does."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        place = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3", endpoint_url=url).create_bucket(Bucket="lake", CreateBucketConfiguration=place)  # type: ignore[arg-type]
        yield Lake(glue_catalog(warehouse="s3://lake/lake", endpoint_url=url), "store_traffic", "s3://lake/lake")
    finally:
        server.stop()


class _Memory:
    """A lake that notes what is done to it; one table is refused."""

    def __init__(self, refused: str = "") -> None:
        self.refused = refused
        self.applied: list[str] = []

    def create_database(self) -> None:
        """Do nothing."""

    def plan(self, table: Any) -> TablePlan:
        """Refuse the one table."""
        action: Literal["refuse", "create"] = "refuse" if table.name == self.refused else "create"
        return TablePlan(table.name, action, ("visits: a column cannot go",))

    def apply(self, table: Any) -> TablePlan:
        """Note the table."""
        self.applied.append(table.name)
        return TablePlan(table.name, "create", ())


def test_every_table_of_the_lake_is_made() -> None:
    """All tables of the contract are created or evolved, in one run."""
    memory = _Memory()
    assert len(apply_tables(memory)) == len(LAKE_TABLES)  # type: ignore[arg-type]
    assert memory.applied == [table.name for table in LAKE_TABLES]


def test_no_table_is_changed_when_one_is_refused() -> None:
    """All are planned first: a refusal stops the deployment before anything is changed, and says why."""
    memory = _Memory(refused=LAKE_TABLES[-1].name)
    with pytest.raises(RefusedError, match=f"no table was changed.*\n{LAKE_TABLES[-1].name}: visits: a column"):
        apply_tables(memory)  # type: ignore[arg-type]
    assert memory.applied == []


def _views(count: int) -> list[View]:
    return [View(f"v{number}", "?", "one", (), f"SELECT {number}") for number in range(count)]


def test_views_are_made_in_order_and_waited_for() -> None:
    """Each view is there before the next one is made, which may build on it."""
    client = boto3.client("athena")
    waited: list[float] = []
    with Stubber(client) as stubber:
        for number in range(2):
            context = {"Database": "store_traffic"}
            asked = {
                "QueryString": f"CREATE OR REPLACE VIEW v{number} AS\nSELECT {number}",
                "QueryExecutionContext": context,
                "WorkGroup": "store-traffic",
            }
            stubber.add_response("start_query_execution", {"QueryExecutionId": f"q{number}"}, asked)
            for state in ("RUNNING", "SUCCEEDED"):
                found = {"QueryExecution": {"Status": {"State": state}}}
                stubber.add_response("get_query_execution", found, {"QueryExecutionId": f"q{number}"})
        assert ViewMaker(client, "store-traffic", "store_traffic", waited.append).make(_views(2)) == 2
        stubber.assert_no_pending_responses()
    assert len(waited) == 2


def test_a_view_that_athena_refuses_stops_the_deployment() -> None:
    """What Athena says is the reason."""
    client = boto3.client("athena")
    with Stubber(client) as stubber:
        stubber.add_response("start_query_execution", {"QueryExecutionId": "q"})
        status = {"State": "FAILED", "StateChangeReason": "line 1: no such column"}
        stubber.add_response("get_query_execution", {"QueryExecution": {"Status": status}})
        with pytest.raises(RefusedError, match="view v0: expected Athena to create it, came: line 1: no such column"):
            ViewMaker(client, "w", "d").make(_views(1))


def test_tables_are_really_made_on_a_catalog(lake: Lake) -> None:
    """The same code that makes tables on one machine makes them for the cloud; a second run changes nothing."""
    wanted = (TABLES["store_v1"], TABLES["zone_minute_v1"])
    assert apply_tables(lake, wanted) == ["store_v1: create", "zone_minute_v1: create"]
    assert apply_tables(lake, wanted) == ["store_v1: none", "zone_minute_v1: none"]


@pytest.mark.parametrize(("status", "is_started"), [("READY", True), ("RUNNING", False), ("UPDATING", False)])
def test_only_an_application_that_stands_still_is_started(status: str, is_started: bool) -> None:  # noqa: FBT001
    """A running one is left alone; one that is started goes on from its newest snapshot."""
    client = boto3.client("kinesisanalyticsv2")
    with Stubber(client) as stubber:
        detail = {
            "ApplicationARN": "arn:aws:kinesisanalytics:eu-central-1:123456789012:application/a",
            "ApplicationName": "a",
            "RuntimeEnvironment": "FLINK-1_20",
            "ApplicationStatus": status,
            "ApplicationVersionId": 1,
        }
        stubber.add_response("describe_application", {"ApplicationDetail": detail}, {"ApplicationName": "a"})
        if is_started:
            restore = {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}}
            stubber.add_response("start_application", {}, {"ApplicationName": "a", "RunConfiguration": restore})
        assert start(client, "a") == status
        stubber.assert_no_pending_responses()


def test_a_measure_is_a_line_that_cloudwatch_reads() -> None:
    """The line names the figure's namespace, unit and value, and no dimension: one figure, one price."""
    written = json.loads(freshness.Measure("SilentStores", 2, "Count").line(NOW_MS))
    (described,) = written["_aws"]["CloudWatchMetrics"]
    assert described == {
        "Namespace": freshness.NAMESPACE,
        "Dimensions": [[]],
        "Metrics": [{"Name": "SilentStores", "Unit": "Count"}],
    }
    assert written["SilentStores"] == 2
    assert written["_aws"]["Timestamp"] == NOW_MS


def test_the_age_of_a_checkpoint_is_that_of_the_newest_commit() -> None:
    """Each commit changes the table's entry in Glue."""
    client = boto3.client("glue")
    with Stubber(client) as stubber:
        updated = dt.datetime.fromtimestamp(NOW_MS / 1000 - 75, dt.UTC)
        table = {"Name": "event_v1", "UpdateTime": updated}
        stubber.add_response("get_table", {"Table": table}, {"DatabaseName": "d", "Name": "event_v1"})
        assert freshness.checkpoint_age(client, "d", NOW_MS).value == 75


def test_a_store_is_silent_when_its_newest_zone_is_and_only_for_a_day() -> None:
    """One zone that speaks is enough; a store that closed down is not told of for ever."""
    minute = 60_000
    told = {
        "store-speaks": [NOW_MS - 90 * minute, NOW_MS - minute],
        "store-silent": [NOW_MS - 16 * minute],
        "store-gone": [NOW_MS - 25 * 60 * minute],
    }
    items = [
        {"store_id": {"S": store}, "window_end_ms": {"N": str(at)}} for store, times in told.items() for at in times
    ]
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        stubber.add_response("scan", {"Items": items})
        count, silent = freshness.silent_stores(client, NOW_MS, silent_minutes=15)
    assert (count.value, silent) == (1, ["store-silent"])


@pytest.mark.parametrize(
    ("row", "expected"),
    [((5, 90, 10), [("LatePercent", 5.0), ("RejectedPercent", 10.0)]), ((0, 0, 0), [])],
)
def test_shares_are_of_all_that_arrived(row: tuple[int, int, int], expected: list[tuple[str, float]]) -> None:
    """Late and rejected are shares of stored and rejected together; of nothing there is no share."""
    client = boto3.client("athena")
    with Stubber(client) as stubber:
        stubber.add_response("start_query_execution", {"QueryExecutionId": "q"})
        stubber.add_response("get_query_execution", {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}})
        cells = [{"Data": [{"VarCharValue": str(value)} for value in values]} for values in (("a", "b", "c"), row)]
        stubber.add_response("get_query_results", {"ResultSet": {"Rows": cells}})
        measures = freshness.shares(client, "d", "w", lambda _: None)
    assert [(each.name, each.value) for each in measures] == expected


def test_the_shares_are_asked_of_columns_that_there_are() -> None:
    """The statement runs on the lake's own columns, and counts what is late and what was rejected for a reason."""
    import duckdb  # noqa: PLC0415

    from glue.dialect import sql_for  # noqa: PLC0415

    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute("CREATE TABLE event_v1 (is_late BOOLEAN, event_time TIMESTAMPTZ, arrival_time TIMESTAMPTZ)")
    database.execute("CREATE TABLE rejected_v1 (reason VARCHAR, arrival_time TIMESTAMPTZ)")
    database.execute("INSERT INTO event_v1 VALUES (true, now(), now()), (false, now(), now()), (false, now(), now())")
    database.execute("INSERT INTO event_v1 VALUES (true, now() - INTERVAL 3 HOUR, now() - INTERVAL 3 HOUR)")
    database.execute("INSERT INTO rejected_v1 VALUES ('late', now()), ('duplicate', now()), ('not_json', now())")
    for table, columns in {"event_v1": ("is_late", "event_time", "arrival_time"), "rejected_v1": ("reason",)}.items():
        for column in columns:
            TABLES[table].column(column)
    assert database.execute(sql_for("duckdb", freshness.SHARES_SQL)).fetchone() == (1, 3, 1)
