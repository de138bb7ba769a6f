"""A run as a whole: the same twice, streamed as collected, plausible, and cut when asked."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections import Counter
from functools import cache

import jsonschema
import numpy as np
import pytest

from contracts.events import Snapshot, Visit
from contracts.render.json_schema import event_schema
from sim import scenario as scenarios
from sim.geometry import intervals_inside
from sim.people import Person
from sim.run import PlannedRun, SimulatedRun, plan, simulate, stream
from sim.scenario import Scenario
from sim.shoppers import arrivals
from tests.sim.event_recount import recount

SHORT_HOURS = 0.15
CUT_SEEDS = (1, 3)
FASTEST_M_PER_S = 1.41


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return the default scenario."""
    return scenarios.load("supermarket")


@pytest.fixture(scope="module")
def rush(scenario: Scenario) -> PlannedRun:
    """Return the default two hours, planned."""
    return plan(scenario)


@cache
def cut_run(seed: int) -> SimulatedRun:
    """Return a run that ends in the rush with people inside."""
    scenario = scenarios.load("supermarket")
    cut = dataclasses.replace(scenario, store=dataclasses.replace(scenario.store, closing="cut"))
    return simulate(cut, seed=seed, hours=0.85)


def test_same_arguments_give_the_same_bytes(scenario: Scenario) -> None:
    """Two runs of one seed agree in every byte of every event, every emission, and the truth."""
    one, other = (simulate(scenario, seed=11, hours=SHORT_HOURS) for _ in range(2))
    assert [event.to_bytes() for event in one.events] == [event.to_bytes() for event in other.events]
    assert [each.emitted_at_ms for each in one.emitted] == [each.emitted_at_ms for each in other.emitted]
    assert one.truth.to_json() == other.truth.to_json()


def test_another_seed_gives_another_run(scenario: Scenario) -> None:
    """The seed decides who comes, and the boot and track ids."""
    one, other = (simulate(scenario, seed=seed, hours=SHORT_HOURS) for seed in (11, 12))
    assert one.truth.to_json() != other.truth.to_json()
    assert not {event.boot_id for event in one.events} & {event.boot_id for event in other.events}
    assert not _tracks(one) & _tracks(other)


def test_stores_have_people_of_their_own(scenario: Scenario) -> None:
    """Two stores differ, the first is the one a run of one store has, and no event id is used twice."""
    alone = plan(scenario, seed=11, hours=SHORT_HOURS)
    run = simulate(scenario, seed=11, hours=SHORT_HOURS, stores=2)
    first, second = run.truth.stores
    assert (first.store_id, second.store_id) == ("store-001", "store-002")
    assert first == alone.truth.stores[0]
    assert first.journeys != second.journeys
    assert max(Counter(event.event_id for event in run.events).values()) == 1
    for truth in (first, second):
        counted = recount(event for event in run.events if event.store_id == truth.store_id)
        assert {zone_id: zone.visits for zone_id, zone in counted.zones.items()} == {
            zone.zone_id: zone.visits for zone in truth.zones
        }


def test_stream_yields_what_simulate_collects(scenario: Scenario) -> None:
    """The streamed events are those of `simulate`, and the first comes without making the rest."""
    streamed = list(stream(scenario, seed=11, hours=SHORT_HOURS))
    assert streamed == list(simulate(scenario, seed=11, hours=SHORT_HOURS).emitted)
    shares: list[float] = []
    next(plan(scenario, seed=11, hours=SHORT_HOURS).stream(progress=shares.append))
    assert max(shares, default=0.0) < 0.1


def test_progress_rises_to_all(scenario: Scenario) -> None:
    """Progress is told as a rising share that ends at 1."""
    shares: list[float] = []
    simulate(scenario, seed=11, hours=SHORT_HOURS, progress=shares.append)
    assert shares == sorted(set(shares))
    assert shares[-1] == 1.0


def test_each_device_tells_its_own_zones(scenario: Scenario) -> None:
    """Every snapshot of a device names all zones of that device and no other."""
    run = simulate(scenario, seed=11, hours=SHORT_HOURS)
    for event in run.events:
        if isinstance(event.payload, Snapshot):
            plan_id = event.device_id.removeprefix(f"{event.store_id}-")
            expected = [zone.zone_id for zone in scenario.zones if zone.device_id == plan_id]
            assert [zone.zone_id for zone in event.payload.zones] == expected


