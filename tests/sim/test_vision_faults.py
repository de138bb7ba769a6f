"""What cameras do not see, see twice or take for somebody else: each fault does what it says, and no more."""

from __future__ import annotations

import dataclasses
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import Health, Snapshot, TrackMerge, Visit
from sim import faults as fault_files
from sim import scenario as scenarios
from sim.faults import NO_FAULTS, FaultLedger, Faults
from sim.faults.boots import boots_of
from sim.faults.settings import (
    CameraDown,
    CameraFrozen,
    ClockSkew,
    DoubleDetections,
    EdgeRestart,
    IdSwitches,
    Mannequin,
    MissedDetections,
    Occlusion,
    Recognition,
)
from sim.run import PlannedRun, SimulatedRun, plan
from tests.sim.accuracy import accuracy_of
from tests.sim.event_recount import recount

HOURS = 0.3
SCENARIO = scenarios.load("supermarket")
OPENING_MS = SCENARIO.opening_ms


@cache
def planned() -> PlannedRun:
    """Return a small store, planned once."""
    return plan(SCENARIO, seed=7, hours=HOURS)


@cache
def run_with(faults: Faults) -> SimulatedRun:
    """Return that store's run with these faults."""
    ledger = FaultLedger()
    return SimulatedRun(planned(), tuple(planned().stream(faults=faults, ledger=ledger)), ledger)


def visits(run: SimulatedRun) -> list[Visit]:
    """Return the visits of a run."""
    return [event.payload for event in run.events if isinstance(event.payload, Visit)]


def told_starts(run: SimulatedRun, zone_id: str) -> list[int]:
    """Return the starts of the intervals in which a zone was told, in seconds since opening."""
    return [
        (event.event_time_ms - OPENING_MS) // 1000
        for event in run.events
        if isinstance(event.payload, Snapshot) and zone_id in {zone.zone_id for zone in event.payload.zones}
    ]


def test_missed_detections_are_as_many_as_said_and_change_no_stay() -> None:
    """One look in ten misses a person, and the hysteresis bridges it: every visit is still there, ends within 1 s."""
    run, clean = run_with(Faults(missed_detections=MissedDetections(share_of_looks=0.1))), run_with(NO_FAULTS)
    assert run.ledger.counts["missed_detections"] / run.ledger.counts["looks"] == pytest.approx(0.1, abs=0.005)
    assert len(visits(run)) == len(visits(clean))
    by_key = {(visit.zone_id, visit.track_id, round(visit.entered_ms / 10_000)) for visit in visits(clean)}
    assert sum((v.zone_id, v.track_id, round(v.entered_ms / 10_000)) in by_key for v in visits(run)) > 0.9 * len(by_key)


def test_id_switches_hit_the_share_of_stays() -> None:
    """The share of stays that end as one track and go on as another is what was asked for, within chance."""
    faults = Faults(id_switches=IdSwitches(share_of_stays=0.2), recognition=Recognition(share=0.0))
    run, clean = run_with(faults), run_with(NO_FAULTS)
    stays, switches = run.ledger.counts["stays"], run.ledger.counts["id_switches"]
    assert switches / stays == pytest.approx(0.2, abs=4 * (0.16 / stays) ** 0.5)
    lost = sum(visit.end == "lost" for visit in visits(run))
    # A switch in the first or last instants of a stay leaves no stay on one side.
    assert 0.7 * switches <= lost <= switches
    assert not any(isinstance(event.payload, TrackMerge) for event in run.events)
    assert len({visit.track_id for visit in visits(run)}) > len({visit.track_id for visit in visits(clean)})


def test_recognition_heals_switches() -> None:
    """With every new track recognised, the journeys are those of the truth again; merges link tracks that were told."""
    faults = Faults(id_switches=IdSwitches(share_of_stays=0.3), recognition=Recognition(share=1.0, seconds=(0.5, 2.0)))
    run = run_with(faults)
    truth = run.truth.stores[0]
    merges = [event.payload for event in run.events if isinstance(event.payload, TrackMerge)]
    assert len(merges) == run.ledger.counts["recognised"] > 0.9 * run.ledger.counts["id_switches"]
    assert all(merge.from_track_id != merge.to_track_id for merge in merges)
    tracks = {visit.track_id for visit in visits(run)}
    assert sum(merge.from_track_id in tracks or merge.to_track_id in tracks for merge in merges) == len(merges)
    counted = recount(run.events)
    assert accuracy_of(counted, truth).wait_mae_seconds < 0.05 * accuracy_of(counted, truth).wait_mean_seconds


