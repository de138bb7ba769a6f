"""All hazards of one camera, as its analysis asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from contracts.events import Hazard
from edge.analysis import Seen
from edge.hazards.candidates import Candidates, OnCandidate, Suspect, View
from edge.hazards.floor_change import FloorChange
from edge.hazards.people import Crowding, Intrusion, Loitering, Lying
from edge.hazards.settings import HazardSettings
from edge.sources import Frame
from edge.zones import Point, Zone, ZoneMap


class HazardWatch:
    """Looks for the hazards of one camera; one object for each camera, on one thread.

    Args:
        camera_id: The camera.
        zones: Its zones, with corners in shares of the picture.
        settings: Which hazards are looked for.
        new_id: Makes hazard ids that are unique in the store and never used again.
        floor: Polygons in which the floor is seen, in shares of the picture; none takes the zones together.
        more: Further suspects, such as `Objects`.
        on_candidate: Takes the id and the instant of each new candidate.
        is_moved: Whether the camera looks elsewhere than it learnt; changes of the floor are not suspected then.
    """

    def __init__(
        self,
        camera_id: str,
        *,
        zones: Sequence[Zone],
        settings: HazardSettings,
        new_id: Callable[[], str],
        floor: Sequence[Sequence[Point]] = (),
        more: Sequence[Suspect] = (),
        on_candidate: OnCandidate | None = None,
        is_moved: Callable[[], bool] = lambda: False,
    ) -> None:
        self._camera_id = camera_id
        own = [zone for zone in zones if zone.camera_id == camera_id]
        self._zones = ZoneMap(own)
        self._suspects = (*_suspects(settings, floor or [zone.polygon for zone in own], is_moved), *more)
        self._candidates = Candidates(camera_id, new_id=new_id, settings=settings.candidates, on_candidate=on_candidate)

    def update(self, frame: Frame, seen: Seen) -> tuple[Hazard, ...]:
        """Return the candidates that began with this picture; instants never go back."""
        view = self._view(frame, seen)
        suspicions = [each for suspect in self._suspects for each in suspect.suspicions(view)]
        return self._candidates.update(view.now_ms, suspicions)

    def _view(self, frame: Frame, seen: Seen) -> View:
        height, width = frame.picture.shape[:2]
        foot_points = seen.people.foot_points() / (width, height)
        return View(
            frame=frame,
            track_ids=seen.people.track_ids or (),
            boxes=seen.people.boxes_xyxy.astype(np.float64) / (width, height, width, height),
            foot_points=foot_points,
            is_staff=seen.is_staff,
            member=self._zones.contains(foot_points),
            zones=self._zones,
            camera_id=self._camera_id,
            merges=seen.merges,
        )


def _suspects(
    settings: HazardSettings, floor: Sequence[Sequence[Point]], is_moved: Callable[[], bool]
) -> list[Suspect]:
    found: list[Suspect] = []
    if settings.floor_change:
        found.append(FloorChange(floor, settings.floor_change, is_moved=is_moved))
    if settings.lying:
        found.append(Lying(settings.lying))
    if settings.loitering:
        found.append(Loitering(settings.loitering))
    if settings.intrusion:
        found.append(Intrusion(settings.intrusion))
    if settings.crowding:
        found.append(Crowding(settings.crowding))
    return found
