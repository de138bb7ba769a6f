"""Digests: what was held for quiet hours or above the ceiling, in one message when that is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from contracts.recipients import ChannelKind, Recipient
from lambdas.notifier.channels.base import DeliveryError, PermanentError, RetryError
from lambdas.notifier.entries import Row, State, told_reason
from lambdas.notifier.ledger import Ledger
from lambdas.notifier.planning import Way, ways
from lambdas.notifier.queues import Notice, PoisonError, Queues
from lambdas.notifier.sender import Sender
from lambdas.notifier.store import Reads
from lambdas.notifier.telemetry import Telemetry
from lambdas.notifier.timing import is_quiet, shift_start_ms, zone_of

_PREFERRED: tuple[ChannelKind, ...] = ("email", "push", "sns", "sms")
"""A digest is something to read: a text message only where there is nothing else."""


class Digests:
    """Sends what was held once its time has come."""

    def __init__(
        self,
        *,
        reads: Reads,
        ledger: Ledger,
        sender: Sender,
        queues: Queues,
        telemetry: Telemetry,
        clock: Callable[[], int],
    ) -> None:
        self._reads = reads
        self._ledger = ledger
        self._sender = sender
        self._queues = queues
        self._telemetry = telemetry
        self._clock = clock

    def send_all(self) -> int:
        """Send every digest that is due; return how many went out."""
        return sum(self._send_to(store_id, person_id, notes) for store_id, person_id, notes in self._ledger.noted())

    def _send_to(self, store_id: str, person_id: str, notes: int) -> bool:
        now_ms = self._clock()
        recipient = self._reads.recipient(store_id, person_id)
        if recipient is None:
            self._ledger.unnote(store_id, person_id, notes)
            return False
        zone = zone_of(recipient, self._reads.store(store_id, now_ms=now_ms).time_zone)
        if is_quiet(recipient, zone, now_ms):
            return False
        due = [row for row in self._ledger.held(store_id, person_id) if _is_due(row, recipient, zone, now_ms)]
        mine = [row for row in due if self._ledger.claim_held(row, now_ms=now_ms)]
        is_sent = bool(mine) and self._send(recipient, mine, now_ms)
        if not self._ledger.held(store_id, person_id):
            self._ledger.unnote(store_id, person_id, notes)
        return is_sent

    def _send(self, recipient: Recipient, rows: Sequence[Row], now_ms: int) -> bool:
        fault: DeliveryError = PermanentError("no channel")
        for way in sorted(ways(recipient), key=lambda way: _PREFERRED.index(way.channel.kind)):
            try:
                self._send_by(recipient, way, rows, now_ms)
            except RetryError:
                for row in rows:
                    self._ledger.put_back(row, now_ms=now_ms)
                return False
            except PermanentError as error:
                fault = error
            else:
                return True
        for row in rows:
            self._queues.bury_notice(_notice(row), str(fault))
            self._conclude(row, "failed", str(fault))
        return False

    def _send_by(self, recipient: Recipient, way: Way, rows: Sequence[Row], now_ms: int) -> None:
        try:
            refused = self._sender.send_digest(recipient, way, rows, now_ms=now_ms)
        except PoisonError as gone:
            raise PermanentError(str(gone)) from gone
        for row in rows:
            reason = refused.get(row)
            self._conclude(row, "suppressed" if reason else "sent", reason or "digest")

    def _conclude(self, row: Row, state: State, reason: str) -> None:
        self._ledger.mark(row.entry, state, reason, now_ms=self._clock())
        self._telemetry.outcome(
            state,
            channel=row.entry.channel,
            person_id=row.entry.person_id,
            notification_id=row.entry.notification_id,
            reason=reason,
        )


def _is_due(row: Row, recipient: Recipient, zone: ZoneInfo, now_ms: int) -> bool:
    """Held for quiet: as soon as it is over. Held above the ceiling: when the next shift has begun."""
    return told_reason(row) != "ceiling" or shift_start_ms(recipient, zone, now_ms) > row.changed_ms


def _notice(row: Row) -> Notice:
    entry = row.entry
    return Notice(
        store_id=entry.store_id,
        person_id=entry.person_id,
        alert_id=entry.alert_id,
        stage=entry.stage,
        channel=entry.channel,
        at_ms=row.changed_ms,
        row_ms=row.changed_ms,
    )
