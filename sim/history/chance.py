"""Random numbers by key instead of by order: the draw of a store's hour does not depend on what is drawn besides.

A key is mixed by the finaliser of SplitMix64, whose outputs pass as independent (Steele, Lea, Flood: Fast Splittable
Pseudorandom Number Generators, 2014); arrays of keys give arrays of draws.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_SMALL_MEAN = 12.0
_STEPS = 48
"""A Poisson draw of a mean under 12 exceeds this less than once in 10^14."""


class Draw(IntEnum):
    """What a number is drawn for: each purpose has draws of its own."""

    SIZE = auto()
    GROWTH = auto()
    TURN = auto()
    REACH = auto()
    TASTE = auto()
    WEATHER = auto()
    LOCAL = auto()
    OUTAGE = auto()
    OUTAGE_START = auto()
    OUTAGE_HOURS = auto()
    CAMERA = auto()
    LATE = auto()
    IN = auto()
    OUT = auto()
    STAFF_IN = auto()
    STAFF_OUT = auto()
    STAFF_VISITS = auto()
    STAFF_TIME = auto()
    VISITS = auto()
    PASSING = auto()
    DWELL = auto()
    LOST = auto()
    PRESENCE = auto()
    PEAK = auto()
    JOINED = auto()
    WAIT = auto()
    LEFT = auto()
    CENSORED = auto()
    SERVICE = auto()
    QUEUE = auto()
    MINUTE = auto()
    SPLIT = auto()
    STAFF_MINUTE = auto()
    SERVED_MINUTE = auto()
    LEFT_MINUTE = auto()
    ALERT = auto()
    ALERT_MINUTE = auto()
    ALERT_PLACE = auto()
    ALERT_VALUE = auto()
    ALERT_LENGTH = auto()
    ALERT_TAKEN = auto()
    ALERT_RESPONSE = auto()
    ALERT_JUDGED = auto()
    ALERT_VERDICT = auto()
    STORE_RISK = auto()
    STORE_RESPONSE = auto()
    RECORDS = auto()
    REJECTED = auto()
    DUPLICATES = auto()
    CAMERA_MINUTE = auto()
    HEAT = auto()


def keys(seed: int, *parts: npt.NDArray[Any] | int) -> Keys:
    """Return the keys of a seed and whole numbers, such as store, day and hour; arrays are broadcast."""
    return derived(np.asarray(np.uint64(seed)), *parts)


def derived(key: Keys, *parts: npt.NDArray[Any] | int) -> Keys:
    """Return keys that follow from others and whole numbers."""
    with np.errstate(over="ignore"):
        for part in parts:
            key = _mixed(key + (np.asarray(part).astype(np.uint64) + np.uint64(1)) * _GOLDEN)
    return key


def uniform(key: Keys) -> Floats:
    """Return draws from [0, 1)."""
    return np.asarray((key >> np.uint64(11)) * 2.0**-53)


def normal(key: Keys) -> Floats:
    """Return draws of the standard normal distribution (Box and Muller's transform)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(key)))
    return np.asarray(radius * np.cos(2.0 * np.pi * uniform(derived(key, 0))))


def poisson(mean: Floats, key: Keys) -> Integers:
    """Return draws of the Poisson distribution: exact for small means, the normal with its skewness for others."""
    mean, key = np.broadcast_arrays(mean, key)
    drawn = normal(key)
    large = np.floor(mean + drawn * np.sqrt(mean) + (drawn * drawn - 1.0) / 6.0 + 0.5)
    found = np.maximum(large, 0.0).astype(np.int64)
    is_small = mean < _SMALL_MEAN
    found[is_small] = _small_poisson(mean[is_small], uniform(key[is_small]))
    return found


def share_of(total: Integers, share: Floats | float, key: Keys) -> Integers:
    """Return a share of whole numbers, rounded up or down by chance so that it is right on average."""
    return np.minimum(np.floor(total * share + uniform(key)).astype(np.int64), total)


def _small_poisson(mean: Floats, drawn: Floats) -> Integers:
    count = np.zeros(mean.shape, dtype=np.int64)
    term = np.exp(-mean)
    below = term.copy()
    for step in range(1, _STEPS):
        is_above = drawn >= below
        if not is_above.any():
            break
        count += is_above
        term = term * mean / step
        below += term
    return count


def _mixed(word: Keys) -> Keys:
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))
