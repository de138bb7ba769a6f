"""Staff, parties, things and the floor: from their definitions, and all of them together."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.detections import Detections
from edge.errors import ConfigurationError
from edge.floor import floor_plan, in_picture, owner
from edge.parties import Parties, PartySettings
from edge.people import CameraFloor, FollowedPeople, PeopleSettings
from edge.reid import Appearances
from edge.sources import Frame, VideoFile
from edge.staff import StaffRules, StaffSettings
from edge.static_objects import StaticObjects, StaticSettings, read_things, write_things
from edge.store_file import load_store
from edge.zones import Zone

STEP_MS = 200
SIZE = {"width": 640, "height": 360}


def _stand(rules: StaffRules, track: str, *, inside: bool, begin_ms: int, end_ms: int) -> bool:
    is_staff = False
    for at_ms in range(begin_ms, end_ms, STEP_MS):
        is_staff = rules.update(at_ms, {track: inside})[track]
    return is_staff


def test_who_enters_from_the_service_side_is_staff() -> None:
    """At once, and wherever they go; unless the store switched that off."""
    rules = StaffRules(StaffSettings(zones=("till",)), forget_ms=60_000)
    assert rules.update(0, {"a": True, "b": False}) == {"a": True, "b": False}
    assert rules.update(200, {"a": False, "b": False}) == {"a": True, "b": False}
    off = StaffRules(StaffSettings(zones=("till",), enters=False), forget_ms=60_000)
    assert off.update(0, {"a": True}) == {"a": False}


def test_who_stands_there_long_enough_is_staff() -> None:
    """Altogether, not without a break."""
    rules = StaffRules(StaffSettings(zones=("till",), standing_seconds=10), forget_ms=60_000)
    assert not _stand(rules, "a", inside=False, begin_ms=0, end_ms=1_000)
    assert not _stand(rules, "a", inside=True, begin_ms=1_000, end_ms=7_000)
    assert not _stand(rules, "a", inside=False, begin_ms=7_000, end_ms=9_000)
    assert _stand(rules, "a", inside=True, begin_ms=9_000, end_ms=14_000)


def test_who_is_there_for_long_is_staff_where_the_store_says_so() -> None:
    """Nobody shops for an hour in front of one camera."""
    rules = StaffRules(StaffSettings(present_minutes=1), forget_ms=60_000)
    assert not _stand(rules, "a", inside=False, begin_ms=0, end_ms=59_900)
    assert _stand(rules, "a", inside=False, begin_ms=60_000, end_ms=60_200)


def test_a_track_that_goes_on_stays_staff() -> None:
    """A merge hands it on."""
    rules = StaffRules(StaffSettings(zones=("till",)), forget_ms=60_000)
    rules.update(0, {"a": True})
    rules.update(3_000, {"b": False})
    rules.merge("a", "b")
    assert rules.update(3_200, {"b": False}) == {"b": True}


def _together(parties: Parties, seconds: float, *people: tuple[str, float], begin_ms: int = 0) -> dict[str, str]:
    told: dict[str, str] = {}
    for at_ms in range(begin_ms, begin_ms + round(seconds * 1_000), STEP_MS):
        places = np.array([[100.0 * place, 0.0] for _track, place in people])
        told = parties.update(at_ms, [track for track, _place in people], places, np.full(len(people), 100.0))
    return told


def test_who_comes_together_and_stays_near_is_a_party() -> None:
    """After their time together, and not before; a third at a distance is not of it."""
    parties = Parties(PartySettings(is_on=True), boot_id="x", forget_ms=60_000)
    people = (("a", 0.0), ("b", 0.8), ("c", 4.0))
    assert _together(parties, 7.9, *people) == {}
    assert _together(parties, 2.0, *people, begin_ms=8_000) == {"a": "x-p1", "b": "x-p1"}


def test_who_came_later_is_no_party_however_near() -> None:
    """As in a queue."""
    parties = Parties(PartySettings(is_on=True), boot_id="x", forget_ms=60_000)
    _together(parties, 6.0, ("a", 0.0))
    assert _together(parties, 60.0, ("a", 0.0), ("b", 0.5), begin_ms=6_000) == {}


def test_a_party_lasts_when_it_spreads_out_and_grows() -> None:
    """Hysteresis: who looks at another shelf is still of it; two pairs that share one are one party."""
    parties = Parties(PartySettings(is_on=True), boot_id="x", forget_ms=60_000)
    _together(parties, 10.0, ("a", 0.0), ("b", 0.8), ("c", 1.6))
    assert set(_together(parties, 5.0, ("a", 0.0), ("b", 5.0), ("c", 9.0), begin_ms=10_000).values()) == {"x-p1"}


def _boxes(*boxes: tuple[float, float, float, float]) -> Detections:
    return Detections.of(np.array(boxes, dtype=np.float64).reshape(-1, 4), np.full(len(boxes), 0.9))


MANNEQUIN = (100.0, 100.0, 150.0, 250.0)


def _watch(
    things: StaticObjects, minutes: float, sway: float, *, begin_ms: int = 0, seed: int = 3, jitter: float = 0.4
) -> tuple[int, int]:
    """Show one box that sways by a share of its height; return (pictures in which it was left in, pictures)."""
    random = np.random.default_rng(seed)
    left_in, pictures = 0, 0
    phase = random.uniform(0, 6)
    for at_ms in range(begin_ms, begin_ms + round(minutes * 60_000), 1_000):
        shift = sway * 150 * np.sin(at_ms / 9_000 + phase) + random.normal(0, jitter, 4)
        box = np.array(MANNEQUIN) + shift
        left_in += len(things.without_things(_boxes((box[0], box[1], box[2], box[3])), at_ms, **SIZE))
        pictures += 1
    return left_in, pictures


def test_a_mannequin_is_learnt_and_left_out() -> None:
    """After its minutes, with the detector's own jitter of its box."""
    things = StaticObjects(StaticSettings(learn_minutes=2))
    _watch(things, 2.2, sway=0.0)
    assert _watch(things, 1, sway=0.0, begin_ms=140_000) == (0, 60)
    assert len(things.things()) == 1


