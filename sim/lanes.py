"""The checkout: a line for each lane, first come first served, simulated event by event."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from sim.geometry import Point, distance, intervals_inside
from sim.margins import Margins, is_lane_gap_clear
from sim.people import Person, lognormal
from sim.scenario import Lane, Scenario
from sim.shoppers import Shopper
from sim.trajectories import Walk
from sim.world import Walkways

MOVE_UP_SECONDS = 0.5
"""Each person in line starts to move up this much after the one before."""
NEXT_PLEASE_SECONDS = (1.5, 3.5)
PACKING_SECONDS = (0.0, 8.0)
OFF_LINE_M = 0.15
LANE_GAP_RETRY_SECONDS = 4.0
SHORTEST_SERVICE_SECONDS = 12.0

Handler = Callable[[float], None]


@dataclass(slots=True)
class _Customer:
    """A shopper at the checkout; `off_line_m` is how far he stands beside the line's middle."""

    shopper: Shopper
    walk: Walk
    patience_seconds: float
    service_seconds: float
    off_line_m: float


@dataclass(slots=True)
class _LaneState:
    """Who is at one lane now. Times in seconds since opening."""

    lane: Lane
    capacity: int
    line: list[_Customer] = field(default_factory=list)
    serving: _Customer | None = None
    on_the_way: int = 0
    service_left: float | None = None

    @property
    def length(self) -> int:
        """People a newcomer would count, those still walking up included."""
        return len(self.line) + self.on_the_way

    def is_open(self, time: float) -> bool:
        """Tell whether newcomers may join."""
        closes = self.lane.closes_after_minutes
        return self.lane.opens_after_minutes * 60.0 <= time and (closes is None or time < closes * 60.0)


@dataclass(frozen=True, slots=True)
class CheckoutResult:
    """Everybody's path, in order of arrival, and when each lane's last service ended (seconds)."""

    people: tuple[Person, ...]
    last_service_left: dict[str, float]


