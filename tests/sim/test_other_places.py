"""A bank branch and a public service hall run by configuration alone, and are as true as the supermarket."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Literal

import jsonschema
import pytest

from contracts.render.json_schema import event_schema
from sim import faults
from sim import scenario as scenarios
from sim.faults import FaultLedger
from sim.geometry import intervals_inside
from sim.run import SimulatedRun, simulate
from tests.sim.accuracy import accuracy_of
from tests.sim.event_recount import recount

HOURS = {"bank": 1.0, "public_hall": 0.5}


@cache
def run_of(name: str, closing: Literal["empty", "cut"] = "empty") -> SimulatedRun:
    """Return a run of a scenario, made once for all tests."""
    scenario = scenarios.load(name)
    store = dataclasses.replace(scenario.store, closing=closing)
    return simulate(dataclasses.replace(scenario, store=store), seed=4, hours=HOURS[name])


@pytest.mark.parametrize("closing", ["empty", "cut"])
@pytest.mark.parametrize("name", HOURS)
def test_the_edge_says_what_is_true(name: str, closing: Literal["empty", "cut"]) -> None:
    """Visits, pass-throughs, outcomes and crossings are exact; waits are within 1 s, queues within 0.05."""
    run = run_of(name, closing)
    (truth,) = run.truth.stores
    counted = recount(run.events)
    for zone in truth.zones:
        part = counted.zones[zone.zone_id]
        assert (part.visits, part.pass_throughs) == (zone.visits, zone.pass_throughs), zone.zone_id
        assert (part.staff_visits, part.staff_pass_throughs) == (zone.staff_visits, zone.staff_pass_throughs)
    for lane in truth.lanes:
        for outcome in ("served", "abandoned", "censored"):
            assert counted.outcomes[lane.lane_id, outcome] == getattr(lane.checkout, outcome), (lane.lane_id, outcome)
    assert counted.crossings["in", False] == truth.traffic.in_count
    assert counted.crossings["out", False] == truth.traffic.out_count
    true = sorted(journey.wait_seconds for journey in truth.journeys if journey.wait_seconds is not None)
    assert sorted(counted.wait_seconds) == pytest.approx(true, abs=1.0)
    assert accuracy_of(counted, truth).queue_length_mae < 0.05


def test_a_bank_serves_few_and_long() -> None:
    """A service takes 4 to 8 minutes in the mean, one customer at a counter, lines of a few people."""
    truth = run_of("bank").truth.stores[0]
    assert truth.checkout.service_seconds_mean is not None
    assert 240 <= truth.checkout.service_seconds_mean <= 480
    assert truth.shoppers < 80
    assert max(minute.maximum for lane in truth.lanes for minute in lane.queue) <= 6
    cash = truth.zone("cash-machines")
    assert cash.visits > 0


def test_a_public_hall_lets_people_wait() -> None:
    """The mean wait is over ten minutes, and every counter that is open serves."""
    truth = run_of("public_hall").truth.stores[0]
    assert truth.checkout.wait_seconds_mean is not None
    assert truth.checkout.wait_seconds_mean > 600
    assert all(lane.checkout.served > 0 for lane in truth.lanes)
    assert truth.shoppers > truth.parties > 0


@pytest.mark.parametrize("name", HOURS)
def test_nobody_walks_through_counters(name: str) -> None:
    """No path leads through furniture."""
    run = run_of(name)
    (store,) = run.planned.stores
    for person in store.people:
        for piece in run.planned.scenario.furniture:
            x_min, y_min, x_max, y_max = piece.box
            corners = ((x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max))
            assert intervals_inside(person.path, corners) == [], (person.person_id, piece)


@pytest.mark.parametrize("name", HOURS)
def test_with_everything_going_wrong_events_are_of_the_contract(name: str) -> None:
    """All faults at once give events that the schema accepts, merges and blind cameras included."""
    validator = jsonschema.Draft202012Validator(event_schema())
    ledger = FaultLedger()
    events = [each.event for each in run_of(name).planned.stream(faults=faults.load("all"), ledger=ledger)]
    assert {"snapshot", "visit", "crossing", "health", "track_merge"} == {event.kind for event in events}
    assert [error.message for event in events for error in validator.iter_errors(json.loads(event.to_json()))] == []
    for kind in ("restarts", "skewed_boots", "outages", "copies", "held_back", "reordered", "camera_frozen"):
        assert ledger.counts[kind] > 0, kind
