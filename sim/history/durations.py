"""Durations by buckets of the contract's histograms: how many of an hour's dwells or waits lie in each.

They are log-normal, cut into `CELLS` cells of every second bucket; all of a cell last its bucket's middle. So sums of
durations follow from the histogram, and a histogram of two groups is the sum of theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.histograms import BOUNDS_MS, upper_ms
from sim.history.chance import Floats, Integers, Keys, uniform

CELLS = 24
LOWER_MS = np.array(BOUNDS_MS, dtype=np.int64)
MIDDLE_MS = np.array([(lower + upper_ms(lower)) // 2 for lower in BOUNDS_MS], dtype=np.int64)
SPREAD = 0.85
"""Standard deviation of a duration's logarithm."""
_STEP = 2 * math.log(1.1)
Counts = npt.NDArray[np.int32]


def _shares() -> Floats:
    bounds = (np.arange(1, CELLS) - CELLS / 2) * _STEP / SPREAD
    below = np.array([0.5 * (1 + math.erf(bound / math.sqrt(2))) for bound in bounds])
    return np.concatenate([below, [1.0]])


_BELOW = _shares()


@dataclass(frozen=True, slots=True)
class Durations:
    """How many durations of each of many groups lie in its cells.

    `counts` has the groups' shape and an axis of `CELLS` more; cell `c` of a group is bucket `first_bucket + 2 * c`.
    """

    first_bucket: Integers
    counts: Counts

    def __add__(self, other: Durations) -> Durations:
        """Return both together; their cells must be the same buckets."""
        return Durations(self.first_bucket, self.counts + other.counts)

    def emptied(self) -> Durations:
        """Return the same groups without any duration."""
        return Durations(self.first_bucket, np.zeros_like(self.counts))

    @property
    def buckets(self) -> Integers:
        """Number of each cell's bucket."""
        return self.first_bucket[..., None] + 2 * np.arange(CELLS)

    @property
    def total_ms(self) -> Integers:
        """Sum of each group's durations."""
        return np.asarray(np.einsum("...c,...c->...", self.counts, MIDDLE_MS[self.buckets], dtype=np.int64))

    @property
    def longest_ms(self) -> Integers:
        """Longest of each group's durations; -1 for none."""
        middle = np.where(self.counts > 0, MIDDLE_MS[self.buckets], -1)
        return np.asarray(middle.max(axis=-1), dtype=np.int64)

    def over(self, limit_ms: int) -> Integers:
        """Return how many of each group are longer than a limit."""
        return np.asarray(np.where(MIDDLE_MS[self.buckets] > limit_ms, self.counts, 0).sum(axis=-1), dtype=np.int64)


def first_bucket_of(mean_ms: Floats) -> Integers:
    """Return the first cell's bucket of durations with this mean."""
    median = mean_ms / math.exp(SPREAD**2 / 2)
    middle = np.searchsorted(LOWER_MS, median, side="right") - 1
    # A cell's middle lies a bucket above its own, half of it for the median's place within its bucket.
    return np.clip(middle - CELLS + 1, 0, len(LOWER_MS) - 2 * CELLS).astype(np.int64)


def durations(number: Integers, first_bucket: Integers, key: Keys) -> Durations:
    """Return so many durations of each group: each cell has its share of them, rounded by chance."""
    up_to_cell = np.floor(number[..., None] * _BELOW + 0.999 * uniform(key)[..., None])
    counts = np.diff(up_to_cell, axis=-1, prepend=0.0)
    return Durations(first_bucket, counts.astype(np.int32))
