"""What the parts of the simulation pass on: one person's whole path through the store."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from sim.geometry import Path

ID_BYTES = 6
_KEY_BYTES = 16


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody tracked in the store; the times of `path` are seconds since opening.

    `comes_with` names the person who leads the party, for those who follow; None for who comes alone or leads.
    """

    person_id: str
    is_staff: bool
    path: Path
    comes_with: str | None = None


def random_of(*key: int) -> np.random.Generator:
    """Return the random numbers that belong to a key: independent between keys, the same for the same key."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def lognormal(random: np.random.Generator, *, median: float, sigma: float) -> float:
    """Draw from the lognormal distribution with this median and shape."""
    return float(median * np.exp(sigma * random.standard_normal()))


def random_named(*parts: str) -> np.random.Generator:
    """Return the random numbers that belong to names: independent between them, the same for the same names."""
    return random_of(int.from_bytes(_digest(parts, _KEY_BYTES)))


def id_of(*parts: str) -> str:
    """Return an id that looks random and is the same for the same parts."""
    return _digest(parts, ID_BYTES).hex()


def _digest(parts: tuple[str, ...], size: int) -> bytes:
    return blake2b("/".join(parts).encode(), digest_size=size).digest()
