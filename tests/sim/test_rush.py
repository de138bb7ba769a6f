"""The rush outruns the lanes, crowds an aisle, and its hazards are told when the scenario says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest

from contracts.events import Event, Hazard
from contracts.render.json_schema import event_schema
from sim import scenario as scenarios
from sim.faults import NO_FAULTS, FaultLedger, Faults
from sim.faults.settings import CameraDown, ClockSkew, EdgeRestart
from sim.report import tables
from sim.run import PlannedRun, SimulatedRun, plan
from sim.scenario import HazardPlan, Scenario, load
from sim.settings import SettingsError
from tests.sim.event_recount import recount

SCENARIO = scenarios.load("rush")
SHORT_HOURS = 0.05
BOX = (0.1, 0.2, 0.3, 0.4)


@cache
def planned() -> PlannedRun:
    """Return the rush as `make demo SCENARIO=rush` runs it."""
    return plan(SCENARIO)


@cache
def rush() -> SimulatedRun:
    """Return the rush with its events."""
    return run_of(planned(), NO_FAULTS)


def run_of(planned_run: PlannedRun, faults: Faults) -> SimulatedRun:
    """Return the run of a plan with some faults."""
    ledger = FaultLedger()
    return SimulatedRun(planned_run, tuple(planned_run.stream(faults=faults, ledger=ledger)), ledger)


def hazards_in(run: SimulatedRun) -> list[Event]:
    """Return the events of hazards, in the order of emission."""
    return [event for event in run.events if isinstance(event.payload, Hazard)]


def scripted(*hazards: HazardPlan) -> Scenario:
    """Return the rush with these hazards instead of its own."""
    return dataclasses.replace(SCENARIO, hazards=hazards)


def at(seconds: float, camera_id: str = "cam-produce", **more: object) -> HazardPlan:
    """Return a hazard some seconds after the opening."""
    opening = dt.datetime.combine(SCENARIO.store.business_day, SCENARIO.store.opening)
    time = (opening + dt.timedelta(seconds=seconds)).time()
    return HazardPlan(at=time, label="knife", camera_id=camera_id, confidence=0.5, box=BOX, **more)  # type: ignore[arg-type]


def seen_after(run: SimulatedRun) -> list[float]:
    """Return when hazards were told by the device's clock, in seconds since opening."""
    return [(event.event_time_ms - SCENARIO.opening_ms) / 1000 for event in hazards_in(run)]


def test_a_rush_outruns_three_lanes() -> None:
    """For 20 minutes and more, 6 and more wait at each of three lanes on average, and lane-4 comes too late for it."""
    truth = planned().truth.stores[0]
    for lane in truth.lanes[:3]:
        assert sum(minute.mean >= 6 for minute in lane.queue) >= 20, lane.lane_id
    assert truth.lanes[3].open_intervals[0].start_ms >= truth.start_ms + 50 * 60_000
    assert truth.checkout.over_target_share is not None
    assert truth.checkout.over_target_share > 0.5


def test_the_run_is_a_morning_of_an_hour_and_a_quarter() -> None:
    """From opening until the last shopper has left and the lanes are closed it is 65 to 80 minutes."""
    truth = planned().truth.stores[0]
    assert 65 <= (truth.end_ms - truth.start_ms) / 60_000 <= 80


def test_one_aisle_is_crowded() -> None:
    """Aisle 1 holds 5 and more for minutes, and over the whole run twice as many as any other aisle."""
    truth = planned().truth.stores[0]
    aisles = {zone.zone_id: zone for zone in truth.zones if zone.zone_kind == "aisle"}
    crowded = aisles.pop("aisle-1")
    assert sum(minute.mean >= 5 for minute in crowded.occupancy) >= 5
    assert crowded.person_ms >= 2 * max(zone.person_ms for zone in aisles.values())


@pytest.mark.parametrize("seed", [1, 8])
def test_other_seeds_are_rushes_too(seed: int) -> None:
    """Whatever the seed, 6 and more wait at some lane for a quarter of an hour on end."""
    truth = plan(SCENARIO, seed=seed).truth.stores[0]
    longest = [[minute.mean >= 6 for minute in lane.queue] for lane in truth.lanes]
    assert max(len(run) for marks in longest for run in "".join("x" if m else " " for m in marks).split()) >= 15


def test_the_edge_says_what_is_true_of_the_rush() -> None:
    """Visits, outcomes and crossings of the rush are exact, with hazards among the events."""
    (truth,) = rush().truth.stores
    counted = recount(rush().events)
    for zone in truth.zones:
        assert counted.zones[zone.zone_id].visits == zone.visits, zone.zone_id
    for lane in truth.lanes:
        assert counted.outcomes[lane.lane_id, "served"] == lane.checkout.served
        assert counted.outcomes[lane.lane_id, "abandoned"] == lane.checkout.abandoned
    assert counted.crossings["in", False] == truth.traffic.in_count


