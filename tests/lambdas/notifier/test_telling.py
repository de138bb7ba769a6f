"""Who is told what, when, and once: the notifier on real tables."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import lambdas.notifier
from contracts.alerts import Alert, JobState, Verdict
from contracts.recipients import Channel
from contracts.rules import WEEKDAYS, Store
from lambdas.notifier.channels.base import PermanentError, RetryError
from lambdas.notifier.planning import ways
from lambdas.notifier.sender import RefusedError
from tests.lambdas.notifier.cases import (
    MINUTE_MS,
    START_MS,
    a_hazard,
    a_person,
    a_verdict,
    an_acknowledgement,
    an_alert,
    by,
    later,
)
from tests.lambdas.notifier.conftest import World

PUSH = '{"endpoint": "https://push.example.com/1", "keys": {"p256dh": "k", "auth": "a"}}'
EMAIL = (("email", "person-1@example.com"),)
ALL_DAY = dict.fromkeys(WEEKDAYS, ("00:00-24:00",))
UNTIL_18 = dict.fromkeys(WEEKDAYS, ("00:00-18:00",))
INSIDE = a_person(1, roles=("manager",), is_inside=True)
OUTSIDE = a_person(2, roles=("manager", "regional"))


def at(world: World, minutes: float) -> World:
    """Set the clock to minutes after the usual alert was raised."""
    world.now_ms = START_MS + MINUTE_MS + int(minutes * MINUTE_MS)
    return world


def test_a_raised_alert_goes_to_its_roles_only(world: World) -> None:
    """Who holds one of the alert's roles is told; nobody else."""
    world.people(a_person(1), a_person(2, roles=("lead", "cleaner")), a_person(3, roles=("cleaner",)))
    assert at(world, 0.1).tell(world.changed(an_alert())) == []
    assert world.told() == [("raised", "person-1@example.com"), ("raised", "person-2@example.com")]


def test_the_chain_s_people_are_told_unless_the_store_says_otherwise(world: World) -> None:
    """`*` stands for every store; what the store says of the same person replaces it."""
    own = a_person(1, channels=by(("email", "own@example.com")))
    world.people(a_person(1, store_id="*"), own, a_person(2, store_id="*"))
    at(world, 0).tell(world.changed(an_alert()))
    assert {address for _, address in world.told()} == {"own@example.com", "person-2@example.com"}


def test_nobody_outside_hears_of_an_unconfirmed_hazard(world: World) -> None:
    """Before a verdict `true` only people inside with a role are asked, and no topic."""
    topic = a_person(3, is_inside=True, channels=by(("sns", "arn:aws:sns:us-east-1:123456789012:alerts")))
    world.people(INSIDE, OUTSIDE, topic, a_person(4, roles=("cleaner",), is_inside=True))
    at(world, 0).tell(world.changed(a_hazard()))
    assert world.told() == [("review", "person-1@example.com")]


def test_a_confirmed_hazard_goes_to_all(world: World) -> None:
    """The verdict `true` on the stream of acts raises it to everybody with a role."""
    world.people(INSIDE, OUTSIDE)
    at(world, 1).tell(world.changed(a_hazard()), world.acted(a_verdict(a_hazard(), "true")))
    assert world.told()[-2:] == [("raised", "person-1@example.com"), ("raised", "person-2@example.com")]


@pytest.mark.parametrize("verdict", ["false", "duplicate", "not_actionable"])
def test_what_was_found_to_be_nothing_is_never_told(world: World, verdict: Verdict) -> None:
    """Nobody outside ever hears of it: not on the verdict, not when it escalates, not when it ends."""
    world.people(INSIDE, OUTSIDE, a_person(3, roles=("regional",)))
    hazard = a_hazard()
    at(world, 0).tell(world.changed(hazard))
    at(world, 2).tell(world.acted(a_verdict(hazard, verdict)))
    states: tuple[JobState, ...] = ("escalated", "resolved")
    for state in states:
        at(world, 5).tell(world.changed(later(hazard, state)))
    assert world.told() == [("review", "person-1@example.com")]