def test_a_person_in_a_queue_is_not() -> None:
    """Who stands sways: three hundredths of the height are enough to be alive."""
    things = StaticObjects(StaticSettings(learn_minutes=2))
    left_in, pictures = _watch(things, 10, sway=0.03)
    assert left_in == pictures


def test_who_passes_before_a_mannequin_is_still_counted() -> None:
    """And the mannequin behind is not forgotten for it."""
    things = StaticObjects(StaticSettings(learn_minutes=1, empty_seconds=10))
    _watch(things, 1.5, sway=0.0)
    passer = (120.0, 90.0, 190.0, 280.0)
    for at_ms in range(90_000, 120_000, 1_000):
        assert len(things.without_things(_boxes(passer), at_ms, **SIZE)) == 1
    assert len(things.without_things(_boxes(MANNEQUIN, passer), 120_000, **SIZE)) == 1


def test_an_empty_place_is_forgotten() -> None:
    """A mannequin that was carried away leaves no blind spot."""
    things = StaticObjects(StaticSettings(learn_minutes=1, empty_seconds=10))
    _watch(things, 1.5, sway=0.0)
    for at_ms in range(90_000, 105_000, 1_000):
        things.without_things(_boxes(), at_ms, **SIZE)
    assert things.things() == []
    assert len(things.without_things(_boxes(MANNEQUIN), 105_000, **SIZE)) == 1


