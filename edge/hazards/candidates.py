"""What all hazards share: a view of one instant, what is suspected in it, and when that is told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from contracts.events import Box, Hazard
from edge.errors import Problem
from edge.sources import Frame
from edge.zones import ZoneMap

OVERLAP = 0.2
"""Intersection over the smaller of two boxes from which they are one place."""
OnCandidate = Callable[[str, int], None]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What one camera saw at one instant.

    Attributes:
        frame: The picture and its instant.
        track_ids: N identities.
        boxes: (N, 4) float64: left, top, right, bottom in shares of the picture; may lie beyond it.
        foot_points: (N, 2) float64 shares of the picture.
        is_staff: (N,) bool.
        member: (N, Z) bool: whose feet are in which zone, in the order of `zones`.
        zones: The store's zones.
        camera_id: The camera.
        merges: Pairs of tracks that were recognised as one person: the one that ended, the one that goes on.
    """

    frame: Frame
    track_ids: tuple[str, ...]
    boxes: NDArray[np.float64]
    foot_points: NDArray[np.float64]
    is_staff: NDArray[np.bool_]
    member: NDArray[np.bool_]
    zones: ZoneMap
    camera_id: str
    merges: tuple[tuple[str, str], ...] = ()

    @property
    def now_ms(self) -> int:
        """Instant of capture, milliseconds since 1970-01-01 UTC."""
        return self.frame.event_time_ms

    def zone_of(self, person: int) -> str | None:
        """Return the first zone in which a person stands."""
        inside = np.flatnonzero(self.member[person])
        return self.zones.zones[int(inside[0])].zone_id if len(inside) else None

    def zone_at(self, x: float, y: float) -> str | None:
        """Return the first zone of the camera that holds a point."""
        inside = np.flatnonzero(self.zones.contains(np.array([[x, y]]), camera_id=self.camera_id)[0])
        return self.zones.zones[int(inside[0])].zone_id if len(inside) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Something that looks like a hazard at this instant, and has for long enough.

    Attributes:
        label: What it looks like.
        confidence: In [0, 1].
        box: Where in the picture.
        zone_id: Zone in which it lies.
        key: What it is about, such as a track or a zone.
        is_place: Whether two of a label at one place are one, even under two keys.
    """

    label: str
    confidence: float
    box: Box
    zone_id: str | None = None
    key: str | None = None
    is_place: bool = False


class Suspect(Protocol):
    """Looks for one kind of hazard."""

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return all that is suspected at this instant, told before or not; instants never go back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSettings:
    """When a suspicion is told.

    Attributes:
        cool_down_ms: How long something must have been gone before the same is told again.
        max_open: How many candidates are remembered: of more, the newest are not told.
    """

    cool_down_ms: int = 120_000
    max_open: int = 64

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        values = {"hazards.cool_down_ms": self.cool_down_ms, "hazards.max_open": self.max_open}
        return [positive(where, value) for where, value in values.items() if value < 1]


def positive(where: str, came: float) -> Problem:
    """Return the problem of a value that must be above 0."""
    return Problem(where=where, expected="more than 0", came=str(came), cure="Raise it.")


@dataclass(slots=True, kw_only=True)
class _Told:
    suspicion: Suspicion
    seen_ms: int


class Candidates:
    """Tells each suspicion once: again only after it was gone for the cool-down.

    Args:
        camera_id: The camera.
        new_id: Makes hazard ids that are unique in the store and never used again.
        settings: When a suspicion is told.
        on_candidate: Takes the id and the instant of each new candidate, for example to keep a clip of it.
    """

    def __init__(
        self,
        camera_id: str,
        *,
        new_id: Callable[[], str],
        settings: CandidateSettings | None = None,
        on_candidate: OnCandidate | None = None,
    ) -> None:
        self._camera_id = camera_id
        self._new_id = new_id
        self._settings = settings or CandidateSettings()
        self._on_candidate = on_candidate
        self._told: list[_Told] = []

    def update(self, now_ms: int, suspicions: Iterable[Suspicion]) -> tuple[Hazard, ...]:
        """Return what is new at this instant."""
        self._told = [told for told in self._told if now_ms - told.seen_ms <= self._settings.cool_down_ms]
        return tuple(hazard for each in suspicions if (hazard := self._taken(now_ms, each)) is not None)

    def _taken(self, now_ms: int, suspicion: Suspicion) -> Hazard | None:
        known = [told for told in self._told if _is_same(told.suspicion, suspicion)]
        for told in known:
            told.seen_ms = now_ms
        if known:
            known[0].suspicion = suspicion
            return None
        if len(self._told) >= self._settings.max_open:
            return None
        self._told.append(_Told(suspicion=suspicion, seen_ms=now_ms))
        hazard = Hazard(
            hazard_id=self._new_id(),
            camera_id=self._camera_id,
            zone_id=suspicion.zone_id,
            label=suspicion.label,
            confidence=round(min(1.0, max(0.0, suspicion.confidence)), 3),
            box=suspicion.box,
        )
        if self._on_candidate is not None:
            self._on_candidate(hazard.hazard_id, now_ms)
        return hazard


def _is_same(one: Suspicion, other: Suspicion) -> bool:
    if one.label != other.label:
        return False
    if one.key is not None and one.key == other.key:
        return True
    return (one.is_place or one.key is None) and overlap(one.box, other.box) >= OVERLAP


def overlap(one: Box, other: Box) -> float:
    """Return the area that two boxes share, in shares of the smaller of them."""
    width = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    height = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    smaller = min(one.w * one.h, other.w * other.h)
    return max(0.0, width) * max(0.0, height) / smaller if smaller > 0 else 0.0


def box_of(corners: Sequence[float] | NDArray[np.float64]) -> Box:
    """Return the visible part of a box given by left, top, right and bottom in shares of the picture."""
    left, top, right, bottom = (round(min(1.0, max(0.0, float(each))), 4) for each in corners)
    return Box(x=left, y=top, w=round(max(0.0, right - left), 4), h=round(max(0.0, bottom - top), 4))


class Spans(Generic[Key]):
    """How long each of some things has lasted; a short gap does not end it.

    Args:
        gap_ms: How long a thing may be unseen.
    """

    def __init__(self, gap_ms: int) -> None:
        self._gap_ms = gap_ms
        self._spans: dict[Key, tuple[int, int]] = {}

    def update(self, now_ms: int, present: Iterable[Key]) -> Mapping[Key, int]:
        """Return for each thing that is present how long it has lasted, in milliseconds."""
        self._spans = {key: span for key, span in self._spans.items() if now_ms - span[1] <= self._gap_ms}
        lasting: dict[Key, int] = {}
        for key in present:
            since_ms = self._spans[key][0] if key in self._spans else now_ms
            self._spans[key] = (since_ms, now_ms)
            lasting[key] = now_ms - since_ms
        return lasting

    def rename(self, old: Key, new: Key) -> None:
        """Let a thing go on under another key, from the earlier of both beginnings."""
        if old in self._spans:
            since_ms, seen_ms = self._spans.pop(old)
            newer = self._spans.get(new, (since_ms, seen_ms))
            self._spans[new] = (min(since_ms, newer[0]), max(seen_ms, newer[1]))