def test_one_kind_changes_nothing_of_another() -> None:
    """Random numbers belong to the kind: the same stays switch with and without missed detections."""
    alone = run_with(Faults(id_switches=IdSwitches(share_of_stays=0.1)))
    both = run_with(
        Faults(id_switches=IdSwitches(share_of_stays=0.1), missed_detections=MissedDetections(share_of_looks=0.1))
    )
    for key in ("stays", "id_switches", "recognised"):
        assert alone.ledger.counts[key] == both.ledger.counts[key]


def test_vision_faults_keep_the_accuracy_targets() -> None:
    """With 5 % id switches and 10 % missed detections: wait MAE <= 10 % of the mean, queue MAE <= 0.5 person."""
    run = run_with(fault_files.load("vision"))
    accuracy = accuracy_of(recount(run.events), run.truth.stores[0])
    assert accuracy.wait_mae_seconds <= 0.10 * accuracy.wait_mean_seconds
    assert abs(accuracy.wait_mean_error_seconds) <= 0.10 * accuracy.wait_mean_seconds
    assert accuracy.queue_length_mae <= 0.5
    assert accuracy.services_found >= 0.98


def test_double_detections_are_seen_as_more_people() -> None:
    """A second track beside a person makes more tracks and more time, and the truth does not move."""
    run, clean = (
        run_with(Faults(double_detections=DoubleDetections(share_of_stays=0.3, seconds=(5.0, 8.0)))),
        run_with(NO_FAULTS),
    )
    assert run.ledger.counts["double_detections"] > 50
    extra = {visit.track_id for visit in visits(run)} - {visit.track_id for visit in visits(clean)}
    assert 0 < len(extra) <= run.ledger.counts["double_detections"]
    assert _person_ms(run) > _person_ms(clean)
    assert run.truth is clean.truth


def test_short_occlusions_are_bridged_and_long_ones_make_new_tracks() -> None:
    """Unseen under 3 s, a track goes on; unseen for longer, it is lost, and somebody new comes back."""
    short = run_with(Faults(occlusion=Occlusion(per_person_minute=0.5, seconds=(0.5, 2.0))))
    long = run_with(Faults(occlusion=Occlusion(per_person_minute=2, seconds=(4.0, 6.0))))
    assert short.ledger.counts["occlusions"] > 100
    assert short.ledger.counts["occlusion_switches"] == 0
    # Two of them in a row may add up.
    assert sum(visit.end == "lost" for visit in visits(short)) <= 2
    assert long.ledger.counts["occlusion_switches"] > 0.8 * long.ledger.counts["occlusions"]
    assert sum(visit.end == "lost" for visit in visits(long)) > 50


def test_a_mannequin_is_a_customer_all_day_for_the_edge_and_nobody_in_truth() -> None:
    """The zone holds one more at every moment; the truth knows nobody more."""
    run, clean = run_with(Faults(mannequins=(Mannequin(zone_id="aisle-1"),))), run_with(NO_FAULTS)
    length_ms = run.truth.stores[0].end_ms - OPENING_MS
    assert _person_ms(run, "aisle-1") - _person_ms(clean, "aisle-1") == pytest.approx(length_ms, abs=1000)
    assert _person_ms(run, "aisle-2") == _person_ms(clean, "aisle-2")
    (day,) = [visit for visit in visits(run) if visit.end == "day_end"]
    assert day.left_ms - day.entered_ms == pytest.approx(length_ms, abs=1000)
    assert run.truth is clean.truth


def test_a_camera_that_is_down_is_not_an_empty_zone() -> None:
    """While a camera is down its zones are in no snapshot, all others are in each; health says down, frames too."""
    faults = Faults(camera_down=(CameraDown("cam-lane-1", from_seconds=300, seconds=240),))
    run, clean = run_with(faults), run_with(NO_FAULTS)
    for zone_id in ("queue-1", "service-1"):
        missing = set(told_starts(clean, zone_id)) - set(told_starts(run, zone_id))
        assert missing == set(range(300, 540, 5))
    assert told_starts(run, "queue-2") == told_starts(clean, "queue-2")
    assert _states(run, "cam-lane-1")[5:9] == [("down", 0)] * 4
    assert _states(run, "cam-lane-1")[:5] == _states(clean, "cam-lane-1")[:5]
    assert _states(run, "cam-lane-2") == _states(clean, "cam-lane-2")
    assert recount(run.events).zones["queue-1"].occupancy_mean.keys() == {
        minute
        for minute in recount(clean.events).zones["queue-1"].occupancy_mean
        if not 300_000 <= minute - OPENING_MS < 540_000
    }