def test_hazards_come_at_the_minute_that_the_scenario_says() -> None:
    """The rush tells a spill at 08:17 and 08:21, a weak knife at 08:24:40 and a person lying at 08:31:20."""
    told = [
        ((event.event_time_ms - SCENARIO.opening_ms) // 1000, event.payload.label, event.payload.confidence)
        for event in hazards_in(rush())
        if isinstance(event.payload, Hazard)
    ]
    assert told == [
        (17 * 60, "floor_change", 0.74),
        (21 * 60, "floor_change", 0.74),
        (24 * 60 + 40, "knife_experimental", 0.34),
        (31 * 60 + 20, "person_lying", 0.81),
    ]


def test_every_hazard_is_its_truth() -> None:
    """The events of hazards are the truth's, field by field, from the device that owns the camera."""
    truth = rush().truth.stores[0].hazards
    assert [event.payload for event in hazards_in(rush())] == [hazard.payload for hazard in truth]
    assert [event.event_time_ms for event in hazards_in(rush())] == [hazard.seen_ms for hazard in truth]
    owners = {zone.camera_id: f"store-001-{zone.device_id}" for zone in SCENARIO.zones}
    assert [event.device_id for event in hazards_in(rush())] == [owners[hazard.camera_id] for hazard in truth]


def test_hazards_are_of_the_contract_and_in_order() -> None:
    """Each satisfies the schema; a device's numbers have no gap; hazards leave as they are seen."""
    validator = jsonschema.Draft202012Validator(event_schema())
    for event in hazards_in(rush()):
        assert [error.message for error in validator.iter_errors(json.loads(event.to_json()))] == []
    for device_id in ("store-001-aisles", "store-001-front"):
        numbers = [event.seq for event in rush().events if event.device_id == device_id]
        assert all(after == before + 1 for before, after in pairwise(numbers))
    emitted = [each for each in rush().emitted if isinstance(each.event.payload, Hazard)]
    assert all(each.emitted_at_ms == each.event.event_time_ms for each in emitted)


def test_ids_are_stable_and_differ() -> None:
    """The same seed gives the same ids; another seed, store or time of telling gives another."""
    scenario = scripted(at(30), at(40, repeats=2, seconds_between=20.0))
    one, other, seeded = (plan(scenario, seed=seed, hours=SHORT_HOURS, stores=2).truth for seed in (5, 5, 6))
    ids = [[hazard.hazard_id for store in truth.stores for hazard in store.hazards] for truth in (one, other, seeded)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == len({*ids[0]}) == 6
    assert not {*ids[0]} & {*ids[2]}


def test_hazards_change_nothing_else() -> None:
    """Without hazards, everybody's ways, the truth of all metrics, and each payload are the same."""
    quiet = plan(scripted(), hours=SHORT_HOURS)
    loud = plan(scripted(at(30), at(31)), hours=SHORT_HOURS)
    others = [event.payload for event in run_of(loud, NO_FAULTS).events if not isinstance(event.payload, Hazard)]
    assert others == [event.payload for event in run_of(quiet, NO_FAULTS).events]
    assert dataclasses.replace(loud.truth.stores[0], hazards=()) == quiet.truth.stores[0]


def test_truth_names_hazards_only_where_there_are_some() -> None:
    """The file of a scenario without hazards is what it was before there were any."""
    with_some = json.loads(plan(scripted(at(30)), hours=SHORT_HOURS).truth.to_json())
    assert [hazard["label"] for hazard in with_some["stores"][0]["hazards"]] == ["knife"]
    assert "hazards" not in json.loads(plan(scripted(), hours=SHORT_HOURS).truth.to_json())["stores"][0]


def test_what_lies_between_two_looks_is_told_too() -> None:
    """A hazard at a tenth of a second is told at that tenth, though the cameras look at quarters."""
    run = run_of(plan(scripted(at(30.1)), hours=SHORT_HOURS), NO_FAULTS)
    assert seen_after(run) == [30.1]


def test_what_comes_after_the_end_does_not_happen() -> None:
    """A run ends before its later hazards: neither its events nor its truth hold them."""
    run = run_of(plan(scripted(at(30), at(7200)), hours=SHORT_HOURS), NO_FAULTS)
    assert seen_after(run) == [30]
    assert len(run.truth.stores[0].hazards) == 1


def test_a_hazard_moves_with_the_day() -> None:
    """On another day it comes at the same local time."""
    day = dt.date(2026, 12, 21)
    scenario = dataclasses.replace(scripted(at(30)), store=dataclasses.replace(SCENARIO.store, opening_hours=None))
    (hazard,) = plan(scenario, hours=SHORT_HOURS, day=day).truth.stores[0].hazards
    local = dt.datetime.fromtimestamp(hazard.seen_ms / 1000, dt.timezone(dt.timedelta(hours=1)))
    assert local.isoformat() == "2026-12-21T08:00:30+01:00"


def test_a_dark_camera_tells_no_hazard() -> None:
    """While its camera is down a hazard is not told, as the ledger says; the truth keeps it; others are told."""
    scenario = scripted(at(30, "cam-aisle-1"), at(31, "cam-aisle-2"), at(50, "cam-aisle-1"))
    down = CameraDown(camera_id="cam-aisle-1", from_seconds=20, seconds=20)
    run = run_of(plan(scenario, hours=SHORT_HOURS), Faults(name="f", title="f", camera_down=(down,)))
    assert seen_after(run) == [31, 50]
    assert run.ledger.counts["hazards_unseen"] == 1
    assert len(run.truth.stores[0].hazards) == 3


def test_a_device_that_is_off_tells_no_hazard() -> None:
    """Between two boots nothing is told; the boot after it tells its own."""
    off = EdgeRestart(device_id="front", at_seconds=20, down_seconds=20)
    run = run_of(
        plan(scripted(at(10), at(30), at(50)), hours=SHORT_HOURS), Faults(name="f", title="f", edge_restart=(off,))
    )
    assert seen_after(run) == [10, 50]


def test_a_wrong_clock_is_told_as_the_device_has_it() -> None:
    """A device whose clock is a minute ahead tells a hazard a minute ahead, at the true instant."""
    ahead = ClockSkew(device_id="front", from_seconds=0, seconds=60)
    run = run_of(plan(scripted(at(30)), hours=SHORT_HOURS), Faults(name="f", title="f", clock_skew=(ahead,)))
    assert seen_after(run) == [90]
    (emitted,) = [each for each in run.emitted if isinstance(each.event.payload, Hazard)]
    assert emitted.emitted_at_ms == SCENARIO.opening_ms + 30_000


def test_the_tables_show_hazards() -> None:
    """The terminal lists each hazard with its minute; a run without any has no such table."""
    truth = plan(scripted(at(90)), hours=SHORT_HOURS).truth.stores[0]
    assert len(tables(truth).renderables) == len(tables(dataclasses.replace(truth, hazards=())).renderables) + 2


BROKEN = [
    ("at = 07:59:00", "hazards.0.at: expected the opening (08:00:00) or later, came 07:59:00; move it"),
    ('camera_id = "cam-roof"', "hazards.0.camera_id: expected one of cam-aisle-1"),
    ('zone_id = "produce"', "hazards.0.zone_id: expected one of aisle-1, came 'produce'"),
    ("confidence = 1.2", "hazards.cam-aisle-1.confidence: expected at most 1, came 1.2"),
    ("box = [0.5, 0.5, 0.6, 0.1]", "hazards.0.box: expected x + width and y + height at most 1"),
    ("repeats = 0", "hazards.cam-aisle-1.repeats: expected at least 1, came 0"),
    ("seconds_between = 0.0", "hazards.cam-aisle-1.seconds_between: expected at least 1, came 0.0"),
    ("colour = 1", "hazards.cam-aisle-1.colour: expected one of at"),
]


@pytest.mark.parametrize(("setting", "problem"), BROKEN)
def test_a_broken_hazard_is_named(tmp_path: Path, setting: str, problem: str) -> None:
    """What cannot be told is refused with its place and line, what was expected, and what came."""
    settings = {
        "at": "08:10:00",
        "label": '"knife"',
        "camera_id": '"cam-aisle-1"',
        "confidence": "0.5",
        "box": "[0.1, 0.1, 0.1, 0.1]",
    }
    name, _, value = setting.partition(" = ")
    written = "\n".join(f"{key} = {text}" for key, text in {**settings, name: value}.items())
    path = tmp_path / "own.toml"
    path.write_text(f'based_on = "supermarket"\n\n[[hazards]]\n{written}\n', encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(str(path))
    assert any(problem in each and each.startswith("line ") for each in refused.value.problems), refused.value.problems


def test_a_file_replaces_tables_of_its_base(tmp_path: Path) -> None:
    """`based_on` takes every table that the file does not write; its name is the file's own."""
    path = tmp_path / "own.toml"
    path.write_text('based_on = "supermarket"\n[arrivals]\nat = [08:00:00]\nper_hour = [5]\n', encoding="utf-8")
    own, base = load(str(path)), load("supermarket")
    assert own.name == "own"
    assert own.arrivals.per_hour == (5.0,)
    assert dataclasses.replace(own, name=base.name, arrivals=base.arrivals) == base


@pytest.mark.parametrize(
    ("base", "problem"),
    [("7", "based_on: expected the name of a scenario, came 7"), ('"moon"', "expected one of bank, public_hall")],
)
def test_an_unknown_base_is_refused(tmp_path: Path, base: str, problem: str) -> None:
    """A base that is no scenario is named."""
    path = tmp_path / "own.toml"
    path.write_text(f"based_on = {base}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(str(path))
    assert problem in str(refused.value)
