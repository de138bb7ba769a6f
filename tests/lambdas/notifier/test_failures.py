"""What fails: tried again, by the next channel, or put aside with its reason."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from lambdas.notifier.channels.base import PermanentError, RetryError
from lambdas.notifier.queues import PoisonError, back_again, notice_of, retry_delay_seconds
from tests.lambdas.notifier.cases import MINUTE_MS, START_MS, a_person, a_verdict, an_alert, by, later
from tests.lambdas.notifier.conftest import World


@pytest.fixture(autouse=True)
def _now(world: World) -> None:
    world.now_ms = START_MS + MINUTE_MS


def as_message(body: str) -> dict[str, str]:
    """A message as Lambda hands it over from SQS."""
    return {"messageId": str(uuid4()), "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}


def test_a_throttled_message_is_sent_at_the_next_try(world: World) -> None:
    """It waits in the retry queue, by names only, and goes out once."""
    world.people(a_person(1))
    world.email.faults += [RetryError("ThrottlingException")] * 2
    record = world.changed(an_alert())
    assert world.tell(record) == []
    assert "example.com" not in "".join(world.retried)
    assert world.tell(record) == [], "a record that comes again leaves it to the retry queue"
    while world.retry_all():
        pass
    assert world.told() == [("raised", "person-1@example.com")]
    assert world.sqs.delays == [10, 20]


def test_a_retry_delivered_twice_sends_once(world: World) -> None:
    """SQS delivers at least once."""
    world.people(a_person(1))
    world.email.faults.append(RetryError("ThrottlingException"))
    world.tell(world.changed(an_alert()))
    message = as_message(world.waiting()[0])
    for _ in range(2):
        assert world.notifier().handle_retry([message]) == {"batchItemFailures": []}
    assert len(world.told()) == 1


def test_a_retry_whose_claim_was_never_released_waits_for_the_lease(world: World) -> None:
    """The notifier died after it had put the message: the message comes again until the lease has ended."""
    world.people(a_person(1))
    world.email.faults.append(RetryError("ThrottlingException"))
    world.tell(world.changed(an_alert()))
    message = as_message(world.waiting()[0])
    item = {"person_id": "person-1", "notification_id": f"{an_alert().alert_id}#raised#email", "store_id": "store-1"}
    world.put("notifications", {**item, "state": "sending", "changed_ms": world.now_ms, "expires_at": 1})
    assert world.notifier().handle_retry([message])["batchItemFailures"] == [{"itemIdentifier": message["messageId"]}]
    world.now_ms += 61_000
    assert world.notifier().handle_retry([message])["batchItemFailures"] == []
    assert len(world.told()) == 1


def test_after_five_tries_it_failed_and_the_next_channel_is_used(world: World) -> None:
    """Five tries by e-mail, then the text message; the failed one lies among the dead letters."""
    world.people(a_person(1, channels=by(("email", "person-1@example.com"), ("sms", "+14155550100"))))
    world.email.faults += [RetryError("ThrottlingException")] * 5
    world.tell(world.changed(an_alert()))
    rounds = 0
    while world.retry_all():
        rounds += 1
    assert rounds == 4
    assert world.told() == [("raised", "+14155550100")]
    assert world.rows()["person-1 raised email"] == ("failed", "ThrottlingException, after 5 tries")
    assert [letter["reason"] for letter in world.dead()] == ["ThrottlingException, after 5 tries"]


def test_a_next_channel_out_of_reach_is_tried_when_the_message_comes_again(world: World) -> None:
    """The e-mail failed for good, then the table could not be reached: the retry finds the text message still due."""
    world.people(a_person(1, channels=by(("email", "person-1@example.com"), ("sms", "+14155550100"))))
    world.email.faults.append(RetryError("ThrottlingException"))
    world.tell(world.changed(an_alert()))
    message = as_message(world.waiting()[0])
    item = {"person_id": "person-1", "notification_id": f"{an_alert().alert_id}#raised#email", "store_id": "store-1"}
    expires_at = an_alert().expires_at
    world.put(
        "notifications", {**item, "state": "failed", "reason": "bounced", "changed_ms": 1, "expires_at": expires_at}
    )
    for _ in range(2):
        assert world.notifier().handle_retry([message]) == {"batchItemFailures": []}
    assert world.told() == [("raised", "+14155550100")]


def test_a_permanent_fault_is_put_aside_and_the_next_channel_is_used_at_once(world: World) -> None:
    """No waiting where waiting does not help."""
    world.people(a_person(1, channels=by(("push", _SUBSCRIPTION), ("email", "person-1@example.com"))))
    world.push.faults.append(PermanentError("HTTP 410"))
    world.tell(world.changed(an_alert()))
    assert world.told() == [("raised", "person-1@example.com")]
    assert world.states() == {"person-1 raised push": "failed", "person-1 raised email": "sent"}
    (letter,) = world.dead()
    assert (letter["reason"], letter["notice"]["channel"]) == ("HTTP 410", "push")


_SUBSCRIPTION = json.dumps({"endpoint": "https://push.example.com/1", "keys": {"p256dh": "k", "auth": "a"}})


def test_a_channel_that_breaks_keeps_nobody_waiting(world: World) -> None:
    """An error that nobody foresaw fails one message; the others go out."""
    world.people(a_person(1), a_person(2))
    world.email.faults.append(ZeroDivisionError("bug"))
    assert world.tell(world.changed(an_alert())) == []
    assert world.told() == [("raised", "person-2@example.com")]
    assert world.rows()["person-1 raised email"] == ("failed", "cannot be sent: ZeroDivisionError")


def test_a_channel_that_is_not_set_up_is_a_permanent_fault(world: World) -> None:
    """The person's next channel is used."""
    world.people(a_person(1, channels=by(("sms", "+14155550100"), ("email", "person-1@example.com"))))
    world.channels["sms"] = None  # type: ignore[assignment]
    world.tell(world.changed(an_alert()))
    assert world.rows()["person-1 raised sms"] == ("failed", "sms is not set up")
    assert world.told() == [("raised", "person-1@example.com")]