def test_the_gate_holds_against_a_direct_send(world: World) -> None:
    """Whatever asks for it: an unconfirmed hazard does not leave the house."""
    world.people(INSIDE, OUTSIDE)
    hazard = a_hazard()
    world.changed(hazard)
    for recipient, stage, reason in (
        (OUTSIDE, "raised", "nobody confirmed"),
        (OUTSIDE, "escalated", "nobody confirmed"),
        (OUTSIDE, "review", "inside"),
        (INSIDE, "raised", "nobody confirmed"),
        (OUTSIDE, "resolved", "never told"),
    ):
        with pytest.raises(RefusedError, match=reason):
            world.notifier().sender.send(
                recipient,
                ways(recipient)[0],
                store_id=hazard.store_id,
                alert_id=hazard.alert_id,
                stage=stage,  # type: ignore[arg-type]
                now_ms=world.now_ms,
            )
    assert world.told() == []


def test_the_gate_reads_what_is_stored_not_what_the_record_says(world: World) -> None:
    """A record that calls a hazard a harmless alert changes nothing: the stored alert counts."""
    world.people(INSIDE, OUTSIDE)
    world.changed(a_hazard())
    forged = world.changed(replace(a_hazard(), metric="queue_length", severity="low", state="raised"))
    world.changed(a_hazard())
    at(world, 0).tell(forged)
    assert world.told() == []
    assert world.rows()["person-2 raised email"] == ("suppressed", "nobody confirmed it")


def test_escalation_goes_to_the_escalation_roles(world: World) -> None:
    """Nobody took it: the rule's escalation roles are told."""
    world.people(a_person(1), a_person(2, roles=("regional",)))
    at(world, 0).tell(world.changed(an_alert()))
    at(world, 5).tell(world.changed(later(an_alert(), "escalated")))
    assert world.told() == [("raised", "person-1@example.com"), ("escalated", "person-2@example.com")]


def test_what_somebody_took_is_not_escalated(world: World) -> None:
    """An acknowledgement that came before the escalation was sent stops it."""
    world.people(a_person(2, roles=("regional",)))
    world.acted(an_acknowledgement(an_alert()))
    at(world, 5).tell(world.changed(later(an_alert(), "escalated")))
    assert world.told() == []
    assert world.rows()["person-2 escalated email"] == ("suppressed", "taken meanwhile")


def test_an_escalated_hazard_that_nobody_judged_asks_inside_once_more(world: World) -> None:
    """People inside with escalation roles are asked too; who was asked is not asked again; nobody outside hears."""
    inside = a_person(4, roles=("regional", "manager"), is_inside=True)
    world.people(INSIDE, OUTSIDE, inside, a_person(3, roles=("regional",), is_inside=True))
    at(world, 0).tell(world.changed(a_hazard()))
    at(world, 5).tell(world.changed(later(a_hazard(), "escalated")))
    assert sorted(world.told()) == [("review", f"person-{n}@example.com") for n in (1, 3, 4)]


def test_a_hazard_confirmed_after_it_was_escalated_reaches_both_roles_once(world: World) -> None:
    """Its roles hear that it is so, the escalation roles that nobody took it, and nobody hears both."""
    world.people(INSIDE, OUTSIDE, a_person(3, roles=("regional",)))
    hazard = later(a_hazard(), "escalated")
    world.changed(hazard)
    at(world, 6).tell(world.acted(a_verdict(hazard, "true", acted_ms=hazard.changed_ms)))
    assert world.told() == [
        ("raised", "person-1@example.com"),
        ("raised", "person-2@example.com"),
        ("escalated", "person-3@example.com"),
    ]


@pytest.mark.parametrize("state", ["resolved", "expired"])
def test_the_end_is_told_to_those_who_were_told_the_beginning(world: World, state: str) -> None:
    """Who was never told it began is not told it is over; nor is a text message sent for it."""
    sms = a_person(3, channels=by(("sms", "+14155550100")))
    world.people(a_person(1), sms)
    at(world, 0).tell(world.changed(an_alert()))
    world.people(a_person(2))
    at(world, 5).tell(world.changed(later(an_alert(), state)))  # type: ignore[arg-type]
    assert world.told() == [
        ("raised", "person-1@example.com"),
        ("resolved", "person-1@example.com"),
        ("raised", "+14155550100"),
    ]


def test_a_verdict_that_it_was_nothing_calls_off_those_who_were_told(world: World) -> None:
    """Who set out because of an alert hears that there is no need; the job's own end then says nothing new."""
    world.people(a_person(1), a_person(2, roles=("regional",)))
    at(world, 0).tell(world.changed(an_alert()))
    at(world, 2).tell(world.acted(a_verdict(an_alert(), "false")))
    at(world, 5).tell(world.changed(later(an_alert(), "resolved")))
    assert world.told() == [("raised", "person-1@example.com"), ("resolved", "person-1@example.com")]
    assert "no need to act" in world.email.sent[-1][1].subject