def check_out(scenario: Scenario, walkways: Walkways, margins: Margins, shoppers: Iterable[Shopper]) -> CheckoutResult:
    """Let every shopper choose the shortest line, wait, be served or give up, and go home.

    Raises:
        NotClearError: the floor's sizes leave no path clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    return _Checkout(scenario, walkways, margins).run(shoppers)


class _Checkout:
    def __init__(self, scenario: Scenario, walkways: Walkways, margins: Margins) -> None:
        self._scenario = scenario
        self._settings = scenario.checkout
        self._walkways = walkways
        self._margins = margins
        self._lanes = [_LaneState(lane, self._capacity(lane)) for lane in scenario.lanes]
        self._service_polygon = {
            lane.lane_id: scenario.lane_zone(lane.lane_id, "service").polygon for lane in scenario.lanes
        }
        self._events: list[tuple[float, int, Handler]] = []
        self._event_count = 0
        self._gone: dict[str, Person] = {}

    def run(self, shoppers: Iterable[Shopper]) -> CheckoutResult:
        order = []
        for shopper in shoppers:
            order.append(shopper.person_id)
            self._at(shopper.walk.now, partial(self._decide, shopper))
        while self._events:
            time, _, handler = heapq.heappop(self._events)
            handler(time)
        left = {state.lane.lane_id: state.service_left for state in self._lanes if state.service_left is not None}
        return CheckoutResult(people=tuple(self._gone[person_id] for person_id in order), last_service_left=left)

    def _decide(self, shopper: Shopper, time: float) -> None:
        """Choose the shortest line, the nearest among equals; leave when there is none to choose."""
        choices = [state for state in self._lanes if state.is_open(time) and state.length < state.capacity]
        if not shopper.is_buying or not choices:
            self._leave(shopper, shopper.walk, shopper.walk.at, doing="leaving without buying")
            return
        state = min(
            choices,
            key=lambda state: (state.length, self._walkways.length_m(shopper.walk.at, state.lane.entry)),
        )
        customer = self._customer(shopper)
        self._walkways.go(customer.walk, state.lane.entry, shopper.random)
        state.on_the_way += 1
        self._at(customer.walk.now, partial(self._join, state, customer))

    def _join(self, state: _LaneState, customer: _Customer, time: float) -> None:
        state.on_the_way -= 1
        state.line.append(customer)
        customer.walk.walk_to(self._place_in_line(state, customer, len(state.line) - 1))
        self._at(time + customer.patience_seconds, partial(self._give_up, state, customer))
        self._call(state, time)

    def _call(self, state: _LaneState, time: float) -> None:
        """Call the first in line when nobody is being served."""
        if state.serving is not None or not state.line:
            return
        customer = state.line[0]
        walk = self._to_counter(time, state, customer)
        if not self._is_gap_clear(state, walk):
            self._at(time + LANE_GAP_RETRY_SECONDS, partial(self._call, state))
            return
        state.line.pop(0)
        state.serving, customer.walk = customer, walk
        self._move_up(time, state, first=0)
        walk.wait(customer.service_seconds)
        self._at(walk.now, partial(self._finish, state, customer))

    def _to_counter(self, time: float, state: _LaneState, customer: _Customer) -> Walk:
        walk = customer.walk.copy()
        walk.turn_back_to(time + MOVE_UP_SECONDS)
        walk.walk_to(state.lane.counter)
        return walk

    def _is_gap_clear(self, state: _LaneState, walk: Walk) -> bool:
        if state.service_left is None:
            return True
        entered = intervals_inside(walk.path(), self._service_polygon[state.lane.lane_id])[0].start
        return is_lane_gap_clear(entered - state.service_left)

    def _finish(self, state: _LaneState, customer: _Customer, time: float) -> None:
        person = self._leave(customer.shopper, customer.walk, state.lane.exit, doing=f"leaving {state.lane.lane_id}")
        state.serving = None
        state.service_left = intervals_inside(person.path, self._service_polygon[state.lane.lane_id])[-1].end
        self._at(time + customer.shopper.random.uniform(*NEXT_PLEASE_SECONDS), partial(self._call, state))

    def _give_up(self, state: _LaneState, customer: _Customer, time: float) -> None:
        """Step aside and go, unless the turn has come before."""
        if customer not in state.line:
            return
        index = state.line.index(customer)
        state.line.pop(index)
        self._move_up(time, state, first=index)
        walk = customer.walk
        walk.turn_back_to(time)
        aside = (walk.place[0] + state.lane.side_step_m[0], walk.place[1] + state.lane.side_step_m[1])
        walk.walk_to(aside)
        self._leave(customer.shopper, walk, state.lane.way_back, doing=f"giving up at {state.lane.lane_id}")

    def _move_up(self, time: float, state: _LaneState, *, first: int) -> None:
        for index, customer in enumerate(state.line[first:], start=first):
            customer.walk.turn_back_to(time + MOVE_UP_SECONDS * (index - first + 1))
            customer.walk.walk_to(self._place_in_line(state, customer, index))

    def _leave(self, shopper: Shopper, walk: Walk, start: str, *, doing: str) -> Person:
        """Walk by `start` to the way out; the steps are drawn again until the whole path is clear."""

        def step(tried: Walk) -> None:
            tried.walk_to(self._walkways.near(start, shopper.random))
            tried.at = start
            tried.wait(shopper.random.uniform(*PACKING_SECONDS))
            self._walkways.go(tried, self._scenario.shoppers.leave_at, shopper.random)

        walk = self._margins.extended(walk, step, doing=f"{shopper.person_id} {doing}")
        person = Person(person_id=shopper.person_id, is_staff=False, path=walk.path())
        self._gone[shopper.person_id] = person
        return person

    def _customer(self, shopper: Shopper) -> _Customer:
        settings, random = self._settings, shopper.random
        patience = lognormal(random, median=settings.patience_seconds_median, sigma=settings.patience_sigma)
        service = settings.base_seconds + settings.seconds_per_item * shopper.items
        return _Customer(
            shopper=shopper,
            walk=shopper.walk,
            patience_seconds=max(settings.patience_seconds_minimum, patience),
            service_seconds=max(
                SHORTEST_SERVICE_SECONDS, service * lognormal(random, median=1.0, sigma=settings.sigma)
            ),
            off_line_m=float(random.uniform(-OFF_LINE_M, OFF_LINE_M)),
        )

    def _place_in_line(self, state: _LaneState, customer: _Customer, index: int) -> Point:
        """Return where number `index` of the line stands, from the head on, a little beside the middle."""
        head, tail = state.lane.head, state.lane.tail
        length = distance(head, tail)
        along = ((tail[0] - head[0]) / length, (tail[1] - head[1]) / length)
        back = self._settings.spacing_m * index
        return (
            head[0] + along[0] * back - along[1] * customer.off_line_m,
            head[1] + along[1] * back + along[0] * customer.off_line_m,
        )

    def _capacity(self, lane: Lane) -> int:
        return 1 + math.floor(distance(lane.head, lane.tail) / self._settings.spacing_m)

    def _at(self, time: float, handler: Handler) -> None:
        """Call `handler` at `time`; what is due at the same time happens in the order it was asked for."""
        self._event_count += 1
        heapq.heappush(self._events, (time, self._event_count, handler))
