"""Shoppers until they reach the checkout: when they come, what they look at, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.geometry import Point, bounding_box, contains
from sim.margins import Margins
from sim.people import lognormal, random_of
from sim.scenario import Area, Scenario, Stop
from sim.trajectories import Walk
from sim.world import Walkways

OFF_SHELF_M = 0.35
BROWSE_SECONDS = (3.0, 300.0)
WANDER_RADIUS_M = 0.3
BACK_SOON_SECONDS = (6.0, 16.0)
BACK_LATE_SECONDS = (38.0, 80.0)
ARRIVAL_SPREAD_SECONDS = 3.0
DOOR_REACH_M = 8.0
"""A door this much farther away is chosen 1/e as often."""
MANY_SPOTS_SECONDS = 15.0
UPWARDS_SHARE = 0.75
_RANDOM_ARRIVALS, _RANDOM_SHOPPER = 1, 2


@dataclass(slots=True)
class Shopper:
    """Somebody whose shopping was done at `decided` (seconds), standing at the walkway point `decided_at`."""

    person_id: str
    random: np.random.Generator
    walk: Walk
    items: int
    is_buying: bool
    decided: float
    decided_at: str


def arrivals(scenario: Scenario, *, seed: int, store_index: int, hours: float) -> list[float]:
    """Draw the arrivals of a non-homogeneous Poisson process (by thinning): seconds since opening, rising."""
    random = random_of(seed, store_index, _RANDOM_ARRIVALS)
    most_per_second = max(scenario.arrivals.per_hour) * scenario.season_factor / 3600.0
    times: list[float] = []
    time = random.exponential(1.0 / most_per_second) if most_per_second else float("inf")
    while time < hours * 3600.0:
        if random.uniform() * most_per_second < _rate_per_second(scenario, time):
            times.append(time)
        time += random.exponential(1.0 / most_per_second)
    return times


def shoppers(
    scenario: Scenario, walkways: Walkways, margins: Margins, *, seed: int, store_index: int, hours: float
) -> Iterator[Shopper]:
    """Yield every shopper of the day at the end of the shopping, in order of arrival.

    Raises:
        NotClearError: the floor's sizes leave no path clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    for number, arrival in enumerate(arrivals(scenario, seed=seed, store_index=store_index, hours=hours), start=1):
        trip = _Trip(scenario, walkways, margins, random_of(seed, store_index, _RANDOM_SHOPPER, number))
        yield trip.shop(f"shopper-{number:05d}", arrival)


class Browsing:
    """Looking at the goods of a zone, or filling its shelves: the same walk for customers and staff."""

    def __init__(self, scenario: Scenario, walkways: Walkways, random: np.random.Generator) -> None:
        self._polygons = {zone.zone_id: zone.polygon for zone in scenario.zones}
        self._walkways = walkways
        self._random = random

    def visit(self, walk: Walk, area: Area, seconds: float) -> None:
        """Walk to the area, look around in it, and leave it by one of its doors."""
        self._walkways.go(walk, self._door_in(area, walk.at), self._random)
        self.look_around(walk, area.zone_id, seconds, leave_by=self._door_out(area))

    def look_around(self, walk: Walk, zone_id: str, seconds: float, *, leave_by: str) -> None:
        """Stand at one to three places of the zone for `seconds` in all, on the way to `leave_by`."""
        end = self._walkways.near(leave_by, self._random)
        count = 1 + int(self._random.integers(0, 3)) if seconds > MANY_SPOTS_SECONDS else 1
        spots = sorted((self._spot(zone_id) for _ in range(count)), key=lambda spot: _progress(walk.place, spot, end))
        for spot in spots:
            walk.walk_to(spot)
            walk.wander(seconds / count, self._random, radius_m=WANDER_RADIUS_M)
        walk.walk_to(end)
        walk.at = leave_by

    def _door_in(self, area: Area, start: str) -> str:
        """Draw a door to come in by: by its weight, and rather a near one."""
        weights = [
            weight * np.exp(-self._walkways.length_m(start, door) / DOOR_REACH_M) for door, weight in area.doors.items()
        ]
        return self._draw(tuple(area.doors), weights)

    def _door_out(self, area: Area) -> str:
        """Draw a door to leave by, by its weight."""
        return self._draw(tuple(area.doors), list(area.doors.values()))

    def _draw(self, names: tuple[str, ...], weights: list[float]) -> str:
        shares = np.array(weights) / sum(weights)
        return names[int(self._random.choice(len(names), p=shares))]

    def _spot(self, zone_id: str) -> Point:
        polygon = self._polygons[zone_id]
        x_min, y_min, x_max, y_max = bounding_box(polygon)
        while True:
            spot = (self._random.uniform(x_min, x_max), self._random.uniform(y_min, y_max))
            if contains(polygon, spot, margin_m=OFF_SHELF_M):
                return spot


