"""What goes wrong between the floor and the detector, settled before the run: who is seen as whom, and when not.

Each kind of fault has random numbers of its own for each person and device, so that one kind changes nothing of
another. `FaultLedger.counts` gets: `stays` (opportunities), `id_switches`, `occlusions`, `occlusion_switches`,
`recognised`, `double_detections`, `mannequins`, `camera_down`, `camera_frozen`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from contracts.events import CameraState
from sim.faults.ledger import FaultLedger
from sim.faults.settings import Faults, camera_ids, chosen
from sim.geometry import Interval, Path, Point, bounding_box, intervals_inside
from sim.people import Person, random_named
from sim.scenario import DevicePlan, Scenario

CAMERA_REACH_M = 1.0
"""A camera sees this far around its zones and lines."""

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Sighting:
    """How one person is seen; times in seconds since opening.

    Attributes:
        new_ids: When the track goes on under a new id, rising.
        hidden: When the person is not seen.
    """

    person: Person
    new_ids: list[float] = field(default_factory=list)
    hidden: list[Interval] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recognised:
    """At `time` the device tells that `sighting`'s ids number `number - 1` and `number` are one person."""

    time: float
    sighting: int
    number: int


@dataclass(frozen=True, slots=True)
class CameraFault:
    """One camera without a good picture; from `noticed` on, the device knows it."""

    camera_id: str
    area: Box
    start: float
    noticed: float
    stop: float
    state: CameraState


@dataclass(frozen=True, slots=True, eq=False)
class VisionPlan:
    """Everything that goes wrong for one device's eyes."""

    sightings: tuple[Sighting, ...]
    recognised: tuple[Recognised, ...]
    cameras: tuple[CameraFault, ...]


def vision_plan(
    scenario: Scenario,
    device: DevicePlan,
    people: tuple[Person, ...],
    faults: Faults,
    *,
    key: tuple[str, ...],
    end_seconds: float,
    ledger: FaultLedger,
) -> VisionPlan:
    """Settle what goes wrong; `key` (seed and store) decides everything random together with the device's id."""
    planner = _Planner(scenario, device, faults, (*key, device.device_id), end_seconds, ledger)
    sightings = [planner.sighting(person) for person in people]
    recognised = [each for index, sighting in enumerate(sightings) for each in planner.recognised(index, sighting)]
    extra = [Sighting(person) for person in (*planner.doubles(people), *planner.mannequins())]
    return VisionPlan(
        sightings=(*sightings, *extra),
        recognised=tuple(sorted(recognised, key=lambda each: each.time)),
        cameras=tuple(planner.cameras()),
    )


