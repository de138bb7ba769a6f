"""What looks like a person and never moves is none: mannequins, posters, cut-outs are learnt by their place.

Rule: a box that stays in its place for `learn_minutes`, its middle moving by less than `still` of its height, is a
thing. Living people sway more than that, even in a queue; who stands like a statue for so long would be taken for one,
which is the price. The place is given up once it was seen empty for `empty_seconds`. Until a thing is learnt it counts
as a customer, once; learnt places outlive a restart as boxes, without any picture.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.detections import Detections
from edge.errors import Problem
from edge.heads import overlaps
from edge.toml_file import Table

MINUTE_MS = 60_000
SAMPLE_MS = 1_000
"""A place is looked at once a second: stillness is no matter of single pictures."""
SAME_PLACE = 0.6
"""Intersection over union from which a box is in a place."""
COVERED = 0.2
"""Overlap from which a place counts as hidden by somebody, and so neither seen nor empty."""
SEEN_SHARE = 0.5
"""Share of its time in which a thing must have been found: detectors flicker on them."""
LARGEST_COUNT = 200

Share = tuple[float, float, float, float]
"""Left, top, right, bottom in shares of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticSettings:
    """When a box is a thing.

    Attributes:
        is_on: Whether things are learnt at all.
        learn_minutes: How long it must stay.
        still: Largest standard deviation of its middle and size, in shares of its height.
        empty_seconds: After how long an empty place is forgotten.
    """

    is_on: bool = True
    learn_minutes: float = 5.0
    still: float = 0.015
    empty_seconds: float = 60.0

    def problems(self) -> list[Problem]:
        """Return everything that cannot be, by its key in a store file."""
        values = {"learn_minutes": self.learn_minutes, "still": self.still, "empty_seconds": self.empty_seconds}
        return [
            Problem(where=f"static_objects.{key}", expected="more than 0", came=f"{value:g}", cure="Raise it.")
            for key, value in values.items()
            if value <= 0
        ]


def static_settings(table: Table) -> StaticSettings:
    """Return the settings of a store file's table `[static_objects]`; note what is wrong in it."""
    table.only("is_on", "learn_minutes", "still", "empty_seconds")
    usual = StaticSettings()
    settings = StaticSettings(
        is_on=table.get_or("is_on", usual.is_on),
        learn_minutes=table.get_or("learn_minutes", usual.learn_minutes),
        still=table.get_or("still", usual.still),
        empty_seconds=table.get_or("empty_seconds", usual.empty_seconds),
    )
    table.problems.add_all(settings.problems())
    return settings


