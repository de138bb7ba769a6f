"""A whole run: everybody's paths, the truth about them, and the events the edge's own code makes of them.

`plan` settles who goes where; from then on the truth is known. `PlannedRun.stream` yields the events while
they are made, so that a replay can start at once; `simulate` collects them. The same arguments give the
same events and truth, byte for byte.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.events import CameraState, Event
from edge.device import Device, DeviceSettings
from edge.health import NO_BLIND
from sim.emission import Emitted, Made
from sim.faults import NO_FAULTS, FaultLedger, Faults
from sim.faults.boots import Boot, boots_of
from sim.faults.delivery import Line
from sim.hazards import HazardTruth, Pending, hazards_of, of_device, seen_between
from sim.lanes import check_out
from sim.margins import LANE_CLOSES_SECONDS, Margins, NotClearError
from sim.parties import companions
from sim.people import Person, id_of, random_named
from sim.scenario import DevicePlan, Scenario
from sim.shoppers import shoppers
from sim.sight import Look, Sight
from sim.staff import cashiers, restockers
from sim.truth import StoreTruth, Truth, truth_of
from sim.world import Floor, Walkways, edge_line, edge_zone, floor_of

QUIET_END_SECONDS = LANE_CLOSES_SECONDS + 30.0
"""An emptied store is watched for this much longer, so that every lane closes within the run."""
LONGEST_CUT_SEARCH_SECONDS = 1800

Progress = Callable[[float], None]
"""Called with the share done, 0 to 1, rising."""


@dataclass(frozen=True, slots=True, eq=False)
class PlannedStore:
    """A store whose people's ways are settled; path times are seconds since opening."""

    store_id: str
    people: tuple[Person, ...]
    end_seconds: float
    truth: StoreTruth


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRun:
    """A run whose truth is known and whose events are still to be made; `seed` is the business day's own."""

    scenario: Scenario
    seed: int
    floor: Floor
    stores: tuple[PlannedStore, ...]
    truth: Truth

    def stream(
        self,
        *,
        faults: Faults = NO_FAULTS,
        ledger: FaultLedger | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Emitted]:
        """Yield every event in the order of emission; within one instant by store, device and number.

        Args:
            faults: What goes wrong, in every store alike; the truth stays what it is.
            ledger: Is told what the faults did; complete when the stream has ended.
            progress: Is told how far the stream is.

        Raises:
            SettingsError: the faults name a device, camera or zone that is not there.
        """
        faults.check(self.scenario)
        return self._stream(faults, FaultLedger() if ledger is None else ledger, progress)

    def _stream(self, faults: Faults, ledger: FaultLedger, progress: Progress | None) -> Iterator[Emitted]:
        streams = [
            self._device_stream(store, device, faults, ledger)
            for store in self.stores
            for device in self.scenario.devices
        ]
        start_ms = self.scenario.opening_ms
        length_ms = max(store.truth.end_ms for store in self.stores) - start_ms
        told = 0.0
        for emitted in heapq.merge(*streams, key=_emission_order):
            share = min(1.0, (emitted.emitted_at_ms - start_ms) / length_ms)
            if progress is not None and share > told:
                progress(share)
                told = share
            ledger.sent(*emitted)
            yield emitted

    def _device_stream(
        self, store: PlannedStore, plan: DevicePlan, faults: Faults, ledger: FaultLedger
    ) -> Iterator[Emitted]:
        random = random_named("fault", "delivery", str(self.seed), store.store_id, plan.device_id)
        line = Line(self.scenario, plan, faults, random=random, ledger=ledger)
        return line.deliver(self._made(store, plan, faults, ledger))

    def _made(self, store: PlannedStore, plan: DevicePlan, faults: Faults, ledger: FaultLedger) -> Iterator[Made]:
        """Yield what one device makes of what it sees, boot by boot."""
        key, end = (str(self.seed), store.store_id), store.end_seconds
        sight = Sight(self.scenario, plan, store.people, faults, key=key, end_seconds=end, ledger=ledger)
        for boot in boots_of(self.scenario, plan, faults, end_seconds=end):
            ledger.counts["restarts"] += boot.number > 0
            ledger.counts["skewed_boots"] += boot.skew_ms != 0
            device = _device(self.scenario, store.store_id, plan, boot, seed=self.seed)
            pending = Pending(self._hazards(store, plan, boot))
            for look in sight.looks(boot):
                time_ms = look.observation.event_time_ms
                yield from _told(device, pending.until(time_ms - boot.skew_ms), boot, look.blind, ledger)
                for event in (*device.observe(look.observation, blind=look.blind), *_merges(device, time_ms, look)):
                    yield Made(time_ms - boot.skew_ms, boot.skew_ms, event)
            yield from _told(device, pending.until(store.truth.end_ms), boot, NO_BLIND, ledger)
            # What a boot that ends within the day still held in memory is gone.
            if boot.stop == end:
                for event in device.close(store.truth.end_ms + boot.skew_ms):
                    yield Made(store.truth.end_ms, boot.skew_ms, event)

    def _hazards(self, store: PlannedStore, plan: DevicePlan, boot: Boot) -> tuple[HazardTruth, ...]:
        """Return what one device could see during one boot."""
        start_ms, stop_ms = (self.scenario.opening_ms + time * 1000 for time in (boot.start, boot.stop))
        return seen_between(of_device(store.truth.hazards, self.scenario, plan), start_ms, stop_ms)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRun:
    """A run with all its events, in the order of emission."""

    planned: PlannedRun
    emitted: tuple[Emitted, ...]
    ledger: FaultLedger

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
    day: dt.date | None = None,
    faults: Faults = NO_FAULTS,
    progress: Progress | None = None,
) -> SimulatedRun:
    """Plan a run and make all its events; arguments and errors as for `plan` and `PlannedRun.stream`."""
    planned, ledger = plan(scenario, seed=seed, hours=hours, stores=stores, day=day), FaultLedger()
    emitted = tuple(planned.stream(faults=faults, ledger=ledger, progress=progress))
    return SimulatedRun(planned=planned, emitted=emitted, ledger=ledger)


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


