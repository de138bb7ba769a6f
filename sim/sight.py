"""What one device sees, look by look: everybody in its view, less and more than that where faults say so."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contracts.events import CameraState
from edge.observations import Observation
from edge.zones import ZoneMap
from sim.faults.boots import Boot
from sim.faults.ledger import FaultLedger
from sim.faults.settings import Faults
from sim.faults.vision import CameraFault, Recognised, VisionPlan, vision_plan
from sim.geometry import Path
from sim.people import Person, id_of, random_named
from sim.scenario import DevicePlan, Scenario
from sim.world import edge_zone

CHUNK_SECONDS = 60
BORDER_M = 0.6

_Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a device is given at one instant.

    Attributes:
        observation: Who is seen, at the time of the device's clock.
        blind: Cameras known to give no picture, and why.
        recognised: Pairs of track ids that are found to be one person: the one that ended, the one that goes on.
    """

    observation: Observation
    blind: Mapping[str, CameraState]
    recognised: tuple[tuple[str, str], ...]


class Sight:
    """One device's eyes over one run."""

    def __init__(
        self,
        scenario: Scenario,
        device: DevicePlan,
        people: tuple[Person, ...],
        faults: Faults,
        *,
        key: tuple[str, ...],
        end_seconds: float,
        ledger: FaultLedger,
    ) -> None:
        self._plan = vision_plan(scenario, device, people, faults, key=key, end_seconds=end_seconds, ledger=ledger)
        self._scenario = scenario
        self._device = device
        self._missed_share = faults.missed_detections.share_of_looks if faults.missed_detections else 0.0
        self._key = (*key, device.device_id)
        self._ledger = ledger

    def looks(self, boot: Boot) -> Iterator[Look]:
        """Yield the device's looks during one boot, in order of time."""
        per_second = self._device.instants_per_second
        first, last = math.ceil(boot.start * per_second), math.ceil(boot.stop * per_second)
        missing = _Missing(self._missed_share, (*self._key, str(boot.number)), self._ledger)
        tracks = _Tracks(self._plan, self._device.view, boot, self._key, missing)
        cameras = _Cameras(self._scenario, self._device, self._plan.cameras)
        recognised = iter([each for each in self._plan.recognised if boot.start <= each.time < boot.stop])
        due = next(recognised, None)
        for start in range(first, last, CHUNK_SECONDS * per_second):
            times = np.arange(start, min(start + CHUNK_SECONDS * per_second, last)) / per_second
            for time, seen in zip(
                times.tolist(), tracks.seen(times, opening_ms=self._scenario.opening_ms), strict=True
            ):
                found: list[tuple[str, str]] = []
                while due is not None and due.time <= time:
                    found += tracks.pair(due)
                    due = next(recognised, None)
                yield cameras.look(time, seen, tuple(found))


class _Missing:
    """Draws whom the detector misses."""

    def __init__(self, share: float, key: tuple[str, ...], ledger: FaultLedger) -> None:
        self._share = share
        self._random = random_named("fault", "missed_detections", *key)
        self._ledger = ledger

    def of(self, is_there: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which of those who could be seen are missed."""
        if not self._share:
            return np.zeros(len(is_there), dtype=np.bool_)
        missed = is_there & (self._random.random(len(is_there)) < self._share)
        self._ledger.counts["looks"] += int(is_there.sum())
        self._ledger.counts["missed_detections"] += int(missed.sum())
        return missed


class _Tracks:
    """Everybody's paths as one device sees them during one boot."""

    def __init__(
        self,
        plan: VisionPlan,
        view: tuple[float, float, float, float],
        boot: Boot,
        key: tuple[str, ...],
        missing: _Missing,
    ) -> None:
        self._sightings = plan.sightings
        self._view = view
        self._boot = boot
        self._key = key
        self._missing = missing
        self._first_ids = np.array([self._track_id(index, 0) for index in range(len(plan.sightings))], dtype=object)
        self._is_staff = np.array([each.person.is_staff for each in plan.sightings], dtype=np.bool_)
        self._switching = [index for index, each in enumerate(plan.sightings) if each.new_ids]
        self._hidden = [(index, each) for index, sighting in enumerate(plan.sightings) for each in sighting.hidden]

    def pair(self, recognised: Recognised) -> Iterator[tuple[str, str]]:
        """Yield the two ids of a recognition, unless the first belongs to an earlier boot."""
        new_ids = self._sightings[recognised.sighting].new_ids
        if new_ids[recognised.number - 1] > self._boot.start:
            before, after = recognised.number - 1, recognised.number
            yield self._track_id(recognised.sighting, before), self._track_id(recognised.sighting, after)

    def seen(self, times: NDArray[np.float64], *, opening_ms: int) -> Iterator[Observation]:
        """Yield one observation for each of `times` (N,), seconds since opening, rising."""
        who, when, points = self._sampled(times)
        is_seen = _is_within(points, self._view, margin_m=0.0) & ~self._is_hidden(who, times[when])
        is_seen &= ~self._missing.of(is_seen)
        who, when, points = who[is_seen], when[is_seen], points[is_seen]
        at_border = ~_is_within(points, self._view, margin_m=BORDER_M)
        track_ids = self._track_ids(who, times[when])
        starts = np.searchsorted(when, np.arange(len(times) + 1))
        for index, time in enumerate(times.tolist()):
            part = slice(int(starts[index]), int(starts[index + 1]))
            yield Observation(
                event_time_ms=opening_ms + round(time * 1000) + self._boot.skew_ms,
                track_ids=tuple(track_ids[part]),
                foot_points=points[part],
                is_staff=self._is_staff[who[part]],
                at_border=at_border[part],
            )

    def _is_hidden(self, who: _Indices, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        hidden = np.zeros(len(who), dtype=np.bool_)
        if not len(who):
            return hidden
        first, last = times.min(), times.max()
        for index, part in self._hidden:
            if part.start <= last and part.end >= first:
                hidden |= (who == index) & (times >= part.start) & (times < part.end)
        return hidden

    def _track_ids(self, who: _Indices, times: NDArray[np.float64]) -> NDArray[np.object_]:
        ids = self._first_ids[who]
        for index in self._switching:
            (rows,) = np.nonzero(who == index)
            numbers = np.searchsorted(self._sightings[index].new_ids, times[rows], side="right")
            for number in np.unique(numbers[numbers > 0]).tolist():
                ids[rows[numbers == number]] = self._track_id(index, number)
        return ids

    def _track_id(self, index: int, number: int) -> str:
        """Return the id of a person's track number `number` (from 0) in this boot."""
        seed, store_id, device_id = self._key
        person_id = self._sightings[index].person.person_id
        later = (str(self._boot.number), str(number)) if self._boot.number or number else ()
        return id_of("track", seed, store_id, device_id, person_id, *later)

    def _sampled(self, times: NDArray[np.float64]) -> tuple[_Indices, _Indices, NDArray[np.float64]]:
        """Return person (M,), instant (M,) and place (M, 2) of everybody in the store, sorted by instant."""
        who, when, points = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)], [np.zeros((0, 2))]
        for index, sighting in enumerate(self._sightings):
            path = sighting.person.path
            present = _present(times, path)
            if present.start < present.stop:
                when.append(np.arange(present.start, present.stop))
                who.append(np.full(present.stop - present.start, index))
                points.append(path.at(times[present]))
        instants = np.concatenate(when)
        order = np.argsort(instants, kind="stable")
        return np.concatenate(who)[order], instants[order], np.concatenate(points)[order]


