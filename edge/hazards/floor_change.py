"""Something on the floor that was not there: a part of it differs from its background while nobody stands on it.

The picture is compared with a learnt background as a ratio, and the ratio with its own mean over a wide window: light
that changes over the whole floor, or smoothly across it, cancels out (the quotient image of a diffuse surface). What
changes is only believed where it stays the same, as passers-by and their shadows do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import Problem
from edge.hazards.candidates import Suspicion, View, box_of, positive
from edge.zones import Point

WIDTH = 160
LIGHT_SHARE = 0.3
"""Window over which light is even, in shares of the picture's width: a larger spill would hide itself."""
STEADY_MS = 2_000
MARGIN = 0.25
"""How far beyond a person's box its shadow is looked for, in shares of the box's width."""
REMOVED_RATIO = 1.3
"""Edges along a changed place: so much stronger in the background than now, and a thing was taken away."""
DARKEST = 6.0
SWAY = 5
"""Window in pixels of the small picture within which edges may sway."""

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorChangeSettings:
    """When a changed floor is suspected.

    Attributes:
        lasting_ms: How long it has differed, without counting the time in which it was hidden by people.
        contrast: Least difference in brightness, as a share of the background's.
        area_share: Least area in shares of the picture.
        largest_share: Greatest area in shares of the floor: more is a change of light or a moved camera.
        learn_ms: How long each place must be seen before it is judged.
        follow_ms: Time constant with which the background follows the unchanged floor.
        absorb_ms: How long something lies until it counts as background.
    """

    lasting_ms: int = 20_000
    contrast: float = 0.12
    area_share: float = 0.001
    largest_share: float = 0.35
    learn_ms: int = 5_000
    follow_ms: int = 60_000
    absorb_ms: int = 1_800_000

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        names = ("lasting_ms", "contrast", "area_share", "largest_share", "learn_ms", "follow_ms")
        found = [
            positive(f"hazards.floor_change.{key}", getattr(self, key)) for key in names if getattr(self, key) <= 0
        ]
        if self.absorb_ms <= self.lasting_ms:
            expected = f"more than lasting_ms ({self.lasting_ms})"
            where = "hazards.floor_change.absorb_ms"
            found.append(Problem(where=where, expected=expected, came=str(self.absorb_ms), cure="Raise it."))
        return found