def test_what_waits_is_judged_again_before_it_goes(world: World) -> None:
    """An alert that was over before the next try is not told."""
    world.people(a_person(1))
    world.email.faults.append(RetryError("ThrottlingException"))
    world.tell(world.changed(an_alert()))
    world.changed(later(an_alert(), "resolved"))
    world.retry_all()
    assert world.told() == []
    assert world.rows()["person-1 raised email"] == ("suppressed", "over meanwhile")


def test_a_person_who_left_is_not_told(world: World) -> None:
    """A channel that is gone at the next try fails the message."""
    world.people(a_person(1))
    world.email.faults.append(RetryError("ThrottlingException"))
    world.tell(world.changed(an_alert()))
    world.people(a_person(1, channels=by(("sms", "+14155550100"))))
    world.retry_all()
    assert world.told() == []
    assert world.rows()["person-1 raised email"] == ("failed", "the person has no such channel any more")


def broken_image(world: World) -> dict[str, Any]:
    """A record whose image is no alert."""
    record = world.changed(an_alert(alert_id="9-broken"))
    del record["dynamodb"]["NewImage"]["severity"]
    return record


def test_a_poisoned_record_goes_to_the_dead_letters_whole(world: World) -> None:
    """It is kept with its reason; the rest of the batch goes on, and nothing comes again."""
    world.people(a_person(1))
    poisons: list[dict[str, Any]] = [
        broken_image(world),
        {"eventName": "INSERT", "dynamodb": {"NewImage": {"a": "text"}, "SequenceNumber": "1"}},
        {"eventName": "INSERT"},
        world.acted(a_verdict(an_alert(alert_id="9-unknown"), "true")),
    ]
    assert world.tell(*poisons, world.changed(an_alert())) == []
    assert world.told() == [("raised", "person-1@example.com")]
    letters = world.dead()
    assert [json.dumps(letter["record"], sort_keys=True) for letter in letters] == [
        json.dumps(poison, sort_keys=True) for poison in poisons
    ]
    assert all(letter["reason"] for letter in letters)


