"""What people are must outlast what the tracker loses: over merges, before things, in the middle of a stay."""

from __future__ import annotations

import numpy as np
import pytest

from edge.detections import Detections
from edge.floor import floor_plan
from edge.parties import Parties, PartySettings
from edge.people import CameraFloor, FollowedPeople, PeopleSettings
from edge.sources import Frame
from edge.staff import StaffRules, StaffSettings
from edge.static_objects import StaticObjects, StaticSettings
from edge.stitching import Sighting, Stitcher, StitchingSettings
from edge.zones import Point, Zone

STEP_MS = 200
BLANK = np.zeros((360, 640, 3), dtype=np.uint8)
Box = tuple[float, float, float, float]


def found(*boxes: Box) -> Detections:
    """Return people with these boxes."""
    return Detections.of(np.array(boxes, dtype=np.float64).reshape(-1, 4), np.full(len(boxes), 0.9))


class Given:
    """A tracker that tells what the test says."""

    names: tuple[str, ...] = ()

    def update(self, detections: Detections, event_time_ms: int) -> Detections:
        """Name the detections."""
        del event_time_ms
        return detections.tracked_as(self.names[: len(detections)])


def test_staff_stay_staff_over_a_merge_that_is_told() -> None:
    """A clerk unseen for longer than visits are held open comes back as another track, and is still a clerk."""
    till = Zone(zone_id="till", zone_kind="other", camera_id="c", polygon=((0, 0), (0.3, 0), (0.3, 1), (0, 1)))
    tracker = Given()
    settings = PeopleSettings(staff=StaffSettings(zones=("till",)))
    people = FollowedPeople(tracker, boot_id="x", floor=CameraFloor(zones=(till,)), settings=settings, held_ms=2_000)
    tracker.names = ("a",)
    for at_ms in range(0, 3_000, STEP_MS):
        people.update(found((150, 100, 190, 200)), Frame(event_time_ms=at_ms, picture=BLANK))
    for at_ms in range(3_000, 6_000, STEP_MS):
        people.update(found(), Frame(event_time_ms=at_ms, picture=BLANK))
    tracker.names = ("b",)
    seen = people.update(found((175, 100, 215, 200)), Frame(event_time_ms=6_000, picture=BLANK))
    assert seen.merges == (("a", "b"),)
    assert seen.is_staff.tolist() == [True]


def test_standing_adds_up_over_a_merge() -> None:
    """Six seconds under one name and five under the next are eleven, whichever was seen first."""
    for is_seen_before in (False, True):
        rules = StaffRules(StaffSettings(zones=("till",), enters=False, standing_seconds=10), forget_ms=60_000)
        for at_ms in range(0, 6_001, STEP_MS):
            rules.update(at_ms, {"a": True})
        if is_seen_before:
            rules.update(6_200, {"b": True})
        rules.merge("a", "b")
        told = [rules.update(at_ms, {"b": True})["b"] for at_ms in range(6_400, 11_600, STEP_MS)]
        assert told[0] is False
        assert told[-1] is True


def test_a_party_is_found_over_a_merge() -> None:
    """Seven seconds beside one name and two beside the next are nine of the eight that are asked."""
    parties = Parties(PartySettings(is_on=True), boot_id="x", forget_ms=60_000)
    places, units = np.array([[0.0, 0.0], [50.0, 0.0]]), np.full(2, 100.0)
    for at_ms in range(0, 7_000, STEP_MS):
        parties.update(at_ms, ["b", "a"], places, units)
    parties.merge("a", "c")
    told = [parties.update(at_ms, ["b", "c"], places, units) for at_ms in range(7_000, 9_000, STEP_MS)]
    assert told[0] == {}
    assert told[-1] == {"b": "x-p1", "c": "x-p1"}


def test_who_stands_right_before_a_thing_is_counted() -> None:
    """A thing accounts for one box in its place, the nearest: the second one is somebody."""
    things = StaticObjects(StaticSettings(), known=[(0.1, 0.1, 0.3, 0.9)])
    mannequin, person = (64.0, 36.0, 192.0, 324.0), (70.0, 50.0, 196.0, 330.0)
    left = things.without_things(found(person, mannequin), 0, width=640, height=360)
    assert left.boxes_xyxy.tolist() == [list(person)]


@pytest.mark.parametrize("count", [4, 5])
def test_a_plan_needs_four_points_of_which_no_three_are_on_a_line(count: int) -> None:
    """Three on a line and one beside them fit many plans; a point more decides."""
    picture: list[Point] = [(0.1, 0.9), (0.5, 0.9), (0.9, 0.9), (0.5, 0.4), (0.3, 0.5)]
    metres: list[Point] = [(x * 8, (0.9 - y) * 10) for x, y in picture]
    plan, problems = floor_plan(list(zip(picture, metres, strict=True))[:count], where="floor")
    assert (plan is None) == (count == 4)
    assert [problem.came for problem in problems] == ["many plans"] * (count == 4)


def sighting(at_ms: int, place: float) -> Sighting:
    """Return somebody 100 pixels high at a place in heights."""
    x = place * 100.0
    return Sighting(at_ms, np.array([x - 20, 200, x + 20, 300.0]), at_border=False)


def test_who_begins_where_somebody_was_just_now_is_not_who_ended_near() -> None:
    """Two meet, one is hidden, and the tracker gives the other a new name: that is not the hidden one coming back."""
    for rival, name in ((1.25, "new"), (1.8, "hidden")):
        stitcher = Stitcher(StitchingSettings(), held_ms=2_000)
        for at_ms in range(0, 2_000, STEP_MS):
            stitcher.update(at_ms, {"hidden": sighting(at_ms, 1.0), "other": sighting(at_ms, rival)})
        for at_ms in range(2_000, 3_000, STEP_MS):
            stitcher.update(at_ms, {"other": sighting(at_ms, rival)})
        assert stitcher.update(3_000, {"new": sighting(3_000, 1.2)}).names == (name,)