class FloorChange:
    """Looks for changes of the floor of one camera.

    Args:
        polygons: Where the floor is seen, in shares of the picture; none takes the whole picture.
        settings: When a change is suspected.
        is_moved: Whether the camera looks elsewhere than it learnt; nothing is suspected then, and all learnt anew.
    """

    LABEL = "floor_change"

    def __init__(
        self,
        polygons: Sequence[Sequence[Point]],
        settings: FloorChangeSettings | None = None,
        *,
        is_moved: Callable[[], bool] = lambda: False,
    ) -> None:
        self._is_moved = is_moved
        self._now_ms = 0
        self._polygons = polygons
        self._settings = settings or FloorChangeSettings()
        self._begin(np.zeros((1, 1), dtype=np.float32), 0)

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return the places that have differed for long enough."""
        grey = _grey(view)
        if self._background.shape != grey.shape or self._is_moved():
            self._begin(grey, view.now_ms)
            return []
        passed_ms = max(0, view.now_ms - self._now_ms)
        self._now_ms = view.now_ms
        is_free = self._floor & ~_covered(view, grey.shape)
        is_known = self._learnt_ms >= self._settings.learn_ms
        ratio, is_changed = self._changes(grey, is_free & is_known)
        if is_changed.sum() > self._settings.largest_share * max(1, int(is_known.sum())):
            self._begin(grey, view.now_ms)
            return []
        is_steady = np.abs(grey - self._recent) < self._settings.contrast / 2 * (self._recent + DARKEST)
        self._recent += (grey - self._recent) * np.float32(min(1.0, passed_ms / STEADY_MS))
        self._count(passed_ms, is_free=is_free & is_known, is_changed=is_changed, is_steady=is_steady)
        self._learn(grey, passed_ms, is_free=is_free, is_changed=is_changed)
        return self._found(view, grey, ratio)

    def _begin(self, grey: Grey, now_ms: int) -> None:
        self._now_ms = now_ms
        self._background: Grey = grey.copy()
        self._recent: Grey = grey.copy()
        self._learnt_ms: Grey = np.zeros(grey.shape, dtype=np.float32)
        self._changed_ms: Grey = np.zeros(grey.shape, dtype=np.float32)
        self._floor: Mask = _floor(self._polygons, grey.shape)

    def _changes(self, grey: Grey, is_judged: Mask) -> tuple[Grey, Mask]:
        """Return the ratio to the background under even light, less 1, and where it differs."""
        quotient = (grey + DARKEST) / (self._background + DARKEST)
        window = (int(WIDTH * LIGHT_SHARE) | 1,) * 2
        # The median of the floor stands in for the light where everything around has changed.
        light = np.full_like(quotient, np.median(quotient[is_judged]) if is_judged.any() else 1.0)
        is_changed = np.abs(quotient / light - 1.0) > self._settings.contrast * 2
        weight = (is_judged & ~is_changed).astype(np.float32)
        near = cv2.blur(weight, window, borderType=cv2.BORDER_CONSTANT)
        local = cv2.blur(quotient * weight, window, borderType=cv2.BORDER_CONSTANT) / np.maximum(near, 1e-6)
        ratio = np.asarray(quotient / np.where(near > 0.1, local, light) - 1.0, dtype=np.float32)  # noqa: PLR2004 - a tenth seen
        # A camera that sways moves its edges: what lies between the tones close by in the background is no change.
        near_by = np.ones((SWAY, SWAY), dtype=np.uint8)
        even = (grey + DARKEST) / (quotient / (ratio + 1.0))
        low, high = cv2.erode(self._background, near_by) + DARKEST, cv2.dilate(self._background, near_by) + DARKEST
        contrast = self._settings.contrast
        is_changed = ((even < low * (1.0 - contrast)) | (even > high * (1.0 + contrast))) & is_judged
        return ratio, is_changed

    def _count(self, passed_ms: int, *, is_free: Mask, is_changed: Mask, is_steady: Mask) -> None:
        """Add to the time that each place has differed; what is hidden keeps its time, what is back loses it fast."""
        self._changed_ms[is_changed & is_steady] += passed_ms
        is_back = is_free & ~is_changed
        self._changed_ms[is_back] = np.maximum(0, self._changed_ms[is_back] - 4 * passed_ms)

    def _learn(self, grey: Grey, passed_ms: int, *, is_free: Mask, is_changed: Mask) -> None:
        settings = self._settings
        is_quiet = is_free & ~is_changed
        self._learnt_ms[is_quiet] += passed_ms
        # The mean of what was seen while learning, then an exponential one.
        rate = passed_ms / np.clip(self._learnt_ms, 1, settings.follow_ms)
        rate = np.where(is_quiet, np.minimum(rate, 1.0), 0.0)
        rate[self._changed_ms >= settings.absorb_ms] = 1.0
        self._changed_ms[self._changed_ms >= settings.absorb_ms] = 0
        self._background += (grey - self._background) * rate.astype(np.float32)

    def _found(self, view: View, grey: Grey, ratio: Grey) -> list[Suspicion]:
        is_sure = self._changed_ms >= self._settings.lasting_ms
        if not is_sure.any():
            return []
        # What is almost sure belongs to the sure place beside it: a thing whose parts were hidden for a while is one.
        likely = (self._changed_ms >= self._settings.lasting_ms / 2).astype(np.uint8)
        whole = cv2.morphologyEx(likely, cv2.MORPH_OPEN, np.ones((2, 2), dtype=np.uint8))
        whole = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((3, 3), dtype=np.uint8))
        count, labels, stats, centres = cv2.connectedComponentsWithStats(whole)
        found = []
        for place in range(1, count):
            is_place = np.asarray(labels == place)
            if int((is_place & is_sure).sum()) < self._settings.area_share * grey.size:
                continue
            if self._is_removed(grey, is_place):
                self._absorb(grey, is_place)
                continue
            found.append(self._suspicion(view, ratio, is_place, stats[place], centres[place]))
        return found

    def _suspicion(
        self, view: View, ratio: Grey, is_place: Mask, stats: NDArray[np.int32], centre: NDArray[np.float64]
    ) -> Suspicion:
        height, width = ratio.shape
        left, top, across, down = (int(each) for each in stats[:4])
        contrast = float(np.abs(ratio[is_place]).mean())
        return Suspicion(
            label=self.LABEL,
            confidence=contrast / (contrast + self._settings.contrast),
            box=box_of((left / width, top / height, (left + across) / width, (top + down) / height)),
            zone_id=view.zone_at((centre[0] + 0.5) / width, (centre[1] + 0.5) / height),
        )

    def _is_removed(self, grey: Grey, is_place: Mask) -> bool:
        """Whether the edges around a place are those of the background: a thing that lay there is gone."""
        kernel = np.ones((3, 3), dtype=np.uint8)
        rim = cv2.morphologyEx(is_place.astype(np.uint8), cv2.MORPH_GRADIENT, kernel) > 0
        return _edge(self._background, rim) > REMOVED_RATIO * _edge(grey, rim)

    def _absorb(self, grey: Grey, is_place: Mask) -> None:
        is_near = cv2.dilate(is_place.astype(np.uint8), np.ones((5, 5), dtype=np.uint8)) > 0
        self._background[is_near] = grey[is_near]
        self._changed_ms[is_near] = 0


def _edge(grey: Grey, where: Mask) -> float:
    edges = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return float(edges[where].mean())


def _grey(view: View) -> Grey:
    picture = view.frame.picture
    height = max(1, round(picture.shape[0] * WIDTH / picture.shape[1]))
    small = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.float32)


def _floor(polygons: Sequence[Sequence[Point]], shape: tuple[int, ...]) -> Mask:
    if not polygons:
        return np.ones(shape, dtype=np.bool_)
    height, width = shape
    mask = np.zeros(shape, dtype=np.uint8)
    corners = [np.round(np.asarray(polygon) * (width, height)).astype(np.int32) for polygon in polygons]
    for each in corners:
        cv2.fillPoly(mask, [each], 1)
    return np.asarray(mask > 0)


def _covered(view: View, shape: tuple[int, ...]) -> Mask:
    """Return where people are, and their shadows close by."""
    height, width = shape
    covered = np.zeros(shape, dtype=np.bool_)
    for left, top, right, bottom in view.boxes.tolist():
        margin = (right - left) * MARGIN
        x0, x1 = max(0, int((left - margin) * width)), int((right + margin) * width) + 1
        y0, y1 = max(0, int((top - margin / 2) * height)), int((bottom + margin) * height) + 1
        covered[y0 : max(0, y1), x0 : max(0, x1)] = True
    return covered
