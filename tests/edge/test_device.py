"""The whole device: snapshots agree exactly with visits, everything is told in time, and fast."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import CameraState, Crossing, Event, Health, Snapshot, TrackMerge, Visit
from edge.device import Device, DeviceSettings
from edge.errors import ConfigurationError
from edge.health import CameraVitals
from edge.observations import Observation
from edge.visits import VisitSettings
from edge.zones import Line, Zone
from tests.edge.walks import (
    HALL,
    INSIDE,
    NOOK,
    OUTSIDE,
    START_MS,
    Sighting,
    device,
    observation,
    snapshots_of,
    visits_of,
)

PLACE = st.sampled_from([INSIDE, INSIDE, INSIDE, OUTSIDE, 2, None])
STAFF = {"c"}


@st.composite
def days(draw: st.DrawFn) -> list[tuple[int, list[Sighting]]]:
    """Return up to 80 instants of three tracks, one of them staff, that wander, vanish and come back."""
    waits = draw(st.lists(st.sampled_from([100, 200, 250, 333, 1_000, 2_500, 7_000]), min_size=1, max_size=80))
    instants = np.cumsum(waits).tolist()
    stay = {track: draw(PLACE) for track in "abc"}
    day = []
    for at_ms in instants:
        for track in "abc":
            if draw(st.integers(0, 5)) == 0:
                stay[track] = draw(PLACE)
        seen = [(t, p, t in STAFF, draw(st.booleans())) for t, p in stay.items() if p is not None]
        day.append((at_ms, seen))
    return day


def play(day: list[tuple[int, list[Sighting]]], settings: DeviceSettings | None = None) -> list[tuple[int, Event]]:
    """Return (instant of telling relative to `START_MS`, event) of a whole day."""
    edge = device(settings=settings)
    told = [(at_ms, event) for at_ms, seen in day for event in edge.observe(observation(at_ms, seen))]
    last_ms = day[-1][0]
    return told + [(last_ms, event) for event in edge.close(START_MS + last_ms)]


@settings(deadline=None, max_examples=150)
@given(days(), st.sampled_from([1_000, 2_000, 5_000]))
def test_snapshots_are_exactly_the_visits(day: list[tuple[int, list[Sighting]]], interval_ms: int) -> None:
    """Over any tracks, each zone's snapshots add up to its visits: time, entries, exits, staff apart."""
    events = [event for _, event in play(day, DeviceSettings(interval_ms=interval_ms))]
    visits = visits_of(events)
    snapshots = snapshots_of(events)
    for index, zone in enumerate([HALL, NOOK]):
        mine = [visit for visit in visits if visit.zone_id == zone.zone_id]
        customers = [visit for visit in mine if not visit.is_staff]
        rows = [snapshot.zones[index] for _, snapshot in snapshots]
        assert sum(row.person_ms for row in rows) == sum(v.left_ms - v.entered_ms for v in customers)
        assert sum(row.staff_person_ms for row in rows) == sum(v.left_ms - v.entered_ms for v in mine if v.is_staff)
        assert sum(row.entered for row in rows) == sum(row.left for row in rows) == len(customers)
        count = 0
        for row in rows:
            count += row.entered - row.left
            assert row.count == count <= row.count_max
            assert row.person_ms <= row.count_max * interval_ms
            assert (row.longest_stay_ms > 0) == (row.count > 0)


@settings(deadline=None, max_examples=100)
@given(days())
def test_each_snapshot_is_what_its_visits_say(day: list[tuple[int, list[Sighting]]]) -> None:
    """Each snapshot alone agrees with a brute-force count over the visits, told later or not."""
    events = [event for _, event in play(day)]
    customers = [visit for visit in visits_of(events) if not visit.is_staff and visit.zone_id == "hall"]
    for start, snapshot in snapshots_of(events):
        start_ms, end_ms = START_MS + start, START_MS + start + snapshot.interval_ms
        row = snapshot.zones[0]
        present = [v for v in customers if v.entered_ms < end_ms <= v.left_ms]
        assert row.count == len(present)
        assert row.longest_stay_ms == max((end_ms - v.entered_ms for v in present), default=0)
        overlaps = [max(0, min(v.left_ms, end_ms) - max(v.entered_ms, start_ms)) for v in customers]
        assert row.person_ms == sum(overlaps)
        starts = [max(start_ms, v.entered_ms) for v in customers if v.entered_ms < end_ms]
        assert row.count_max == max((sum(v.entered_ms <= t < v.left_ms for v in customers) for t in starts), default=0)


