"""What needed attention: each alert in the words that people were told, and the messages as they were received."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from contracts.recipients import Channel, Recipient
from contracts.rules import Store
from demo.alerts import AlertsOfRun
from demo.report.words import clock, count
from lambdas.alert_store.actions import AlertCase
from lambdas.notifier.words.compose import told_of
from lambdas.notifier.words.facts import advice, headline

_READER = Recipient(
    store_id="*", person_id="reader", roles=("reader",), channels=(Channel(kind="email", address="reader@example.com"),)
)
_STATES = {
    "raised": "still open",
    "needs_review": "waits to be judged",
    "acknowledged": "taken",
    "escalated": "nobody took it",
    "resolved": "over",
    "expired": "seen no more",
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert: the sentence, the advice, from when to when, and what became of it."""

    when: str
    severity: str
    sentence: str
    advice: str
    state: str
    told: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as it was received."""

    way: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Attention:
    """The section of the report; without alerts there are no lines."""

    finding: str
    alerts: tuple[AlertLine, ...] = ()
    messages: tuple[MessageLine, ...] = ()


def attention(alerts: AlertsOfRun, *, time_zone: str) -> Attention:
    """Return what needed attention during a run, in the order of time."""
    sent = [str(note["notification_id"]).partition("#")[0] for note in alerts.notes if note.get("state") == "sent"]
    told = Counter(sent)
    lines = tuple(_line(case, told[case.alert.alert_id], time_zone) for case in alerts.cases)
    messages = tuple(MessageLine(each.way, each.to, each.subject or each.text) for each in alerts.messages)
    return Attention(_finding(len(lines), len(messages)), lines, messages)


def _finding(alerts: int, messages: int) -> str:
    if not alerts:
        return "Nothing needed attention"
    told = "nobody was told" if not messages else f"{count(messages)} {_s(messages, 'message')} sent"
    return f"{count(alerts)} {_s(alerts, 'alert')}, {told}"


def _s(number: int, word: str) -> str:
    return word if number == 1 else f"{word}s"


def _line(case: AlertCase, told: int, time_zone: str) -> AlertLine:
    alert = case.alert
    words = told_of(
        alert,
        case.actions,
        stage="review" if case.state == "needs_review" else "raised",
        recipient=_READER,
        store=Store(time_zone=time_zone),
        now_ms=alert.changed_ms,
    )
    end = clock(alert.ended_ms, time_zone) if alert.ended_ms else "now"
    return AlertLine(
        when=f"{clock(alert.raised_ms, time_zone)} to {end}",
        severity=alert.severity,
        sentence=f"{headline(words)}.",
        advice=advice(words),
        state=_STATES[case.state] + (", again" if alert.repeat_of else ""),
        told=count(told) if told else "nobody",
    )