def test_rush_makes_queues_and_waits(rush: PlannedRun) -> None:
    """Two hours hold 250 to 420 shoppers, queues of 3 to 9, waits of minutes, and some give up."""
    truth = rush.truth.stores[0]
    assert 250 <= truth.shoppers <= 420
    for lane in truth.lanes:
        assert 3 <= max(minute.maximum for minute in lane.queue) <= 9
        assert lane.checkout.wait_seconds_mean is not None
        assert 60 <= lane.checkout.wait_seconds_mean <= 360
    assert truth.checkout.abandoned >= 5


def test_default_run_holds_every_case(rush: PlannedRun) -> None:
    """There are pass-throughs, merged and separate returns to an aisle, staff visits, and staff going out."""
    truth = rush.truth.stores[0]
    aisles = [zone for zone in truth.zones if zone.zone_kind == "aisle"]
    assert all(zone.pass_throughs > 5 and zone.staff_visits > 0 for zone in aisles)
    assert truth.traffic.staff_in_count == truth.traffic.staff_out_count == 1
    gaps = [gap for person in rush.stores[0].people for gap in _aisle_gaps(rush.scenario, person)]
    assert sum(gap < 30 for gap in gaps) >= 20
    assert sum(30 <= gap < 120 for gap in gaps) >= 20


def test_late_lane_serves_only_while_open(rush: PlannedRun) -> None:
    """Nobody joins lane-4 before it opens, and nobody decides for it after it closes."""
    lane = rush.scenario.lanes[3]
    joined_ms = [journey.joined_ms for journey in rush.truth.stores[0].journeys if journey.lane_id == lane.lane_id]
    assert lane.closes_after_minutes is not None
    longest_walk_ms = 60_000
    assert min(joined_ms) >= rush.scenario.opening_ms + lane.opens_after_minutes * 60_000
    assert max(joined_ms) <= rush.scenario.opening_ms + lane.closes_after_minutes * 60_000 + longest_walk_ms


def test_service_is_first_come_first_served(rush: PlannedRun) -> None:
    """At each lane, the served are served in the order in which they joined, one at a time."""
    for lane in rush.scenario.lanes:
        served = [
            journey
            for journey in rush.truth.stores[0].journeys
            if journey.lane_id == lane.lane_id and journey.service_start_ms is not None
        ]
        starts = [journey.service_start_ms for journey in served]
        assert starts == sorted(starts, key=lambda start_ms: start_ms or 0)
        assert max(minute.maximum for minute in rush.truth.stores[0].zone(f"service-{lane.lane_id[-1]}").occupancy) == 1


def test_nobody_walks_through_furniture_or_runs(rush: PlannedRun) -> None:
    """No path leads through a shelf or a counter, and nobody is faster than a brisk walk."""
    for person in rush.stores[0].people:
        for piece in rush.scenario.furniture:
            x_min, y_min, x_max, y_max = piece.box
            corners = ((x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max))
            assert intervals_inside(person.path, corners) == [], (person.person_id, piece)
        lengths = np.linalg.norm(np.diff(person.path.points, axis=0), axis=1)
        assert np.all(lengths <= FASTEST_M_PER_S * np.diff(person.path.times) + 1e-6), person.person_id


def test_people_in_line_keep_their_distance(rush: PlannedRun) -> None:
    """While people wait at one lane, those who stand are at least half a metre apart."""
    queue = rush.scenario.lane_zone("lane-1", "queue")
    (store,) = rush.stores
    for time in range(2400, 5400, 60):
        points = _standing(store.people, float(time), queue.polygon)
        for one, other in itertools.combinations(points, 2):
            assert np.linalg.norm(one - other) >= 0.5, time


def test_arrivals_follow_the_rate(scenario: Scenario) -> None:
    """Over many seeds, arrivals of the first two hours come to the integral of the rate."""
    counts = [len(arrivals(scenario, seed=seed, store_index=0, hours=2.0)) for seed in range(200)]
    knots = [time.hour * 60 + time.minute - 480 for time in scenario.arrivals.at]
    minutes = np.arange(0.5, 120.0)
    expected = float(np.interp(minutes, knots, scenario.arrivals.per_hour).sum() / 60.0)
    assert np.mean(counts) == pytest.approx(expected, abs=4 * (expected / 200) ** 0.5)


