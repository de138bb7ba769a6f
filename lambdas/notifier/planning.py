"""Who is to be told what, from a changed alert or a new act: pure, so that each rule is a row in a test.

What is planned here is not yet sent: `gate.py` decides again, on what is stored, right before each message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from contracts.alerts import SEVERITIES, Action, Alert, Severity, Stage, needs_review, verdict_of
from contracts.recipients import Channel, Recipient
from contracts.rules import ANY_STORE

Audience = Literal["inside", "roles", "told"]
"""Whom a stage concerns: people inside with a role; people with a role; those who were told that it began."""


@dataclass(frozen=True, slots=True)
class Due:
    """A stage that is due, and for whom."""

    stage: Stage
    audience: Audience
    roles: frozenset[str] = frozenset()
    except_roles: frozenset[str] = frozenset()


def due_of_change(old: Alert | None, new: Alert, acts: Sequence[Action]) -> tuple[Due, ...]:
    """Return what a changed alert asks for; the same state written again asks for nothing."""
    if old is not None and (old.state, old.changed_ms) == (new.state, new.changed_ms):
        return ()
    if new.state in ("resolved", "expired"):
        return (_over(new),)
    is_escalated = new.state == "escalated"
    # The job may catch up after a failure and write two states at once, of which only the later is seen.
    is_first = old is None or not is_escalated
    verdict = verdict_of(acts)
    if awaits_review(new) and verdict != "true":
        reviewers = (roles_of(new) if is_first else frozenset()) | (
            escalation_roles(new) if is_escalated else frozenset()
        )
        return (Due("review", "inside", reviewers),) if verdict is None else ()
    raised = (Due("raised", "roles", roles_of(new)),) if is_first else ()
    return (*raised, Due("escalated", "roles", escalation_roles(new))) if is_escalated else raised


def due_of_act(act: Action, alert: Alert) -> tuple[Due, ...]:
    """Return what an act asks for: confirmed, a hazard is raised; found to be nothing, it is over."""
    if act.action != "verdict":
        return ()
    if act.verdict != "true":
        return (_over(alert),)
    if not awaits_review(alert):
        return ()
    raised = Due("raised", "roles", roles_of(alert))
    if alert.state != "escalated":
        return (raised,)
    # Who is told now that it is so need not hear in the same breath that nobody took it.
    return (raised, Due("escalated", "roles", escalation_roles(alert), except_roles=roles_of(alert)))


def awaits_review(alert: Alert) -> bool:
    """Whether somebody inside must confirm the alert before anybody outside hears of it."""
    return needs_review(alert) or alert.state == "needs_review"


def roles_of(alert: Alert) -> frozenset[str]:
    """Return the roles to tell."""
    return _roles(alert.roles)


def escalation_roles(alert: Alert) -> frozenset[str]:
    """Return the roles to tell when nobody took it: the same ones where the rule names no others."""
    return _roles(alert.escalation_roles) or roles_of(alert)


def chosen(recipients: Iterable[Recipient], due: Due) -> tuple[Recipient, ...]:
    """Return those whom a stage concerns; whether they were told before is the gate's question."""
    found = (recipient for recipient in recipients if due.audience != "inside" or recipient.is_inside)
    return tuple(each for each in found if due.roles & set(each.roles) and not due.except_roles & set(each.roles))


def of_store(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Return each person once: what is said of them in the store replaces what is said for the chain."""
    by_person: dict[str, Recipient] = {}
    for recipient in sorted(recipients, key=lambda each: each.store_id != ANY_STORE):
        by_person[recipient.person_id] = recipient
    return tuple(by_person[person_id] for person_id in sorted(by_person))


@dataclass(frozen=True, slots=True)
class Way:
    """A channel of a person by its name in the table `notifications`: its kind, numbered from the second on."""

    name: str
    channel: Channel


def ways(recipient: Recipient) -> tuple[Way, ...]:
    """Return a person's channels with their names, in order of preference."""
    kinds = [channel.kind for channel in recipient.channels]
    return tuple(
        Way(_name(channel.kind, kinds[:place].count(channel.kind)), channel)
        for place, channel in enumerate(recipient.channels)
    )


def ways_for(recipient: Recipient, *, stage: Stage, severity: Severity) -> tuple[Way, ...]:
    """Return the channels that may carry a stage of an alert: the first is used, the others when it fails for good."""
    return tuple(
        way
        for way in ways(recipient)
        if is_at_least(severity, way.channel.minimum_severity)
        and not (stage == "resolved" and way.channel.kind == "sms")
        and not (stage == "review" and way.channel.kind == "sns")
    )


def is_at_least(severity: Severity, minimum: Severity) -> bool:
    """Whether a severity reaches another."""
    return SEVERITIES.index(severity) >= SEVERITIES.index(minimum)


def _over(alert: Alert) -> Due:
    return Due("resolved", "told", roles_of(alert) | escalation_roles(alert))


def _roles(text: str) -> frozenset[str]:
    return frozenset(role for role in text.split(",") if role)


def _name(kind: str, before: int) -> str:
    return f"{kind}-{before + 1}" if before else kind
