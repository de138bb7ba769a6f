"""The last question before each message: may this person hear this now? Pure; the answer is the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.alerts import Action, Alert, Stage, state_of, verdict_of
from contracts.recipients import Channel, Recipient
from contracts.rules import ANY_STORE
from lambdas.notifier.planning import awaits_review, escalation_roles, roles_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the gate decides about, read anew right before a message goes out."""

    alert: Alert
    acts: Sequence[Action]
    stage: Stage
    recipient: Recipient
    channel: Channel
    is_told: bool
    """Whether the person was successfully told that this alert began, or that nobody took it."""


def forbidden(case: Case) -> str | None:
    """Return why the person must never hear this, as things are; None where they may."""
    if case.recipient.store_id not in (case.alert.store_id, ANY_STORE):
        return "another store"
    if case.stage == "resolved":
        return None if case.is_told else "never told that it began"
    if not set(case.recipient.roles) & (roles_of(case.alert) | escalation_roles(case.alert)):
        return "not a role of the alert"
    return _unconfirmed(case)


def _unconfirmed(case: Case) -> str | None:
    """Return why nobody outside hears of it: before somebody inside found it true, and never if they found it not."""
    verdict = verdict_of(case.acts)
    if verdict is not None and verdict != "true":
        return f"found to be {verdict}"
    if case.stage == "review":
        is_outside = not case.recipient.is_inside or case.channel.kind == "sns"
        return "a review is for people inside" if is_outside else None
    if awaits_review(case.alert) and verdict is None:
        return "nobody confirmed it"
    return None


def moot(case: Case) -> str | None:
    """Return why it no longer helps to tell this alone; a digest may still mention it."""
    if case.stage == "resolved":
        return None
    state = state_of(case.alert, case.acts)
    if state in ("resolved", "expired") or case.alert.state in ("resolved", "expired"):
        return "over meanwhile"
    if case.stage == "escalated" and state == "acknowledged":
        return "taken meanwhile"
    if case.stage == "review" and verdict_of(case.acts) is not None:
        return "judged meanwhile"
    return None


def refusal(case: Case) -> str | None:
    """Return why a message must not go out now; None where it may."""
    return forbidden(case) or moot(case)