def test_a_camera_at_the_doors_counts_nobody_while_it_is_down() -> None:
    """Who passes unseen is no crossing; before and after, everybody is."""
    faults = Faults(camera_down=(CameraDown("cam-entrance", from_seconds=300, seconds=240),))
    counted, clean = (recount(run_with(each).events).crossings_by_minute for each in (faults, NO_FAULTS))
    dark = {OPENING_MS + minute * 60_000 for minute in range(5, 9)}
    assert not [key for key in counted if key[0] in dark]
    assert {key: n for key, n in clean.items() if key[0] not in dark} == dict(counted)


def test_a_frozen_camera_shows_one_picture_until_it_is_noticed() -> None:
    """For 60 s the picture's people stand still; then the zones are not watched, and health says frozen."""
    frozen = CameraFrozen("cam-lane-1", from_seconds=600, seconds=240, noticed_after_seconds=60)
    run, clean = run_with(Faults(camera_frozen=(frozen,))), run_with(NO_FAULTS)
    missing = set(told_starts(clean, "queue-1")) - set(told_starts(run, "queue-1"))
    assert missing == set(range(660, 840, 5))
    counts = {count for start, count in _counts(run, "queue-1").items() if 605 <= start < 655}
    assert len(counts) == 1
    assert _states(run, "cam-lane-1")[10:14] == [("ok", 240), ("frozen", 0), ("frozen", 0), ("frozen", 0)]


def test_a_restart_is_a_new_boot_from_zero() -> None:
    """A new boot numbers from 0 without gaps, with tracks of its own; what was in memory is told by nobody."""
    faults = Faults(edge_restart=(EdgeRestart("front", at_seconds=602, down_seconds=30),))
    run = run_with(faults)
    numbers: dict[tuple[str, str], list[int]] = {}
    tracks: dict[str, set[str]] = {}
    for event in run.events:
        numbers.setdefault((event.device_id, event.boot_id), []).append(event.seq)
        if isinstance(event.payload, Visit):
            tracks.setdefault(event.boot_id, set()).add(event.payload.track_id)
    assert len(numbers) == 3
    assert all(seen == list(range(len(seen))) for seen in numbers.values())
    boots = [boot_id for device_id, boot_id in numbers if device_id.endswith("front")]
    assert not tracks[boots[0]] & tracks[boots[1]]
    (first, second) = ([event for event in run.events if event.boot_id == boot] for boot in boots)
    assert max(event.event_time_ms for event in first) < OPENING_MS + 602_000
    assert min(event.event_time_ms for event in second) >= OPENING_MS + 630_000
    told = set(told_starts(run, "queue-1"))
    assert not told & set(range(605, 630, 5))
    assert {590, 630} <= told


@pytest.mark.parametrize("seconds", [2.0, -2.0, 300.0, -300.0])
def test_a_skewed_clock_shifts_every_time_it_tells(seconds: float) -> None:
    """All times of the device are off by the skew, intervals stay aligned to its clock; the other device is right."""
    run, clean = run_with(Faults(clock_skew=(ClockSkew("front", seconds=seconds),))), run_with(NO_FAULTS)
    skewed, true = (_visit_times(each, "front") for each in (run, clean))
    assert skewed == [(entered + seconds * 1000, left + seconds * 1000) for entered, left in true]
    assert _visit_times(run, "aisles") == _visit_times(clean, "aisles")
    snapshots = [e for e in run.events if isinstance(e.payload, Snapshot) and e.device_id.endswith("front")]
    assert all(event.event_time_ms % 5_000 == 0 for event in snapshots)
    assert all(event.event_time_ms == event.payload.left_ms for event in run.events if isinstance(event.payload, Visit))


def test_a_clock_in_2099_is_in_2099() -> None:
    """The device's events lie in 2099, and the ledger names each as one that must be refused."""
    date = fault_files.load("clock_skew").clock_skew[-1].date
    run = run_with(Faults(clock_skew=(ClockSkew("front", date=date),)))
    far = {event.event_id for event in run.events if event.device_id.endswith("front")}
    assert run.ledger.future == far
    assert all(event.event_time_ms > 4_080_000_000_000 for event in run.events if event.event_id in far)