def plan(
    scenario: Scenario, *, seed: int = 7, hours: float | None = None, stores: int = 1, day: dt.date | None = None
) -> PlannedRun:
    """Settle everybody's ways and the truth about them.

    Args:
        scenario: what to simulate.
        seed: not negative; decides everything random.
        hours: how long people arrive; None takes the scenario's.
        stores: how many stores of this scenario, each with its own people.
        day: another business day, with the opening hours of its weekday, people of its own, and devices that have
            started anew; None takes the scenario's.

    Raises:
        ValueError: seed, hours or stores out of range.
        SettingsError: the store is closed on that day.
        NotClearError: the floor's sizes leave no path clear of the thresholds.
        NoWayError: walkway points are not linked.
    """
    if seed < 0 or (hours is not None and hours <= 0) or stores < 1:
        raise ValueError(f"expected seed >= 0, hours > 0 and stores >= 1, came {seed}, {hours} and {stores}")
    own_seed = seed
    if day is not None and day != scenario.store.business_day:
        # All ids and ways follow from the seed: those of another day must be others.
        own_seed, scenario = _seed_of_day(seed, day), scenario.on(day)
    hours = scenario.store.hours if hours is None else hours
    planned = tuple(_plan_store(scenario, seed=own_seed, hours=hours, store_index=index) for index in range(stores))
    truth = Truth(
        scenario=scenario.name,
        seed=seed,
        hours=hours,
        target_wait_seconds=scenario.checkout.target_wait_seconds,
        stores=tuple(store.truth for store in planned),
    )
    return PlannedRun(scenario=scenario, seed=own_seed, floor=floor_of(scenario), stores=planned, truth=truth)


def _seed_of_day(seed: int, day: dt.date) -> int:
    return int(id_of("day", str(seed), day.isoformat()), base=16)


def _plan_store(scenario: Scenario, *, seed: int, hours: float, store_index: int) -> PlannedStore:
    walkways, margins = Walkways(scenario), Margins(scenario)
    shopping = list(shoppers(scenario, walkways, margins, seed=seed, store_index=store_index, hours=hours))
    checkout = check_out(scenario, walkways, margins, shopping)
    customers = (
        *checkout.people,
        *companions(scenario, walkways, margins, shopping, checkout.people, seed=seed, store_index=store_index),
    )
    restocking = tuple(restockers(scenario, walkways, margins, seed=seed, store_index=store_index, hours=hours))
    everybody_left = max((person.path.end for person in (*customers, *restocking)), default=0.0)
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
    people = (*customers, *restocking, *at_tills)
    _check_clear(margins, people)
    is_cut = scenario.store.closing == "cut"
    end = _cut_at(scenario, margins, people, hours=hours) if is_cut else _quiet_end(people)
    present = tuple(_until(person, end) for person in people if person.path.start < end)
    store_id = f"{scenario.store.name}-{store_index + 1:03d}"
    hazards = hazards_of(scenario, seed=seed, store_id=store_id, end_ms=scenario.opening_ms + round(end * 1000))
    truth = truth_of(scenario, present, store_id=store_id, end_seconds=end, is_cut=is_cut, hazards=hazards)
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
    return dataclasses.replace(person, path=person.path.until(end))


def _device(scenario: Scenario, store_id: str, plan: DevicePlan, boot: Boot, *, seed: int) -> Device:
    later = (str(boot.number),) if boot.number else ()
    return Device(
        store_id=store_id,
        device_id=f"{store_id}-{plan.device_id}",
        boot_id=id_of("boot", str(seed), store_id, plan.device_id, *later),
        zones=[edge_zone(zone) for zone in scenario.zones if zone.device_id == plan.device_id],
        lines=[edge_line(line) for line in scenario.lines if line.device_id == plan.device_id],
        settings=DeviceSettings(interval_ms=plan.snapshot_seconds * 1000, frames_per_second=plan.instants_per_second),
    )


def _merges(device: Device, time_ms: int, look: Look) -> Iterator[Event]:
    for from_track_id, to_track_id in look.recognised:
        yield from device.merge(time_ms, from_track_id=from_track_id, to_track_id=to_track_id)


def _told(
    device: Device, hazards: Iterable[HazardTruth], boot: Boot, blind: Mapping[str, CameraState], ledger: FaultLedger
) -> Iterator[Made]:
    """Yield the events of hazards; a camera without a picture tells none."""
    for hazard in hazards:
        if hazard.camera_id in blind:
            ledger.counts["hazards_unseen"] += 1
            continue
        for event in device.tell(hazard.seen_ms + boot.skew_ms, hazard.payload):
            yield Made(hazard.seen_ms, boot.skew_ms, event)


def _emission_order(emitted: Emitted) -> tuple[int, str, str]:
    """Order streams, each of which is in order already: what a device sends at one instant keeps its order."""
    return emitted.emitted_at_ms, emitted.event.store_id, emitted.event.device_id
