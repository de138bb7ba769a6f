from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from contracts.events import Box, Hazard, ZoneKind
from edge.analysis import Seen
from edge.detections import Detections
from edge.detector import Detector
from edge.hazards.candidates import Candidates, CandidateSettings, Spans, Suspicion
from edge.hazards.floor_change import FloorChangeSettings
from edge.hazards.objects import Objects, ObjectSettings
from edge.hazards.people import (
    CrowdingSettings,
    IntrusionSettings,
    LoiteringSettings,
    LyingSettings,
    OpeningHours,
)
from edge.hazards.settings import HazardSettings, hazard_settings
from edge.hazards.watch import HazardWatch
from edge.heads import Picture
from edge.model_cards import load_card
from edge.people import CameraFloor, FollowedPeople, PeopleSettings
from edge.picture_health import PictureHealth
from edge.sources import Frame, VideoFile
from edge.toml_file import Problems, Table
from edge.tracker import ByteTrack
from edge.zones import Zone

STEP_MS = 200
WIDTH, HEIGHT = 640, 360
NOISE = np.random.default_rng(3).normal(0, 2, (8, HEIGHT, WIDTH, 3)).astype(np.float32)
PLAIN = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
NOBODY: dict[str, tuple[float, float, float, float]] = {}
People = dict[str, tuple[float, float, float, float]]


def zone(zone_id: str, left: float = 0.0, right: float = 1.0, kind: ZoneKind = "aisle") -> Zone:
    """Return an upright strip of the picture."""
    polygon = ((left, 0.0), (right, 0.0), (right, 1.1), (left, 1.1))
    return Zone(zone_id=zone_id, zone_kind=kind, camera_id="cam", polygon=polygon)


def seen(people: People, staff: frozenset[str] = frozenset(), merges: tuple[tuple[str, str], ...] = ()) -> Seen:
    """Return tracked people with boxes in pixels."""
    boxes = np.array(list(people.values()), dtype=np.float64).reshape(-1, 4)
    tracked = Detections.of(boxes, np.full(len(people), 0.9)).tracked_as(tuple(people))
    return Seen(people=tracked, is_staff=np.array([each in staff for each in people], dtype=np.bool_), merges=merges)


def watch(settings: HazardSettings, *zones: Zone) -> HazardWatch:
    """Return a watch that numbers its candidates."""
    numbers: Iterator[int] = count()
    return HazardWatch(
        "cam", zones=zones or (zone("floor"),), settings=settings, new_id=lambda: f"device-{next(numbers)}"
    )


def run(
    looking: HazardWatch,
    seconds: float,
    *,
    picture: Callable[[int], Picture] = lambda _: PLAIN,
    people: Callable[[int], People] = lambda _: NOBODY,
    staff: frozenset[str] = frozenset(),
    start_ms: int = 0,
) -> list[tuple[int, Hazard]]:
    """Run at 5 pictures a second; both callables take the instant."""
    instants = range(start_ms, start_ms + round(seconds * 1_000), STEP_MS)
    return [
        (now_ms, hazard)
        for now_ms in instants
        for hazard in looking.update(Frame(event_time_ms=now_ms, picture=picture(now_ms)), seen(people(now_ms), staff))
    ]


