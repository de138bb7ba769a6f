"""Mends broken tracks: a track that begins where another ended, as a person would have walked, is the same person.

Within the time that a visit is held open the new track simply goes on under the old name. Later, when visits of the
old one are told already, the two are told as merged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.errors import Problem

Box = NDArray[np.float64]
"""(4,): left, top, right, bottom in pixels."""

SPEED_MEMORY_MS = 1_000
"""Speed is that of the last second: people turn."""
COASTING_MS = 1_000
"""How long an unseen person is taken to walk on; then only the place where that ended counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StitchingSettings:
    """When two tracks are one person. Distances are in heights of the person, so that they hold at any depth.

    Attributes:
        is_on: Whether tracks are stitched at all.
        longest_ms: Longest gap.
        reach: How far from the expected place the new track may begin, with no gap at all.
        reach_per_second: How much farther for each second of the gap.
        longest_reach: And the most.
        size_ratio: How many times larger or smaller the new box may be.
    """

    is_on: bool = True
    longest_ms: int = 4_000
    reach: float = 0.25
    reach_per_second: float = 0.2
    longest_reach: float = 0.8
    size_ratio: float = 1.4

    def problems(self) -> list[Problem]:
        """Return everything that cannot be, by its key in a store file."""
        least = {
            "longest_ms": (self.longest_ms, 0),
            "reach": (self.reach, 0),
            "reach_per_second": (self.reach_per_second, 0),
            "longest_reach": (self.longest_reach, self.reach),
            "size_ratio": (self.size_ratio, 1),
        }
        return [
            Problem(where=f"tracking.{key}", expected=f"{limit:g} or more", came=f"{value:g}", cure="Raise it.")
            for key, (value, limit) in least.items()
            if value < limit
        ]


RETIRED_MS = 600_000
"""Far longer than any tracker remembers an identity."""

Alike = Callable[[str, str], bool | None]
"""Whether two tracks look alike: the ended one and the new one; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A person in one picture."""

    instant_ms: int
    box: Box
    at_border: bool

    @property
    def height(self) -> float:
        """Of the box in pixels."""
        return max(1.0, float(self.box[3] - self.box[1]))

    @property
    def foot(self) -> NDArray[np.float64]:
        """Where the person stands, in pixels."""
        return np.array([(self.box[0] + self.box[2]) / 2.0, self.box[3]])


@dataclass(slots=True)
class _Track:
    """A track under the name by which it is told."""

    name: str
    first: Sighting
    last: Sighting
    recent: list[Sighting] = field(default_factory=list)

    def see(self, sighting: Sighting) -> None:
        self.last = sighting
        self.recent.append(sighting)
        while sighting.instant_ms - self.recent[0].instant_ms > SPEED_MEMORY_MS:
            self.recent.pop(0)

    def expected(self, instant_ms: int) -> NDArray[np.float64]:
        """Return where the person is by then, walking on for a moment as before."""
        oldest, last = self.recent[0], self.last
        span_ms = last.instant_ms - oldest.instant_ms
        if span_ms <= 0:
            return last.foot
        ahead_ms = min(instant_ms - last.instant_ms, COASTING_MS)
        return np.asarray(last.foot + (last.foot - oldest.foot) * (ahead_ms / span_ms))


@dataclass(frozen=True, slots=True)
class Stitched:
    """Names of the tracks of one picture, and who was recognised after being told as gone."""

    names: tuple[str, ...]
    merges: tuple[tuple[str, str], ...]