def repeat(**changes: object) -> tuple[Alert, Alert]:
    """An alert that ended at minute 5, and its repeat that began a minute later."""
    first = later(an_alert(), "resolved")
    again = an_alert(started_ms=first.ended_ms + MINUTE_MS, repeat_of=first.alert_id, **changes)
    return first, again


def test_a_repeat_within_the_cool_down_is_not_told_to_who_was_told(world: World) -> None:
    """It is recorded with its reason; who joined meanwhile is told."""
    first, again = repeat()
    world.people(a_person(1))
    at(world, 0).tell(world.changed(an_alert()))
    world.changed(first)
    world.people(a_person(2))
    at(world, 7).tell(world.changed(again))
    assert world.told() == [("raised", "person-1@example.com"), ("raised", "person-2@example.com")]
    assert ("suppressed", f"cool-down after {an_alert().alert_id}") in world.rows().values()


def test_a_repeat_after_the_cool_down_is_told(world: World) -> None:
    """The cool-down counts from the end of the alert that the person was told of."""
    first, again = repeat(cool_down_seconds=60)
    world.people(a_person(1))
    at(world, 0).tell(world.changed(an_alert()))
    world.changed(first)
    at(world, 7).tell(world.changed(again))
    assert [stage for stage, _ in world.told()] == ["raised", "raised"]


def test_a_delivery_that_failed_starts_no_cool_down(world: World) -> None:
    """Only what was sent counts: who never heard of the first alert hears of its repeat."""
    first, again = repeat()
    world.people(a_person(1))
    world.email.faults.append(PermanentError("bounced"))
    at(world, 0).tell(world.changed(an_alert()))
    assert world.states() == {"person-1 raised email": "failed"}
    world.changed(first)
    at(world, 7).tell(world.changed(again))
    assert world.told() == [("raised", "person-1@example.com")]


def test_a_repeat_that_nobody_takes_is_escalated_all_the_same(world: World) -> None:
    """That nobody took it is news, cool-down or not."""
    first, again = repeat(escalation_roles="")
    world.people(a_person(1))
    at(world, 0).tell(world.changed(an_alert(escalation_roles="")))
    world.changed(first)
    at(world, 7).tell(world.changed(again))
    at(world, 13).tell(world.changed(later(again, "escalated")))
    assert [stage for stage, _ in world.told()] == ["raised", "escalated"]


def test_what_is_old_when_first_seen_is_recorded_and_not_sent(world: World) -> None:
    """A replay of an old day texts nobody."""
    world.people(a_person(1))
    at(world, 15.1).tell(world.changed(an_alert()))
    assert world.told() == []
    assert world.states() == {"person-1 raised email": "stale"}


def test_a_late_verdict_is_fresh_news(world: World) -> None:
    """A hazard that is confirmed after twenty minutes is told: the verdict counts, not the alert's age."""
    world.people(OUTSIDE)
    world.changed(a_hazard())
    at(world, 20).tell(world.acted(a_verdict(a_hazard(), "true", acted_ms=START_MS + 20 * MINUTE_MS)))
    assert world.told() == [("raised", "person-2@example.com")]


def test_quiet_hours_hold_and_the_digest_tells_once(world: World) -> None:
    """Held in quiet hours; one message afterwards, which says what was over meanwhile; a second run sends nothing."""
    world.store("store-1", Store(time_zone="Europe/Berlin", name="Market Square"))
    world.people(a_person(1, quiet_hours=UNTIL_18))
    zone = an_alert(alert_id=f"{START_MS}-b", place_kind="zone", place_id="dairy", metric="occupancy", advice="")
    at(world, 0).tell(world.changed(an_alert()), world.changed(zone))
    assert (world.told(), world.notifier().send_digests()) == ([], 0)
    at(world, 5).tell(world.changed(later(an_alert(), "resolved")))
    assert at(world, 20).notifier().send_digests() == 1
    assert at(world, 25).notifier().send_digests() == 0
    ((address, digest),) = world.email.sent
    assert address == "person-1@example.com"
    assert digest.subject == "Kept for you: 2 alerts, 1 still open"
    assert "over at 17:48" in digest.text
    assert set(world.rows().values()) == {("sent", "digest")}