def test_things_outlive_a_restart_as_boxes(tmp_path: Path) -> None:
    """In shares of the picture, so that the camera may change its size; nothing but numbers is kept."""
    path = tmp_path / "things.json"
    first = StaticObjects(StaticSettings(learn_minutes=1), on_change=lambda found: write_things(path, found))
    _watch(first, 1.5, sway=0.0)
    assert set(path.read_text()) <= set("0123456789.,[] ")
    again = StaticObjects(StaticSettings(), known=read_things(path))
    left, top, right, bottom = MANNEQUIN
    half = _boxes((left / 2, top / 2, right / 2, bottom / 2))
    assert len(again.without_things(half, 0, width=320, height=180)) == 0
    assert read_things(tmp_path / "none.json") == []


CORNERS = [(0.1, 0.9), (0.9, 0.9), (0.7, 0.4), (0.3, 0.4)]
METRES = [(0.0, 0.0), (8.0, 0.0), (8.0, 10.0), (0.0, 10.0)]


def test_a_floor_is_measured_by_four_points() -> None:
    """They lie where they were measured, and the way back leads to the picture again."""
    plan, problems = floor_plan(list(zip(CORNERS, METRES, strict=True)), where="floor")
    assert problems == []
    assert plan is not None
    assert np.allclose(plan.metres(np.array(CORNERS)), METRES, atol=1e-6)
    assert np.allclose(plan.shares(np.array([[4.0, 5.0]])), plan.shares(np.array([[4.0, 5.0]])))
    assert np.allclose(plan.metres(plan.shares(np.array([[4.0, 5.0]]))), [[4.0, 5.0]])


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (list(zip(CORNERS, METRES, strict=True))[:3], "4 pairs or more"),
        ([((x, 0.5), (x, 1.0)) for x in (0.1, 0.2, 0.3, 0.4)], "span an area"),
        ([*zip(CORNERS, METRES, strict=True), ((0.5, 0.6), (40.0, 3.0))], "within 0.5 m"),
    ],
)
def test_bad_points_are_refused_with_a_cure(pairs: list[tuple[tuple[float, float], ...]], expected: str) -> None:
    """Too few, in one line, or contradicting one another."""
    plan, problems = floor_plan(pairs, where="floor")  # type: ignore[arg-type]
    assert plan is None
    assert expected in problems[0].expected
    assert problems[0].cure


def test_a_zone_of_two_cameras_has_one_owner() -> None:
    """The one that sees the most of it; where both see all, the one in whose picture it is larger."""
    near, _ = floor_plan(list(zip(CORNERS, METRES, strict=True)), where="near")
    small = [(0.3 + 0.4 * x, 0.3 + 0.4 * y) for x, y in CORNERS]
    far, _ = floor_plan(list(zip(small, METRES, strict=True)), where="far")
    assert near
    assert far
    zone = [(2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0)]
    assert owner(zone, {"b-near": near, "a-far": far}) == "b-near"
    beside = [(-30.0, 1.0), (-28.0, 1.0), (-28.0, 3.0), (-30.0, 3.0)]
    assert owner(beside, {"b-near": near}) is None
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in in_picture(zone, near))


def test_a_store_file_draws_zones_in_metres(tmp_path: Path) -> None:
    """Each goes to its camera, as corners in its picture; a zone that nobody sees is told."""
    text = """
store_id = "shop"
device_id = "edge"
time_zone = "UTC"
[staff]
zones = ["till"]
[parties]
[[cameras]]
camera_id = "one"
width = 1000
height = 1000
floor = [[100, 900, 0, 0], [900, 900, 8, 0], [700, 400, 8, 10], [300, 400, 0, 10]]
[[zones]]
zone_id = "till"
zone_kind = "aisle"
units = "metres"
polygon = [[2, 2], [4, 2], [4, 4]]
"""
    path = tmp_path / "store.toml"
    path.write_text(text)
    store = load_store(path)
    assert store.zones[0].camera_id == "one"
    assert store.people.staff.zones == ("till",)
    assert store.people.parties.is_on
    path.write_text(text.replace("[[2, 2], [4, 2], [4, 4]]", "[[200, 2], [204, 2], [204, 4]]"))
    with pytest.raises(ConfigurationError, match="line 16, zones"):
        load_store(path)
    path.write_text(text.replace('zones = ["till"]', 'zones = ["tilt"]'))
    with pytest.raises(ConfigurationError, match="tilt"):
        load_store(path)


