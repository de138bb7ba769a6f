"""`python -m glue`: plan, apply, reconcile and account."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import boto3
import pytest

from contracts.tables import TABLES
from glue.__main__ import main

WAREHOUSE = "s3://lake/warehouse"


@pytest.mark.usefixtures("cloud")
def test_apply_creates_all_and_plan_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: after apply, plan has nothing to do for any table of the contracts."""
    assert main(["apply", "--warehouse", WAREHOUSE]) == 0
    created = capsys.readouterr().out.splitlines()
    assert main(["plan", "--warehouse", WAREHOUSE]) == 0
    planned = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in created] == [[name, "create"] for name in TABLES]
    assert [line.split()[:2] for line in planned] == [[name, "none"] for name in TABLES]


@pytest.mark.usefixtures("cloud")
def test_service_that_does_not_answer_is_told_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: no traceback for a missing service; one message and exit code 2."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("glue.catalog.GLUE_ATTEMPTS", 1)
    assert main(["plan", "--warehouse", WAREHOUSE, "--endpoint-url", "http://127.0.0.1:1"]) == 2
    assert "to answer at http://127.0.0.1:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--day", "21.9.2026", "--time-zone", "Europe/Berlin"], "expected a date, came '21.9.2026'"),
        (["--day", "2026-09-21", "--time-zone", "Berlin"], "expected an IANA time zone, came 'Berlin'"),
        (["--day", "2026-09-21", "--time-zone", "UTC", "--metric", "x"], "expected NAME=VALUE, came 'x'"),
    ],
)
def test_bad_arguments_are_named(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: a message says what was expected, what came, and shows an example."""
    with pytest.raises(SystemExit):
        main(["reconcile", "--store", "s", "--warehouse", WAREHOUSE, *arguments])
    assert says in capsys.readouterr().err


def test_day_that_is_not_over_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the stream still writes a day that is not over; the message says from when on it can be counted."""
    tomorrow = str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1))
    asked = ["reconcile", "--store", "s", "--day", tomorrow, "--time-zone", "UTC", "--warehouse", WAREHOUSE]
    assert main(asked) == 2
    assert "Expected a day that is over" in capsys.readouterr().err


@pytest.mark.usefixtures("cloud")
def test_job_that_fails_changes_nothing_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: the end of a failed job's output is shown, and staging is removed."""
    main(["apply", "--warehouse", WAREHOUSE])
    jar = tmp_path / "empty.jar"
    jar.touch()
    asked = ["account", "--day", "2026-09-21", "--warehouse", WAREHOUSE, "--jar", str(jar), "--flink-python"]
    assert main([*asked, "/bin/false"]) == 1
    assert "Expected the job account to run, but it ended with status 1" in capsys.readouterr().err
    databases = boto3.client("glue").get_databases()["DatabaseList"]
    assert [database["Name"] for database in databases] == ["store_traffic"]
