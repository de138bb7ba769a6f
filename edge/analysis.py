"""One camera's analysis: a picture in, who was seen out; the same for files, live cameras and Panorama's node."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contracts.events import CameraState, Hazard
from edge.boots import Boots
from edge.detections import Detections
from edge.heads import Picture
from edge.looks import Look
from edge.observations import Observation
from edge.sources import Frame, TrackedFrame


class Finder(Protocol):
    """Finds people, and perhaps other things, in a picture."""

    def detect(self, picture: Picture) -> Detections:
        """Return what is in a (H, W, 3) BGR picture."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """The people of one picture.

    Attributes:
        people: With their identities, in pixels.
        is_staff: (N,) bool.
        party_ids: By track, for those that walk together with others.
        merges: Pairs of tracks that were recognised as one person: the one that ended, the one that goes on.
    """

    people: Detections
    is_staff: NDArray[np.bool_]
    party_ids: dict[str, str] = field(default_factory=dict)
    merges: tuple[tuple[str, str], ...] = ()


class People(Protocol):
    """Follows people from picture to picture, for one boot."""

    def update(self, detections: Detections, frame: Frame) -> Seen:
        """Return who was seen; instants never go back."""
        ...


class Quality(Protocol):
    """Judges whether a picture can be used."""

    @property
    def is_moved(self) -> bool:
        """Whether the camera looks at another scene than it learnt."""
        ...

    def update(self, frame: Frame) -> CameraState:
        """Return what the picture is like; instants never go back."""
        ...


class Watch(Protocol):
    """Looks for hazards."""

    def update(self, frame: Frame, seen: Seen) -> tuple[Hazard, ...]:
        """Return the candidates that began with this picture; instants never go back."""
        ...


class ClipMaker(Protocol):
    """Makes clips of what is looked at."""

    def take_look(self, look: Look) -> None:
        """Remember where people were."""
        ...

    def of_hazard(self, hazard: Hazard, at_ms: int) -> str:
        """Order the clip of a hazard and return its id."""
        ...


@dataclass(slots=True)
class Effort:
    """What an analysis has done since its start; written by its thread, read by any.

    Attributes:
        frames: Pictures analysed.
        inference_seconds: Time in detectors.
        people: Tracks in the newest picture.
        state: What the newest picture was like.
        is_moved: Whether the camera looks at another scene than it learnt.
    """

    frames: int = 0
    inference_seconds: float = 0.0
    people: int = 0
    state: CameraState = "ok"
    is_moved: bool = False


class CameraAnalyst:
    """Turns the pictures of one camera into looks.

    Args:
        camera_id: The camera.
        finder: The detector.
        people: Makes what follows people, for a boot id; identities never outlive a boot.
        boots: Gives the boot id of an instant.
        quality: Judges pictures; None takes all of them as good.
        watches: Look for hazards.
        clips: Makes clips of hazards; None makes none.
        clock: Seconds that never go back, for the time that inference takes.
    """

    def __init__(
        self,
        camera_id: str,
        *,
        finder: Finder,
        people: Callable[[str], People],
        boots: Boots,
        quality: Quality | None = None,
        watches: tuple[Watch, ...] = (),
        clips: ClipMaker | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.effort = Effort()
        self._camera_id = camera_id
        self._finder = finder
        self._make_people = people
        self._boots = boots
        self._quality = quality
        self._watches = watches
        self._clips = clips
        self._clock = clock
        self._people: People | None = None
        self._boot_end_ms = 0

    def look(self, frame: Frame) -> Look:
        """Return what a picture shows; instants never go back."""
        state = self._quality.update(frame) if self._quality else "ok"
        self.effort.frames += 1
        self.effort.state = state
        self.effort.is_moved = self._quality is not None and self._quality.is_moved
        if state != "ok":
            self.effort.people = 0
            return Look.blind(frame.event_time_ms, self._camera_id, state)
        begin = self._clock()
        detections = self._finder.detect(frame.picture)
        inference_seconds = self._clock() - begin
        seen = self._followers(frame.event_time_ms).update(detections, frame)
        self.effort.inference_seconds += inference_seconds
        self.effort.people = len(seen.people)
        hazards = self._hazards(frame, seen)
        height, width = frame.picture.shape[:2]
        tracked = TrackedFrame(
            event_time_ms=frame.event_time_ms,
            width=width,
            height=height,
            detections=seen.people,
            picture=frame.picture,
            inference_ms=inference_seconds * 1_000,
        )
        look = look_of(tracked, self._camera_id, seen, hazards)
        if self._clips:
            self._clips.take_look(look)
        return look

    def _hazards(self, frame: Frame, seen: Seen) -> tuple[Hazard, ...]:
        found = tuple(hazard for watch in self._watches for hazard in watch.update(frame, seen))
        if self._clips is None:
            return found
        return tuple(replace(each, clip_id=self._clips.of_hazard(each, frame.event_time_ms)) for each in found)

    def _followers(self, event_time_ms: int) -> People:
        if self._people is None or event_time_ms >= self._boot_end_ms:
            self._people = self._make_people(self._boots.of(event_time_ms))
            self._boot_end_ms = self._boots.end_ms(event_time_ms)
        return self._people


def look_of(
    frame: TrackedFrame,
    camera_id: str,
    seen: Seen | None = None,
    hazards: tuple[Hazard, ...] = (),
) -> Look:
    """Return the look of a frame whose people are tracked; points become shares of the picture."""
    people = frame.detections
    observation = Observation(
        event_time_ms=frame.event_time_ms,
        camera_id=camera_id,
        track_ids=people.track_ids or (),
        foot_points=people.foot_points() / (frame.width, frame.height),
        is_staff=seen.is_staff if seen else np.zeros(len(people), dtype=np.bool_),
        at_border=people.at_border(frame.width, frame.height),
        inference_ms=frame.inference_ms,
        party_ids=seen.party_ids if seen else {},
    )
    merges = seen.merges if seen else ()
    return Look(camera_id=camera_id, observation=observation, merges=merges, hazards=hazards, frame=frame)