class Stitcher:
    """Gives each track the name of the person whose track broke off, if there is one.

    A person is never given to two tracks, nor a track to two persons; two tracks that were in one picture are two
    people.

    Args:
        settings: When two tracks are one person.
        held_ms: How long an unseen track's visits stay open: a gap within it is told as if it were none.
        alike: Judges by looks, in addition; see `edge.reid`.
    """

    def __init__(self, settings: StitchingSettings, *, held_ms: int, alike: Alike | None = None) -> None:
        self._settings = settings
        self._held_ms = held_ms
        self._alike = alike
        self._tracks: dict[str, _Track] = {}
        self._retired: dict[str, int] = {}
        """Identities that somebody else goes on for, and since when: the tracker may use one again."""
        self._renamed = 0
        self._last_ms: int | None = None
        self._step_ms = 0

    def update(self, instant_ms: int, sightings: Mapping[str, Sighting]) -> Stitched:
        """Return the names, in the order of the sightings.

        Args:
            instant_ms: Of the picture; never goes back.
            sightings: By the tracker's own identity.
        """
        if self._last_ms is not None:
            self._step_ms = instant_ms - self._last_ms
        self._last_ms = instant_ms
        new = [key for key in sightings if key not in self._tracks]
        gone = self._gone(instant_ms, sightings) if self._settings.is_on else []
        merges: list[tuple[str, str]] = []
        for key, old in self._pairs(new, gone, sightings, instant_ms).items():
            merges += self._taken_over(key, old, sightings[key])
        for key, sighting in sightings.items():
            if key not in self._tracks:
                self._tracks[key] = _Track(self._free_name(key), sighting, sighting)
            self._tracks[key].see(sighting)
        self._forget(instant_ms)
        return Stitched(tuple(self._tracks[key].name for key in sightings), tuple(merges))

    def _taken_over(self, key: str, old_key: str, sighting: Sighting) -> list[tuple[str, str]]:
        """Let a track go on for an ended one; return the merge where that was told as gone."""
        old = self._tracks.pop(old_key)
        self._retired[old_key] = sighting.instant_ms
        if sighting.instant_ms - old.last.instant_ms < self._held_ms:
            self._tracks[key] = old
            return []
        self._tracks[key] = _Track(self._free_name(key), sighting, sighting)
        return [(old.name, self._tracks[key].name)]

    def _free_name(self, key: str) -> str:
        """Return the name of a new track: its identity, unless that was given to somebody already."""
        if key not in self._retired:
            return key
        self._renamed += 1
        return f"{key}+{self._renamed}"

    def _gone(self, instant_ms: int, sightings: Mapping[str, Sighting]) -> list[str]:
        """Return the tracks that ended inside of the picture, before the picture in which a new one was confirmed.

        A new track was seen once before it is told: who was seen then too is somebody else.
        """
        return [
            key
            for key, track in self._tracks.items()
            if key not in sightings
            and self._step_ms < instant_ms - track.last.instant_ms <= self._settings.longest_ms
            and not track.last.at_border
        ]

    def _pairs(
        self, new: list[str], gone: list[str], sightings: Mapping[str, Sighting], instant_ms: int
    ) -> dict[str, str]:
        """Return by new track the ended one it goes on for: the nearest first, each once."""
        costs = [
            (cost, key, old)
            for key in new
            if not sightings[key].at_border
            for old in gone
            if (cost := self._cost(sightings[key], old, key, instant_ms)) is not None
        ]
        pairs: dict[str, str] = {}
        for cost, key, old in sorted(costs):
            if key not in pairs and old not in pairs.values() and not self._has_rival(cost, key, sightings, instant_ms):
                pairs[key] = old
        return pairs

    def _has_rival(self, cost: float, key: str, sightings: Mapping[str, Sighting], instant_ms: int) -> bool:
        """Whether somebody seen just now fits better than who ended: trackers swap names where people pass closely."""
        recent_ms = 2 * self._step_ms
        rivals = [each for each, track in self._tracks.items() if instant_ms - track.last.instant_ms <= recent_ms]
        fits = (self._cost(sightings[key], rival, key, instant_ms) for rival in rivals)
        return any(fit is not None and fit < cost for fit in fits)

    def _cost(self, sighting: Sighting, old_key: str, key: str, instant_ms: int) -> float | None:
        """Return how far the new track begins from where it should, as a share of what is allowed; None if too far."""
        settings, old = self._settings, self._tracks[old_key]
        ratio = sighting.height / old.last.height
        if not 1 / settings.size_ratio <= ratio <= settings.size_ratio:
            return None
        gap_seconds = (instant_ms - old.last.instant_ms) / 1_000
        reach = min(settings.reach + settings.reach_per_second * gap_seconds, settings.longest_reach)
        distance = float(np.linalg.norm(sighting.foot - old.expected(instant_ms))) / old.last.height
        looks_alike = self._alike(old_key, key) if self._alike else None
        if looks_alike is False or distance > reach * (2.0 if looks_alike else 1.0):
            return None
        return distance / reach

    def _forget(self, instant_ms: int) -> None:
        limit_ms = max(self._settings.longest_ms, self._held_ms)
        old = [key for key, track in self._tracks.items() if instant_ms - track.last.instant_ms > limit_ms]
        for key in old:
            del self._tracks[key]
        self._retired = {key: at_ms for key, at_ms in self._retired.items() if instant_ms - at_ms <= RETIRED_MS}
