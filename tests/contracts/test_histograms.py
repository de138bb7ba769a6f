"""Histograms of durations: every duration has one bucket, merging adds, and percentiles are close."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.histograms import BOUNDS_MS, FIRST_MS, LAST_MS, histogram, lower_ms, percentile_ms, upper_ms

DURATIONS = st.lists(st.integers(0, LAST_MS), min_size=1, max_size=200)
MOST_ERROR = math.sqrt(1.1) - 1


def test_buckets_follow_each_other() -> None:
    """Rule: a bucket ends where the next begins, from 0 until beyond the longest duration."""
    assert BOUNDS_MS[:5] == (0, 100, 110, 121, 133)
    assert all(upper_ms(lower) == upper for lower, upper in pairwise(BOUNDS_MS))
    assert BOUNDS_MS[-1] >= LAST_MS


@given(st.integers(0, LAST_MS))
def test_every_duration_has_its_bucket(duration_ms: int) -> None:
    """Rule: a duration lies within its bucket, the lower bound in and the upper one out."""
    lower = lower_ms(duration_ms)
    assert lower in BOUNDS_MS
    assert lower <= duration_ms < upper_ms(lower)


@pytest.mark.parametrize(
    ("duration_ms", "lower"), [(0, 0), (99, 0), (100, 100), (109, 100), (110, 110), (120, 110), (121, 121)]
)
def test_bounds(duration_ms: int, lower: int) -> None:
    """Rule: bounds are whole milliseconds, rounded down, in every engine."""
    assert lower_ms(duration_ms) == lower


def test_what_is_longer_than_all_lies_in_the_last() -> None:
    """Rule: no duration is too long."""
    assert lower_ms(10 * LAST_MS) == BOUNDS_MS[-1]


def test_negative_duration_is_refused() -> None:
    """Rule: a duration below nothing is a fault of who measured it."""
    with pytest.raises(ValueError, match="came -1"):
        lower_ms(-1)


@given(DURATIONS, DURATIONS)
def test_merging_is_adding(one: list[int], other: list[int]) -> None:
    """Rule: the histogram of both is the sum of the two, and nothing is lost in it."""
    both = histogram(one + other)
    assert both == dict(sorted((Counter(histogram(one)) + Counter(histogram(other))).items()))
    assert sum(both.values()) == len(one) + len(other)


@given(DURATIONS, st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.99, 1.0]))
def test_percentile_is_close(durations_ms: list[int], share: float) -> None:
    """Rule: off by at most 4.9 % from the inverse of the empirical distribution; under 100 ms it says 50 ms."""
    exact = sorted(durations_ms)[max(1, math.ceil(share * len(durations_ms))) - 1]
    told = percentile_ms(histogram(durations_ms), share)
    assert told is not None
    if exact < FIRST_MS:
        assert told == FIRST_MS / 2
    else:
        assert abs(told - exact) <= MOST_ERROR * exact + 1e-6


def test_percentile_of_none() -> None:
    """Rule: nobody has no percentile."""
    assert percentile_ms({}, 0.5) is None
