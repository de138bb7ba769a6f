"""The truth against a recount that only asks, instant by instant, who stands where."""

from __future__ import annotations

import dataclasses
import gzip
import json
import statistics
from collections import Counter
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import pytest
import shapely

from contracts.events import SCHEMA
from sim import scenario as scenarios
from sim.geometry import Path
from sim.people import Person
from sim.run import PlannedStore, plan
from sim.scenario import Scenario
from sim.truth import (
    Journey,
    OpenInterval,
    Stay,
    checkout_of,
    journeys_of,
    merged,
    occupancy_of,
    open_intervals_of,
    stays_of,
    truth_of,
)

STEP_MS = 20
SAMPLE = FilePath(__file__).parents[3] / "shared" / "data" / "events"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return the default scenario."""
    return scenarios.load("supermarket")


@pytest.fixture(scope="module")
def store(scenario: Scenario) -> PlannedStore:
    """Return a small store: seven minutes of arrivals."""
    return plan(scenario, seed=3, hours=0.12).stores[0]


def brute_stays(scenario: Scenario, store: PlannedStore) -> list[Stay]:
    """Return stays by asking every 20 ms, with another geometry library, whether a zone holds the point."""
    stays = []
    for person in store.people:
        times = np.arange(person.path.start, person.path.end, STEP_MS / 1000)
        points = shapely.points(person.path.at(times))
        for zone in scenario.zones:
            inside = shapely.covers(shapely.Polygon(zone.polygon), points)
            edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
            for first, after in edges.reshape(-1, 2):
                entered_ms, left_ms = (
                    scenario.opening_ms + round(float(times[index]) * 1000) for index in (first, after - 1)
                )
                stays.append(Stay(person.person_id, person.is_staff, zone.zone_id, entered_ms, left_ms))
    return stays


def test_stays_are_those_of_a_brute_force_recount(scenario: Scenario, store: PlannedStore) -> None:
    """Every stay, pass-throughs included, is found by sampling too, with both ends within one 20 ms step."""
    true = sorted(stays_of(scenario, store.people), key=_order)
    counted = sorted(brute_stays(scenario, store), key=_order)
    assert len(true) > 80
    assert [(stay.person_id, stay.zone_id) for stay in true] == [(stay.person_id, stay.zone_id) for stay in counted]
    for stay, brute in zip(true, counted, strict=True):
        assert abs(stay.entered_ms - brute.entered_ms) <= STEP_MS
        assert abs(stay.left_ms - brute.left_ms) <= STEP_MS


def test_occupancy_is_that_of_a_brute_force_recount(scenario: Scenario, store: PlannedStore) -> None:
    """Mean and maximum of a minute equal a count of the people present at each 10 ms of it."""
    stays = [stay for stay in stays_of(scenario, store.people) if stay.zone_id == "aisle-1" and not stay.is_staff]
    for minute in store.truth.zone("aisle-1").occupancy:
        instants = np.arange(minute.start_ms + 5, minute.start_ms + 60_000, 10)
        counts = sum(((stay.entered_ms <= instants) & (instants < stay.left_ms)).astype(int) for stay in stays)
        assert np.mean(counts) == pytest.approx(minute.mean, abs=0.002)
        assert np.max(counts) == minute.maximum


def test_journeys_and_crossings_add_up(store: PlannedStore) -> None:
    """Joined = served + abandoned + censored; in - out = occupancy; the lanes sum to the store."""
    truth = store.truth
    assert truth.checkout.joined == truth.checkout.served + truth.checkout.abandoned + truth.checkout.censored
    assert sum(lane.checkout.joined for lane in truth.lanes) == truth.checkout.joined
    assert truth.traffic.in_count - truth.traffic.out_count == truth.traffic.occupancy_end == 0
    assert truth.traffic.in_count == truth.shoppers
    assert sum(minute.in_count for minute in truth.traffic.minutes) == truth.traffic.in_count


def test_visits_merge_below_thirty_seconds_only() -> None:
    """Stays 29.999 s apart are one visit with the gap in its dwell; stays 30 s apart are two."""
    near = [_stay("a", 0, 6_000), _stay("a", 35_999, 40_000)]
    apart = [_stay("a", 0, 6_000), _stay("a", 36_000, 42_000)]
    assert [visit.dwell_ms for visit in merged(near)] == [40_000]
    assert [visit.dwell_ms for visit in merged(apart)] == [6_000, 6_000]


def test_visits_of_different_people_never_merge() -> None:
    """Two people in a zone one after the other are two visits."""
    assert len(merged([_stay("a", 0, 6_000), _stay("b", 7_000, 14_000)])) == 2


def test_pass_through_ends_below_five_seconds() -> None:
    """A stay of 4.999 s is a pass-through, one of 5 s is a visit."""
    assert _stay("a", 0, 4_999).is_pass_through
    assert not _stay("a", 0, 5_000).is_pass_through


def test_who_leaves_makes_room_for_who_enters() -> None:
    """At the instant at which one leaves and another enters, one person is present."""
    (minute,) = occupancy_of([_stay("a", 0, 30_000), _stay("b", 30_000, 60_000)], start_ms=0, end_ms=60_000)
    assert (minute.mean, minute.maximum) == (1.0, 1)


def test_last_minute_may_be_short() -> None:
    """The mean of a minute that the run cuts is over the time that was watched."""
    first, last = occupancy_of([_stay("a", 0, 75_000)], start_ms=0, end_ms=75_000)
    assert (first.mean, last.mean) == (1.0, 1.0)


def test_outcomes_follow_the_definition(scenario: Scenario) -> None:
    """Service next is served, leaving is abandoned, the end of the run is censored; a step in is none."""
    stays = [
        _stay("served", 0, 60_000, "queue-1"),
        _stay("served", 60_300, 90_000, "service-1"),
        _stay("gone", 0, 60_000, "queue-1"),
        _stay("gone", 60_300, 90_000, "service-2"),
        _stay("waiting", 50_000, 100_000, "queue-1"),
        _stay("crossing", 0, 2_000, "queue-1"),
        _stay("just in", 98_000, 100_000, "queue-1"),
    ]
    journeys = journeys_of(scenario, stays, end_ms=100_000)
    outcomes = {journey.person_id: journey.outcome for journey in journeys}
    assert outcomes == {"served": "served", "gone": "abandoned", "waiting": "censored", "just in": "censored"}
    assert {journey.person_id: journey.wait_seconds for journey in journeys}["served"] == 60.3


def test_each_service_belongs_to_the_queue_visit_before_it(scenario: Scenario) -> None:
    """Who gives up, comes back and is served has one abandoned and one served journey."""
    stays = [
        _stay("a", 0, 60_000, "queue-1"),
        _stay("a", 200_000, 260_000, "queue-1"),
        _stay("a", 260_300, 300_000, "service-1"),
    ]
    assert [journey.outcome for journey in journeys_of(scenario, stays, end_ms=None)] == [
        "abandoned",
        "served",
    ]


def test_staff_are_in_no_queue(scenario: Scenario) -> None:
    """Staff who stand in a queue zone are no journey."""
    stays = [dataclasses.replace(_stay("a", 0, 60_000, "queue-1"), is_staff=True)]
    assert journeys_of(scenario, stays, end_ms=None) == ()


def test_waits_are_summed_up_among_the_served() -> None:
    """Median and p90 interpolate; the share over the target counts waits above it; abandonment is apart."""
    journeys = [_journey(wait_ms) for wait_ms in (10_000, 20_000, 200_000, 400_000)]
    journeys.append(Journey("lane-1", "gone", 0, 90_000, None, None, "abandoned"))
    checkout = checkout_of(journeys, target_wait_seconds=180.0)
    assert (checkout.joined, checkout.served, checkout.abandoned) == (5, 4, 1)
    assert checkout.wait_seconds_mean == 157.5
    assert checkout.wait_seconds_median == 110.0
    assert checkout.wait_seconds_p90 == pytest.approx(340.0)
    assert checkout.over_target_share == 0.5
    assert checkout.abandoned_wait_seconds_median == 90.0


def test_lane_opens_after_presence_and_closes_after_absence() -> None:
    """A lane opens 5 s into a presence, stays open over gaps under 30 s, and closes 30 s after presence."""
    stays = [_stay("a", 0, 20_000), _stay("b", 40_000, 60_000), _stay("c", 100_000, 104_000)]
    assert open_intervals_of(stays, end_ms=200_000) == (OpenInterval(5_000, 90_000),)
    assert open_intervals_of(stays[:2], end_ms=80_000) == (OpenInterval(5_000, None),)


def test_presence_is_a_sum_over_people() -> None:
    """Two short presences that touch open a lane together."""
    stays = [_stay("a", 0, 3_000), _stay("b", 3_000, 6_000)]
    assert open_intervals_of(stays, end_ms=100_000) == (OpenInterval(5_000, 36_000),)


def test_crossings_are_counted_at_the_line(scenario: Scenario) -> None:
    """Walking over the doors from the street counts one in, back again one out; beside the doors none."""
    over = Path(times=np.array([0.0, 10.0, 20.0]), points=np.array([[5.0, -5.0], [5.0, 5.0], [5.0, -5.0]]))
    beside = Path(times=np.array([0.0, 10.0]), points=np.array([[12.0, -5.0], [12.0, 5.0]]))
    people = [Person("over", is_staff=False, path=over), Person("beside", is_staff=False, path=beside)]
    traffic = truth_of(scenario, people, store_id="s", end_seconds=60.0, is_cut=False).traffic
    assert (traffic.in_count, traffic.out_count, traffic.occupancy_end) == (1, 1, 0)


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="needs shared/data/events beside the checkout")
def test_definitions_give_the_truth_of_an_independent_generator(scenario: Scenario) -> None:
    """The sample's visits, by our definitions, give the visits, dwell, waits and queues of its truth."""
    ((_, true),) = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8")).items()
    stays, start_ms, end_ms = _sample_stays()
    sample_store = _scenario_of_sample(scenario)
    assert Counter(visit.zone_id for visit in merged(stays)) == true["visits"]
    for zone_id, seconds in true["dwell_mean_s"].items():
        dwells = [visit.dwell_ms / 1000 for visit in merged(stays) if visit.zone_id == zone_id]
        assert statistics.fmean(dwells) == pytest.approx(seconds)
    checkout = checkout_of(journeys_of(sample_store, stays, end_ms=None), target_wait_seconds=180.0)
    assert (checkout.served, checkout.abandoned) == (true["served"], true["abandoned"])
    assert checkout.wait_seconds_mean == pytest.approx(true["wait_mean_s"])
    assert checkout.wait_seconds_median == pytest.approx(true["wait_median_s"])
    assert checkout.wait_seconds_p90 == pytest.approx(true["wait_p90_s"], abs=1.0)
    for zone_id, by_minute in true["queue_mean_by_minute"].items():
        minutes = occupancy_of([stay for stay in stays if stay.zone_id == zone_id], start_ms=start_ms, end_ms=end_ms)
        for number, minute in enumerate(minutes):
            assert minute.mean == pytest.approx(by_minute[str(number)], abs=1e-9)


