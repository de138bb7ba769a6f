"""Staff: restockers who walk the areas all day, one with a break outside, and a cashier for each lane."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.margins import Margins
from sim.people import Person, lognormal, random_of
from sim.scenario import Lane, Scenario
from sim.shoppers import Browsing
from sim.trajectories import Walk
from sim.world import Walkways

RESTOCK_SIGMA = 0.5
RESTOCK_SECONDS = (20.0, 1200.0)
CASHIER_EARLY_SECONDS = 30.0
CASHIER_LATE_SECONDS = 45.0
STAFF_M_PER_S = 1.25
DOORWAY_SECONDS = 20.0
_RANDOM_RESTOCKER, _RANDOM_CASHIER = 3, 4


def restockers(
    scenario: Scenario, walkways: Walkways, margins: Margins, *, seed: int, store_index: int, hours: float
) -> Iterator[Person]:
    """Yield the restockers; each is back in the staff room soon after the doors close.

    Raises:
        NotClearError: the floor's sizes leave no path clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    for number in range(1, scenario.staff.restockers + 1):
        random = random_of(seed, store_index, _RANDOM_RESTOCKER, number)
        shift = _Shift(scenario, walkways, margins, random)
        walk = shift.work(until=hours * 3600.0, has_break=number == 1)
        yield Person(person_id=f"restocker-{number}", is_staff=True, path=walk.path())


def cashiers(
    scenario: Scenario,
    walkways: Walkways,
    margins: Margins,
    *,
    last_service_left: dict[str, float],
    end: float,
    seed: int,
    store_index: int,
) -> Iterator[Person]:
    """Yield a cashier for each lane that opens before `end`, there longer than its customers.

    Raises:
        NotClearError: the floor's sizes leave no path clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    for number, lane in enumerate(scenario.lanes, start=1):
        if lane.opens_after_minutes * 60.0 < end:
            random = random_of(seed, store_index, _RANDOM_CASHIER, number)
            till = _Till(scenario, walkways, margins, lane, random)
            walk = till.work(until=last_service_left.get(lane.lane_id, 0.0), end=end)
            yield Person(person_id=f"cashier-{number}", is_staff=True, path=walk.path())


class _Shift:
    """One restocker's day."""

    def __init__(self, scenario: Scenario, walkways: Walkways, margins: Margins, random: np.random.Generator) -> None:
        self._scenario = scenario
        self._walkways = walkways
        self._margins = margins
        self._random = random
        self._browsing = Browsing(scenario, walkways, random)

    def work(self, *, until: float, has_break: bool) -> Walk:
        room = self._scenario.staff.room
        walk = Walk(start=0.0, place=self._walkways.near(room, self._random), at=room, speed_m_per_s=STAFF_M_PER_S)
        break_after_minutes = self._scenario.staff.break_after_minutes if has_break else None
        if break_after_minutes is not None:
            walk = self._restock_until(walk, min(break_after_minutes * 60.0, until))
            walk = self._margins.extended(walk, self._take_break, doing="taking a break")
        walk = self._restock_until(walk, until)
        return self._margins.extended(
            walk, lambda tried: self._walkways.go(tried, room, self._random), doing="going to the staff room"
        )

    def _restock_until(self, walk: Walk, until: float) -> Walk:
        while walk.now < until:
            walk = self._margins.extended(walk, self._restock, doing="restocking")
        return walk

    def _restock(self, walk: Walk) -> None:
        area = self._scenario.areas[int(self._random.integers(len(self._scenario.areas)))]
        drawn = lognormal(self._random, median=self._scenario.staff.restock_seconds_median, sigma=RESTOCK_SIGMA)
        self._browsing.visit(walk, area, float(np.clip(drawn, *RESTOCK_SECONDS)))

    def _take_break(self, walk: Walk) -> None:
        """Go out, wait in the street, and come in again."""
        habits = self._scenario.shoppers
        walk.wait(self._random.uniform(0.0, DOORWAY_SECONDS))
        self._walkways.go(walk, habits.leave_at, self._random)
        walk.wait(self._scenario.staff.break_minutes * 60.0 + self._random.uniform(0.0, DOORWAY_SECONDS))
        walk.walk_to(self._walkways.near(habits.enter_at, self._random))
        walk.at = habits.enter_at
        self._walkways.go(walk, self._scenario.staff.room, self._random)


class _Till:
    """One cashier's day: at the till from the opening on, or coming to a lane that opens later."""

    def __init__(
        self,
        scenario: Scenario,
        walkways: Walkways,
        margins: Margins,
        lane: Lane,
        random: np.random.Generator,
    ) -> None:
        self._room = scenario.staff.room
        self._walkways = walkways
        self._margins = margins
        self._lane = lane
        self._random = random

    def work(self, *, until: float, end: float) -> Walk:
        opens, closes_after_minutes = self._lane.opens_after_minutes * 60.0, self._lane.closes_after_minutes
        walk = self._come(opens) if opens else self._standing(self._lane.staff, start=0.0)
        closes = end if closes_after_minutes is None else min(end, closes_after_minutes * 60.0)
        walk.wait(max(until, closes) + CASHIER_LATE_SECONDS - walk.now)
        return self._go(walk, self._room)

    def _come(self, opens: float) -> Walk:
        walking_seconds = self._walkways.length_m(self._room, self._lane.staff) / STAFF_M_PER_S
        start = max(0.0, opens - CASHIER_EARLY_SECONDS - walking_seconds)
        return self._go(self._standing(self._room, start=start), self._lane.staff)

    def _standing(self, at: str, *, start: float) -> Walk:
        return Walk(start=start, place=self._walkways.near(at, self._random), at=at, speed_m_per_s=STAFF_M_PER_S)

    def _go(self, walk: Walk, end: str) -> Walk:
        return self._margins.extended(
            walk, lambda tried: self._walkways.go(tried, end, self._random), doing=f"walking to {end}"
        )