@dataclass(frozen=True, slots=True)
class _Planner:
    scenario: Scenario
    device: DevicePlan
    faults: Faults
    key: tuple[str, ...]
    end_seconds: float
    ledger: FaultLedger

    def sighting(self, person: Person) -> Sighting:
        sighting = Sighting(person)
        self._switch(sighting)
        self._occlude(sighting)
        sighting.new_ids.sort()
        return sighting

    def recognised(self, index: int, sighting: Sighting) -> Iterator[Recognised]:
        """Yield what the device finds out while the person is still in view."""
        settings = self.faults.recognition
        random = self._random("recognition", sighting.person)
        for number, time in enumerate(sighting.new_ids, start=1):
            is_recognised, later = random.uniform() < settings.share, random.uniform(*settings.seconds)
            if is_recognised and self._is_in_view(sighting.person.path, time + later):
                self.ledger.counts["recognised"] += 1
                yield Recognised(time=time + later, sighting=index, number=number)

    def doubles(self, people: tuple[Person, ...]) -> Iterator[Person]:
        settings = self.faults.double_detections
        if settings is None:
            return
        for person in people:
            random = self._random("double_detections", person)
            for number, stay in enumerate(self._stays(person.path), start=1):
                if random.uniform() < settings.share_of_stays:
                    self.ledger.counts["double_detections"] += 1
                    part = _part(stay, random.uniform(*settings.seconds), random)
                    path = _beside(person.path.between(part.start, part.end), settings.beside_m, random)
                    yield Person(f"{person.person_id}+double-{number}", is_staff=person.is_staff, path=path)

    def mannequins(self) -> Iterator[Person]:
        known = [zone.zone_id for zone in self.scenario.zones]
        for number, mannequin in enumerate(self.faults.mannequins, start=1):
            for zone_id in chosen(mannequin.zone_id, known):
                zone = self.scenario.zone(zone_id)
                if zone.device_id == self.device.device_id:
                    self.ledger.counts["mannequins"] += 1
                    place = mannequin.at or _middle(bounding_box(zone.polygon))
                    path = Path(times=np.array([0.0, self.end_seconds]), points=np.array([place, place]))
                    yield Person(f"mannequin-{number}-{zone_id}", is_staff=False, path=path)

    def cameras(self) -> Iterator[CameraFault]:
        known = camera_ids(self.scenario)
        for down in self.faults.camera_down:
            for camera_id in chosen(down.camera_id, known):
                yield from self._camera(camera_id, "down", down.from_seconds, down.seconds, 0.0)
        for frozen in self.faults.camera_frozen:
            for camera_id in chosen(frozen.camera_id, known):
                noticed_after = frozen.noticed_after_seconds
                yield from self._camera(camera_id, "frozen", frozen.from_seconds, frozen.seconds, noticed_after)

    def _camera(
        self, camera_id: str, state: CameraState, start: float, seconds: float, noticed_after: float
    ) -> Iterator[CameraFault]:
        shapes = [
            each.polygon for each in self.scenario.zones if self._is_mine(each.device_id, each.camera_id, camera_id)
        ]
        shapes += [
            (each.start, each.end)
            for each in self.scenario.lines
            if self._is_mine(each.device_id, each.camera_id, camera_id)
        ]
        if shapes and start < self.end_seconds:
            self.ledger.counts[f"camera_{state}"] += 1
            area = bounding_box(tuple(point for shape in shapes for point in shape))
            yield CameraFault(camera_id, _grown(area), start, start + noticed_after, start + seconds, state)

    def _is_mine(self, device_id: str, of_camera: str, camera_id: str) -> bool:
        return device_id == self.device.device_id and of_camera == camera_id

    def _switch(self, sighting: Sighting) -> None:
        settings = self.faults.id_switches
        if settings is None:
            return
        random = self._random("id_switches", sighting.person)
        for stay in self._stays(sighting.person.path):
            self.ledger.counts["stays"] += 1
            if random.uniform() < settings.share_of_stays:
                self.ledger.counts["id_switches"] += 1
                sighting.new_ids.append(float(random.uniform(stay.start, stay.end)))

    def _occlude(self, sighting: Sighting) -> None:
        settings = self.faults.occlusion
        if settings is None:
            return
        random = self._random("occlusion", sighting.person)
        for seen in intervals_inside(sighting.person.path, _corners(self.device.view)):
            for _ in range(random.poisson(settings.per_person_minute * seen.seconds / 60.0)):
                self.ledger.counts["occlusions"] += 1
                start, seconds = random.uniform(seen.start, seen.end), random.uniform(*settings.seconds)
                sighting.hidden.append(Interval(float(start), float(start + seconds)))
                if seconds > settings.new_track_after_seconds and start + seconds < seen.end:
                    self.ledger.counts["occlusion_switches"] += 1
                    sighting.new_ids.append(float(start + seconds))

    def _stays(self, path: Path) -> list[Interval]:
        """Return the person's stays in the device's zones, in order of time."""
        zones = [zone for zone in self.scenario.zones if zone.device_id == self.device.device_id]
        stays = [stay for zone in zones for stay in intervals_inside(path, zone.polygon)]
        return sorted(stays, key=lambda stay: stay.start)

    def _is_in_view(self, path: Path, time: float) -> bool:
        x_min, y_min, x_max, y_max = self.device.view
        x, y = path.at(np.array([time]))[0]
        is_there = path.start <= time <= min(path.end, self.end_seconds)
        return bool(is_there and x_min <= x <= x_max and y_min <= y <= y_max)

    def _random(self, kind: str, person: Person) -> np.random.Generator:
        return random_named("fault", kind, *self.key, person.person_id)


def _part(stay: Interval, seconds: float, random: np.random.Generator) -> Interval:
    """Return a part of a stay, at most `seconds` long, anywhere in it."""
    seconds = min(seconds, stay.seconds)
    start = float(random.uniform(stay.start, stay.end - seconds))
    return Interval(start, start + seconds)


def _beside(path: Path, beside_m: float, random: np.random.Generator) -> Path:
    angle = random.uniform(0.0, 2.0 * math.pi)
    step = np.array([math.cos(angle), math.sin(angle)]) * beside_m
    return Path(times=path.times, points=path.points + step)


def _corners(view: Box) -> tuple[Point, ...]:
    x_min, y_min, x_max, y_max = view
    return (x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max)


def _grown(box: Box) -> Box:
    x_min, y_min, x_max, y_max = box
    return x_min - CAMERA_REACH_M, y_min - CAMERA_REACH_M, x_max + CAMERA_REACH_M, y_max + CAMERA_REACH_M


def _middle(box: Box) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
