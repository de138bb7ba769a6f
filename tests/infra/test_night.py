"""The night: which days are due, what a failure of one store does to the others, and the order of the steps."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from glue.batch import BatchError
from glue.business_day import BusinessDay
from infra.batch import __main__ as batch
from infra.batch.days import due_days, newest_closed
from infra.names import Names
from infra.nightly import VERBS, definition

BERLIN, SYDNEY, LOS_ANGELES = map(ZoneInfo, ("Europe/Berlin", "Australia/Sydney", "America/Los_Angeles"))
NAMES = Names("123456789012", "eu-central-1", "store_traffic")


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        (BERLIN, "2026-11-28T09:30", "2026-11-27"),
        # Two hours after midnight late events still count: before, it is the day before.
        (BERLIN, "2026-11-28T00:59", "2026-11-26"),
        (BERLIN, "2026-11-28T01:00", "2026-11-27"),
        (SYDNEY, "2026-11-28T09:30", "2026-11-27"),
        (SYDNEY, "2026-11-28T15:30", "2026-11-28"),
        (LOS_ANGELES, "2026-11-28T09:30", "2026-11-26"),
        (LOS_ANGELES, "2026-11-28T10:00", "2026-11-27"),
    ],
)
def test_a_day_is_due_when_it_is_over_where_the_store_is(zone: ZoneInfo, now: str, expected: str) -> None:
    """The newest closed day is by the store's own clock, and by that of late events."""
    date = newest_closed(zone, _at(now))
    assert date.isoformat() == expected
    assert BusinessDay(date, zone).closed_at <= _at(now) < BusinessDay(date + dt.timedelta(days=1), zone).closed_at


def test_stores_whose_newest_day_is_the_same_are_due_together() -> None:
    """Each store is due once; those with the same date are summed in one commit."""
    stores = {"sydney": SYDNEY, "berlin": BERLIN, "los-angeles": LOS_ANGELES}
    due = list(due_days(stores, _at("2026-11-28T09:30")))
    assert [(day.date.isoformat(), day.store_ids) for day in due] == [
        ("2026-11-26", ("los-angeles",)),
        ("2026-11-27", ("berlin", "sydney")),
    ]
    assert due[1].of("sydney") == BusinessDay(dt.date(2026, 11, 27), SYDNEY)


class _Reconciler:
    """Notes what it is asked; fails for one store."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def reconcile(self, store_id: str, day: BusinessDay) -> None:
        """Fail for Berlin."""
        self.asked.append(f"{store_id} {day.date}")
        if store_id == "berlin":
            raise BatchError("the jar is missing")

    def account(self, date: dt.date) -> None:
        """Note the date."""
        self.asked.append(f"account {date}")


class _Night:
    """A night over three stores."""

    now = _at("2026-11-28T09:30")

    def __init__(self) -> None:
        self.reconciler = _Reconciler()

    def stores(self) -> dict[str, ZoneInfo]:
        """Return three stores."""
        return {"berlin": BERLIN, "los-angeles": LOS_ANGELES, "sydney": SYDNEY}


def test_one_store_that_fails_keeps_no_other_waiting() -> None:
    """All stores are reconciled and yesterday is accounted for; what failed is told in the end."""
    night: Any = _Night()
    failed = batch.reconcile(night)
    assert failed == ["berlin 2026-11-27: the jar is missing"]
    assert night.reconciler.asked == [
        "los-angeles 2026-11-26", "berlin 2026-11-27", "sydney 2026-11-27", "account 2026-11-27",
    ]  # fmt: skip


def test_a_step_with_failures_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code makes the state machine try again, and the log says what failed."""
    monkeypatch.setenv("BATCH_WAREHOUSE", "s3://lake/lake")
    monkeypatch.setenv("BATCH_DATABASE", "store_traffic")
    monkeypatch.setattr(batch, "_night", lambda _: _Night())
    assert batch.main(["reconcile"]) == batch.FAILED
    assert "failed: berlin 2026-11-27: the jar is missing" in capsys.readouterr().err


def test_a_night_that_is_told_nothing_does_not_begin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without warehouse and database there is nothing to work on: both are named."""
    monkeypatch.delenv("BATCH_WAREHOUSE", raising=False)
    monkeypatch.delenv("BATCH_DATABASE", raising=False)
    assert batch.main(["rollup"]) == batch.USAGE_ERROR
    assert "BATCH_WAREHOUSE, BATCH_DATABASE" in capsys.readouterr().err


def test_every_step_of_the_night_is_a_verb_of_the_image() -> None:
    """What the state machine asks the container for is there."""
    for verb in VERBS:
        with pytest.raises(SystemExit) as ended:
            batch.main([verb, "--help"])
        assert ended.value.code == 0
    with pytest.raises(SystemExit):
        batch.main(["reconcille"])


def test_a_failed_step_is_told_in_the_end_and_stops_no_other() -> None:
    """Walked with every combination of failures: all steps run in order, and the night fails when any did."""
    states = definition(NAMES, subnet="subnet-1", security_group="sg-1", task="task:1")["States"]
    for failing in range(2 ** len(VERBS)):
        failed = {verb for number, verb in enumerate(VERBS) if failing >> number & 1}
        ran, end = _walk(states, failed)
        assert ran == list(VERBS)
        assert end == ("something-failed" if failed else "done")


def test_a_step_has_an_end_and_a_second_try() -> None:
    """No step hangs for ever, and what fails once is tried again before it is told."""
    states = definition(NAMES, subnet="subnet-1", security_group="sg-1", task="task:1")["States"]
    for verb in VERBS:
        assert 0 < states[verb]["TimeoutSeconds"] <= 3 * 3600
        assert states[verb]["Retry"][0]["MaxAttempts"] == 1
        overrides = states[verb]["Parameters"]["Overrides"]["ContainerOverrides"]
        assert overrides == [{"Name": "batch", "Command": ["infra.batch", verb]}]


def _walk(states: dict[str, Any], failed: set[str]) -> tuple[list[str], str]:
    """Follow the state machine as Step Functions does, for as much of its language as it uses."""
    given: dict[str, dict[str, bool]] = {"failed": {}}
    ran: list[str] = []
    name = "begin"
    while True:
        state = states[name]
        match state["Type"]:
            case "Task":
                ran.append(name)
                name = state["Catch"][0]["Next"] if name in failed else state["Next"]
            case "Pass":
                if name != "begin":
                    given["failed"][state["ResultPath"].removeprefix("$.failed.")] = state["Result"]
                name = state["Next"]
            case "Choice":
                (choice,) = state["Choices"]
                is_there = [each["Variable"].removeprefix("$.failed.") in given["failed"] for each in choice["Or"]]
                name = choice["Next"] if any(is_there) else state["Default"]
            case _:
                return ran, name
