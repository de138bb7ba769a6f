"""The job's properties: read from the managed service's form, refused with every problem at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flink_jobs.connectors import kinesis_options
from flink_jobs.settings import SettingsError, batch_settings_of, load_settings, settings_of

GROUPS = {
    "source": {"stream": "inference", "region": "us-east-1"},
    "lake": {"warehouse": "s3://bucket/lake", "database": "store_traffic", "region": "us-east-1"},
    "live": {"region": "us-east-1"},
}


def test_cloud_settings_need_no_endpoint() -> None:
    """Endpoints are for local doubles; the metrics have the defaults of the definitions."""
    settings = settings_of(GROUPS)
    assert settings.source.endpoint is None
    assert settings.metrics.target_wait_ms == 180_000


def test_groups_of_the_service_are_left_alone() -> None:
    """The managed service adds groups of its own to the file."""
    settings_of(GROUPS | {"kinesis.analytics.flink.run.options": {"python": "main.py"}})


def test_every_problem_is_told() -> None:
    """Missing, unknown and unusable properties are listed together, each with what was expected and what came."""
    broken = {
        "source": {"region": "us-east-1", "initial_position": "YESTERDAY"},
        "lake": GROUPS["lake"] | {"wharehouse": "s3://b"},
        "live": GROUPS["live"],
        "metrics": {"target_wait_ms": "3 min"},
        "metric": {},
    }
    with pytest.raises(SettingsError) as raised:
        settings_of(broken)
    problems = str(raised.value).splitlines()[1:]
    assert len(problems) == 5
    assert "- source.stream: expected a text, came none; add stream to the property group source" in problems
    assert any("target_wait_ms: expected a whole number" in problem and "came 3 min" in problem for problem in problems)


def test_a_replay_begins_at_an_instant() -> None:
    """The position AT_TIMESTAMP has its instant, in whatever zone it is told; the connector is told it in UTC."""
    asked = {"initial_position": "AT_TIMESTAMP", "initial_time": "2026-09-21T12:00:00+02:00"}
    source = settings_of(GROUPS | {"source": GROUPS["source"] | asked}).source
    options = kinesis_options(source)
    assert options["scan.stream.initpos"] == "AT_TIMESTAMP"
    assert options["scan.stream.initpos-timestamp"] == "2026-09-21T10:00:00.000Z"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"initial_position": "AT_TIMESTAMP"}, "came none"),
        ({"initial_position": "AT_TIMESTAMP", "initial_time": "2026-09-21T10:00:00"}, "came 2026-09-21T10:00:00"),
        ({"initial_time": "2026-09-21T10:00:00Z"}, "expected none without initial_position AT_TIMESTAMP"),
    ],
)
def test_an_instant_that_cannot_be_used_is_told(asked: dict[str, str], told: str) -> None:
    """Missing, without a zone, or without the position that it belongs to: the job must not begin elsewhere."""
    with pytest.raises(SettingsError, match=f"source.initial_time: .*{told}"):
        settings_of(GROUPS | {"source": GROUPS["source"] | asked})


@pytest.mark.parametrize("text", ["", "{}", '[{"PropertyGroupId": "source"}]', "[3]"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """A file of another form is named, and what was expected of it."""
    path = tmp_path / "properties.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"properties\.json: expected a JSON list|cannot be used"):
        load_settings(path)


def test_file_of_the_service_is_read(tmp_path: Path) -> None:
    """The form is a list of groups, as the managed service writes it."""
    path = tmp_path / "properties.json"
    path.write_text(json.dumps([{"PropertyGroupId": name, "PropertyMap": group} for name, group in GROUPS.items()]))
    assert load_settings(path) == settings_of(GROUPS)


def test_absent_file_is_named(tmp_path: Path) -> None:
    """The message says where the file was looked for and how to name another."""
    with pytest.raises(SettingsError, match="--properties"):
        load_settings(tmp_path / "none.json")


def test_batch_jobs_are_told_what_to_read() -> None:
    """A batch job has no source and no live tables, but a stretch of time and where to put the rows."""
    batch = {"store_id": "s", "from_ms": "1", "to_ms": "2", "staging_database": "staging"}
    settings = batch_settings_of({"lake": GROUPS["lake"], "batch": batch})
    assert (settings.batch.store_id, settings.batch.from_ms, settings.batch.to_ms) == ("s", 1, 2)
    with pytest.raises(SettingsError, match=r"batch\.staging_database: expected a text, came none"):
        batch_settings_of({"lake": GROUPS["lake"]})