@pytest.mark.parametrize("body", ["no json", "[]", '{"notice": {"store_id": 1}}', "{}"])
def test_a_poisoned_message_goes_to_the_dead_letters(world: World, body: str) -> None:
    """What is no notice is put aside with its reason."""
    assert world.notifier().handle_retry([as_message(body)]) == {"batchItemFailures": []}
    (letter,) = world.dead()
    assert letter["message"] == body


def test_a_recipient_who_cannot_be_read_keeps_nobody_waiting(world: World) -> None:
    """The others are told; the log says where the fault is and quotes no address."""
    world.people(a_person(1))
    body = json.dumps({"channels": [{"kind": "email", "address": "secret@@example.com"}]})
    world.put("recipients", {"store_id": "store-1", "person_id": "person-0", "roles": "manager", "body": body})
    world.tell(world.changed(an_alert()))
    assert world.told() == [("raised", "person-1@example.com")]
    assert "channels[0].address" in world.log.getvalue()
    assert "secret" not in world.log.getvalue()


def test_the_log_holds_no_address(world: World) -> None:
    """Sent, failed, tried again or held: logs have ids and reasons, never an address or a number."""
    numbers = by(("sms", "+14155550100"), ("email", "secret@example.com"), ("push", _SUBSCRIPTION))
    world.people(a_person(1, channels=numbers), a_person(2, channels=by(("email", "other-secret@example.com"))))
    world.sms.faults.append(PermanentError("OptedOut"))
    world.email.faults += [RetryError("ThrottlingException"), ValueError("secret@example.com is odd")]
    world.tell(world.changed(an_alert()), broken_image(world))
    world.retry_all()
    log = world.log.getvalue()
    assert "person-1" in log
    assert "put aside" in log
    for secret in ("secret", "4155550100", "push.example.com", "@"):
        assert secret not in log


def test_metrics_count_by_channel(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Each outcome is counted by channel, and what was sent has its time from row to sent."""
    world.people(a_person(1))
    record = world.changed(an_alert())
    world.now_ms += 1_250
    world.tell(record)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    measured = {line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]: line for line in lines}
    assert measured["Sent"]["channel"] == "email"
    assert measured["RowToSent"]["RowToSent"] == [1_250.0]


def test_the_waits_double_up_to_a_quarter_of_an_hour() -> None:
    """SQS can wait for 900 s at most."""
    assert [retry_delay_seconds(tries) for tries in (1, 2, 3, 4, 8)] == [10, 20, 40, 80, 900]


def test_a_dead_notice_that_is_put_back_is_sent(world: World) -> None:
    """What had failed is tried afresh; once sent, the same put back again sends nothing."""
    world.people(a_person(1))
    world.email.faults.append(PermanentError("MessageRejected"))
    world.tell(world.changed(an_alert()))
    message = as_message(back_again(world.dead()[0]))
    for _ in range(2):
        assert world.notifier().handle_retry([message]) == {"batchItemFailures": []}
    assert world.told() == [("raised", "person-1@example.com")]
    assert world.states() == {"person-1 raised email": "sent"}


def test_a_dead_notice_stays_untold_where_another_channel_reached_the_person(world: World) -> None:
    """Put back, it finds that the person knows."""
    world.people(a_person(1, channels=by(("sms", "+14155550100"), ("email", "person-1@example.com"))))
    world.sms.faults.append(PermanentError("OptedOut"))
    world.tell(world.changed(an_alert()))
    world.notifier().handle_retry([as_message(back_again(world.dead()[0]))])
    assert world.told() == [("raised", "person-1@example.com")]


def test_a_dead_record_that_is_put_back_is_handled_as_if_it_came_anew(world: World) -> None:
    """Its alert is told as long as it is fresh."""
    world.people(a_person(1))
    message = as_message(back_again({"record": world.changed(an_alert()), "reason": "was broken"}))
    assert world.notifier().handle_retry([message]) == {"batchItemFailures": []}
    assert world.told() == [("raised", "person-1@example.com")]


@pytest.mark.parametrize("written", [None, {}, {"store_id": "s"}, [1]])
def test_what_is_no_notice_is_refused(written: object) -> None:
    """The message says what was expected."""
    with pytest.raises(PoisonError, match="expected"):
        notice_of(written)