class _Trip:
    """One shopper's way through the store."""

    def __init__(self, scenario: Scenario, walkways: Walkways, margins: Margins, random: np.random.Generator) -> None:
        self._scenario = scenario
        self._habits = scenario.shoppers
        self._walkways = walkways
        self._margins = margins
        self._random = random
        self._browsing = Browsing(scenario, walkways, random)

    def shop(self, person_id: str, arrival: float) -> Shopper:
        walk = self._come_in(arrival)
        areas = self._chosen_areas()
        for area in areas:
            walk = self._visit(walk, area)
        walk = self._go_to_checkout(walk)
        return Shopper(
            person_id=person_id,
            random=self._random,
            walk=walk,
            decided=walk.now,
            decided_at=walk.at,
            items=len(areas) + int(self._random.poisson(self._habits.items_per_area * len(areas))),
            is_buying=bool(self._random.uniform() >= self._habits.browse_only_share),
        )

    def _come_in(self, arrival: float) -> Walk:
        """Return the walk from the street past the stops; the first steps are drawn again as a whole."""
        speed = float(self._random.uniform(*self._habits.walking_m_per_s))
        street = self._habits.enter_at
        outside = Walk(start=arrival, place=self._walkways.place(street), at=street, speed_m_per_s=speed)
        stops = [stop for stop in self._scenario.stops if self._random.uniform() < stop.share]
        return self._margins.extended(
            outside, lambda walk: self._pass_stops(walk, stops), doing=f"coming in at {arrival:.0f} s"
        )

    def _pass_stops(self, walk: Walk, stops: list[Stop]) -> None:
        walk.wait(self._random.uniform(0.0, ARRIVAL_SPREAD_SECONDS))
        for stop in self._scenario.stops:
            if stop in stops:
                self._browsing.look_around(walk, stop.zone_id, self._seconds(stop.seconds_median), leave_by=stop.door)
            else:
                self._walkways.go(walk, stop.door, self._random)

    def _chosen_areas(self) -> list[Area]:
        """Draw areas by popularity, each once, in walking order: upwards or downwards through the list."""
        areas = self._scenario.areas
        straight_share = self._habits.straight_share
        if not areas or (straight_share and self._random.uniform() < straight_share):
            return []
        count = min(len(areas), 1 + int(self._random.poisson(self._habits.areas_mean - 1.0)))
        shares = np.array([area.popularity for area in areas])
        chosen = np.sort(self._random.choice(len(areas), size=count, replace=False, p=shares / shares.sum()))
        is_upwards = self._random.uniform() < UPWARDS_SHARE
        return [areas[index] for index in (chosen if is_upwards else chosen[::-1])]

    def _visit(self, walk: Walk, area: Area) -> Walk:
        """Visit an area; now and then turn round before its door, something was forgotten, and look again."""
        soon, late = self._habits.back_soon_share_per_area, self._habits.back_late_share_per_area
        draw = self._random.uniform()
        pause_seconds = BACK_SOON_SECONDS if draw < soon else BACK_LATE_SECONDS

        def step(tried: Walk) -> None:
            self._browsing.visit(tried, area, self._seconds(self._habits.dwell_seconds_median))
            if draw < soon + late:
                tried.wander(self._random.uniform(*pause_seconds), self._random, radius_m=WANDER_RADIUS_M)
                seconds = self._seconds(self._habits.dwell_seconds_median / 2)
                self._browsing.look_around(tried, area.zone_id, seconds, leave_by=tried.at)

        return self._margins.extended(walk, step, doing=f"visiting {area.zone_id}")

    def _go_to_checkout(self, walk: Walk) -> Walk:
        end = self._walkways.nearest(walk.at, self._habits.decide_at)
        return self._margins.extended(
            walk, lambda tried: self._walkways.go(tried, end, self._random), doing=f"walking to {end}"
        )

    def _seconds(self, median: float) -> float:
        drawn = lognormal(self._random, median=median, sigma=self._habits.dwell_sigma)
        return float(np.clip(drawn, *BROWSE_SECONDS))


def _progress(start: Point, spot: Point, end: Point) -> float:
    """Return how far along the straight way from `start` to `end` a spot lies, in square metres."""
    return (spot[0] - start[0]) * (end[0] - start[0]) + (spot[1] - start[1]) * (end[1] - start[1])


def _rate_per_second(scenario: Scenario, time: float) -> float:
    opening = _seconds_of_day(scenario.store.opening)
    knots = [_seconds_of_day(at) - opening for at in scenario.arrivals.at]
    return float(np.interp(time, knots, scenario.arrivals.per_hour)) * scenario.season_factor / 3600.0


def _seconds_of_day(at: dt.time) -> float:
    return at.hour * 3600.0 + at.minute * 60.0 + at.second
