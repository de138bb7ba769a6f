"""A whole run: everybody's paths, the truth about them, and the events the edge's own code makes of them.

`plan` settles who goes where; from then on the truth is known. `PlannedRun.stream` yields the events while
they are made, so that a replay can start at once; `simulate` collects them. The same arguments give the
same events and truth, byte for byte.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.events import Event
from edge.device import Device, DeviceSettings
from edge.observations import Observation
from sim.geometry import Path
from sim.lanes import check_out
from sim.margins import LANE_CLOSES_SECONDS, Margins, NotClearError
from sim.people import Person
from sim.scenario import DevicePlan, Scenario
from sim.shoppers import shoppers
from sim.staff import cashiers, restockers
from sim.truth import StoreTruth, Truth, truth_of
from sim.world import Floor, Walkways, edge_line, edge_zone, floor_of

CHUNK_SECONDS = 60
BORDER_M = 0.6
QUIET_END_SECONDS = LANE_CLOSES_SECONDS + 30.0
"""An emptied store is watched for this much longer, so that every lane closes within the run."""
LONGEST_CUT_SEARCH_SECONDS = 1800
DIGEST_BYTES = 6

Progress = Callable[[float], None]
"""Called with the share done, 0 to 1, rising."""


class Emitted(NamedTuple):
    """An event and the instant at which the device handed it over, in milliseconds since 1970-01-01 UTC."""

    emitted_at_ms: int
    event: Event


@dataclass(frozen=True, slots=True, eq=False)
class PlannedStore:
    """A store whose people's ways are settled; path times are seconds since opening."""

    store_id: str
    people: tuple[Person, ...]
    end_seconds: float
    truth: StoreTruth


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRun:
    """A run whose truth is known and whose events are still to be made."""

    scenario: Scenario
    seed: int
    floor: Floor
    stores: tuple[PlannedStore, ...]
    truth: Truth

    def stream(self, *, progress: Progress | None = None) -> Iterator[Emitted]:
        """Yield every event in the order of emission; within one instant by store, device and number."""
        streams = [self._device_stream(store, device) for store in self.stores for device in self.scenario.devices]
        start_ms = self.scenario.opening_ms
        length_ms = max(store.truth.end_ms for store in self.stores) - start_ms
        told = 0.0
        for emitted in heapq.merge(*streams, key=_emission_order):
            share = (emitted.emitted_at_ms - start_ms) / length_ms
            if progress is not None and share > told:
                progress(share)
                told = share
            yield emitted

    def _device_stream(self, store: PlannedStore, plan: DevicePlan) -> Iterator[Emitted]:
        device = _device(self.scenario, store.store_id, plan, seed=self.seed)
        for observation in observations(self.scenario, store, plan, seed=self.seed):
            for event in device.observe(observation):
                yield Emitted(observation.event_time_ms, event)
        for event in device.close(store.truth.end_ms):
            yield Emitted(store.truth.end_ms, event)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRun:
    """A run with all its events, in the order of emission."""

    planned: PlannedRun
    emitted: tuple[Emitted, ...]

    @property
    def events(self) -> list[Event]:
        """The events alone, in the order of emission."""
        return [emitted.event for emitted in self.emitted]

    @property
    def truth(self) -> Truth:
        """What every metric of the run must be."""
        return self.planned.truth

    @property
    def floor(self) -> Floor:
        """Zones, lines and furniture, for a picture."""
        return self.planned.floor

    def trajectories(self, store_id: str) -> tuple[Person, ...]:
        """Return everybody's path in one store, for a picture; raises `KeyError`."""
        return {store.store_id: store.people for store in self.planned.stores}[store_id]


def simulate(
    scenario: Scenario,
    *,
    seed: int = 7,
    hours: float | None = None,
    stores: int = 1,
    progress: Progress | None = None,
) -> SimulatedRun:
    """Plan a run and make all its events; arguments and errors as for `plan`."""
    planned = plan(scenario, seed=seed, hours=hours, stores=stores)
    return SimulatedRun(planned=planned, emitted=tuple(planned.stream(progress=progress)))


