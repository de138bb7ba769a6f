"""Runs the job's alert policy over recorded signals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

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
    policy, timers = Policy(store_id), _Timers()
    for signal in signals:
        yield from _catch_up(policy, book, timers, until_ms=signal.time_ms)
        yield from policy.take(signal.kind, signal.time_ms, signal.body, book)
        timers.set(policy.next_due_ms(book), signal.time_ms)
    if until_ms is not None:
        yield from _catch_up(policy, book, timers, until_ms=until_ms)


class _Timers:
    """When to look at the time, as the job's event-time timers: at what is due, or in a minute if it is overdue."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._known: set[int] = set()

    def set(self, due_ms: int | None, now_ms: int) -> None:
        if due_ms is None:
            return
        time_ms = due_ms if due_ms > now_ms else now_ms + LOOKS_EVERY_MS
        if time_ms not in self._known:
            self._known.add(time_ms)
            heappush(self._times, time_ms)

    def before(self, until_ms: int) -> int | None:
        """Take the first timer that is due before an instant."""
        if not self._times or self._times[0] >= until_ms:
            return None
        time_ms = heappop(self._times)
        self._known.discard(time_ms)
        return time_ms


def _catch_up(policy: Policy, book: Book, timers: _Timers, *, until_ms: int) -> Iterator[Alert]:
    while (now_ms := timers.before(until_ms)) is not None:
        yield from policy.advance(now_ms, book)
        timers.set(policy.next_due_ms(book), now_ms)
