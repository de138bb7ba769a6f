"""Broken tracks: mended where a person would have walked on, never where two people were seen at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.stitching import Sighting, Stitched, Stitcher, StitchingSettings

STEP_MS = 200
HEIGHT = 100.0
HELD_MS = 2_000

Place = tuple[str, float]
"""Track of the tracker, and where it stands in heights from the left."""


def _sighting(at_ms: int, place: float, *, height: float = HEIGHT, at_border: bool = False) -> Sighting:
    x = place * HEIGHT
    return Sighting(at_ms, np.array([x - 20, 300 - height, x + 20, 300.0]), at_border)


def _stitcher(**settings: float) -> Stitcher:
    return Stitcher(StitchingSettings(**settings), held_ms=HELD_MS)  # type: ignore[arg-type]


def _walk(stitcher: Stitcher, at_ms: int, *places: Place) -> Stitched:
    return stitcher.update(at_ms, {key: _sighting(at_ms, place) for key, place in places})


def _until(stitcher: Stitcher, begin_ms: int, end_ms: int, *places: Place) -> None:
    for at_ms in range(begin_ms, end_ms, STEP_MS):
        _walk(stitcher, at_ms, *places)


def test_a_gap_that_visits_bridge_is_told_as_none() -> None:
    """The new track bears the old name, and nobody is merged."""
    stitcher = _stitcher()
    _until(stitcher, 0, 2_000, ("a", 1.0))
    _until(stitcher, 2_000, 3_000)
    assert _walk(stitcher, 3_000, ("b", 1.2)) == Stitched(("a",), ())
    assert _walk(stitcher, 3_200, ("b", 1.3)).names == ("a",)


def test_a_longer_gap_is_told_as_a_merge() -> None:
    """The visits of the old track are told by then, so both names stand."""
    stitcher = _stitcher()
    _until(stitcher, 0, 2_000, ("a", 1.0))
    _until(stitcher, 2_000, 5_400)
    assert _walk(stitcher, 5_400, ("b", 1.2)) == Stitched(("b",), (("a", "b"),))
    assert _walk(stitcher, 5_600, ("b", 1.2)) == Stitched(("b",), ())


def test_too_long_or_too_far_is_another_person() -> None:
    """Distances count in heights of the person."""
    for at_ms, place in ((9_000, 1.0), (3_000, 2.5)):
        stitcher = _stitcher()
        _until(stitcher, 0, 2_000, ("a", 1.0))
        _until(stitcher, 2_000, at_ms)
        assert _walk(stitcher, at_ms, ("b", place)) == Stitched(("b",), ())


def test_a_walking_person_is_expected_where_the_walk_leads() -> None:
    """One height a second: after a second's gap the person is a height further, not where the track ended."""
    for place, name in ((3.0, "a"), (1.0, "b")):
        stitcher = _stitcher(reach=0.3, reach_per_second=0.0)
        for at_ms in range(0, 2_200, STEP_MS):
            _walk(stitcher, at_ms, ("a", at_ms / 1_000))
        _until(stitcher, 2_200, 3_000)
        assert _walk(stitcher, 3_000, ("b", place)).names == (name,)


def test_two_in_one_picture_are_two_people() -> None:
    """Also where the new one was seen, but not yet confirmed, in the last picture of the old one."""
    stitcher = _stitcher()
    _until(stitcher, 0, 2_000, ("a", 1.0))
    assert _walk(stitcher, 2_000, ("b", 1.0)) == Stitched(("b",), ())
    assert _walk(stitcher, 2_200, ("a", 1.0), ("b", 1.0)).names == ("a", "b")


def test_who_left_by_the_border_does_not_come_back_as_somebody_new() -> None:
    """Neither is one who enters there taken for one who was lost inside."""
    stitcher = _stitcher()
    stitcher.update(0, {"a": _sighting(0, 1.0, at_border=True)})
    _until(stitcher, 200, 1_000)
    assert _walk(stitcher, 1_000, ("b", 1.0)).names == ("b",)
    stitcher = _stitcher()
    _until(stitcher, 0, 1_000, ("a", 1.0))
    _until(stitcher, 1_000, 2_000)
    assert stitcher.update(2_000, {"b": _sighting(2_000, 1.0, at_border=True)}).names == ("b",)


def test_another_size_is_another_person() -> None:
    """A child is not the mother."""
    stitcher = _stitcher()
    _until(stitcher, 0, 1_000, ("a", 1.0))
    _until(stitcher, 1_000, 2_000)
    assert stitcher.update(2_000, {"b": _sighting(2_000, 1.0, height=55.0)}).names == ("b",)


def test_each_is_taken_once_the_nearest_first() -> None:
    """Two were lost, two come: one to one."""
    stitcher = _stitcher()
    _until(stitcher, 0, 1_000, ("a", 1.0), ("b", 1.6))
    _until(stitcher, 1_000, 2_000)
    assert _walk(stitcher, 2_000, ("c", 1.5), ("d", 1.05)).names == ("b", "a")


def _judge(_old: str, _new: str, *, verdict: bool | None) -> bool | None:
    return verdict


def test_looks_can_forbid_and_can_reach_further() -> None:
    """With re-identification: unlike is never one, alike may be farther than motion alone allows."""
    for alike, place, name in ((False, 1.0, "b"), (True, 1.9, "a"), (None, 1.9, "b")):
        stitcher = Stitcher(StitchingSettings(), held_ms=HELD_MS, alike=partial(_judge, verdict=alike))
        _until(stitcher, 0, 1_000, ("a", 1.0))
        _until(stitcher, 1_000, 2_000)
        assert _walk(stitcher, 2_000, ("b", place)).names == (name,)


def test_switched_off_it_changes_nothing() -> None:
    """Every track keeps its name."""
    stitcher = _stitcher(is_on=False)
    _until(stitcher, 0, 1_000, ("a", 1.0))
    _until(stitcher, 1_000, 2_000)
    assert _walk(stitcher, 2_000, ("b", 1.0)) == Stitched(("b",), ())


@given(st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=5), max_size=40))
def test_one_picture_never_has_a_name_twice(pictures: Iterable[set[str]]) -> None:
    """Whatever comes and goes at one place: people in one picture are different people, and no merge is repeated."""
    stitcher = _stitcher()
    merged: list[tuple[str, str]] = []
    for number, tracks in enumerate(pictures):
        keys = [f"{track}{number // 8}" for track in sorted(tracks)]
        stitched = stitcher.update(number * 400, {key: _sighting(number * 400, 1.0) for key in keys})
        assert len(set(stitched.names)) == len(keys)
        merged += stitched.merges
    assert len({from_id for from_id, _to in merged}) == len(merged)