@settings(deadline=None, max_examples=100)
@given(days())
def test_events_come_in_time_and_in_order(day: list[tuple[int, list[Sighting]]]) -> None:
    """A visit comes within 8 s of its end, a snapshot of its start, give or take a step; seq has no gap.

    Never is an event more than 10 s, the pipeline's watermark, behind one sent before it.
    """
    told = play(day)
    steps = dict(zip([at for at, _ in day], np.diff([0, *(at for at, _ in day)]).tolist(), strict=True))
    latest_ms = 0
    for number, (at_ms, event) in enumerate(told):
        assert event.seq == number
        assert event.event_id == f"device/boot/{number}"
        assert START_MS + at_ms - event.event_time_ms < 8_000 + steps[at_ms]
        assert latest_ms - event.event_time_ms < 10_000
        latest_ms = max(latest_ms, event.event_time_ms)


def test_every_zone_is_in_every_snapshot() -> None:
    """Empty zones are told too, and a device that saw nobody tells empty snapshots."""
    edge = device()
    events = [event for at in range(0, 20_000, 250) for event in edge.observe(observation(at, []))]
    assert [start for start, _ in snapshots_of(events)] == [0, 5_000, 10_000]
    assert all([zone.zone_id for zone in snapshot.zones] == ["hall", "nook"] for _, snapshot in snapshots_of(events))


def test_an_interval_without_observation_is_not_told() -> None:
    """No data is not zero: a gap longer than the hysteresis leaves out the intervals that nobody looked at."""
    edge = device()
    events = [e for at in (0, 1_000, 26_000) for e in edge.observe(observation(at, []))]
    assert [start for start, _ in snapshots_of([*events, *edge.close(START_MS + 26_000)])] == [0, 25_000]


def test_crossings_and_health_are_told() -> None:
    """A held crossing carries the instant of the crossing; each camera has one health event a minute."""
    door = Line(line_id="door", camera_id="camera", start=(1.2, 0), end=(1.2, 1), inside=(0, 0.5))
    edge = device(lines=[door], settings=DeviceSettings(frames_per_second=4.0))
    events: list[Event] = []
    for at in range(0, 90_000, 250):
        events += edge.observe(observation(at, [("a", OUTSIDE if at < 10_000 else INSIDE, False, False)]))
    events += edge.close(START_MS + 90_000)
    crossings = [(e.event_time_ms - START_MS, e.payload) for e in events if isinstance(e.payload, Crossing)]
    assert [(at_ms, crossing.direction) for at_ms, crossing in crossings] == [(10_000, "in")]
    health = [event.payload for event in events if isinstance(event.payload, Health)]
    assert [each.state for each in health] == ["ok", "ok"]
    assert sum(each.frames_seen for each in health) == sum(each.frames_expected for each in health) == 360


def test_a_silent_camera_is_down() -> None:
    """A minute without a frame from one camera is told as 'down' for that camera alone."""
    edge = device([HALL, Zone(zone_id="far", zone_kind="aisle", camera_id="far", polygon=HALL.polygon)])
    events: list[Event] = []
    for at in range(0, 60_000, 500):
        events += edge.observe(Observation.empty(START_MS + at, camera_id="camera"))
    health = [e.payload for e in [*events, *edge.close(START_MS + 60_000)] if isinstance(e.payload, Health)]
    assert {each.state for each in health if each.camera_id == "far"} == {"down"}
    assert {each.state for each in health if each.camera_id == "camera"} == {"ok"}


