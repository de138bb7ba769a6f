"""What the parts of the simulation pass on: one person's whole path through the store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.geometry import Path


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody tracked in the store; the times of `path` are seconds since opening."""

    person_id: str
    is_staff: bool
    path: Path


def random_of(*key: int) -> np.random.Generator:
    """Return the random numbers that belong to a key: independent between keys, the same for the same key."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def lognormal(random: np.random.Generator, *, median: float, sigma: float) -> float:
    """Draw from the lognormal distribution with this median and shape."""
    return float(median * np.exp(sigma * random.standard_normal()))