def test_what_is_severe_breaks_quiet_hours_and_its_end_does_not(world: World) -> None:
    """From `quiet_breaks_at` on alerts are told at once; that it is over can wait."""
    world.people(a_person(1, quiet_hours=ALL_DAY), a_person(2, quiet_hours=ALL_DAY, quiet_breaks_at="medium"))
    high = an_alert(severity="high")
    at(world, 0).tell(world.changed(high), world.changed(an_alert(alert_id=f"{START_MS}-b")))
    at(world, 5).tell(world.changed(later(high, "resolved")))
    assert world.told() == [
        ("raised", "person-1@example.com"),
        ("raised", "person-2@example.com"),
        ("raised", "person-2@example.com"),
    ]


def test_a_digest_tells_nothing_that_was_found_to_be_nothing(world: World) -> None:
    """The gate holds for digests too."""
    world.people(a_person(1, quiet_hours=UNTIL_18, time_zone="Europe/Berlin"))
    at(world, 0).tell(world.changed(an_alert()))
    at(world, 2).tell(world.acted(a_verdict(an_alert(), "false")))
    at(world, 20).notifier().send_digests()
    assert world.told() == []
    assert world.rows() == {"person-1 raised email": ("suppressed", "found to be false")}


def test_a_digest_that_is_throttled_comes_with_the_next_run(world: World) -> None:
    """Nothing is lost and nothing doubled."""
    world.people(a_person(1, quiet_hours=UNTIL_18, time_zone="Europe/Berlin"))
    at(world, 0).tell(world.changed(an_alert()))
    world.email.faults.append(RetryError("throttled"))
    assert at(world, 20).notifier().send_digests() == 0
    assert world.rows() == {"person-1 raised email": ("held", "quiet")}
    assert at(world, 25).notifier().send_digests() == 1


def test_above_the_ceiling_the_rest_waits_for_the_shift_s_end(world: World) -> None:
    """The third of two a shift is held, and told in a digest when the next shift has begun; what is severe is not."""
    world.people(a_person(1, most_per_shift=2, time_zone="Europe/Berlin"))
    alerts = [an_alert(alert_id=f"{START_MS}-{n}") for n in range(3)]
    at(world, 0).tell(*(world.changed(alert) for alert in alerts))
    assert world.counts() == {"sent": 2, "held": 1}
    at(world, 0).tell(world.changed(an_alert(alert_id=f"{START_MS}-9", severity="high")))
    assert len(world.told()) == 3
    assert at(world, 60).notifier().send_digests() == 0
    assert at(world, 8 * 60).notifier().send_digests() == 1
    assert world.email.sent[-1][1].stage is None


def test_the_ceiling_is_exact_under_threads(world: World) -> None:
    """Claim and count are one transaction: eight at once, three go out."""
    world.people(a_person(1, most_per_shift=3))
    records = [world.changed(an_alert(alert_id=f"{START_MS}-{n}")) for n in range(8)]
    at(world, 0)
    with ThreadPoolExecutor(8) as pool:
        failed = [failure for failures in pool.map(world.tell, records) for failure in failures]
    for record in records if failed else ():
        assert world.tell(record) == []
    assert len(world.told()) == 3
    assert world.counts() == {"held": 5, "sent": 3}


def test_a_batch_handled_twice_tells_once(world: World) -> None:
    """Lambda may hand a batch over again, and a replay may write an alert again."""
    world.people(a_person(1), a_person(2))
    record = world.changed(an_alert())
    for _ in range(3):
        assert at(world, 0).tell(record, record) == []
    assert at(world, 1).tell(world.changed(an_alert())) == []
    assert len(world.told()) == 2


def test_a_batch_handled_at_once_by_many_tells_once(world: World) -> None:
    """One claims; the others come back later and find it sent."""
    world.people(*(a_person(n) for n in range(1, 5)))
    record = world.changed(an_alert())
    at(world, 0)
    with ThreadPoolExecutor(6) as pool:
        failures = list(pool.map(lambda _: world.tell(record), range(6)))
    assert all(failure in ([], [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]) for failure in failures)
    assert world.tell(record) == []
    assert sorted(world.told()) == [("raised", f"person-{n}@example.com") for n in range(1, 5)]