def test_time_never_goes_back() -> None:
    """An instant before the last one, or after the end of the day, is the caller's mistake and told so."""
    edge = device()
    edge.observe(observation(1_000, []))
    with pytest.raises(ValueError, match="expected an instant at or after"):
        edge.observe(observation(999, []))
    edge.close(START_MS + 1_000)
    with pytest.raises(ValueError, match="new Device"):
        edge.observe(observation(2_000, []))


def test_settings_that_break_the_contract_are_refused_together() -> None:
    """Hysteresis beyond the report delay, an odd interval and a negative time are told at once."""
    wrong = DeviceSettings(interval_ms=4_000, hold_ms=-1, visits=VisitSettings(lost_ms=6_000))
    with pytest.raises(ConfigurationError) as caught:
        device(settings=wrong)
    assert len(caught.value.problems) == 3


def test_a_shop_is_simulated_fast() -> None:
    """30,000 observations of 40 tracks in 20 zones fit in 12 s of one core: 400 microseconds each."""
    assert min(_seconds_per_observation() for _ in range(3)) < 400e-6


def _seconds_per_observation(count: int = 1_500) -> float:
    """Play 40 people walking back and forth through 20 zones at 4 observations a second, with one door."""
    zones = [
        Zone(
            zone_id=f"z{i}",
            zone_kind="aisle",
            camera_id=f"c{i}",
            polygon=((i, 0), (i + 1, 0), (i + 1, 2), (i, 2)),
        )
        for i in range(20)
    ]
    door = Line(line_id="door", camera_id="c0", start=(0.5, 0), end=(0.5, 2), inside=(10, 1))
    edge = Device(store_id="s", device_id="d", boot_id="b", zones=zones, lines=[door])
    phase = np.random.default_rng(0).uniform(0, 40, 40)
    tracks = tuple(f"track-{i}" for i in range(40))
    flags = np.zeros(40, dtype=np.bool_)
    kinds: Counter[type] = Counter()
    begin = time.process_time()
    for step in range(count):
        x = np.abs((phase + step * 0.1) % 40 - 20)
        seen = Observation(
            event_time_ms=START_MS + step * 250,
            track_ids=tracks,
            foot_points=np.column_stack([x, np.ones(40)]),
            is_staff=flags,
            at_border=flags,
        )
        kinds.update(type(event.payload) for event in edge.observe(seen))
    seconds = (time.process_time() - begin) / count
    assert kinds[Visit] > 1_000
    assert kinds[Snapshot] > 50
    assert kinds[Crossing] > 10
    return seconds


def _two_cameras() -> Device:
    return device([HALL, Zone(zone_id="far", zone_kind="aisle", camera_id="far", polygon=NOOK.polygon)])


def test_a_zone_whose_camera_gave_nothing_is_left_out() -> None:
    """No data is not zero, camera by camera: a blind camera's zone is not told as empty, the others are told."""
    edge = _two_cameras()
    events: list[Event] = []
    for at in range(0, 40_000, 250):
        events += edge.observe(observation(at, []), blind={"far": "down"} if 10_000 <= at < 25_000 else {})
    events += edge.close(START_MS + 40_000)
    told = {start: [zone.zone_id for zone in snapshot.zones] for start, snapshot in snapshots_of(events)}
    assert {start for start, zones in told.items() if zones == ["hall"]} == {10_000, 15_000, 20_000}
    assert {start for start, zones in told.items() if zones == ["hall", "far"]} == {0, 5_000, 25_000, 30_000, 35_000}


def test_a_camera_of_its_own_covers_its_own_zones() -> None:
    """Where each camera is observed for itself, one that is silent leaves its zone out of the snapshots."""
    edge = _two_cameras()
    events: list[Event] = []
    for at in range(0, 20_000, 250):
        for camera in ("camera", "far") if at < 10_000 else ("camera",):
            events += edge.observe(Observation.empty(START_MS + at, camera_id=camera))
    events += edge.close(START_MS + 20_000)
    assert [len(snapshot.zones) for _, snapshot in snapshots_of(events)] == [2, 2, 1, 1]


