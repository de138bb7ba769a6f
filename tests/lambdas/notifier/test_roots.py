"""The handler and the operators' tool: what is put together from the environment."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from lambdas.notifier import handler
from lambdas.notifier.__main__ import main
from lambdas.notifier.channels.base import PermanentError
from lambdas.notifier.settings import Settings, SettingsError, read_settings
from local.stack import Stack
from tests.lambdas.notifier.cases import MINUTE_MS, START_MS, a_person, an_alert
from tests.lambdas.notifier.conftest import APP_URL, SENDER, World


@pytest.fixture
def environment(world: World, doubles: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The variables that a deployment sets, pointing to the local stack."""
    for name, value in doubles.environment.items():
        monkeypatch.setenv(name, value)
    for name, value in {
        "APP_URL": APP_URL,
        "RETRY_QUEUE_URL": world.settings.retry_queue_url,
        "DEAD_QUEUE_URL": world.settings.dead_queue_url,
        "TABLE_PREFIX": world.settings.table_prefix,
        "SENDER": SENDER,
    }.items():
        monkeypatch.setenv(f"NOTIFIER_{name}", value)
    handler._notifier.cache_clear()
    doubles.boto3_client("sesv2").create_email_identity(EmailIdentity=SENDER)
    yield world
    handler._notifier.cache_clear()


def test_the_handler_knows_its_three_callers(environment: World) -> None:
    """Streams, the retry queue and the schedule each reach their part; a real clock, real clients."""
    world = environment
    world.people(a_person(1))
    now_ms = time.time_ns() // 1_000_000
    record = world.changed(an_alert(started_ms=now_ms - MINUTE_MS, changed_ms=now_ms))
    assert handler.handle({"Records": [record]}, None) == {"batchItemFailures": []}
    assert world.states() == {"person-1 raised email": "sent"}
    message = {"messageId": "1", "receiptHandle": "r", "body": "no json", "eventSource": "aws:sqs"}
    assert handler.handle({"Records": [message]}, None) == {"batchItemFailures": []}
    assert [letter["message"] for letter in world.dead()] == ["no json"]
    assert handler.handle({"action": "digest"}, None) == {"digests": 0}


def failed(world: World) -> None:
    """Let two messages fail, for two reasons."""
    world.now_ms = START_MS + MINUTE_MS
    world.people(a_person(1), a_person(2))
    world.email.faults += [PermanentError("MessageRejected"), PermanentError("AccessDeniedException")]
    world.tell(world.changed(an_alert()))


def run(world: World, *arguments: str) -> int:
    """Run the tool on the test's queues."""
    return main(["redrive", *arguments], client=world.sqs)


def test_redrive_lists_without_touching(environment: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run shows reason and whom it is about, and leaves all where it was."""
    failed(environment)
    assert run(environment, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "would go back   MessageRejected" in shown
    assert "person-1 raised email" in shown
    assert "2 dead letters, 2 would go back, 0 left." in shown
    assert len(environment.dead()) == 2


def test_redrive_by_reason_puts_back_what_then_is_sent(environment: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Only what failed for the reason goes back; it is sent, and the other stays."""
    failed(environment)
    assert run(environment, "--reason", "MessageRejected") == 0
    assert "2 dead letters, 1 put back, 1 left." in capsys.readouterr().out
    assert environment.retry_all() == 1
    assert environment.told() == [("raised", "person-1@example.com")]
    assert [letter["reason"] for letter in environment.dead()] == ["AccessDeniedException"]


def test_redrive_leaves_what_nothing_can_be_made_of(environment: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A message that is no notice is shown and left."""
    for body in ("no json", json.dumps({"message": "x", "reason": "JSONDecodeError"})):
        environment.sqs.send_message(QueueUrl=environment.settings.dead_queue_url, MessageBody=body)
    assert run(environment) == 0
    assert "0 put back, 2 left" in capsys.readouterr().out
    assert run(environment, "--reason", "nothing like it") == 0


def test_redrive_of_nothing_says_so(environment: World, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty queue is good news."""
    assert run(environment) == 0
    assert capsys.readouterr().out == "No dead letters.\n"


def test_redrive_without_queues_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One message, and the exit status of wrong use."""
    monkeypatch.delenv("NOTIFIER_DEAD_QUEUE_URL", raising=False)
    assert main(["redrive"]) == 2
    assert "NOTIFIER_DEAD_QUEUE_URL" in capsys.readouterr().err


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    """Examples, and what cannot go wrong."""
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "redrive --dry-run" in capsys.readouterr().out


GOOD = {
    "NOTIFIER_APP_URL": "https://app.example.com/",
    "NOTIFIER_RETRY_QUEUE_URL": "https://sqs.example.com/retry",
    "NOTIFIER_DEAD_QUEUE_URL": "https://sqs.example.com/dead",
}


def test_every_setting_is_documented() -> None:
    """docs/alerts-notifier.md names each variable that is read."""
    page = (Path(__file__).parents[3] / "docs" / "alerts-notifier.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        name = field.name.upper().replace("_MS", "_SECONDS")
        assert f"`{name}`" in page, f"{name}: name it in docs/alerts-notifier.md"


def test_settings_are_read() -> None:
    """Names, defaults, and seconds as milliseconds."""
    settings = read_settings({**GOOD, "NOTIFIER_LEASE_SECONDS": "30"})
    assert (settings.app_url, settings.lease_ms, settings.tries_max) == ("https://app.example.com", 30_000, 5)
    assert (settings.stale_after_ms, settings.sms_by) == (900_000, "none")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"NOTIFIER_APP_URL": "app"}, ["APP_URL"]),
        ({"NOTIFIER_SMS_BY": "pigeon"}, ["SMS_BY"]),
        ({"NOTIFIER_SMS_BY": "end_user_messaging"}, ["ORIGINATION_IDENTITY"]),
        ({"NOTIFIER_PUSH_KEY": "k"}, ["PUSH_CONTACT"]),
        ({"NOTIFIER_TRIES_MAX": "0", "NOTIFIER_LEASE_SECONDS": "x"}, ["TRIES_MAX", "LEASE_SECONDS"]),
        ({"NOTIFIER_DEAD_QUEUE_URL": "", "NOTIFIER_RETRY_QUEUE_URL": ""}, ["DEAD_QUEUE_URL", "RETRY_QUEUE_URL"]),
    ],
)
def test_settings_tell_every_problem_at_the_start(changes: dict[str, Any], named: list[str]) -> None:
    """What was expected, what came, the cure; all at once."""
    with pytest.raises(SettingsError) as raised:
        read_settings({**GOOD, **changes})
    for name in named:
        assert f"NOTIFIER_{name}: expected" in str(raised.value)