def test_a_claim_whose_holder_died_is_taken_over_after_its_lease(world: World) -> None:
    """Within the lease the record is to come again; after it, the message goes out."""
    world.people(a_person(1))
    alert = an_alert()
    item = {"person_id": "person-1", "notification_id": f"{alert.alert_id}#raised#email", "store_id": "store-1"}
    at(world, 0).put("notifications", {**item, "state": "sending", "changed_ms": world.now_ms, "expires_at": 1})
    record = world.changed(alert)
    assert at(world, 0.5).tell(record) == [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
    assert at(world, 1.1).tell(record) == []
    assert world.told() == [("raised", "person-1@example.com")]


def test_the_channel_is_chosen_by_severity_and_order(world: World) -> None:
    """The first channel that fits is used, and only that."""
    ways_of = (Channel(kind="sms", address="+14155550100", minimum_severity="high"), *a_person(1).channels)
    world.people(a_person(1, channels=ways_of))
    at(world, 0).tell(world.changed(an_alert()), world.changed(an_alert(alert_id=f"{START_MS}-b", severity="high")))
    assert world.told() == [("raised", "person-1@example.com"), ("raised", "+14155550100")]


def test_a_digest_shows_an_alert_once_at_its_last_stage(world: World) -> None:
    """Raised and escalated in quiet hours: one line, which says that nobody took it."""
    world.store("store-1", Store(time_zone="Europe/Berlin"))
    world.people(a_person(1, quiet_hours=UNTIL_18))
    at(world, 0).tell(world.changed(an_alert(escalation_roles="")))
    at(world, 5).tell(world.changed(later(an_alert(escalation_roles=""), "escalated")))
    assert world.counts() == {"held": 2}
    at(world, 20).notifier().send_digests()
    ((_, digest),) = world.email.sent
    assert digest.subject == "Kept for you: 1 alert, 1 still open"
    assert "nobody has taken this yet" in digest.text
    assert world.counts() == {"sent": 2}


def test_a_digest_goes_by_the_next_channel_and_fails_where_none_is_left(world: World) -> None:
    """E-mail first, then push; where all fail for good, each message is put aside."""
    world.people(a_person(1, quiet_hours=UNTIL_18, time_zone="Europe/Berlin", channels=by(("push", PUSH), *EMAIL)))
    at(world, 0).tell(world.changed(an_alert()))
    world.email.faults.append(PermanentError("bounced"))
    assert at(world, 20).notifier().send_digests() == 1
    assert len(world.push.sent) == 1
    at(world, 0).tell(world.changed(an_alert(alert_id=f"{START_MS}-b")))
    world.email.faults.append(PermanentError("bounced"))
    world.push.faults.append(PermanentError("HTTP 410"))
    assert at(world, 20).notifier().send_digests() == 0
    assert world.counts() == {"sent": 1, "failed": 1}
    assert [letter["reason"] for letter in world.dead()] == ["HTTP 410"]


def test_digests_sent_at_once_by_two_runs_tell_once(world: World) -> None:
    """Each held message is claimed by one run; a run that died is taken over after the lease."""
    world.people(a_person(1, quiet_hours=UNTIL_18, time_zone="Europe/Berlin"))
    at(world, 0).tell(*(world.changed(an_alert(alert_id=f"{START_MS}-{n}")) for n in range(4)))
    at(world, 20)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.notifier().send_digests(), range(4)))
    assert world.counts() == {"sent": 4}
    told = [line for _, message in world.email.sent for line in message.text.splitlines() if line.startswith("- ")]
    assert len(told) == 4


def test_a_digest_that_died_is_taken_over_after_its_lease(world: World) -> None:
    """What it had claimed is told by a later run, not before the lease has ended."""
    world.people(a_person(1, quiet_hours=UNTIL_18, time_zone="Europe/Berlin"))
    at(world, 0).tell(world.changed(an_alert()))
    item = {"person_id": "person-1", "notification_id": f"{an_alert().alert_id}#raised#email", "store_id": "store-1"}
    at(world, 20)
    world.put(
        "notifications",
        {**item, "state": "sending", "reason": "digest: quiet", "changed_ms": world.now_ms, "expires_at": 1},
    )
    assert at(world, 20.5).notifier().send_digests() == 0
    assert at(world, 25).notifier().send_digests() == 1


def test_only_one_place_hands_messages_over() -> None:
    """The gate cannot be gone around: one module calls a channel, and one makes them."""
    root = Path(lambdas.notifier.__file__).parent
    modules = {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.py")}
    callers = {name for name, text in modules.items() if "channel.send(" in text}
    makers = {
        name
        for name, text in modules.items()
        if re.search(r"channels\.(email|sms|topic|push) import", text) and not name.startswith("channels/")
    }
    assert (callers, makers) == ({"sender.py"}, {"clients.py"})
