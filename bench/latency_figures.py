"""The figures of a run of many stores in real time, worked out from what was seen of it."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.producer import Acknowledged, Sent
from bench.realtime import RealTimeLoad
from bench.watching import MEMORY, Asked, Seen
from contracts.events import REPORT_DELAY_MS, WATERMARK_DELAY_MS

CATCH_UP_SECONDS = 15.0
"""How long after the last event all must be sent and read."""
TARGET_MS = 3_000
"""The 95th percentile may lie so much above the delay of the watermark."""
LAG_MS = WATERMARK_DELAY_MS - REPORT_DELAY_MS
"""A producer that lags by more makes snapshots late that would not have been."""
BEHIND_SECONDS = 2.0
"""A job that falls further behind by more, from the first third of the measured time to the last, does not keep up."""


@dataclass(frozen=True, slots=True)
class Latency:
    """What a load took; of the measured stretch, but for `sent`, `read`, `rejected` and `peak_rss_bytes`.

    Attributes:
        stores: How many there were.
        samples: Items that were seen for the first time, of as many zones as were looked at.
        p50_ms: From the end of a window until its item was seen: the median.
        p95_ms: The same: 95th percentile.
        p99_ms: The same: 99th percentile.
        after_watermark_p95_ms: What of the 95th percentile lies above the delay of the watermark.
        sent: Events that Kinesis confirmed.
        read: Events that left the job's source.
        producer_lag_ms_max: Longest time from when an event was due until Kinesis had confirmed it.
        peak_rss_bytes: Most memory that the TaskManager's process held.
        checkpoints: How many were completed.
        checkpoint_ms_max: Time that the longest took, end to end.
        state_bytes_max: Size of the largest, with what it shares with those before.
        failure: Why the figures do not count, or why there are none.
        task_manager_mb: Memory that Flink was told to stay within (MiB).
        events_per_second: Events sent in each second.
        behind_seconds: By how much further behind the job fell, in seconds of the load.
        parts_ms: Where the time goes, by part: the median over the windows.
        cores: How many cores each program took, and all of the machine.
        memory_bytes: Most memory of each kind of which Flink told.
        rejected: Rows of `rejected_v1` by reason, as far as they are committed.
        delays_ms: All samples, sorted.
    """

    stores: int
    samples: int = 0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    after_watermark_p95_ms: float = 0.0
    sent: int = 0
    read: int = 0
    producer_lag_ms_max: int = 0
    peak_rss_bytes: int = 0
    checkpoints: int = 0
    checkpoint_ms_max: int = 0
    state_bytes_max: int = 0
    failure: str | None = None
    task_manager_mb: int = 0
    events_per_second: float = 0.0
    behind_seconds: float = 0.0
    parts_ms: Mapping[str, float] = field(default_factory=dict)
    cores: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    delays_ms: tuple[int, ...] = ()

    @property
    def is_in_time(self) -> bool:
        """Whether the figures count and the target is met."""
        return self.failure is None and self.after_watermark_p95_ms <= TARGET_MS


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of one run, times in milliseconds since 1970-01-01 UTC.

    Attributes:
        from_ms: Begin of the measured stretch; windows that end from here on count.
        to_ms: Its end; windows that end from here on count no more.
        seen: Items of all windows.
        sent: What the producer did.
        asked: What Flink answered, the warm-up left out.
        checkpoints: As Flink tells of them, the warm-up left out.
        cores: As `Latency.cores`.
        peak_rss_bytes: As `Latency.peak_rss_bytes`.
        rejected: As `Latency.rejected`.
    """

    from_ms: int
    to_ms: int
    seen: Sequence[Seen]
    sent: Sent
    asked: Sequence[Asked]
    checkpoints: Sequence[Mapping[str, Any]]
    cores: Mapping[str, float]
    peak_rss_bytes: int
    rejected: Mapping[str, int]


