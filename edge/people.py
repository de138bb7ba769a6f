"""Detections of one camera become people: things left out, tracks mended, staff and parties told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.analysis import Seen
from edge.detections import Detections
from edge.floor import FloorPlan
from edge.parties import Parties, PartySettings
from edge.reid import Appearances
from edge.sources import Frame
from edge.staff import StaffRules, StaffSettings
from edge.static_objects import StaticObjects, StaticSettings
from edge.stitching import Sighting, Stitcher, StitchingSettings
from edge.toml_file import Table
from edge.tracker import Tracker
from edge.zones import Zone, ZoneMap

FORGET_MS = 60_000
"""How long staff and parties remember an unseen track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSettings:
    """How people are followed.

    Attributes:
        reidentifies: Whether looks help to mend tracks; off by default, see `edge.reid`.
    """

    stitching: StitchingSettings = field(default_factory=StitchingSettings)
    static: StaticSettings = field(default_factory=StaticSettings)
    staff: StaffSettings = field(default_factory=StaffSettings)
    parties: PartySettings = field(default_factory=PartySettings)
    reidentifies: bool = False


def tracking_settings(table: Table) -> tuple[StitchingSettings, bool]:
    """Return what a store file's table `[tracking]` says of stitching and re-identification; note what is wrong."""
    usual = StitchingSettings()
    table.only("stitches", "longest_ms", "reach", "reach_per_second", "longest_reach", "size_ratio", "reidentifies")
    settings = StitchingSettings(
        is_on=table.get_or("stitches", usual.is_on),
        longest_ms=table.get_or("longest_ms", usual.longest_ms),
        reach=table.get_or("reach", usual.reach),
        reach_per_second=table.get_or("reach_per_second", usual.reach_per_second),
        longest_reach=table.get_or("longest_reach", usual.longest_reach),
        size_ratio=table.get_or("size_ratio", usual.size_ratio),
    )
    table.problems.add_all(settings.problems())
    return settings, table.get_or("reidentifies", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFloor:
    """What is known of one camera's floor: its zones, and where it lies in metres if that was measured."""

    zones: tuple[Zone, ...]
    plan: FloorPlan | None = None


class FollowedPeople:
    """Follows the people of one camera for one boot.

    Args:
        tracker: Gives identities from picture to picture.
        boot_id: Put before the names of parties.
        floor: Zones of the camera, in shares of the picture.
        settings: How people are followed.
        held_ms: How long an unseen track's visits stay open.
        things: Leaves things out; it outlives boots.
        appearances: Judges looks, where that is switched on.
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        boot_id: str,
        floor: CameraFloor,
        settings: PeopleSettings,
        held_ms: int,
        things: StaticObjects | None = None,
        appearances: Appearances | None = None,
    ) -> None:
        self._tracker = tracker
        self._settings = settings
        self._things = things
        self._appearances = appearances
        self._plan = floor.plan
        staff_zones = [zone for zone in floor.zones if zone.zone_id in settings.staff.zones]
        self._staff_zones = ZoneMap(staff_zones) if staff_zones else None
        alike = appearances.alike if appearances else None
        self._stitcher = Stitcher(settings.stitching, held_ms=held_ms, alike=alike)
        self._staff = StaffRules(settings.staff, forget_ms=FORGET_MS)
        self._parties = Parties(settings.parties, boot_id=boot_id, forget_ms=FORGET_MS)

    def update(self, detections: Detections, frame: Frame) -> Seen:
        """Return who was seen; instants never go back."""
        height, width = frame.picture.shape[:2]
        now_ms = frame.event_time_ms
        if self._things:
            detections = self._things.without_things(detections, now_ms, width=width, height=height)
        tracked = self._tracker.update(detections, now_ms)
        people, merges = self._stitched(tracked, frame)
        foot_points = people.foot_points() / (width, height)
        for from_track_id, to_track_id in merges:
            self._staff.merge(from_track_id, to_track_id)
            self._parties.merge(from_track_id, to_track_id)
        names = people.track_ids or ()
        return Seen(
            people=people,
            is_staff=self._who_is_staff(now_ms, names, foot_points),
            party_ids=self._party_ids(now_ms, people, foot_points),
            merges=merges,
        )

    def _stitched(self, tracked: Detections, frame: Frame) -> tuple[Detections, tuple[tuple[str, str], ...]]:
        height, width = frame.picture.shape[:2]
        keys = tracked.track_ids or ()
        if self._appearances:
            for key, box in zip(keys, tracked.boxes_xyxy, strict=True):
                self._appearances.see(key, frame.picture, box, frame.event_time_ms)
        boxes, border = tracked.boxes_xyxy.astype(np.float64), tracked.at_border(width, height).tolist()
        sightings = {
            key: Sighting(frame.event_time_ms, boxes[row], at_border=border[row]) for row, key in enumerate(keys)
        }
        stitched = self._stitcher.update(frame.event_time_ms, sightings)
        return tracked.tracked_as(stitched.names), stitched.merges

    def _who_is_staff(self, now_ms: int, names: tuple[str, ...], foot_points: NDArray[np.float64]) -> NDArray[np.bool_]:
        is_inside: NDArray[np.bool_] = np.zeros(len(names), dtype=np.bool_)
        if self._staff_zones:
            is_inside = np.asarray(self._staff_zones.contains(foot_points).any(axis=1))
        is_staff = self._staff.update(now_ms, dict(zip(names, is_inside.tolist(), strict=True)))
        return np.array([is_staff[name] for name in names], dtype=np.bool_)

    def _party_ids(self, now_ms: int, people: Detections, foot_points: NDArray[np.float64]) -> dict[str, str]:
        if not self._settings.parties.is_on:
            return {}
        if self._plan is not None:
            places, units = self._plan.metres(foot_points), np.ones(len(people))
        else:
            places = people.foot_points()
            units = np.maximum(1.0, (people.boxes_xyxy[:, 3] - people.boxes_xyxy[:, 1]).astype(np.float64))
        return self._parties.update(now_ms, people.track_ids or (), places, units)


TrackerOfBoot = Callable[[str], Tracker]


def people_of_boot(
    tracker_of_boot: TrackerOfBoot,
    *,
    camera_name: str,
    floor: CameraFloor,
    settings: PeopleSettings,
    held_ms: int,
    models_directory: Path,
    things: StaticObjects | None = None,
) -> Callable[[str], FollowedPeople]:
    """Return what makes the follower of a boot; things that were learnt go on from one to the next.

    Args:
        tracker_of_boot: Makes the tracker; its identities begin with the name it is given.
        camera_name: Tells the identities of a store's cameras apart; may be empty where there is one.
        floor: Zones of the camera.
        settings: How people are followed.
        held_ms: How long an unseen track's visits stay open.
        models_directory: Where the model of re-identification lies, where that is switched on.
        things: Leaves things out.

    Raises:
        ConfigurationError: where re-identification is on and its model cannot be used.
    """
    longest_ms = max(settings.stitching.longest_ms, held_ms)
    appearances = Appearances(models_directory, longest_ms=longest_ms) if settings.reidentifies else None

    def followed(boot_id: str) -> FollowedPeople:
        name = f"{boot_id}.{camera_name}" if camera_name else boot_id
        return FollowedPeople(
            tracker_of_boot(name),
            boot_id=name,
            floor=floor,
            settings=settings,
            held_ms=held_ms,
            things=things,
            appearances=appearances,
        )

    return followed
