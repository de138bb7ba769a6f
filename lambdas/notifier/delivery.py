"""One message to one person: when it waits, by which channel it goes, and what follows when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from contracts.alerts import Alert, Stage
from contracts.recipients import Recipient
from lambdas.notifier.channels.base import PermanentError, RetryError
from lambdas.notifier.entries import Ceiling, Entry, State, entry_of
from lambdas.notifier.gate import refusal
from lambdas.notifier.ledger import Ledger
from lambdas.notifier.planning import Way, is_at_least, ways, ways_for
from lambdas.notifier.queues import Notice, Queues
from lambdas.notifier.sender import RefusedError, Sender
from lambdas.notifier.settings import Settings
from lambdas.notifier.store import Reads
from lambdas.notifier.telemetry import Outcome, Telemetry
from lambdas.notifier.timing import is_quiet, shift_start_ms, zone_of

_EARLIER: dict[Stage, frozenset[Stage]] = {
    "review": frozenset({"review", "raised", "escalated"}),
    "raised": frozenset({"raised", "escalated"}),
}
"""Having been told which stages of an earlier alert starts the cool-down of a stage."""


class Delivery:
    """Delivers notices: once each, by the first channel that works."""

    def __init__(
        self,
        *,
        reads: Reads,
        ledger: Ledger,
        sender: Sender,
        queues: Queues,
        telemetry: Telemetry,
        settings: Settings,
        clock: Callable[[], int],
    ) -> None:
        self._reads = reads
        self._ledger = ledger
        self._sender = sender
        self._queues = queues
        self._telemetry = telemetry
        self._settings = settings
        self._clock = clock

    def tell(self, recipient: Recipient, notice: Notice, alert: Alert) -> None:
        """Tell a person a stage of an alert, unless they were told, or it is to wait.

        Raises:
            BusyError: somebody else is telling them in this moment.
        """
        rows = self._ledger.rows(recipient.person_id, alert.alert_id)
        states = {row.entry.channel: row.state for row in rows if row.entry.stage == notice.stage}
        if set(states.values()) - {"failed", "sending"}:
            return
        for way in ways_for(recipient, stage=notice.stage, severity=alert.severity):
            state = states.get(way.name)
            if state == "failed":
                continue
            is_new = state is None
            if not self._try(recipient, way, replace(notice, channel=way.name, tries=0), alert, is_new=is_new):
                return

    def again(self, notice: Notice, alert: Alert) -> None:
        """Try once more what waits for its next try, or was put back by a person.

        Raises:
            BusyError: somebody else is telling them in this moment.
        """
        recipient = self._reads.recipient(notice.store_id, notice.person_id)
        entry = _entry(notice, alert)
        if not self._is_claimed_again(notice, entry):
            # Its channel may have failed when the next one was out of reach: that one is still to be tried.
            if recipient is not None and not notice.is_redriven and self._has_failed(entry):
                self.tell(recipient, notice, alert)
            return
        way = next((way for way in ways(recipient) if way.name == notice.channel), None) if recipient else None
        if recipient is None or way is None:
            self._conclude(entry, "failed", "the person has no such channel any more")
            return
        if self._send(recipient, way, notice, entry):
            self.tell(recipient, notice, alert)

    def _has_failed(self, entry: Entry) -> bool:
        rows = self._ledger.rows(entry.person_id, entry.alert_id)
        return any(row.entry == entry and row.state == "failed" for row in rows)

    def _is_claimed_again(self, notice: Notice, entry: Entry) -> bool:
        now_ms = self._clock()
        if not notice.is_redriven or notice.tries:
            return self._ledger.claim_retry(entry, tries=notice.tries, now_ms=now_ms) == "taken"
        rows = self._ledger.rows(entry.person_id, entry.alert_id)
        is_done = any(row.entry.stage == entry.stage and row.state == "sent" for row in rows)
        return not is_done and self._ledger.claim_failed(entry, now_ms=now_ms) == "taken"

    def _try(self, recipient: Recipient, way: Way, notice: Notice, alert: Alert, *, is_new: bool) -> bool:
        """Try one channel; return whether it failed for good."""
        entry, now_ms = _entry(notice, alert), self._clock()
        if is_new and self._is_set_aside(recipient, way, notice, alert, entry):
            return False
        ceiling = self._ceiling(recipient, alert, now_ms) if is_new else None
        claim = self._ledger.claim(entry, ceiling, now_ms=now_ms)
        if claim == "full":
            self._hold(entry, "ceiling")
        return claim == "taken" and self._send(recipient, way, notice, entry)

    def _is_set_aside(self, recipient: Recipient, way: Way, notice: Notice, alert: Alert, entry: Entry) -> bool:
        """Record what is not to be told, or not now; return whether that is so."""
        now_ms = self._clock()
        case = self._sender.case(
            recipient, way, store_id=alert.store_id, alert_id=alert.alert_id, stage=notice.stage
        )  # fmt: skip
        reason = refusal(case) or self._cool_down(recipient, notice.stage, case.alert)
        if reason is not None:
            self._record(entry, "suppressed", reason)
        elif now_ms - notice.at_ms > self._settings.stale_after_ms:
            self._record(entry, "stale", "too old when first seen")
        elif self._wants_quiet(recipient, notice.stage, alert, now_ms):
            self._hold(entry, "quiet")
        else:
            return False
        return True

    def _send(self, recipient: Recipient, way: Way, notice: Notice, entry: Entry) -> bool:
        """Send what was claimed; return whether the channel failed for good."""
        try:
            self._sender.send(
                recipient,
                way,
                store_id=entry.store_id,
                alert_id=entry.alert_id,
                stage=entry.stage,
                now_ms=self._clock(),
            )
        except RefusedError as refused:
            self._conclude(entry, "suppressed", str(refused))
        except RetryError as fault:
            return self._later(notice, entry, str(fault))
        except PermanentError as fault:
            return self._fail(notice, entry, str(fault))
        else:
            self._conclude(entry, "sent", "", latency_ms=self._clock() - notice.row_ms)
        return False

    def _later(self, notice: Notice, entry: Entry, reason: str) -> bool:
        tries = notice.tries + 1
        if tries >= self._settings.tries_max:
            return self._fail(replace(notice, tries=tries), entry, f"{reason}, after {tries} tries")
        self._queues.retry(replace(notice, tries=tries))
        self._ledger.wait(entry, tries=tries, now_ms=self._clock())
        self._say("retried", entry, reason)
        return False

    def _fail(self, notice: Notice, entry: Entry, reason: str) -> bool:
        self._queues.bury_notice(notice, reason)
        self._conclude(entry, "failed", reason)
        return True

    def _hold(self, entry: Entry, reason: str) -> None:
        self._record(entry, "held", reason)
        self._ledger.note_held(entry.store_id, entry.person_id, expires_at=entry.expires_at)

    def _record(self, entry: Entry, state: State, reason: str) -> None:
        if self._ledger.record(entry, state, reason, now_ms=self._clock()):
            self._say(state, entry, reason)

    def _conclude(self, entry: Entry, state: State, reason: str, *, latency_ms: int | None = None) -> None:
        self._ledger.mark(entry, state, reason, now_ms=self._clock())
        self._say(state, entry, reason, latency_ms=latency_ms)

    def _say(self, outcome: Outcome, entry: Entry, reason: str, *, latency_ms: int | None = None) -> None:
        self._telemetry.outcome(
            outcome,
            channel=entry.channel,
            person_id=entry.person_id,
            notification_id=entry.notification_id,
            reason=reason,
            latency_ms=latency_ms,
        )

    def _wants_quiet(self, recipient: Recipient, stage: Stage, alert: Alert, now_ms: int) -> bool:
        # That something is over is never worth waking anybody.
        if stage != "resolved" and is_at_least(alert.severity, recipient.quiet_breaks_at):
            return False
        store = self._reads.store(alert.store_id, now_ms=now_ms)
        return is_quiet(recipient, zone_of(recipient, store.time_zone), now_ms)

    def _ceiling(self, recipient: Recipient, alert: Alert, now_ms: int) -> Ceiling:
        store = self._reads.store(alert.store_id, now_ms=now_ms)
        start_ms = shift_start_ms(recipient, zone_of(recipient, store.time_zone), now_ms)
        # What is severe is counted and never held: a flood of small things must not hide it.
        return Ceiling(start_ms, None if alert.severity == "high" else recipient.most_per_shift)

    def _cool_down(self, recipient: Recipient, stage: Stage, alert: Alert) -> str | None:
        """Return why a repeat is not told; only what was sent counts, and that nobody took it is always news."""
        if not alert.repeat_of or alert.state == "escalated" or stage not in _EARLIER:
            return None
        rows = self._ledger.sent_since(
            recipient.person_id, first_alert=alert.repeat_of, before_alert=alert.alert_id
        )  # fmt: skip
        told = {row.entry.alert_id for row in rows if row.entry.stage in _EARLIER[stage]}
        for earlier_id in sorted(told, reverse=True):
            earlier = self._reads.alert(alert.store_id, earlier_id)
            if earlier is not None and _is_within_cool_down(earlier, alert):
                return f"cool-down after {earlier_id}"
        return None


def _is_within_cool_down(earlier: Alert, alert: Alert) -> bool:
    is_same = (earlier.rule_id, earlier.place_kind, earlier.place_id) == (
        alert.rule_id,
        alert.place_kind,
        alert.place_id,
    )
    return is_same and bool(earlier.ended_ms) and alert.started_ms - earlier.ended_ms < alert.cool_down_seconds * 1000


def _entry(notice: Notice, alert: Alert) -> Entry:
    return entry_of(alert, person_id=notice.person_id, stage=notice.stage, channel=notice.channel)