def test_a_short_blindness_is_bridged() -> None:
    """A camera that is blind for less than a track is kept leaves no zone out: no stay ends meanwhile."""
    edge = _two_cameras()
    events: list[Event] = []
    for at in range(0, 20_000, 250):
        events += edge.observe(observation(at, []), blind={"far": "dark"} if 9_000 <= at < 11_500 else {})
    assert {len(snapshot.zones) for _, snapshot in snapshots_of(events)} == {2}


def test_health_tells_what_a_camera_is_blind_from() -> None:
    """The state is what most looks of the minute suffered from; frames seen are the usable ones alone."""
    edge = _two_cameras()
    first_ms = 60_000 - START_MS % 60_000
    events: list[Event] = []
    for at in range(first_ms, first_ms + 120_000, 250):
        since_ms = at - first_ms
        blind: dict[str, CameraState] = {"far": "frozen" if since_ms < 40_000 else "down"} if since_ms < 80_000 else {}
        events += edge.observe(observation(at, []), blind=blind)
    events += edge.close(START_MS + first_ms + 120_000)
    health = [event.payload for event in events if isinstance(event.payload, Health)]
    assert [(each.camera_id, each.state, each.frames_seen) for each in health] == [
        ("camera", "ok", 240),
        ("far", "frozen", 0),
        ("camera", "ok", 240),
        ("far", "ok", 160),
    ]


def test_a_recognised_track_is_told_as_a_merge() -> None:
    """A merge is an event like others: numbered in its turn, at its instant, from the old track to the new."""
    edge = device()
    before = edge.observe(observation(0, [("a", INSIDE, False, False)]))
    (event,) = edge.merge(START_MS + 1_000, from_track_id="a", to_track_id="b")
    assert event.seq == len(before)
    assert event.event_time_ms == START_MS + 1_000
    assert event.payload == TrackMerge(from_track_id="a", to_track_id="b")
    with pytest.raises(ValueError, match="expected an instant at or after"):
        edge.merge(START_MS + 999, from_track_id="b", to_track_id="c")


class CountingVitals:
    """Ten frames more are dropped, and one more error is met, each time it is asked."""

    def __init__(self) -> None:
        self.asked = -1

    def camera(self, _camera_id: str) -> CameraVitals:
        """Return more than the last time."""
        self.asked += 1
        return CameraVitals(frames_dropped=10 * self.asked, decode_errors=self.asked, is_moved=True)

    def spooled_events(self) -> int:
        """Return seven."""
        return 7


def test_health_tells_what_the_machine_knows_of_each_minute() -> None:
    """Counts since the start become counts of the minute."""
    edge = Device(store_id="s", device_id="d", boot_id="b", zones=[HALL], vitals=CountingVitals())
    events = [event for at_ms in range(0, 180_001, 1_000) for event in edge.observe(observation(at_ms, []))]
    told = [event.payload for event in events if isinstance(event.payload, Health)]
    assert len(told) == 3
    assert {(each.frames_dropped, each.decode_errors, each.is_moved, each.spooled_events) for each in told} == {
        (10, 1, True, 7)
    }


def test_visits_and_crossings_tell_the_party() -> None:
    """A party that is known while the track is seen is told with what the track did."""
    door = Line(line_id="door", camera_id="camera", start=(1.0, 0.0), end=(1.0, 1.0), inside=(0.5, 0.5))
    edge = device(lines=[door])
    events = []
    for at_ms in range(0, 20_000, 250):
        place = OUTSIDE if at_ms < 3_000 else INSIDE if at_ms < 9_000 else None
        seen = observation(at_ms, [("a", place, False, False), ("b", place, False, False)] if place is not None else [])
        events += edge.observe(replace(seen, party_ids={"a": "p1"} if place is not None else {}))
    assert {visit.track_id: visit.party_id for visit in visits_of(events)} == {"a": "p1", "b": None}
    crossings = [event.payload for event in events if isinstance(event.payload, Crossing)]
    assert {crossing.track_id: crossing.party_id for crossing in crossings} == {"a": "p1", "b": None}
