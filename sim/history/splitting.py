"""Hours taken apart into minutes, so that each figure of the hour is the sum, or the greatest, of its minutes'.

Arrays of minutes have an axis of 60 after the hours' own: hours, minutes, places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.history.chance import Draw, Floats, Integers, Keys, derived, uniform
from sim.history.durations import CELLS, MIDDLE_MS, Durations

MINUTES = 60
_UNEVENNESS = 0.3
"""A minute's share of the hour is within 1 ± this before they are made to add up."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Single visits or journeys: each one's minute and place, as a place in arrays of minutes, and how long it took.

    `bucket` is the number of the duration's bucket; -1 for what has no duration. `nth` counts within hour and place.
    """

    minute: Integers
    bucket: Integers
    nth: Integers
    group: Integers


def shares(key: Keys, seen_minutes: Integers) -> Floats:
    """Return the share of the hour that lies up to the end of each minute, for keys of hours and places."""
    minute = np.arange(MINUTES)[:, None]
    weight = 1 + _UNEVENNESS * (2 * uniform(derived(key[:, None, :], Draw.MINUTE, minute)) - 1)
    up_to = np.cumsum(weight * (minute < seen_minutes[:, None, None]), axis=1)
    cumulated: Floats = up_to / up_to[:, -1:, :]
    return cumulated


def split(total: Integers, up_to: Floats, key: Keys) -> Integers:
    """Return whole numbers for each minute that add up to the hour's."""
    reached = np.floor(total[:, None, :] * up_to + 0.999 * uniform(derived(key, Draw.SPLIT))[:, None, :])
    return np.diff(reached, axis=1, prepend=0.0).astype(np.int64)


def peaks(mean: Floats, greatest: Integers) -> Integers:
    """Return the most at one instant of each minute: the hour's greatest in its fullest, and no more in others."""
    most = np.minimum(np.ceil(mean).astype(np.int64), greatest[:, None, :])
    np.put_along_axis(most, mean.argmax(axis=1)[:, None, :], greatest[:, None, :], axis=1)
    return most


def ends(durations: Durations, without: Integers, key: Keys, seen_minutes: Integers) -> Ends:
    """Return each duration, and as many ends without one, at a minute by chance."""
    cells = np.concatenate([durations.counts, without[..., None]], axis=-1).reshape(-1, CELLS + 1)
    group, cell = np.nonzero(cells)
    count = cells[group, cell]
    group, cell = np.repeat(group, count), np.repeat(cell, count)
    of_group = cells.sum(axis=1, dtype=np.int64)
    nth = np.arange(len(group)) - np.repeat(np.cumsum(of_group) - of_group, of_group)
    hour, place = np.divmod(group, without.shape[1])
    minute = np.floor(uniform(derived(key.ravel()[group], nth)) * seen_minutes[hour]).astype(np.int64)
    bucket = durations.first_bucket.ravel()[group] + 2 * cell
    return Ends(
        minute=(hour * MINUTES + minute) * without.shape[1] + place,
        bucket=np.where(cell == CELLS, -1, bucket),
        nth=nth,
        group=group,
    )


def counted(minute: Integers, shape: tuple[int, ...], weights: npt.NDArray[np.generic] | None = None) -> Integers:
    """Return how many ends, or the sum of their weights, lie in each minute and place."""
    found = np.bincount(minute, weights, int(np.prod(shape)))
    return np.rint(found).astype(np.int64).reshape(shape)


def lasting_ms(found: Ends) -> Integers:
    """Return how long each took; 0 for what has no duration."""
    return np.where(found.bucket < 0, 0, MIDDLE_MS[found.bucket])


def bucket_counts(found: Ends) -> tuple[Integers, Integers, Integers]:
    """Return minutes, buckets and how many ended in both, ordered by them."""
    timed = found.bucket >= 0
    base = len(MIDDLE_MS)
    pair, count = np.unique(found.minute[timed] * base + found.bucket[timed], return_counts=True)
    minute, bucket = np.divmod(pair, base)
    return minute, bucket, count.astype(np.int64)
