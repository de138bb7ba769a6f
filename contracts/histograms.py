"""Log-spaced histograms of durations: mergeable by adding, with a bounded error of every percentile.

A bucket is [lower, lower * 11 / 10) in whole milliseconds, from `FIRST_MS` on; what is shorter lies in [0, FIRST_MS).
The bounds follow each other by integer arithmetic, so that every engine finds the same ones. A percentile told as the
bucket's geometric middle is off by at most sqrt(1.1) - 1 = 4.9 %.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Mapping

FIRST_MS = 100
LAST_MS = 7 * 24 * 3_600_000
"""Longer than anything that is measured; longer durations lie in the last bucket."""


def _bounds() -> tuple[int, ...]:
    bounds = [0, FIRST_MS]
    while bounds[-1] < LAST_MS:
        bounds.append(upper_ms(bounds[-1]))
    return tuple(bounds)


def upper_ms(lower_ms: int) -> int:
    """Return where a bucket ends, exclusive."""
    return lower_ms * 11 // 10 if lower_ms else FIRST_MS


def lower_ms(duration_ms: int) -> int:
    """Return the lower bound of the bucket of a duration; raises `ValueError` for a negative one."""
    if duration_ms < 0:
        raise ValueError(f"expected a duration of 0 ms or more, came {duration_ms}")
    return BOUNDS_MS[bisect.bisect_right(BOUNDS_MS, duration_ms) - 1]


def histogram(durations_ms: Iterable[int]) -> dict[int, int]:
    """Return how many durations lie in each bucket, by its lower bound, rising."""
    return dict(sorted(Counter(map(lower_ms, durations_ms)).items()))


def percentile_ms(counts: Mapping[int, int], share: float) -> float | None:
    """Return the geometric middle of the bucket that holds a share (0 to 1) of the durations; None for none.

    The rank is the least one that covers the share (ceil(share * n)), as in the inverse of the empirical distribution.
    """
    total = sum(counts.values())
    rank = max(1, math.ceil(share * total))
    for lower, count in sorted(counts.items()):
        rank -= count
        if rank <= 0:
            return math.sqrt(lower * upper_ms(lower)) if lower else FIRST_MS / 2
    return None


BOUNDS_MS = _bounds()
