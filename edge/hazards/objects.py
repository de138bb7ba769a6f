"""Things that a detector knows: any class of a model card. COCO's knife and bat are experimental, see the docs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from edge.detections import Detections
from edge.errors import Problem
from edge.hazards.candidates import OVERLAP, Suspicion, View, box_of, overlap, positive
from edge.heads import Picture

EXPERIMENTAL_COCO: Mapping[int, str] = {34: "baseball_bat_experimental", 43: "knife_experimental"}
"""Classes of the 80 of COCO, from 0. Small, seldom sharp at a camera's distance, and confused with much else."""
MAX_PLACES = 32


class Finder(Protocol):
    """Finds things in a picture, each with its class."""

    def detect(self, picture: Picture) -> Detections:
        """Return what is in a (H, W, 3) BGR picture, in pixels."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSettings:
    """When a thing is suspected.

    Attributes:
        labels: What each class of the model is called; other classes are left out.
        threshold: Least score.
        seen: In how many
        of_last: of the last pictures at one place.
    """

    labels: Mapping[int, str] = field(default_factory=dict)
    threshold: float = 0.5
    seen: int = 4
    of_last: int = 6

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        found = [
            positive(f"hazards.objects.{key}", getattr(self, key))
            for key in ("threshold", "seen")
            if getattr(self, key) <= 0
        ]
        if self.seen > self.of_last:
            where, expected = "hazards.objects.seen", f"at most of_last ({self.of_last})"
            found.append(Problem(where=where, expected=expected, came=str(self.seen), cure="Lower it."))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSettings:
    """What a store file says of things.

    Attributes:
        model: Card of a detector of their own; None takes the other classes of the one for people.
        labels: Which of the card's labels are told; none tells all but people.
        threshold: Least score.
        seen: In how many
        of_last: of the last looks at one place.
        every: Every how many pictures are looked at.
    """

    model: str | None = None
    labels: tuple[str, ...] = ()
    threshold: float = 0.5
    seen: int = 4
    of_last: int = 6
    every: int = 1

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        least = [positive("hazards.objects.every", self.every)] if self.every <= 0 else []
        return least + self.of({}).problems()

    def of(self, classes: Mapping[int, str]) -> ObjectSettings:
        """Return the settings for a detector with these labels by class."""
        labels = {
            n: each for n, each in classes.items() if each in self.labels or (not self.labels and each != "person")
        }
        return ObjectSettings(labels=labels, threshold=self.threshold, seen=self.seen, of_last=self.of_last)


@dataclass(slots=True, kw_only=True)
class _Place:
    suspicion: Suspicion
    hits: deque[bool]


class Objects:
    """Looks for things with a detector of its own.

    Args:
        finder: The detector, whose classes the settings name.
        settings: When a thing is suspected.
        every: Every how many pictures are looked at; between them what was suspected stays so.
    """

    def __init__(self, finder: Finder, settings: ObjectSettings, *, every: int = 1) -> None:
        self._finder = finder
        self._settings = settings
        self._every = every
        self._looks = 0
        self._now: list[Suspicion] = []
        self._places: list[_Place] = []

    def suspicions(self, view: View) -> list[Suspicion]:
        """Return the things that were seen often enough, and now."""
        if self._looks % self._every == 0:
            self._now = self._looked(view)
        self._looks += 1
        return self._now

    def _looked(self, view: View) -> list[Suspicion]:
        places, self._places = self._places, []
        for suspicion in self._found(view):
            same = next((each for each in places if _is_at(each.suspicion, suspicion)), None)
            if same is not None:
                places.remove(same)
            hits = same.hits if same else deque[bool](maxlen=self._settings.of_last)
            hits.append(True)
            self._places.append(_Place(suspicion=suspicion, hits=hits))
        now = [place.suspicion for place in self._places if sum(place.hits) >= self._settings.seen]
        for place in places:
            place.hits.append(False)
        self._places = [*self._places, *(place for place in places if any(place.hits))][:MAX_PLACES]
        return now

    def _found(self, view: View) -> list[Suspicion]:
        found = self._finder.detect(view.frame.picture)
        height, width = view.frame.picture.shape[:2]
        rows = zip(found.boxes_xyxy.tolist(), found.scores.tolist(), found.class_ids.tolist(), strict=True)
        return [
            self._suspicion(view, (left / width, top / height, right / width, bottom / height), score, class_id)
            for (left, top, right, bottom), score, class_id in rows
            if class_id in self._settings.labels and score >= self._settings.threshold
        ]

    def _suspicion(
        self, view: View, corners: tuple[float, float, float, float], score: float, class_id: int
    ) -> Suspicion:
        left, _, right, bottom = corners
        return Suspicion(
            label=self._settings.labels[class_id],
            confidence=score,
            box=box_of(corners),
            zone_id=view.zone_at((left + right) / 2, bottom),
        )


def _is_at(one: Suspicion, other: Suspicion) -> bool:
    return one.label == other.label and overlap(one.box, other.box) >= OVERLAP