def _sample_stays() -> tuple[list[Stay], int, int]:
    with gzip.open(SAMPLE / "events.jsonl.gz", "rt", encoding="utf-8") as lines:
        events: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert {event["schema"] for event in events} == {SCHEMA}
    visits = [event["visit"] for event in events if event["kind"] == "visit"]
    stays = [
        Stay(each["track_id"], each["is_staff"], each["zone_id"], each["entered_ms"], each["left_ms"])
        for each in visits
    ]
    starts = [event["event_time_ms"] for event in events if event["kind"] == "snapshot"]
    return stays, min(starts), max(starts) + 5_000


def _scenario_of_sample(scenario: Scenario) -> Scenario:
    """Return our scenario with the ids of the sample: queue-0 to queue-3 instead of queue-1 to queue-4."""
    zones = tuple(
        dataclasses.replace(zone, zone_id=f"{zone.zone_kind}-{int(zone.zone_id[-1]) - 1}")
        for zone in scenario.zones
        if zone.lane_id is not None
    )
    return dataclasses.replace(scenario, zones=zones)


def _stay(person_id: str, entered_ms: int, left_ms: int, zone_id: str = "aisle-1") -> Stay:
    return Stay(person_id, is_staff=False, zone_id=zone_id, entered_ms=entered_ms, left_ms=left_ms)


def _journey(wait_ms: int) -> Journey:
    return Journey("lane-1", f"after {wait_ms}", 0, wait_ms, wait_ms, wait_ms + 50_000, "served")


def _order(stay: Stay) -> tuple[str, str, int]:
    return stay.person_id, stay.zone_id, stay.entered_ms