def stream(
    scenario: Scenario,
    *,
    seed: int = 7,
    hours: float | None = None,
    stores: int = 1,
    progress: Progress | None = None,
) -> Iterator[Emitted]:
    """Yield a run's events while they are made; arguments and errors as for `plan`."""
    return plan(scenario, seed=seed, hours=hours, stores=stores).stream(progress=progress)


def plan(scenario: Scenario, *, seed: int = 7, hours: float | None = None, stores: int = 1) -> PlannedRun:
    """Settle everybody's ways and the truth about them.

    Args:
        scenario: what to simulate.
        seed: not negative; decides everything random.
        hours: how long people arrive; None takes the scenario's.
        stores: how many stores of this scenario, each with its own people.

    Raises:
        ValueError: seed, hours or stores out of range.
        NotClearError: the floor's sizes leave no path clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    hours = scenario.store.hours if hours is None else hours
    if seed < 0 or hours <= 0 or stores < 1:
        raise ValueError(f"expected seed >= 0, hours > 0 and stores >= 1, came {seed}, {hours} and {stores}")
    planned = tuple(_plan_store(scenario, seed=seed, hours=hours, store_index=index) for index in range(stores))
    truth = Truth(
        scenario=scenario.name,
        seed=seed,
        hours=hours,
        target_wait_seconds=scenario.checkout.target_wait_seconds,
        stores=tuple(store.truth for store in planned),
    )
    return PlannedRun(scenario=scenario, seed=seed, floor=floor_of(scenario), stores=planned, truth=truth)


def observations(scenario: Scenario, store: PlannedStore, plan: DevicePlan, *, seed: int) -> Iterator[Observation]:
    """Yield what one device sees at each of its instants: everybody in its view, faultlessly."""
    tracks = _Tracks(store, plan, seed=seed)
    count = math.ceil(store.end_seconds * plan.instants_per_second)
    per_chunk = CHUNK_SECONDS * plan.instants_per_second
    for first in range(0, count, per_chunk):
        times = np.arange(first, min(first + per_chunk, count)) / plan.instants_per_second
        yield from tracks.seen(times, opening_ms=scenario.opening_ms)


class _Tracks:
    """Everybody's paths as one device sees them."""

    def __init__(self, store: PlannedStore, plan: DevicePlan, *, seed: int) -> None:
        self._people = store.people
        self._view = plan.view
        ids = [_digest("track", str(seed), store.store_id, plan.device_id, person.person_id) for person in store.people]
        self._track_ids = np.array(ids, dtype=object)
        self._is_staff = np.array([person.is_staff for person in store.people], dtype=np.bool_)

    def seen(self, times: NDArray[np.float64], *, opening_ms: int) -> Iterator[Observation]:
        """Yield one observation for each of `times` (N,), seconds since opening, rising."""
        who, when, points = self._sampled(times)
        is_seen = _is_within(points, self._view, margin_m=0.0)
        who, when, points = who[is_seen], when[is_seen], points[is_seen]
        at_border = ~_is_within(points, self._view, margin_m=BORDER_M)
        starts = np.searchsorted(when, np.arange(len(times) + 1))
        for index, time in enumerate(times.tolist()):
            part = slice(int(starts[index]), int(starts[index + 1]))
            yield Observation(
                event_time_ms=opening_ms + round(time * 1000),
                track_ids=tuple(self._track_ids[who[part]]),
                foot_points=points[part],
                is_staff=self._is_staff[who[part]],
                at_border=at_border[part],
            )

    def _sampled(self, times: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Return person (M,), instant (M,) and place (M, 2) of everybody in the store, sorted by instant."""
        who, when, points = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)], [np.zeros((0, 2))]
        for index, person in enumerate(self._people):
            present = _present(times, person.path)
            if present.start < present.stop:
                when.append(np.arange(present.start, present.stop))
                who.append(np.full(present.stop - present.start, index))
                points.append(person.path.at(times[present]))
        instants = np.concatenate(when)
        order = np.argsort(instants, kind="stable")
        return np.concatenate(who)[order], instants[order], np.concatenate(points)[order]


def _plan_store(scenario: Scenario, *, seed: int, hours: float, store_index: int) -> PlannedStore:
    walkways, margins = Walkways(scenario), Margins(scenario)
    shopping = shoppers(scenario, walkways, margins, seed=seed, store_index=store_index, hours=hours)
    checkout = check_out(scenario, walkways, margins, shopping)
    restocking = tuple(restockers(scenario, walkways, margins, seed=seed, store_index=store_index, hours=hours))
    everybody_left = max((person.path.end for person in (*checkout.people, *restocking)), default=0.0)
    last_service = checkout.last_service_left
    at_tills = cashiers(
        scenario,
        walkways,
        margins,
        last_service_left=last_service,
        end=everybody_left,
        seed=seed,
        store_index=store_index,
    )
    people = (*checkout.people, *restocking, *at_tills)
    _check_clear(margins, people)
    is_cut = scenario.store.closing == "cut"
    end = _cut_at(scenario, margins, people, hours=hours) if is_cut else _quiet_end(people)
    present = tuple(_until(person, end) for person in people if person.path.start < end)
    store_id = f"{scenario.store.name}-{store_index + 1:03d}"
    truth = truth_of(scenario, present, store_id=store_id, end_seconds=end, is_cut=is_cut)
    return PlannedStore(store_id=store_id, people=present, end_seconds=end, truth=truth)


def _check_clear(margins: Margins, people: tuple[Person, ...]) -> None:
    for person in people:
        if not margins.is_clear(person.path):
            raise NotClearError(
                f"{person.person_id}: expected a path clear of the thresholds, came one that is not; "
                "give zones on the way other sizes: under 4 s or over 6 s to walk through"
            )


def _quiet_end(people: tuple[Person, ...]) -> float:
    """Return the full minute after which everybody has left and every lane has closed."""
    last = max((person.path.end for person in people), default=0.0)
    return math.ceil((last + QUIET_END_SECONDS) / 60.0) * 60.0


def _cut_at(scenario: Scenario, margins: Margins, people: tuple[Person, ...], *, hours: float) -> float:
    """Return the first end of a snapshot after the hours at which nobody's stay is cut near a threshold."""
    step = math.lcm(*(device.snapshot_seconds for device in scenario.devices))
    first = math.ceil(hours * 3600.0 / step)
    for number in range(first, first + LONGEST_CUT_SEARCH_SECONDS // step):
        end = float(number * step)
        present = [person.path.until(end) for person in people if person.path.start < end < person.path.end]
        if all(margins.is_clear(path) for path in present):
            return end
    raise NotClearError(
        f"store.closing: expected an instant to cut at within {LONGEST_CUT_SEARCH_SECONDS} s, came none; "
        "change hours, or close with 'empty'"
    )


def _until(person: Person, end: float) -> Person:
    return Person(person_id=person.person_id, is_staff=person.is_staff, path=person.path.until(end))


def _device(scenario: Scenario, store_id: str, plan: DevicePlan, *, seed: int) -> Device:
    return Device(
        store_id=store_id,
        device_id=f"{store_id}-{plan.device_id}",
        boot_id=_digest("boot", str(seed), store_id, plan.device_id),
        zones=[edge_zone(zone) for zone in scenario.zones if zone.device_id == plan.device_id],
        lines=[edge_line(line) for line in scenario.lines if line.device_id == plan.device_id],
        settings=DeviceSettings(interval_ms=plan.snapshot_seconds * 1000, frames_per_second=plan.instants_per_second),
    )


def _digest(*parts: str) -> str:
    """Return an id that looks random and is the same for the same parts."""
    return blake2b("/".join(parts).encode(), digest_size=DIGEST_BYTES).hexdigest()


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


def _emission_order(emitted: Emitted) -> tuple[int, str, str, int]:
    event = emitted.event
    return emitted.emitted_at_ms, event.store_id, event.device_id, event.seq
