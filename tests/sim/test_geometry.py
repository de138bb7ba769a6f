"""Exact plane geometry against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sim.geometry import Path, contains, intervals_inside, is_convex, line_crossings, side_of

SQUARE = ((2.0, 2.0), (6.0, 2.0), (6.0, 6.0), (2.0, 6.0))
TRIANGLE = ((1.0, 1.0), (7.0, 2.0), (3.0, 7.0))
Polygon = tuple[tuple[float, float], ...]
corner = st.integers(min_value=0, max_value=80).map(lambda tenths: tenths / 10 + 0.05)
walk = st.lists(st.tuples(corner, corner), min_size=2, max_size=8)


def path_through(points: list[tuple[float, float]]) -> Path:
    """Return a path that takes one second from point to point."""
    return Path(times=np.arange(len(points), dtype=np.float64), points=np.array(points, dtype=np.float64))


@given(walk, st.sampled_from([SQUARE, TRIANGLE]))
def test_time_inside_is_the_length_inside(points: list[tuple[float, float]], polygon: Polygon) -> None:
    """The time inside each second equals what another library cuts out of its segment."""
    inside = intervals_inside(path_through(points), polygon)
    seconds = sum(interval.seconds for interval in inside)
    shape = shapely.Polygon(polygon)
    expected = sum(_share_inside(shape, *points[index : index + 2]) for index in range(len(points) - 1))
    assert seconds == pytest.approx(expected, abs=1e-6)


@given(walk)
def test_intervals_are_apart_and_in_order(points: list[tuple[float, float]]) -> None:
    """Intervals are not empty, rise, and do not touch: a bend inside the polygon is no exit."""
    inside = intervals_inside(path_through(points), SQUARE)
    instants = [instant for interval in inside for instant in (interval.start, interval.end)]
    assert instants == sorted(set(instants))


@given(walk)
def test_crossings_alternate(points: list[tuple[float, float]]) -> None:
    """On a line too long to be walked around, crossings go to the other side each time."""
    crossings = line_crossings(path_through(points), (-100.0, 4.0), (100.0, 4.0))
    sides = [crossing.side for crossing in crossings]
    assert all(one != other for one, other in itertools.pairwise(sides))
    expected = side_of((-100.0, 4.0), (100.0, 4.0), points[-1])
    assert not sides or sides[-1] == expected


def test_standing_still_inside_is_one_stay() -> None:
    """A pause inside joins what is before and after it."""
    path = path_through([(0.0, 4.0), (4.0, 4.0), (4.0, 4.0), (8.0, 4.0)])
    (inside,) = intervals_inside(path, SQUARE)
    assert (inside.start, inside.end) == (0.5, 2.5)


def test_grazing_a_corner_is_no_stay() -> None:
    """A path that touches the polygon in one point has no time inside."""
    assert intervals_inside(path_through([(0.0, 4.0), (4.0, 0.0)]), SQUARE) == []


def test_direction_of_corners_does_not_matter() -> None:
    """A polygon given clockwise holds the same points."""
    path = path_through([(0.0, 4.0), (8.0, 4.0)])
    assert intervals_inside(path, SQUARE) == intervals_inside(path, SQUARE[::-1])


def test_convex_polygons_are_told_from_others() -> None:
    """A dart and a line are not convex, a triangle is."""
    assert is_convex(TRIANGLE)
    assert not is_convex(((0.0, 0.0), (4.0, 4.0), (8.0, 0.0), (4.0, 8.0)))
    assert not is_convex(((0.0, 0.0), (1.0, 1.0), (2.0, 2.0)))


def test_margin_shrinks_a_polygon() -> None:
    """A point 1 m inside the edge is held with a margin of 0.9 m, not with 1.1 m."""
    assert contains(SQUARE, (3.0, 4.0), margin_m=0.9)
    assert not contains(SQUARE, (3.0, 4.0), margin_m=1.1)


def test_path_until_ends_where_the_path_is() -> None:
    """Cutting a path keeps its course up to the cut."""
    cut = path_through([(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)]).until(1.5)
    assert cut.end == 1.5
    assert cut.points[-1].tolist() == [4.0, 2.0]


def _share_inside(shape: shapely.Polygon, start: tuple[float, float], end: tuple[float, float]) -> float:
    if start == end:
        return float(shapely.covers(shape, shapely.Point(start)))
    segment = shapely.LineString([start, end])
    return float(shape.intersection(segment).length / segment.length)