class _Cameras:
    """Takes from a look what cameras without a good picture do not show, and adds what a frozen one shows on."""

    def __init__(self, scenario: Scenario, device: DevicePlan, faults: tuple[CameraFault, ...]) -> None:
        zones = [edge_zone(zone) for zone in scenario.zones if zone.device_id == device.device_id]
        self._map = ZoneMap(zones)
        self._cameras = np.array([zone.camera_id for zone in zones], dtype=object)
        self._faults = faults
        self._frozen: dict[CameraFault, Observation] = {}

    def look(self, time: float, seen: Observation, recognised: tuple[tuple[str, str], ...]) -> Look:
        """Return what is left of what there is to see at `time`."""
        blind: dict[str, CameraState] = {}
        for fault in self._faults:
            if fault.start <= time < fault.stop:
                in_area = self._in_area(fault, seen)
                if time >= fault.noticed:
                    blind[fault.camera_id] = fault.state
                    seen = _rows(seen, ~in_area)
                else:
                    picture = self._frozen.setdefault(fault, _rows(seen, in_area))
                    seen = _joined(_rows(seen, ~in_area), picture)
        return Look(observation=seen, blind=blind, recognised=recognised)

    def _in_area(self, fault: CameraFault, seen: Observation) -> NDArray[np.bool_]:
        """Tell who is seen by this camera: near its zones and lines, and in no other camera's zone."""
        others = self._cameras != fault.camera_id
        in_other = self._map.contains(seen.foot_points)[:, others].any(axis=1)
        return _is_within(seen.foot_points, fault.area, margin_m=0.0) & ~in_other


def _rows(seen: Observation, kept: NDArray[np.bool_]) -> Observation:
    return replace(
        seen,
        track_ids=tuple(track_id for track_id, is_kept in zip(seen.track_ids, kept.tolist(), strict=True) if is_kept),
        foot_points=seen.foot_points[kept],
        is_staff=seen.is_staff[kept],
        at_border=seen.at_border[kept],
    )


def _joined(seen: Observation, picture: Observation) -> Observation:
    """Add the people of a frozen picture; who is seen elsewhere by now is followed there."""
    picture = _rows(
        picture, np.array([track_id not in seen.track_ids for track_id in picture.track_ids], dtype=np.bool_)
    )
    return replace(
        seen,
        track_ids=seen.track_ids + picture.track_ids,
        foot_points=np.vstack([seen.foot_points, picture.foot_points]),
        is_staff=np.concatenate([seen.is_staff, picture.is_staff]),
        at_border=np.concatenate([seen.at_border, picture.at_border]),
    )


def _present(times: NDArray[np.float64], path: Path) -> slice:
    return slice(
        int(np.searchsorted(times, path.start, side="left")),
        int(np.searchsorted(times, path.end, side="right")),
    )


def _is_within(
    points: NDArray[np.float64], view: tuple[float, float, float, float], *, margin_m: float
) -> NDArray[np.bool_]:
    x_min, y_min, x_max, y_max = view
    x, y = points[:, 0], points[:, 1]
    return (x >= x_min + margin_m) & (x <= x_max - margin_m) & (y >= y_min + margin_m) & (y <= y_max - margin_m)
