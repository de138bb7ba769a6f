"""Hazards that a scenario tells to happen: what the cameras make of them, and the truth about them.

Nothing on the simulated floor lies or spills: a `[[hazards]]` table says what a camera tells, and when, to the second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from contracts.events import Box, Hazard
from sim.people import id_of
from sim.scenario import DevicePlan, HazardPlan, LinePlan, Scenario, ZonePlan


@dataclass(frozen=True, slots=True)
class HazardTruth:
    """One candidate as its camera sees it at `seen_ms`; `box` is x, y, width and height in shares of the picture."""

    hazard_id: str
    label: str
    camera_id: str
    zone_id: str | None
    confidence: float
    box: tuple[float, float, float, float]
    seen_ms: int

    @property
    def payload(self) -> Hazard:
        """The event that tells it."""
        x, y, width, height = self.box
        return Hazard(
            hazard_id=self.hazard_id,
            camera_id=self.camera_id,
            zone_id=self.zone_id,
            label=self.label,
            confidence=self.confidence,
            box=Box(x=x, y=y, w=width, h=height),
        )


class Pending:
    """The hazards of one boot of a device that are still to be told."""

    def __init__(self, hazards: Sequence[HazardTruth]) -> None:
        self._hazards = list(hazards)

    def until(self, now_ms: int) -> Iterator[HazardTruth]:
        """Yield what happened up to an instant, once and in order of time."""
        while self._hazards and self._hazards[0].seen_ms <= now_ms:
            yield self._hazards.pop(0)


def hazards_of(scenario: Scenario, *, seed: int, store_id: str, end_ms: int) -> tuple[HazardTruth, ...]:
    """Return what happens in one store before `end_ms`, in order of time; the same arguments give the same ids."""
    found = [
        _truth(plan, seen_ms, id_of("hazard", str(seed), store_id, str(place), str(number)))
        for place, plan in enumerate(scenario.hazards)
        for number, seen_ms in enumerate(_times_ms(scenario, plan))
    ]
    return tuple(sorted((each for each in found if each.seen_ms < end_ms), key=_by_time))


def of_device(hazards: Sequence[HazardTruth], scenario: Scenario, device: DevicePlan) -> tuple[HazardTruth, ...]:
    """Return the hazards that the cameras of one device see."""
    places: tuple[ZonePlan | LinePlan, ...] = (*scenario.zones, *scenario.lines)
    cameras = {place.camera_id for place in places if place.device_id == device.device_id}
    return tuple(each for each in hazards if each.camera_id in cameras)


def seen_between(hazards: Sequence[HazardTruth], start_ms: float, stop_ms: float) -> tuple[HazardTruth, ...]:
    """Return what is seen from `start_ms` until before `stop_ms`."""
    return tuple(each for each in hazards if start_ms <= each.seen_ms < stop_ms)


def _times_ms(scenario: Scenario, plan: HazardPlan) -> Iterator[int]:
    at = dt.datetime.combine(scenario.store.business_day, plan.at, ZoneInfo(scenario.store.time_zone))
    first_ms = round(at.timestamp() * 1000)
    for number in range(plan.repeats):
        yield first_ms + round(number * plan.seconds_between * 1000)


def _truth(plan: HazardPlan, seen_ms: int, hazard_id: str) -> HazardTruth:
    return HazardTruth(hazard_id, plan.label, plan.camera_id, plan.zone_id, plan.confidence, plan.box, seen_ms)


def _by_time(hazard: HazardTruth) -> tuple[int, str]:
    return hazard.seen_ms, hazard.hazard_id
