"""What the templates tell each program, against what the program reads: not a name more, not one less."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from flink_jobs.package import JAR
from flink_jobs.settings import batch_settings_of, settings_of
from infra.batch.__main__ import metrics_of
from lambdas.dashboards.settings import read_settings as read_dashboard_settings
from lambdas.dashboards.weekly.settings import read_settings as read_weekly_settings
from lambdas.notifier.settings import read_settings
from storeq.check_job import settings_of as check_settings_of
from tests.infra.conftest import Synthesized


class Watched(Mapping[str, str]):
    """An environment that remembers what was asked of it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, or the default."""
        self.asked.add(name)
        return self._values.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def test_the_application_gets_exactly_the_properties_that_it_reads(full: Synthesized) -> None:
    """The job's own reader takes the template's groups, which refuses what is missing, misspelt or unknown."""
    groups = _property_groups(full)
    service = groups.pop("kinesis.analytics.flink.run.options")
    settings = settings_of(groups)
    assert settings.source.stream == "store-traffic-events"
    assert settings.lake.warehouse == "s3://store-traffic-lake-123456789012-eu-central-1/lake"
    assert settings.metrics.target_wait_ms == 240_000
    assert (settings.source.endpoint, settings.lake.s3_endpoint, settings.live.endpoint) == (None, None, None)
    assert service["python"] == "main.py"
    assert service["jarfile"] == JAR.as_posix()


def test_the_application_runs_as_the_stage_says(full: Synthesized) -> None:
    """Flink 1.20, snapshots, rollback of a failed update, checkpoints and a size of the stage's choice."""
    (application,) = full.properties("AWS::KinesisAnalyticsV2::Application")
    assert application["RuntimeEnvironment"] == "FLINK-1_20"
    said = application["ApplicationConfiguration"]
    assert said["ApplicationSnapshotConfiguration"] == {"SnapshotsEnabled": True}
    assert said["ApplicationSystemRollbackConfiguration"] == {"RollbackEnabled": True}
    flink = said["FlinkApplicationConfiguration"]
    assert flink["CheckpointConfiguration"]["CheckpointInterval"] == 60_000
    assert flink["ParallelismConfiguration"]["AutoScalingEnabled"] is False
    assert flink["ParallelismConfiguration"]["Parallelism"] == 2
    restored = application["RunConfiguration"]
    assert restored["FlinkRunConfiguration"] == {"AllowNonRestoredState": False}


def test_the_application_is_started_after_its_code_and_log_are_there(full: Synthesized) -> None:
    """The zip is an asset, which is in S3 before the stack; the start waits for the log."""
    (started,) = full.resources("Custom::StartedApplication").values()
    assert any("Logging" in name for name in started["DependsOn"])
    (application,) = full.properties("AWS::KinesisAnalyticsV2::Application")
    content = application["ApplicationConfiguration"]["ApplicationCodeConfiguration"]["CodeContent"]
    key = content["S3ContentLocation"]["FileKey"]
    assets = json.loads((full.folder / "store-traffic-processing.assets.json").read_text())["files"]
    assert key in {place["objectKey"] for each in assets.values() for place in each["destinations"].values()}


def test_the_notifier_gets_exactly_what_it_reads(synthesized: Synthesized) -> None:
    """Its own reader takes the template's environment, and every variable is one that it asks for."""
    environment = Watched(_environment(synthesized, "notifier"))
    settings = read_settings(environment)
    assert set(environment) <= environment.asked
    alerts = synthesized.settings.alerts
    assert (settings.sender, settings.sms_by) == (alerts.sender, alerts.sms_by)
    assert settings.retry_queue_url != settings.dead_queue_url
    assert bool(settings.configuration_set) is bool(alerts.sender)


def test_the_history_gets_what_it_reads(full: Synthesized) -> None:
    """Warehouse, database and the queue for what it cannot keep: the three that its handler asks for."""
    environment = _environment(full, "history")
    assert environment.keys() == {"HISTORY_WAREHOUSE", "HISTORY_DATABASE", "HISTORY_DEAD_QUEUE_URL"}
    assert environment["HISTORY_DATABASE"] == "store_traffic"


def test_the_night_gets_exactly_what_it_reads(full: Synthesized) -> None:
    """The batch job's metrics are the stream's, and the checks' own reader takes the rest."""
    (task,) = full.properties("AWS::ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    environment = Watched({each["Name"]: _text(each["Value"]) for each in container["Environment"]})
    checks = check_settings_of(environment)
    assert checks.workgroup == "store-traffic"
    assert checks.without == ("event_v1",)
    lake = {
        "warehouse": environment["BATCH_WAREHOUSE"],
        "database": environment["BATCH_DATABASE"],
        "region": "eu-central-1",
    }
    batch = {"staging_database": "a_staging_b", "from_ms": "1", "to_ms": "2"}
    settings = batch_settings_of({"lake": lake, "metrics": metrics_of(environment["BATCH_METRICS"]), "batch": batch})
    assert settings.metrics == settings_of(_of_job(full)).metrics
    assert set(environment) == environment.asked | {"AWS_REGION"}


@pytest.mark.parametrize(
    ("what", "read"),
    [
        ("open-dashboard", read_dashboard_settings),
        ("start-reports", read_weekly_settings),
        ("send-reports", read_weekly_settings),
    ],
)
def test_dashboards_functions_get_exactly_what_they_read(
    full: Synthesized, what: str, read: Callable[..., Any]
) -> None:
    """Their own readers take the template's environment, and every variable is one that they ask for."""
    environment = Watched(_environment(full, what))
    settings = read(environment)
    assert set(environment) <= environment.asked
    assert settings.account_id == "123456789012"


@pytest.mark.parametrize(("what", "prefix"), [("lake-tables", "LAKE_"), ("freshness", "FRESHNESS_")])
def test_small_functions_get_what_they_read(full: Synthesized, what: str, prefix: str) -> None:
    """Every variable of a function's prefix in its text is set, and no other."""
    from infra.bundle import ROOT  # noqa: PLC0415

    text = (ROOT / f"infra/functions/{what.replace('-', '_')}.py").read_text()
    environment = _environment(full, what)
    assert environment
    for name in environment:
        assert name.startswith(prefix)
        assert name in text or name.removeprefix(prefix) in text
    documented = text.partition("Environment: ")[2].partition(". ")[0].replace("\n", " ")
    assert {name.strip() for name in documented.split(",")} == environment.keys()


def _property_groups(synthesized: Synthesized) -> dict[str, dict[str, str]]:
    (application,) = synthesized.properties("AWS::KinesisAnalyticsV2::Application")
    groups = application["ApplicationConfiguration"]["EnvironmentProperties"]["PropertyGroups"]
    return {group["PropertyGroupId"]: dict(group["PropertyMap"]) for group in groups}


def _of_job(synthesized: Synthesized) -> dict[str, dict[str, str]]:
    return {name: group for name, group in _property_groups(synthesized).items() if not name.startswith("kinesis.")}


def _environment(synthesized: Synthesized, what: str) -> dict[str, str]:
    (function,) = [
        each
        for each in synthesized.properties("AWS::Lambda::Function")
        if each["FunctionName"] == f"store-traffic-{what}"
    ]
    return {name: _text(value) for name, value in function["Environment"]["Variables"].items()}


def _text(value: Any) -> str:
    """Return a value, or an address in the place of what only the cloud knows."""
    return value if isinstance(value, str) else f"https://queue.example.com/{json.dumps(value, separators=(',', ':'))}"