@pytest.mark.parametrize("seed", CUT_SEEDS)
def test_cut_run_keeps_its_balance(seed: int) -> None:
    """With people inside at the end, in - out is who is inside, and the waiting are censored."""
    run = cut_run(seed)
    (truth,) = run.truth.stores
    end = (truth.end_ms - truth.start_ms) / 1000
    shoppers = [person for person in run.trajectories("store-001") if not person.is_staff]
    still_inside = sum(person.path.end == end and person.path.points[-1][1] > 0.0 for person in shoppers)
    assert truth.traffic.occupancy_end == still_inside > 0
    assert truth.checkout.censored > 0
    assert truth.checkout.joined == truth.checkout.served + truth.checkout.abandoned + truth.checkout.censored


@pytest.mark.parametrize("seed", CUT_SEEDS)
def test_cut_run_is_what_the_edge_says(seed: int) -> None:
    """Visits, outcomes and crossings of a run that is cut are exact too; open visits end 'day_end'."""
    run = cut_run(seed)
    (truth,) = run.truth.stores
    counted = recount(run.events)
    for zone in truth.zones:
        part = counted.zones[zone.zone_id]
        assert (part.visits, part.pass_throughs) == (zone.visits, zone.pass_throughs), zone.zone_id
        assert (part.staff_visits, part.staff_pass_throughs) == (zone.staff_visits, zone.staff_pass_throughs)
    for lane in truth.lanes:
        assert counted.outcomes[lane.lane_id, "served"] == lane.checkout.served
        assert counted.outcomes[lane.lane_id, "abandoned"] == lane.checkout.abandoned
        assert counted.outcomes[lane.lane_id, "censored"] == lane.checkout.censored
    assert counted.crossings["in", False] - counted.crossings["out", False] == truth.traffic.occupancy_end
    ends = Counter(event.payload.end for event in run.events if isinstance(event.payload, Visit))
    assert ends["day_end"] > 0
    assert ends["lost"] == 0


def test_store_without_areas_is_a_queue_hall(scenario: Scenario) -> None:
    """Where there is nothing to browse, everybody who wants service goes straight to a lane."""
    hall = dataclasses.replace(scenario, areas=(), staff=dataclasses.replace(scenario.staff, restockers=0))
    truth = plan(hall, seed=5, hours=SHORT_HOURS).truth.stores[0]
    assert truth.checkout.joined > 0
    assert all(zone.visits == 0 for zone in truth.zones if zone.zone_kind == "aisle")


@pytest.mark.parametrize(("seed", "hours", "stores"), [(-1, 1.0, 1), (1, 0.0, 1), (1, 1.0, 0)])
def test_arguments_out_of_range_are_refused(scenario: Scenario, seed: int, hours: float, stores: int) -> None:
    """A negative seed, no hours and no stores are refused with what was expected and what came."""
    with pytest.raises(ValueError, match="expected seed >= 0, hours > 0 and stores >= 1"):
        plan(scenario, seed=seed, hours=hours, stores=stores)


def _tracks(run: SimulatedRun) -> set[str]:
    return {event.payload.track_id for event in run.events if isinstance(event.payload, Visit)}


def _aisle_gaps(scenario: Scenario, person: Person) -> list[float]:
    """Return the times between a customer's visits (stays of at least 5 s) to one aisle, in seconds."""
    gaps = []
    for zone in scenario.zones:
        if zone.zone_kind == "aisle" and not person.is_staff:
            visits = [stay for stay in intervals_inside(person.path, zone.polygon) if stay.seconds >= 5]
            gaps += [after.start - before.end for before, after in itertools.pairwise(visits)]
    return gaps


def _standing(people: tuple[Person, ...], time: float, polygon: tuple[tuple[float, float], ...]) -> list[np.ndarray]:
    """Return the places of those who are in the polygon at `time` and have not moved for a second."""
    places = []
    for person in people:
        if person.path.start < time - 1.0 and time < person.path.end:
            before, now = person.path.at(np.array([time - 1.0, time]))
            is_inside = any(stay.start <= time <= stay.end for stay in intervals_inside(person.path, polygon))
            if is_inside and np.allclose(before, now):
                places.append(now)
    return places


def test_events_are_of_the_contract(scenario: Scenario) -> None:
    """Every event that the edge makes of a simulated store satisfies the schema by which the pipeline judges it."""
    validator = jsonschema.Draft202012Validator(event_schema())
    events = simulate(scenario, hours=SHORT_HOURS).events
    assert {"snapshot", "visit", "crossing", "health"} <= {event.kind for event in events}
    assert [error.message for event in events for error in validator.iter_errors(json.loads(event.to_json()))] == []