def latency_of(load: RealTimeLoad, observed: Observed, *, task_manager_mb: int) -> Latency:
    """Return what a run tells."""
    seen = [each for each in observed.seen if observed.from_ms <= each.window_end_ms < observed.to_ms]
    delays = sorted(each.at_ms - each.window_end_ms for each in seen)
    p50, p95, p99 = (percentile(delays, share) if delays else 0 for share in (0.5, 0.95, 0.99))
    books = observed.sent.acknowledged
    return Latency(
        stores=load.stores,
        samples=len(delays),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        after_watermark_p95_ms=p95 - WATERMARK_DELAY_MS if delays else 0,
        sent=books[-1].events,
        read=observed.asked[-1].read,
        producer_lag_ms_max=observed.sent.lag_ms_max,
        peak_rss_bytes=observed.peak_rss_bytes,
        checkpoints=len(observed.checkpoints),
        checkpoint_ms_max=max((each["end_to_end_duration"] for each in observed.checkpoints), default=0),
        state_bytes_max=max((each["state_size"] for each in observed.checkpoints), default=0),
        failure=_problem(observed, has_samples=bool(delays)),
        task_manager_mb=task_manager_mb,
        events_per_second=books[-1].events / load.total_seconds,
        behind_seconds=behind_seconds(books, observed.asked),
        parts_ms=parts_ms(seen, books),
        cores=observed.cores,
        memory_bytes={kind: max(each.memory_bytes[kind] for each in observed.asked) for kind in MEMORY},
        rejected=observed.rejected,
        delays_ms=tuple(delays),
    )


def percentile(ordered: Sequence[int], share: float) -> int:
    """Return the smallest of some sorted values that is not exceeded by at least that share of them (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def behind_seconds(books: Sequence[Acknowledged], asked: Sequence[Asked]) -> float:
    """Return by how many seconds of the load the reader fell further behind, from the first third to the last."""
    at_ms = [entry.at_ms for entry in books]
    backlog = [books[max(0, bisect_right(at_ms, each.at_ms) - 1)].events - each.read for each in asked]
    third = max(1, len(backlog) // 3)
    per_second = 1000 * books[-1].events / (at_ms[-1] - at_ms[0])
    return (statistics.median(backlog[-third:]) - statistics.median(backlog[:third])) / per_second


def parts_ms(seen: Sequence[Seen], books: Sequence[Acknowledged]) -> dict[str, float]:
    """Return where the time goes from the end of a window on: the median over the windows, by part (ms)."""
    windows: dict[int, list[int]] = defaultdict(list)
    for each in seen:
        windows[each.window_end_ms].append(each.at_ms)
    parts = [_parts_of_window(end_ms, sorted(at_ms), books) for end_ms, at_ms in windows.items()]
    names = ("until an event came that closes it", "until the first item was seen", "until 95 of 100 were seen")
    steps = {name: statistics.median(column) for name, column in zip(names, zip(*parts, strict=True), strict=False)}
    return {"delay of the watermark": float(WATERMARK_DELAY_MS), **steps}


def _parts_of_window(end_ms: int, seen_ms: Sequence[int], books: Sequence[Acknowledged]) -> tuple[int, int, int]:
    due_ms = end_ms + WATERMARK_DELAY_MS
    closed_ms = next((entry.at_ms for entry in books if entry.reach_ms >= due_ms), books[-1].at_ms)
    return closed_ms - due_ms, seen_ms[0] - closed_ms, percentile(seen_ms, 0.95) - seen_ms[0]


def _problem(observed: Observed, *, has_samples: bool) -> str | None:
    """Return why the figures of a run do not count, or None."""
    sent, read = observed.sent.acknowledged[-1].events, observed.asked[-1].read
    behind = behind_seconds(observed.sent.acknowledged, observed.asked)
    if observed.sent.lag_ms_max > LAG_MS:
        unsent = f", {observed.sent.unsent} events not sent" if observed.sent.unsent else ""
        return f"the producer lagged: expected at most {LAG_MS} ms, came {observed.sent.lag_ms_max} ms{unsent}"
    if behind > BEHIND_SECONDS:
        return f"the job does not keep up: it fell {behind:.1f} s of the load further behind"
    if read != sent:
        return f"expected {sent} events read {CATCH_UP_SECONDS:.0f} s after the last, came {read}"
    return None if has_samples else "no item was seen"