class Given:
    """A tracker that tells what the test says."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()

    def update(self, detections: Detections, event_time_ms: int) -> Detections:
        """Name the detections."""
        del event_time_ms
        return detections.tracked_as(self.names[: len(detections)])


BLANK: NDArray[np.uint8] = np.zeros((360, 640, 3), dtype=np.uint8)


def test_all_together(tmp_path: Path) -> None:
    """A break is mended, staff stays staff over it, a party is told: in one follower, as it runs."""
    till = Zone(
        zone_id="till", zone_kind="other", camera_id="c", polygon=((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0))
    )
    tracker = Given()
    people = FollowedPeople(
        tracker,
        boot_id="x",
        floor=CameraFloor(zones=(till,)),
        settings=PeopleSettings(staff=StaffSettings(zones=("till",)), parties=PartySettings(is_on=True)),
        held_ms=2_000,
    )
    clerk, shoppers = (100.0, 100.0, 140.0, 200.0), [(400.0, 100.0, 440.0, 200.0), (450.0, 100.0, 490.0, 200.0)]

    def see(at_ms: int, names: tuple[str, ...], *boxes: tuple[float, float, float, float]) -> dict[str, bool]:
        tracker.names = names
        seen = people.update(_boxes(*boxes), Frame(event_time_ms=at_ms, picture=BLANK))
        self_parties.update(seen.party_ids)
        return dict(zip(seen.people.track_ids or (), seen.is_staff.tolist(), strict=True))

    self_parties: dict[str, str] = {}
    for at_ms in range(0, 9_000, STEP_MS):
        told = see(at_ms, ("clerk", "a", "b"), clerk, *shoppers)
    assert told == {"clerk": True, "a": False, "b": False}
    for at_ms in range(9_000, 10_000, STEP_MS):
        see(at_ms, ("a", "b"), *shoppers)
    moved = tuple(value + 20 for value in clerk)
    assert see(10_000, ("new", "a", "b"), (moved[0], moved[1], moved[2], moved[3]), *shoppers)["clerk"]
    assert self_parties == {"a": "x-p1", "b": "x-p1"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.video
def test_looks_tell_people_apart_and_never_leave_memory(trial_data: Path) -> None:
    """The same person a second later is alike, another is not; vectors cannot be pickled, nor are they shown."""
    looks = Appearances(trial_data / "models", longest_ms=10**9)
    clip = trial_data / "videos" / "one-by-one-person-detection.mp4"
    picture = next(iter(VideoFile(clip, start_ms=0))).picture
    looks.see("a", picture, np.array([10.0, 10.0, 80.0, 200.0]), 0)
    looks.see("b", picture, np.array([10.0, 10.0, 80.0, 200.0]), 0)
    assert looks.alike("a", "b") is True
    assert looks.alike("a", "nobody") is None
    with pytest.raises(TypeError, match="never leave memory"):
        pickle.dumps(looks)
    assert repr(looks) == "<Appearances of 2 tracks>"
    looks.see("c", picture, np.array([0.0, 0.0, 5.0, 5.0]), 2 * 10**9)
    assert looks.alike("a", "b") is None


def test_re_identification_without_its_model_is_refused(tmp_path: Path) -> None:
    """With the file that is expected."""
    with pytest.raises(ConfigurationError, match="person-reidentification-retail-0248"):
        Appearances(tmp_path, longest_ms=1)


def test_re_identification_is_off_by_default() -> None:
    """It is personal data; a store must want it."""
    assert PeopleSettings().reidentifies is False
    assert replace(PeopleSettings(), reidentifies=True).reidentifies
