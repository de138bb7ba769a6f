"""What is found before anything is created, all at once, with its cure."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra import preflight
from infra.__main__ import main
from infra.preflight import Clients, problems
from infra.settings import FlinkSettings, Settings
from tests.infra import stages

_HERE = {"region_name": "eu-central-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Write a zip that has what an application needs."""
    path = tmp_path / "application.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("main.py", "")
        zipped.writestr("lib/store-traffic.jar", "")
    return path


class Cloud:
    """An account that answers as it is told; without being told, as one that is ready."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        session = boto3.Session(**_HERE)  # type: ignore[arg-type]
        self.clients: dict[str, Any] = {
            name: session.client(service)  # type: ignore[call-overload]
            for name, service in {
                "sts": "sts", "ses": "sesv2", "ssm": "ssm", "sms": "pinpoint-sms-voice-v2", "quicksight": "quicksight",
            }.items()
        }  # fmt: skip
        self.stubbers = {name: Stubber(client) for name, client in self.clients.items()}

    def stubbed(self) -> Clients:
        """Return clients with the answers in place."""
        answers = self.answers
        self._answer("sts", "get_caller_identity", answers.get("account", {"Account": "123456789012"}))
        self._answer("ssm", "get_parameter", answers.get("bootstrap", {"Parameter": {"Value": "27"}}))
        for identity in answers.get("identities", ({"VerifiedForSendingStatus": True},)):
            self._answer("ses", "get_email_identity", identity)
        self._answer("ses", "get_account", answers.get("sending", {"ProductionAccessEnabled": True}))
        self._answer("sms", "describe_pools", answers.get("pool", {"Pools": []}))
        self._answer("quicksight", "describe_account_subscription", answers.get("subscription", {}))
        return Clients(regions_of=answers.get("regions", lambda _: ["eu-central-1"]), **self.clients)

    def _answer(self, client: str, call: str, answer: Any) -> None:
        stubber = self.stubbers[client]
        if isinstance(answer, str):
            stubber.add_client_error(call, answer)
        else:
            stubber.add_response(call, answer)
        stubber.activate()


def _stage(package: Path, **changes: Any) -> Settings:
    settings = stages.full()
    flink = FlinkSettings(package=str(package))
    alerts = dataclasses.replace(settings.alerts, makes_identity=False)
    return dataclasses.replace(settings, flink=flink, alerts=alerts, **changes)


def test_a_ready_account_has_no_problem(package: Path) -> None:
    """Nothing is complained of where all is in place."""
    assert problems(_stage(package), Cloud().stubbed()) == []


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"account": {"Account": "999999999999"}}, "account: expected 123456789012, came credentials for 999999999999"),
        ({"account": "ExpiredToken"}, "credentials: expected some for the account 123456789012"),
        ({"bootstrap": "ParameterNotFound"}, "run cdk bootstrap aws://123456789012/eu-central-1"),
        ({"bootstrap": {"Parameter": {"Value": "3"}}}, "bootstrap: expected version 6 or later, came 3"),
        ({"sending": {"ProductionAccessEnabled": False}}, "expected SES out of its sandbox"),
        ({"sending": "AccessDeniedException"}, "alerts.sender: expected an answer, came AccessDeniedException"),
        ({"pool": "ResourceNotFoundException"}, "alerts.sms_pool: expected pool-1 in End User Messaging"),
        ({"regions": lambda s: ["us-east-1"] if s == "kinesisanalyticsv2" else []}, "with kinesisanalyticsv2"),
    ],
)
def test_what_is_wrong_in_the_account_is_told_with_its_cure(package: Path, answers: dict[str, Any], told: str) -> None:
    """Each fault of the account is one line, which says what to do."""
    found = problems(_stage(package), Cloud(**answers).stubbed())
    assert len(found) == 1
    assert told in found[0]


def test_a_sender_whom_ses_does_not_know_is_told(package: Path) -> None:
    """Neither the address nor its domain is verified: both ways out are named."""
    unknown = Cloud(identities=("NotFoundException", {"VerifiedForSendingStatus": False}))
    (found,) = problems(_stage(package), unknown.stubbed())
    assert "alerts.sender: expected alerts@example.com or its domain to be verified" in found
    assert "makes_identity" in found


def test_quick_sight_has_to_be_subscribed_to_first(package: Path) -> None:
    """Where dashboards are on, an account without Quick Sight is told so."""
    dashboards = dataclasses.replace(
        stages.full().dashboards, is_on=True, identity_region="eu-central-1", domains=("https://a.example.com",)
    )
    clients = Cloud(subscription="ResourceNotFoundException").stubbed()
    (found,) = problems(_stage(package, dashboards=dashboards), clients)
    assert found.startswith("dashboards.is_on: expected an account that is subscribed")


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """What can be known without the account is told together with what is wrong in it."""
    settings = _stage(tmp_path / "none.zip", metrics={"journey_horizon_minutes": 100})
    other = dataclasses.replace(settings, stage="other")
    clients = Cloud(account={"Account": "999999999999"}, regions=lambda _: ["us-east-1"]).stubbed()
    found = problems(settings, clients, [settings, other])
    told = "\n".join(found)
    for part in (
        "account: expected 123456789012",
        "run make package",
        "metrics.journey_horizon_minutes: expected a whole number from 1 to 99, came 100",
        "came that of the stage other",
        "region: expected one with kinesis ",
    ):
        assert part in told


def test_a_package_over_the_limit_or_without_its_parts_is_refused(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service takes 512 MB, and runs main.py with the jar."""
    broken, empty = tmp_path / "broken.zip", tmp_path / "empty.zip"
    broken.write_text("no zip")
    zipfile.ZipFile(empty, "w").close()
    assert _told(broken) == ["flink.package: expected a zip, came another file"]
    assert _told(empty) == ["flink.package: expected main.py", "flink.package: expected lib/store-traffic.jar"]
    monkeypatch.setattr(preflight, "MAX_ZIP_BYTES", 10)
    assert _told(package) == ["flink.package: expected at most 10 bytes"]


def _told(package: Path) -> Iterable[str]:
    found = problems(_stage(package), Cloud().stubbed())
    return [each.partition(", came")[0].partition(" in the zip")[0] + _kind(each) for each in found]


def _kind(problem: str) -> str:
    return ", came another file" if "another file" in problem else ""


def test_check_ends_with_one_where_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """The command lists the problems and says that nothing was created."""
    clients = Cloud(account={"Account": "999999999999"}).stubbed()
    assert main(["check", "--stage", "example"], clients=clients) == 1
    told = capsys.readouterr().out
    assert "account: expected 123456789012" in told
    assert "nothing was created" in told


def test_check_of_an_unknown_stage_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    """A stage that there is no file for is no stage."""
    assert main(["check", "--stage", "exmaple"]) == 2
    assert "expected one of example, production, came 'exmaple'" in capsys.readouterr().err
