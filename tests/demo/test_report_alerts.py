"""The alerts of a run on the report and on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from contracts.alerts import Action
from demo.alerts import AlertsOfRun, ReceivedMessage
from demo.report.alerts import attention
from demo.terminal import print_alerts
from lambdas.alert_store.actions import AlertCase
from tests.lambdas.conftest import NOW_MS, make_alert

ALERT = make_alert(ended_ms=NOW_MS + 600_000, state="resolved")
ACT = Action(
    store_id="store-1", action_id=f"{ALERT.alert_id}#0001", alert_id=ALERT.alert_id, action="acknowledge",
    person_id="person-1", acted_ms=NOW_MS, expires_at=4_000_000_000,
)  # fmt: skip
RUN = AlertsOfRun(
    cases=(AlertCase(ALERT, (ACT,)), AlertCase(make_alert(alert_id="2", place_id="lane-2"), (ACT,))),
    messages=(ReceivedMessage("SMS", "+4915550000001", "", "Lane 1: 6 waiting."),),
    notes=(
        {"notification_id": f"{ALERT.alert_id}#raised#sms", "state": "sent"},
        {"notification_id": "2#raised#sms", "state": "suppressed"},
    ),
)


def test_each_alert_is_told_in_the_words_that_people_got() -> None:
    """What, where, since when, how bad; what became of it; and to how many it was told."""
    shown = attention(RUN, time_zone="Europe/Berlin")
    assert shown.finding == "2 alerts, 1 message sent"
    first, second = shown.alerts
    assert first.sentence.startswith("Lane 1: 6 waiting since ")
    assert (first.state, first.told) == ("over", "1")
    assert (second.state, second.told) == ("taken", "nobody")
    assert second.when.endswith(" to now")


def test_a_quiet_day_has_no_lines() -> None:
    """It says so, in place of an empty table."""
    assert attention(AlertsOfRun(), time_zone="UTC").finding == "Nothing needed attention"
    out = io.StringIO()
    print_alerts(Console(file=out), AlertsOfRun(), time_zone="UTC")
    assert "No alert was raised." in out.getvalue()


def test_the_terminal_shows_alerts_and_messages() -> None:
    """One line for each."""
    out = io.StringIO()
    print_alerts(Console(file=out, width=200), RUN, time_zone="Europe/Berlin")
    text = out.getvalue()
    assert "long-queue Lane 1" in text
    assert "queue_length 6.5, limit 5" in text
    assert "Lane 1: 6 waiting." in text
