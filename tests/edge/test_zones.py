"""Zone membership against shapely, and the rules at edges."""

from __future__ import annotations

import time

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from edge.zones import Zone, ZoneMap

UNIT = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def zone(name: str, polygon: tuple[tuple[float, float], ...], camera_id: str = "camera") -> Zone:
    """Return an aisle."""
    return Zone(zone_id=name, zone_kind="aisle", camera_id=camera_id, polygon=polygon)


@given(st.integers(0, 2**32 - 1))
def test_membership_is_that_of_shapely(seed: int) -> None:
    """Away from edges a point lies in a zone exactly when shapely says so, for convex and concave polygons."""
    random = np.random.default_rng(seed)
    polygons = []
    for corners in random.integers(3, 9, size=6):
        angle = np.sort(random.uniform(0, 2 * np.pi, corners))
        radius = random.uniform(1, 4, corners)
        centre = random.uniform(0, 10, 2)
        polygons.append(np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None] + centre)
    points = random.uniform(-2, 12, (50, 2))
    zones = [zone(str(i), tuple((float(x), float(y)) for x, y in p)) for i, p in enumerate(polygons)]
    expected = np.column_stack([shapely.contains_xy(shapely.Polygon(p), points) for p in polygons])
    assert np.array_equal(ZoneMap(zones).contains(points), expected)


def test_shared_edges_belong_to_one_zone() -> None:
    """A point on the edge or corner between neighbours lies in exactly one of them."""
    right = tuple((x + 1, y) for x, y in UNIT)
    below = tuple((x, y + 1) for x, y in UNIT)
    corner = tuple((x + 1, y + 1) for x, y in UNIT)
    floor = ZoneMap([zone("a", UNIT), zone("b", right), zone("c", below), zone("d", corner)])
    points = np.array([[1, 0.5], [0.5, 1], [1, 1], [1.5, 1]])
    assert floor.contains(points).sum(axis=1).tolist() == [1, 1, 1, 1]


def test_corner_order_does_not_matter() -> None:
    """A polygon may be drawn either way round."""
    floor = ZoneMap([zone("a", UNIT), zone("b", UNIT[::-1])])
    assert floor.contains(np.array([[0.5, 0.5], [2, 2]])).tolist() == [[True, True], [False, False]]


def test_a_camera_sees_its_own_zones_only() -> None:
    """With a camera given, other cameras' zones hold nobody; columns stay in the order of the zones."""
    floor = ZoneMap([zone("a", UNIT, "left"), zone("b", UNIT, "right")])
    point = np.array([[0.5, 0.5]])
    assert floor.contains(point, camera_id="right").tolist() == [[False, True]]
    assert floor.contains(point, camera_id="other").tolist() == [[False, False]]
    assert floor.camera_ids == ("left", "right")


def test_nobody_and_no_zone() -> None:
    """No points, or no zones, give an empty matrix of the right shape."""
    assert ZoneMap([zone("a", UNIT)]).contains(np.zeros((0, 2))).shape == (0, 1)
    assert ZoneMap([]).contains(np.zeros((3, 2))).shape == (3, 0)


def test_a_store_is_tested_fast() -> None:
    """40 people against 20 zones take at most 150 microseconds of processor time a call."""
    floor = ZoneMap([zone(str(i), tuple((x + 2 * i, y) for x, y in UNIT)) for i in range(20)])
    points = np.random.default_rng(0).uniform(0, 40, (40, 2))
    best = min(_seconds_per_call(floor, points) for _ in range(7))
    assert best < 150e-6


def _seconds_per_call(floor: ZoneMap, points: np.ndarray) -> float:
    start = time.process_time()
    for _ in range(200):
        floor.contains(points)
    return (time.process_time() - start) / 200