def test_jumps_of_the_clock_are_boots() -> None:
    """Where a clock jumps the software starts anew; overlapping skews add up; a device that is down has no boot."""
    faults = Faults(
        clock_skew=(
            ClockSkew("front", seconds=2, from_seconds=100, until_seconds=300),
            ClockSkew("*", seconds=-5, from_seconds=200, until_seconds=None),
        ),
        edge_restart=(EdgeRestart("front", at_seconds=400, down_seconds=1000),),
    )
    boots = boots_of(SCENARIO, SCENARIO.devices[1], faults, end_seconds=1000)
    assert [(boot.start, boot.stop, boot.skew_ms) for boot in boots] == [
        (0, 100, 0),
        (100, 200, 2000),
        (200, 300, -3000),
        (300, 400, -5000),
    ]
    assert [boot.number for boot in boots] == [0, 1, 2, 3]


def test_no_faults_change_nothing() -> None:
    """A file with nothing in it gives the faultless run, byte for byte."""
    nothing = dataclasses.replace(NO_FAULTS, name="nothing", recognition=Recognition(share=0.1))
    assert [each.event.to_bytes() for each in run_with(nothing).emitted] == [
        each.event.to_bytes() for each in run_with(NO_FAULTS).emitted
    ]


RATES = st.sampled_from([0.0, 0.05, 0.5])
WINDOWS = st.tuples(st.sampled_from(["first", "last", "*"]), st.integers(0, 500), st.integers(0, 300))


@st.composite
def bad_sights(draw: st.DrawFn) -> Faults:
    """Return any mix of what can go wrong with cameras and devices."""
    return Faults(
        missed_detections=MissedDetections(draw(RATES)),
        id_switches=IdSwitches(draw(RATES)),
        double_detections=DoubleDetections(draw(RATES)),
        occlusion=Occlusion(4 * draw(RATES)),
        camera_down=tuple(CameraDown(*window) for window in draw(st.lists(WINDOWS, max_size=2))),
        camera_frozen=tuple(CameraFrozen(*window) for window in draw(st.lists(WINDOWS, max_size=1))),
        edge_restart=tuple(EdgeRestart(*window) for window in draw(st.lists(WINDOWS, max_size=2))),
    )


@settings(deadline=None, max_examples=12)
@given(bad_sights())
def test_whatever_is_seen_the_events_hold_together(faults: Faults) -> None:
    """Any vision faults: counts never negative, no id twice, numbers without gaps, snapshots add up to visits."""
    events = [each.event for each in _tiny().stream(faults=faults)]
    assert max(Counter(event.event_id for event in events).values()) == 1
    numbers: dict[str, list[int]] = {}
    for event in events:
        numbers.setdefault(event.boot_id, []).append(event.seq)
        if isinstance(event.payload, Snapshot):
            assert all(0 <= zone.count <= zone.count_max for zone in event.payload.zones)
            assert all(zone.person_ms <= zone.count_max * event.payload.interval_ms for zone in event.payload.zones)
    assert all(seen == list(range(len(seen))) for seen in numbers.values())
    if not faults.edge_restart:
        told = [event.payload for event in events if isinstance(event.payload, Visit) and not event.payload.is_staff]
        snapshots = [event.payload for event in events if isinstance(event.payload, Snapshot)]
        assert sum(zone.person_ms for each in snapshots for zone in each.zones) == sum(
            visit.left_ms - visit.entered_ms for visit in told
        )


@cache
def _tiny() -> PlannedRun:
    return plan(SCENARIO, seed=3, hours=0.05)


def _person_ms(run: SimulatedRun, zone_id: str | None = None) -> int:
    return sum(zone.person_ms for name, zone in recount(run.events).zones.items() if zone_id in (None, name))


def _states(run: SimulatedRun, camera_id: str) -> list[tuple[str, int]]:
    health = [event.payload for event in run.events if isinstance(event.payload, Health)]
    return [(each.state, each.frames_seen) for each in health if each.camera_id == camera_id]


def _counts(run: SimulatedRun, zone_id: str) -> dict[int, int]:
    return {
        (event.event_time_ms - OPENING_MS) // 1000: zone.count
        for event in run.events
        if isinstance(event.payload, Snapshot)
        for zone in event.payload.zones
        if zone.zone_id == zone_id
    }


def _visit_times(run: SimulatedRun, device: str) -> list[tuple[float, float]]:
    return [
        (event.payload.entered_ms, event.payload.left_ms)
        for event in run.events
        if isinstance(event.payload, Visit) and event.device_id.endswith(device)
    ]
