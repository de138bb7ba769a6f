"""The checks of a lake, asked by the engines of questions: by hand and on a schedule."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws
from pyarrow import parquet

from contracts.tables import LAKE_TABLES, TABLES
from glue.schemas import arrow_schema_of
from glue.views import Check, load_checks, load_views
from storeq.__main__ import main
from storeq.check_job import Settings, run, settings_of
from storeq.checking import MOST_VIOLATIONS, check_lake
from storeq.engines.duckdb import DuckDB
from storeq.engines.folder import Folder
from storeq.errors import MissingTablesError

NOW = dt.datetime(2026, 9, 22, 12, tzinfo=dt.UTC)
HOUR = {
    "store_id": "store-001",
    "line_id": "door",
    "business_date": dt.date(2026, 9, 21),
    "hour_of_day": 12,
    "window_start": dt.datetime(2026, 9, 21, 10, tzinfo=dt.UTC),
    "window_end": dt.datetime(2026, 9, 21, 11, tzinfo=dt.UTC),
    "in_count": -1,
    "out_count": 0,
    "staff_in_count": 0,
    "staff_out_count": 0,
    "coverage": 1.0,
    "quality": "good",
    "source": "minutes",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lake of Parquet files, all empty but for one hour that counts less than nobody."""
    for table in LAKE_TABLES:
        rows = [HOUR] if table.name == "traffic_local_hour_v1" else []
        parquet.write_table(pa.Table.from_pylist(rows, arrow_schema_of(table)), tmp_path / f"{table.name}.parquet")
    return tmp_path


def verdicts(folder: Path, **options: tuple[str, ...]) -> dict[str, str]:
    """Return the verdict on each check."""
    engine = DuckDB(Folder(folder))
    return {each.check.name: each.verdict for each in check_lake(engine, load_checks(), load_views(), **options)}


def test_each_check_has_a_verdict(folder: Path) -> None:
    """Rule: what is violated fails, or warns where real sensors may; what reads beyond the lake is not asked."""
    found = verdicts(folder)
    assert {name for name, verdict in found.items() if verdict == "fails"} == {"local_hours_are_in_range"}
    assert {name for name, verdict in found.items() if verdict == "warns"} == {"stores_are_described"}
    beyond = {check.name for check in load_checks() if {"sent", "counters", "live_zone"}.intersection(check.reads)}
    assert {name for name, verdict in found.items() if verdict == "not asked"} == beyond


def test_dear_tables_can_be_left_out(folder: Path) -> None:
    """Rule: a check that reads a table that was left out is not asked, all others are."""
    found = verdicts(folder, without=("event_v1",))
    reading = {check.name for check in load_checks() if "event_v1" in check.reads}
    assert all(found[name] == "not asked" for name in reading)
    assert found["local_hours_are_in_range"] == "fails"


def test_only_the_first_violations_are_fetched(folder: Path) -> None:
    """Rule: a check that is violated by thousands of rows gives some of them, and says that there are more."""
    hours = [HOUR | {"line_id": f"door-{number}"} for number in range(MOST_VIOLATIONS + 1)]
    table = TABLES["traffic_local_hour_v1"]
    parquet.write_table(pa.Table.from_pylist(hours, arrow_schema_of(table)), folder / f"{table.name}.parquet")
    (check,) = (check for check in load_checks() if check.name == "local_hours_are_in_range")
    (checked,) = check_lake(DuckDB(Folder(folder)), [check], load_views())
    assert checked.violations is not None
    assert checked.violations.num_rows == MOST_VIOLATIONS
    assert checked.count == f"{MOST_VIOLATIONS} or more"


def test_missing_table_is_named(folder: Path) -> None:
    """Rule: a check over a table that is not there is an error that says which and how to make it."""
    (folder / "zone_local_hour_v1.parquet").unlink()
    check = Check("any", "Anything.", ("zone_local_hour_v1",), is_warning=False, sql="SELECT 1 FROM zone_local_hour_v1")
    with pytest.raises(MissingTablesError, match="zone_local_hour_v1"):
        list(check_lake(DuckDB(Folder(folder)), [check], ()))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cloud in this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def told(settings: Settings, engine: DuckDB) -> tuple[dict[str, list[str]], list[str]]:
    """Run the job; returns its verdicts, and the messages that the topic gave to a queue."""
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    arn = sns.create_topic(Name="checks")["TopicArn"]
    url = sqs.create_queue(QueueName="checks")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    verdicts = run(
        engine, settings_of({"CHECKS_DATABASE": settings.database, "CHECKS_TOPIC_ARN": arn}), sns=sns, now=NOW
    )
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return verdicts, [json.loads(message["Body"])["Message"] for message in messages]


SETTINGS = Settings("store_traffic", "", "primary", None, ())


@pytest.mark.usefixtures("aws")
def test_schedule_tells_what_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the topic is told once of all that fails, without a row's values; the numbers are measured."""
    by_verdict, messages = told(SETTINGS, DuckDB(Folder(folder)))
    assert by_verdict["fails"] == ["local_hours_are_in_range"]
    (message,) = messages
    assert "local_hours_are_in_range: 1 against" in message
    assert "store-001" not in message
    assert "stores_are_described" not in message
    measured = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert {"Fails": [1.0]}.items() <= {name: value for each in measured for name, value in each.items()}.items()


@pytest.mark.usefixtures("aws")
def test_schedule_is_silent_when_all_holds(folder: Path) -> None:
    """Rule: nobody is told that nothing is wrong."""
    table = TABLES["traffic_local_hour_v1"]
    parquet.write_table(arrow_schema_of(table).empty_table(), folder / f"{table.name}.parquet")
    by_verdict, messages = told(SETTINGS, DuckDB(Folder(folder)))
    assert "fails" not in by_verdict
    assert messages == []


def test_missing_settings_are_all_named() -> None:
    """Rule: every variable that is missing is named at once."""
    with pytest.raises(RuntimeError, match=r"CHECKS_DATABASE, CHECKS_TOPIC_ARN$"):
        settings_of({})


def test_settings_are_read() -> None:
    """Rule: what the environment leaves out has Athena's defaults; tables to leave out come by commas."""
    settings = settings_of(
        {"CHECKS_DATABASE": "lake", "CHECKS_TOPIC_ARN": "arn", "CHECKS_WITHOUT": "event_v1, rejected_v1"}
    )
    assert settings == Settings("lake", "arn", "primary", None, ("event_v1", "rejected_v1"))


def test_command_shows_what_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: each check is a line, what violates it follows; a check that fails is the exit code."""
    assert main(["check", "--folder", str(folder), "--without", "event_v1"], environment={}) == 1
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    failed = next(number for number, line in enumerate(lines) if line.startswith("fails No hour counts less"))
    assert "store_id store-001" in lines[failed + 1]
    assert "1 fails" in lines[-1]


def test_command_asks_only_of_permitted_stores(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: who may read one store is told nothing of another's rows, in checks as in questions."""
    assert main(["check", "--folder", str(folder)], environment={"STOREQ_STORES": "store-002"}) == 0
    assert "store-001" not in capsys.readouterr().out
