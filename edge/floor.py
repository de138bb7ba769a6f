"""The floor in metres: where a point of the picture lies on it, and which camera a zone of the floor belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from edge.errors import Problem

MIN_PAIRS = 4
LARGEST_ERROR_METRES = 0.5
SMALLEST_DETERMINED = 1e-3
"""Eighth singular value of the equations, as a share of the first, from which they have one solution."""
PICTURE = shapely.box(0.0, 0.0, 1.0, 1.0)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloorPlan:
    """How one camera's picture lies on the floor.

    Attributes:
        to_floor: (3, 3): from shares of the picture to metres, as a homography.
        error_metres: How far the given points lie from where it puts them, as the root of the mean square.
    """

    to_floor: NDArray[np.float64]
    error_metres: float

    def metres(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where (N, 2) points in shares of the picture lie on the floor, in metres."""
        return _mapped(self.to_floor, points)

    def shares(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where (N, 2) points of the floor in metres are in the picture, in shares of it."""
        return _mapped(self._to_picture(), points)

    def _to_picture(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.inv(self.to_floor), dtype=np.float64)

    def sees(self, points: NDArray[np.float64]) -> bool:
        """Whether all points of the floor lie before the camera, and not beyond its horizon."""
        back = self._to_picture()
        depths = np.column_stack([points, np.ones(len(points))]) @ back[2]
        centre = float(np.array([*self.metres(np.array([[0.5, 0.9]]))[0], 1.0]) @ back[2])
        return bool((np.sign(depths) == np.sign(centre)).all())


def floor_plan(pairs: Sequence[tuple[Point, Point]], *, where: str) -> tuple[FloorPlan | None, list[Problem]]:
    """Return the plan that at least four pairs of points give, or what is wrong with them.

    Args:
        pairs: Point in shares of the picture, point on the floor in metres.
        where: What the pairs are called in a problem.
    """
    if len(pairs) < MIN_PAIRS:
        cure = "Measure four points of the floor that lie far apart, such as the corners of a rug or tiles."
        return None, [Problem(where=where, expected=f"{MIN_PAIRS} pairs or more", came=str(len(pairs)), cure=cure)]
    picture = np.array([pair[0] for pair in pairs], dtype=np.float64)
    floor = np.array([pair[1] for pair in pairs], dtype=np.float64)
    if _is_flat(picture) or _is_flat(floor):
        cure = "Choose points of which no three lie on one line."
        return None, [Problem(where=where, expected="points that span an area", came="a line", cure=cure)]
    if not _is_determined(picture, floor):
        cure = "Add a point: of four, no three may lie on one line."
        return None, [Problem(where=where, expected="points that give one plan", came="many plans", cure=cure)]
    found, _ = cv2.findHomography(picture, floor)
    if not np.isfinite(found).all() or abs(np.linalg.det(found)) < 1e-12:  # noqa: PLR2004 - singular
        cure = "Choose points of which no three lie on one line, and give both lists in the same order."
        return None, [Problem(where=where, expected="points that give one plan", came="none", cure=cure)]
    matrix = np.asarray(found, dtype=np.float64)
    error = float(np.sqrt(((_mapped(matrix, picture) - floor) ** 2).sum(axis=1).mean()))
    if error > LARGEST_ERROR_METRES:
        cure = "Measure again: one of the points, or their order, is wrong."
        expected = f"points within {LARGEST_ERROR_METRES:g} m of one plane"
        return None, [Problem(where=where, expected=expected, came=f"{error:.2f} m off", cure=cure)]
    return FloorPlan(to_floor=matrix, error_metres=error), []


def owner(polygon: Sequence[Point], plans: Mapping[str, FloorPlan]) -> str | None:
    """Return the camera to which a zone of the floor belongs: the one that sees the most of it, then the largest.

    One camera alone counts a zone, so nobody is counted twice where two see it. Ties go by name; None where no camera
    sees any of it.

    Args:
        polygon: Corners in metres.
        plans: By camera.
    """
    scores = {camera_id: _seen(polygon, plan) for camera_id, plan in plans.items()}
    best = max(sorted(scores), key=lambda camera_id: scores[camera_id], default=None)
    return best if best is not None and scores[best][0] > 0.0 else None


def in_picture(polygon: Sequence[Point], plan: FloorPlan) -> tuple[Point, ...]:
    """Return a polygon of the floor as corners in shares of the picture: straight edges stay straight."""
    return tuple((float(x), float(y)) for x, y in plan.shares(np.array(polygon, dtype=np.float64)))


def _seen(polygon: Sequence[Point], plan: FloorPlan) -> tuple[float, float]:
    """Return which share of a zone a camera sees, to a hundredth, and which share of the picture that fills."""
    corners = np.array(polygon, dtype=np.float64)
    if not plan.sees(corners):
        return (0.0, 0.0)
    seen = shapely.Polygon(plan.shares(corners)).intersection(PICTURE)
    if seen.is_empty:
        return (0.0, 0.0)
    back = [plan.metres(np.array(part.exterior.coords)) for part in getattr(seen, "geoms", [seen])]
    area = sum(shapely.Polygon(part).area for part in back)
    return (round(area / shapely.Polygon(corners).area, 2), float(seen.area))


def _mapped(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def _is_determined(picture: NDArray[np.float64], floor: NDArray[np.float64]) -> bool:
    """Whether one homography alone fits: the equations of Hartley and Zisserman (2004), section 4.1, have rank 8."""
    x, y = ((points - points.mean(axis=0)) / points.std() for points in (picture, floor))
    ones, zeros = np.ones((len(x), 1)), np.zeros((len(x), 3))
    point = np.hstack([x, ones])
    equations = np.vstack([np.hstack([point, zeros, -y[:, :1] * point]), np.hstack([zeros, point, -y[:, 1:] * point])])
    values = np.linalg.svd(equations, compute_uv=False)
    return bool(values[7] > SMALLEST_DETERMINED * values[0])


def _is_flat(points: NDArray[np.float64]) -> bool:
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[1] < 1e-3 * max(spread[0], 1e-9))