@dataclass(slots=True)
class _Place:
    """Where something has been; positions are running sums of (middle x, middle y, height) in heights."""

    box: NDArray[np.float32]
    since_ms: int
    seen_ms: int
    looks: int = 0
    seen: int = 0
    is_thing: bool = False
    total: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    squares: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))

    def see(self, box: NDArray[np.float32], now_ms: int) -> None:
        self.seen_ms, self.seen = now_ms, self.seen + 1
        height = float(self.box[3] - self.box[1])
        at = np.array([(box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0, box[3] - box[1]], dtype=np.float64) / height
        self.total += at
        self.squares += at**2

    def sway(self) -> float:
        """Return the largest standard deviation, in shares of the height."""
        mean = self.total / self.seen
        return float(np.sqrt(np.maximum(self.squares / self.seen - mean**2, 0.0)).max())


class StaticObjects:
    """Learns and leaves out the things of one camera.

    Args:
        settings: When a box is a thing.
        known: Things of an earlier run, in shares of the picture.
        on_change: Takes all things when they change, to be kept.
    """

    def __init__(
        self,
        settings: StaticSettings,
        *,
        known: Iterable[Share] = (),
        on_change: Callable[[list[Share]], None] | None = None,
    ) -> None:
        self._settings = settings
        self._known = list(known)
        self._on_change = on_change
        self._places: list[_Place] = []
        self._next_ms = 0
        self._size: tuple[int, int] | None = None

    def without_things(self, detections: Detections, now_ms: int, *, width: int, height: int) -> Detections:
        """Return the detections that are no things.

        Args:
            detections: Of one picture, in pixels.
            now_ms: Instant of the picture; never goes back.
            width: Of the picture in pixels.
            height: The same.
        """
        if not self._settings.is_on:
            return detections
        self._fit(now_ms, width, height)
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + SAMPLE_MS
            self._learn(detections.boxes_xyxy, now_ms)
        things = [place.box for place in self._places if place.is_thing]
        if not things or not len(detections):
            return detections
        alike = overlaps(np.stack(things), detections.boxes_xyxy)
        is_thing = np.zeros(len(detections), dtype=np.bool_)
        # One box for each thing: who stands right before a mannequin is a second box in its place.
        is_thing[alike.argmax(axis=1)[alike.max(axis=1) >= SAME_PLACE]] = True
        return detections.take(~is_thing)

    def things(self) -> list[Share]:
        """Return what was learnt, in shares of the picture."""
        if self._size is None:
            return list(self._known)
        width, height = self._size
        scaled = [(place.box / (width, height, width, height)).tolist() for place in self._places if place.is_thing]
        return [(box[0], box[1], box[2], box[3]) for box in scaled]

    def _fit(self, now_ms: int, width: int, height: int) -> None:
        """Begin anew with another size of pictures; what was learnt is laid onto it."""
        if self._size == (width, height):
            return
        known = self.things()
        self._size = (width, height)
        scale = np.array([width, height, width, height], dtype=np.float32)
        self._places = [
            _Place(np.asarray(box, dtype=np.float32) * scale, now_ms, now_ms, is_thing=True) for box in known
        ]

    def _learn(self, boxes: NDArray[np.float32], now_ms: int) -> None:
        before = self.things()
        alike = self._matches(boxes)
        found = set()
        for row, place in enumerate(self._places):
            best = int(alike[row].argmax()) if len(boxes) else -1
            if len(boxes) and alike[row, best] >= SAME_PLACE and best not in found:
                found.add(best)
                place.looks += 1
                place.see(boxes[best], now_ms)
            elif not len(boxes) or alike[row].max() < COVERED:
                place.looks += 1
            else:
                # Somebody stands before it: that it is not seen says nothing.
                place.seen_ms = max(place.seen_ms, now_ms if place.is_thing else place.seen_ms)
        self._places = [place for place in self._places if self._lasts(place, now_ms)]
        for place in self._places:
            place.is_thing |= self._is_still(place, now_ms)
        free = [row for row in range(len(boxes)) if row not in found]
        self._places += [_begun(boxes[row], now_ms) for row in free[: LARGEST_COUNT - len(self._places)]]
        if self._on_change and self.things() != before:
            self._on_change(self.things())

    def _matches(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self._places:
            return np.zeros((0, len(boxes)), dtype=np.float32)
        return overlaps(np.stack([place.box for place in self._places]), boxes)

    def _lasts(self, place: _Place, now_ms: int) -> bool:
        """Whether a place is still of interest: a thing until it is gone, another as long as it does not move."""
        if place.is_thing:
            return now_ms - place.seen_ms <= self._settings.empty_seconds * 1_000
        is_still = place.seen < 3 or place.sway() <= self._settings.still  # noqa: PLR2004 - two are no spread
        return is_still and place.seen >= SEEN_SHARE * place.looks

    def _is_still(self, place: _Place, now_ms: int) -> bool:
        return now_ms - place.since_ms >= self._settings.learn_minutes * MINUTE_MS


def _begun(box: NDArray[np.float32], now_ms: int) -> _Place:
    place = _Place(box.copy(), now_ms, now_ms, looks=1)
    place.see(box, now_ms)
    return place


def read_things(path: Path) -> list[Share]:
    """Return what an earlier run learnt; nothing where there is no readable file, as it will be learnt again."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [(float(a), float(b), float(c), float(d)) for a, b, c, d in found]
    except (OSError, ValueError, TypeError):
        return []


def write_things(path: Path, things: list[Share]) -> None:
    """Keep what was learnt: boxes, no pictures. A crash leaves the file before or after."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps([[round(value, 5) for value in thing] for thing in things]), encoding="utf-8")
    part.replace(path)