def floor(now_ms: int, *, gain: float = 1.0, spill: bool = False, darker: float = 0.6) -> Picture:
    """Return a tiled, unevenly lit floor with a sensor's noise, and a spill on it or none."""
    light = np.linspace(0.7, 1.3, WIDTH)[None, :, None] * 120.0
    plane = np.broadcast_to(light, (HEIGHT, WIDTH, 3)).copy()
    plane[::40] *= 0.8
    plane[:, ::40] *= 0.8
    if spill:
        mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
        cv2.ellipse(mask, (320, 200), (50, 25), 0, 0, 360, 1, -1)
        plane[mask > 0] *= darker
    return np.asarray(np.clip(plane * gain + NOISE[now_ms // STEP_MS % 8], 0, 255), dtype=np.uint8)


FLOOR = HazardSettings(floor_change=FloorChangeSettings())


def test_a_spill_is_told_once_after_its_time_and_where_it_is() -> None:
    """A spill is told once after its time and where it is."""
    found = run(watch(FLOOR), 60, picture=lambda now: floor(now, spill=now >= 10_000))
    assert len(found) == 1
    now_ms, hazard = found[0]
    assert 30_000 <= now_ms <= 35_000
    assert (hazard.label, hazard.zone_id, hazard.hazard_id) == ("floor_change", "floor", "device-0")
    assert 0 < hazard.confidence <= 1
    assert (hazard.box.x, hazard.box.y) == pytest.approx((270 / 640, 175 / 360), abs=0.02)
    assert (hazard.box.w, hazard.box.h) == pytest.approx((100 / 640, 50 / 360), abs=0.03)


def test_a_spill_outside_the_floor_is_not_told() -> None:
    """A spill outside the floor is not told."""
    found = run(watch(FLOOR, zone("left", 0.0, 0.3)), 40, picture=lambda now: floor(now, spill=now >= 10_000))
    assert found == []


@pytest.mark.parametrize(
    "gain",
    [
        lambda _: 1.0,
        lambda now: 1.0 if now < 10_000 else 0.5,
        lambda now: 1.0 if now < 10_000 else 1.3,
        lambda now: 1.0 - 0.5 * min(1.0, now / 40_000),
    ],
    ids=["noise", "light off", "light on", "dusk"],
)
def test_light_is_no_spill(gain: Callable[[int], float]) -> None:
    """Light is no spill."""
    assert run(watch(FLOOR), 50, picture=lambda now: floor(now, gain=gain(now))) == []


def test_a_moved_camera_is_no_spill() -> None:
    """Picture health tells that it moved before the floor has differed for long enough."""
    health = PictureHealth()
    looking = HazardWatch(
        "cam", zones=(zone("floor"),), settings=FLOOR, new_id=lambda: "device-0", is_moved=lambda: health.is_moved
    )

    shelves = np.random.default_rng(5).integers(60, 200, (9, 16, 1), dtype=np.uint8).repeat(3, axis=2)
    still = cv2.resize(shelves, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)

    def moved(now: int) -> Picture:
        seen_now = still if now < 10_000 else np.roll(still, (17, 23), axis=(0, 1))
        picture = np.asarray(np.clip(seen_now + NOISE[now // STEP_MS % 8], 0, 255), dtype=np.uint8)
        health.update(Frame(event_time_ms=now, picture=picture))
        return picture

    assert run(looking, 50, picture=moved) == []
    assert health.is_moved


def test_a_passing_shadow_is_no_spill_and_a_spill_under_it_is() -> None:
    """A passing shadow is no spill and a spill under it is."""

    def passing(now: int, *, spill: bool) -> Picture:
        picture = floor(now, spill=spill)
        left = now // 10 % WIDTH
        picture[100:300, left : left + 60] = (picture[100:300, left : left + 60] * 0.6).astype(np.uint8)
        return picture

    assert run(watch(FLOOR), 60, picture=lambda now: passing(now, spill=False)) == []
    assert len(run(watch(FLOOR), 60, picture=lambda now: passing(now, spill=now > 10_000))) == 1


def test_a_floor_that_somebody_stands_on_is_not_judged() -> None:
    """A floor that somebody stands on is not judged."""
    box = {"a": (260.0, 100.0, 380.0, 230.0)}
    looking = watch(FLOOR)
    picture = lambda now: floor(now, spill=now >= 10_000)  # noqa: E731 - one line for two uses
    assert run(looking, 50, picture=picture, people=lambda now: box if now >= 10_000 else NOBODY) == []
    assert len(run(looking, 30, picture=picture, start_ms=50_000)) == 1


def test_a_thing_that_is_taken_away_is_no_spill() -> None:
    """A thing that is taken away is no spill."""
    found = run(watch(FLOOR), 60, picture=lambda now: floor(now, spill=now < 20_000, darker=0.4))
    assert found == []


UPRIGHT = (300.0, 100.0, 340.0, 220.0)
FLAT = (280.0, 180.0, 390.0, 220.0)
LYING = HazardSettings(lying=LyingSettings())


def test_who_fell_and_lies_still_is_told_once() -> None:
    """Who fell and lies still is told once."""
    found = run(watch(LYING), 40, people=lambda now: {"a": UPRIGHT if now < 5_000 else FLAT})
    assert [(now, hazard.label, hazard.zone_id) for now, hazard in found] == [(13_000, "person_lying", "floor")]


def test_who_was_never_seen_upright_takes_twice_as_long() -> None:
    """Who was never seen upright takes twice as long."""
    found = run(watch(LYING), 40, people=lambda _: {"a": FLAT})
    assert [now for now, _ in found] == [16_000]
    assert (
        found[0][1].confidence
        < run(watch(LYING), 40, people=lambda now: {"a": UPRIGHT if now < 5_000 else FLAT})[0][1].confidence
    )


def test_who_lies_is_not_told_again_under_another_track() -> None:
    """Who lies is not told again under another track."""
    found = run(watch(LYING), 80, people=lambda now: {f"t{now // 25_000}": UPRIGHT if now < 5_000 else FLAT})
    assert len(found) == 1


@pytest.mark.parametrize(
    "box",
    [
        lambda _: (300.0, 160.0, 340.0, 220.0),
        lambda now: (280.0 + now / 100 % 200, 180.0, 390.0 + now / 100 % 200, 220.0),
        lambda _: (280.0, 320.0, 390.0, 360.0),
    ],
    ids=["sits", "crawls", "cut by the border"],
)
def test_who_does_not_lie_still_in_full_view_is_not_told(box: Callable[[int], tuple[float, ...]]) -> None:
    """Who does not lie still in full view is not told."""

    def people(now: int) -> People:
        left, top, right, bottom = box(now)
        return {"a": UPRIGHT if now < 3_000 else (left, top, right, bottom)}

    assert run(watch(LYING), 40, people=people) == []


LOITERING = HazardSettings(loitering=LoiteringSettings(lasting_ms=60_000))


def test_who_stays_too_long_is_told_once_and_staff_never() -> None:
    """Who stays too long is told once and staff never."""
    found = run(watch(LOITERING), 100, people=lambda _: {"a": UPRIGHT})
    assert [(now, hazard.label) for now, hazard in found] == [(60_000, "loitering")]
    assert run(watch(LOITERING), 100, people=lambda _: {"a": UPRIGHT}, staff=frozenset("a")) == []
    assert run(watch(LOITERING, zone("queue", kind="queue")), 100, people=lambda _: {"a": UPRIGHT}) == []


def test_a_stay_goes_on_over_a_merge_and_a_short_gap_but_not_a_long_one() -> None:
    """A stay goes on over a merge and a short gap but not a long one."""
    looking = watch(LOITERING)
    assert run(looking, 40, people=lambda _: {"a": UPRIGHT}) == []
    looking.update(Frame(event_time_ms=45_000, picture=PLAIN), seen({"b": UPRIGHT}, merges=(("a", "b"),)))
    assert [now for now, _ in run(looking, 20, people=lambda _: {"b": UPRIGHT}, start_ms=45_200)] == [60_000]
    gone = watch(LOITERING)
    assert run(gone, 40, people=lambda _: {"a": UPRIGHT}) == []
    assert run(gone, 50, people=lambda _: {"a": UPRIGHT}, start_ms=60_000) == []


DAY = (time(9), time(20))
HOURS = OpeningHours(time_zone="Europe/Berlin", days=(DAY,) * 5 + ((time(18), time(2)), None))


def instant(text: str, fold: int = 0) -> int:
    """Return a local instant of Berlin in milliseconds."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=fold).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T19:59:59", True),
        ("2026-11-23T20:00", False),
        ("2026-11-28T17:59", False),
        ("2026-11-28T23:00", True),
        ("2026-11-29T01:59", True),
        ("2026-11-29T02:00", False),
        ("2026-10-25T01:59", True),
        ("2026-03-30T09:00", True),
        ("2026-03-30T08:59", False),
        ("2026-10-26T09:00", True),
    ],
)
def test_hours_are_those_of_the_local_clock(text: str, *, is_open: bool) -> None:
    """Hours are those of the local clock."""
    assert HOURS.is_open(instant(text)) is is_open


def test_on_the_night_of_25_hours_both_hours_after_closing_are_closed() -> None:
    """On the night of 25 hours both hours after closing are closed."""
    assert not HOURS.is_open(instant("2026-10-25T02:30", fold=0))
    assert not HOURS.is_open(instant("2026-10-25T02:30", fold=1))


def test_anybody_after_hours_is_told_once_for_a_zone_and_nobody_in_them() -> None:
    """Anybody after hours is told once for a zone and nobody in them."""
    settings = HazardSettings(intrusion=IntrusionSettings(hours=HOURS, zone_ids=("store-room",)))
    zones = (zone("store-room", 0.0, 0.6), zone("hall", 0.6, 1.0))
    closing = instant("2026-11-23T20:00")
    start = closing - 10_000
    two = {"a": UPRIGHT, "b": (200.0, 100.0, 240.0, 220.0), "c": (500.0, 100.0, 540.0, 220.0)}
    found = run(watch(settings, *zones), 30, people=lambda _: two, start_ms=start, staff=frozenset("a"))
    assert [(now, hazard.label, hazard.zone_id) for now, hazard in found] == [
        (closing + 2_000, "intrusion", "store-room")
    ]


def crowd(people: int) -> People:
    """Return people beside one another."""
    return {f"p{i}": (20.0 + i * 40, 100.0, 50.0 + i * 40, 200.0) for i in range(people)}


def test_a_zone_over_its_limit_is_told_and_one_at_its_limit_is_not() -> None:
    """A zone over its limit is told and one at its limit is not."""
    settings = HazardSettings(crowding=CrowdingSettings(limits={"floor": 5}))
    assert run(watch(settings), 30, people=lambda _: crowd(5)) == []
    found = run(watch(settings), 30, people=lambda _: crowd(6))
    assert [(now, hazard.label, hazard.zone_id) for now, hazard in found] == [(10_000, "crowding", "floor")]
    assert found[0][1].box == Box(x=0.0312, y=0.2778, w=0.3594, h=0.2778)


def test_a_limit_per_square_metre_counts_where_the_area_is_known() -> None:
    """A limit per square metre counts where the area is known."""
    settings = HazardSettings(crowding=CrowdingSettings(people_per_m2=2.0, areas_m2={"floor": 2.0}))
    assert run(watch(settings), 30, people=lambda _: crowd(4)) == []
    assert len(run(watch(settings), 30, people=lambda _: crowd(5))) == 1
    assert run(watch(HazardSettings(crowding=CrowdingSettings())), 30, people=lambda _: crowd(12)) == []


class Scripted:
    """A detector that gives what it is told, picture after picture."""

    def __init__(self, scores: list[float], class_id: int = 43) -> None:
        self._scores = iter(scores)
        self._class_id = class_id

    def detect(self, picture: Picture) -> Detections:
        """Return one thing or none."""
        del picture
        score = next(self._scores)
        boxes = np.array([[100, 100, 140, 120]] if score else [], dtype=np.float32).reshape(-1, 4)
        return Detections(
            boxes_xyxy=boxes,
            scores=np.full(len(boxes), score, dtype=np.float32),
            class_ids=np.full(len(boxes), self._class_id, dtype=np.int64),
        )


@pytest.mark.parametrize(
    ("scores", "class_id", "told"),
    [
        ([0.9, 0, 0.9, 0.9, 0, 0.9, 0, 0, 0, 0], 43, [1_000]),
        ([0.9, 0, 0, 0.9, 0, 0, 0.9, 0, 0, 0.9], 43, []),
        ([0.4] * 10, 43, []),
        ([0.9] * 10, 42, []),
    ],
    ids=["4 of 6", "too seldom", "too weak", "another class"],
)
def test_things_are_told_once_seen_often_enough(scores: list[float], class_id: int, told: list[int]) -> None:
    """Things are told once seen often enough."""
    objects = Objects(Scripted(scores, class_id), ObjectSettings(labels={43: "knife_experimental"}))
    looking = HazardWatch(
        "cam", zones=(zone("floor"),), settings=HazardSettings(), new_id=lambda: "device-0", more=(objects,)
    )
    found = run(looking, 2)
    assert [now for now, _ in found] == told
    assert all((each.label, each.zone_id) == ("knife_experimental", "floor") for _, each in found)


def suspicion(x: float = 0.1, key: str | None = None) -> Suspicion:
    """Return a suspicion at a place."""
    return Suspicion(label="fire", confidence=2.0, box=Box(x=x, y=0.1, w=0.1, h=0.1), key=key)


def test_a_candidate_is_told_again_only_after_the_cool_down() -> None:
    """A candidate is told again only after the cool down."""
    clips: list[tuple[str, int]] = []
    numbers = count()
    candidates = Candidates(
        "cam",
        new_id=lambda: f"h{next(numbers)}",
        settings=CandidateSettings(cool_down_ms=1_000),
        on_candidate=lambda hazard_id, now_ms: clips.append((hazard_id, now_ms)),
    )
    told = [candidates.update(now, [suspicion()]) for now in (0, 900, 1_800, 2_801)]
    assert [len(each) for each in told] == [1, 0, 0, 1]
    assert clips == [("h0", 0), ("h1", 2_801)]
    assert told[0][0].confidence == 1.0


def test_two_places_and_two_keys_are_two_candidates_and_memory_is_bounded() -> None:
    """Two places and two keys are two candidates and memory is bounded."""
    candidates = Candidates("cam", new_id=lambda: "h", settings=CandidateSettings(max_open=3))
    assert len(candidates.update(0, [suspicion(0.1), suspicion(0.5)])) == 2
    assert len(candidates.update(1, [suspicion(0.7, "a"), suspicion(0.7, "b")])) == 1
    assert len(candidates.update(200_000, [suspicion(0.7, "a"), suspicion(0.7, "b")])) == 2


def test_spans_outlast_a_gap_and_go_on_under_another_key() -> None:
    """Spans outlast a gap and go on under another key."""
    spans: Spans[str] = Spans(100)
    assert dict(spans.update(0, ["a"])) == {"a": 0}
    assert dict(spans.update(100, ["a"])) == {"a": 100}
    spans.rename("a", "b")
    assert dict(spans.update(150, ["b", "a"])) == {"b": 150, "a": 0}
    assert dict(spans.update(251, ["b"])) == {"b": 0}


def test_tables_switch_hazards_on_and_fill_them() -> None:
    """Tables switch hazards on and fill them."""
    problems = Problems()
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-20:00")
    values = {
        "cool_down_ms": 5_000,
        "floor_change": {"lasting_ms": 10_000},
        "lying": {},
        "intrusion": {"zones": ["a"], "hours": {**days, "saturday": "18:00-02:00", "sunday": "closed"}},
        "crowding": {"limits": {"a": 4}},
    }
    settings = hazard_settings(Table(values, "hazards", problems), time_zone="Europe/Berlin", zone_ids=["a"])
    assert problems.found == []
    assert settings == HazardSettings(
        candidates=CandidateSettings(cool_down_ms=5_000),
        floor_change=FloorChangeSettings(lasting_ms=10_000),
        lying=LyingSettings(),
        intrusion=IntrusionSettings(hours=HOURS, zone_ids=("a",)),
        crowding=CrowdingSettings(limits={"a": 4}),
    )


def test_every_problem_of_the_tables_is_told() -> None:
    """Every problem of the tables is told."""
    problems = Problems()
    values = {
        "lyin": {},
        "floor_change": {"lasting_ms": 0},
        "loitering": {"zone_kinds": ["isle"]},
        "intrusion": {"zones": ["b"], "hours": {"monday": "nine"}},
        "crowding": {"limits": {"a": 0}},
    }
    hazard_settings(Table(values, "hazards", problems), time_zone="UTC", zone_ids=["a"])
    told = {problem.where for problem in problems.found}
    assert {
        "hazards.lyin",
        "hazards.floor_change.lasting_ms",
        "hazards.loitering.zone_kinds",
        "hazards.intrusion.zones",
        "hazards.intrusion.hours.monday",
        "hazards.intrusion.hours.sunday",
        "hazards.crowding.limits.a",
    } <= told


@pytest.mark.video
def test_nothing_is_told_of_a_clip_without_hazards(trial_data: Path) -> None:
    """People come to a table, stand and leave: no floor changes, nobody lies. Takes about 20 s."""
    card = load_card("yolox-nano")
    finder = Detector(card, trial_data / "models")
    tracker = ByteTrack(card, boot_id="b", frames_per_second=5.0, lost_ms=2_000)
    people = FollowedPeople(tracker, boot_id="b", floor=CameraFloor(zones=()), settings=PeopleSettings(), held_ms=2_000)
    looking = watch(HazardSettings(floor_change=FloorChangeSettings(), lying=LyingSettings()))
    source = VideoFile(trial_data / "videos" / "one-by-one-person-detection.mp4", start_ms=0, frames_per_second=5.0)
    told = [
        hazard
        for frame in source
        for hazard in looking.update(frame, people.update(finder.detect(frame.picture), frame))
    ]
    assert told == []
