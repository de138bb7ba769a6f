"""What a stage may choose, and what is told of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.settings import SettingsError, load_settings, settings_of, stage_names
from tests.infra import stages


def test_every_stage_of_the_project_can_be_used() -> None:
    """A stage that is committed can be read, and has a place of its own."""
    places = [(each.account, each.region) for each in map(load_settings, stage_names())]
    assert len(places) >= 2
    assert len(set(places)) == len(places)


def test_every_problem_is_told_at_once_with_its_cure() -> None:
    """A file with many faults is refused once, and the message names each with what to do."""
    written = {
        "acount": "123456789012",
        "region": 3,
        "stream": {"mode": "sometimes", "sards": 2},
        "flink": {"parallelism": 0},
        "alerts": {},
    }
    with pytest.raises(SettingsError) as refused:
        settings_of("wrong", written)
    told = str(refused.value)
    for part in (
        "acount: expected one of",
        "did you mean account?",
        "account: expected a value, came none; add it",
        "region: expected a text, came 3",
        "stream.sards",
        "did you mean shards?",
        "stream.mode: expected one of on_demand, provisioned, came 'sometimes'",
        "flink.parallelism: expected a whole number of at least 1, came 0",
        "alerts.app_url: expected a value, came none",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("account",), "12345", "account: expected 12 digits"),
        (("region",), "Frankfurt", "region: expected one such as eu-central-1"),
        (("alerts", "app_url"), "http://stores.example.com", "alerts.app_url: expected https"),
        (("alerts", "sender"), "nobody", "alerts.sender: expected an e-mail address"),
        (("alerts", "sms_pool"), "", "alerts.sms_pool: expected a pool"),
        (("alerts", "push_contact"), "", "alerts.push_contact: expected an e-mail address"),
        (("alarms", "emails"), ["nobody"], "'nobody' is no e-mail address"),
        (("alarms", "emails"), "a@example.com", "alarms.emails: expected a list of texts"),
        (("metrics", "target_wait_milliseconds"), 1, "did you mean target_wait_ms?"),
        (("metrics", "target_wait_ms"), "3 minutes", "metrics: expected names with a whole number each"),
        (("schedules",), {"nightly": "at night"}, "schedules.nightly: expected cron"),
        (("dashboards",), {"is_on": True}, "dashboards: expected domains and identity_region"),
        (("stream",), "provisioned", "stream: expected a table"),
        (("keeps_data",), "yes", "keeps_data: expected true or false"),
        (("flink",), {"log_days": 31}, "flink.log_days: expected one of 7, 14, 30, 90"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(place: tuple[str, ...], value: object, told: str) -> None:
    """Each value that would fail later, or go wrong in silence, is refused by name."""
    written = {name: dict(part) if isinstance(part, dict) else part for name, part in stages.FULL.items()}
    if len(place) == 1:
        written[place[0]] = value
    else:
        written[place[0]][place[1]] = value
    with pytest.raises(SettingsError, match=r"(?s).+") as refused:
        settings_of("wrong", written)
    assert told in str(refused.value)


def test_an_unknown_stage_names_those_there_are(tmp_path: Path) -> None:
    """A stage without a file is refused with the names of the others."""
    (tmp_path / "one.toml").write_text("")
    with pytest.raises(SettingsError, match="expected one of one, came 'two'"):
        load_settings("two", tmp_path)
    (tmp_path / "two.toml").write_text("account = ")
    with pytest.raises(SettingsError, match="expected TOML"):
        load_settings("two", tmp_path)
