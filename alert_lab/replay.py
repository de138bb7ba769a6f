"""Runs the job's alert policy over recorded signals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alert_lab.windows import Signal
from contracts.alerts import Alert
from flink_jobs.alerting.policy import LOOKS_EVERY_MS, Policy
from flink_jobs.alerting.rulebook import Book


def replay(store_id: str, signals: Iterable[Signal], book: Book, *, until_ms: int | None = None) -> Iterator[Alert]:
    """Yield every alert each time that it begins, changes or ends; the last state of an id is the one that stays.

    Args:
        store_id: the store.
        signals: its signals, in order.
        book: the rules, the same all the time.
        until_ms: how far to let the time go on after the last signal; None: not at all.
    """
    policy, now_ms = Policy(store_id), 0
    for signal in signals:
        yield from _catch_up(policy, book, since_ms=now_ms, until_ms=signal.time_ms)
        yield from policy.take(signal.kind, signal.time_ms, signal.body, book)
        now_ms = signal.time_ms
    if until_ms is not None:
        yield from _catch_up(policy, book, since_ms=now_ms, until_ms=until_ms)


def _catch_up(policy: Policy, book: Book, *, since_ms: int, until_ms: int) -> Iterator[Alert]:
    """Look at the time when something is due, as the job's timers do; what is overdue is looked at every minute."""
    now_ms = since_ms
    while (due_ms := policy.next_due_ms(book)) is not None:
        now_ms = due_ms if due_ms > now_ms else now_ms + LOOKS_EVERY_MS
        if now_ms >= until_ms:
            return
        yield from policy.advance(now_ms, book)
