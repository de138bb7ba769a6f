"""The single place through which every message goes: nothing else holds a channel.

Right before a message goes out, the alert and its acts are read as they stand, and the gate decides. Planning may be
old or wrong; what leaves here is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from jinja2 import TemplateError

from contracts.alerts import Action, Alert, Stage
from contracts.recipients import ChannelKind, Recipient
from lambdas.notifier.channels.base import Channel, DeliveryError, Message, PermanentError
from lambdas.notifier.entries import Row, told_reason
from lambdas.notifier.gate import Case, forbidden, refusal
from lambdas.notifier.ledger import Ledger
from lambdas.notifier.planning import Way
from lambdas.notifier.queues import PoisonError
from lambdas.notifier.store import Reads
from lambdas.notifier.words.compose import compose, told_of
from lambdas.notifier.words.digest_words import Kept, compose_digest

STAGES: tuple[Stage, ...] = get_args(Stage)
_BEGINNINGS = ("raised", "escalated")


class RefusedError(RuntimeError):
    """The gate does not let the message out; the text is the reason."""


class Sender:
    """Sends what the gate lets out."""

    def __init__(self, *, reads: Reads, ledger: Ledger, channels: Mapping[ChannelKind, Channel], app_url: str) -> None:
        self._reads = reads
        self._ledger = ledger
        self._channels = channels
        self._app_url = app_url

    def send(self, recipient: Recipient, way: Way, *, store_id: str, alert_id: str, stage: Stage, now_ms: int) -> None:
        """Send one stage of one alert to one person.

        Raises:
            RefusedError: the person must not hear it, or it no longer helps.
            RetryError: it may work later.
            PermanentError: it will not work by this channel.
        """
        case = self.case(recipient, way, store_id=store_id, alert_id=alert_id, stage=stage)
        reason = refusal(case)
        if reason is not None:
            raise RefusedError(reason)
        self._hand_over(way, self._written(case, now_ms))

    def send_digest(self, recipient: Recipient, way: Way, rows: Sequence[Row], *, now_ms: int) -> Mapping[Row, str]:
        """Send what was held as one message; return what was left out, with the reasons.

        Raises:
            RetryError: it may work later.
            PermanentError: it will not work by this channel.
        """
        cases = {row: self._case_of(recipient, way, row) for row in rows}
        refused = {row: reason for row, case in cases.items() if (reason := forbidden(case)) is not None}
        kept = [self._kept(case, told_reason(row), now_ms) for row, case in cases.items() if row not in refused]
        if kept:
            self._hand_over(way, compose_digest(_one_each(kept), recipient=recipient, app_url=self._app_url))
        return refused

    def case(self, recipient: Recipient, way: Way, *, store_id: str, alert_id: str, stage: Stage) -> Case:
        """Read what the gate decides about, as it stands in this moment.

        Raises:
            PoisonError: there is no such alert.
        """
        alert, acts = self._alert(store_id, alert_id), self._reads.acts(store_id, alert_id)
        return Case(
            alert=alert,
            acts=acts,
            stage=stage,
            recipient=recipient,
            channel=way.channel,
            is_told=self.is_told(recipient.person_id, alert_id),
        )

    def is_told(self, person_id: str, alert_id: str) -> bool:
        """Whether a person was successfully told that an alert began, or that nobody took it."""
        rows = self._ledger.rows(person_id, alert_id)
        return any(row.state == "sent" and row.entry.stage in _BEGINNINGS for row in rows)

    def _case_of(self, recipient: Recipient, way: Way, row: Row) -> Case:
        entry = row.entry
        return self.case(recipient, way, store_id=entry.store_id, alert_id=entry.alert_id, stage=entry.stage)

    def _alert(self, store_id: str, alert_id: str) -> Alert:
        alert = self._reads.alert(store_id, alert_id)
        if alert is None:
            raise PoisonError(f"alert {alert_id}: expected it in the table, came none; it may have expired")
        return alert

    def _written(self, case: Case, now_ms: int) -> Message:
        try:
            store = self._reads.store(case.alert.store_id, now_ms=now_ms)
            told = told_of(
                case.alert, case.acts, stage=case.stage, recipient=case.recipient, store=store, now_ms=now_ms
            )
            return compose(told, acts=case.acts, recipient=case.recipient, app_url=self._app_url)
        except (ValueError, KeyError, TypeError, ArithmeticError, TemplateError) as broken:
            raise PermanentError(f"cannot be put into words: {type(broken).__name__}") from broken

    def _kept(self, case: Case, reason: str, now_ms: int) -> Kept:
        store = self._reads.store(case.alert.store_id, now_ms=now_ms)
        acts: Sequence[Action] = case.acts
        told = told_of(case.alert, acts, stage=case.stage, recipient=case.recipient, store=store, now_ms=now_ms)
        return Kept(told, acts, reason)

    def _hand_over(self, way: Way, message: Message) -> None:
        channel = self._channels.get(way.channel.kind)
        if channel is None:
            raise PermanentError(f"{way.channel.kind} is not set up")
        try:
            channel.send(way.channel.address, message)
        except DeliveryError:
            raise
        except Exception as broken:
            # One person's odd address must not keep the others waiting.
            raise PermanentError(f"cannot be sent: {type(broken).__name__}") from broken


def _one_each(kept: Sequence[Kept]) -> list[Kept]:
    """Keep the last stage of each alert: whoever reads later need not read how it came to it."""
    by_stage = sorted(kept, key=lambda each: STAGES.index(each.told.stage))
    last = {each.told.alert.alert_id: each for each in by_stage}
    return [last[alert_id] for alert_id in sorted(last)]
