"""Exact plane geometry: when a piecewise-linear path lies inside a convex polygon and when it crosses a line.

Nothing here samples, and nothing here is shared with the edge: the truth stands on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Times = NDArray[np.float64]
Point = tuple[float, float]

FEWEST_CORNERS = 3
FLAT = 1e-9
"""A corner whose two edges span less than this (square metres) does not turn."""
TOUCHING_SECONDS = 1e-6
"""Intervals nearer than this are one: a path bends inside the polygon, it does not leave it."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Where somebody is: straight lines between `points` (K, 2), metres, at `times` (K,), seconds."""

    times: Times
    points: Points

    @property
    def start(self) -> float:
        """First instant, in seconds."""
        return float(self.times[0])

    @property
    def end(self) -> float:
        """Last instant, in seconds."""
        return float(self.times[-1])

    def at(self, times: Times) -> Points:
        """Return the positions (N, 2) at `times` (N,); the ends hold beyond the path."""
        columns = [np.interp(times, self.times, self.points[:, axis]) for axis in (0, 1)]
        return np.column_stack(columns)

    def until(self, time: float) -> Path:
        """Return the part up to `time`, which must lie after the start."""
        kept = int(np.searchsorted(self.times, time, side="left"))
        if kept >= len(self.times):
            return self
        points = np.vstack([self.points[:kept], self.at(np.array([time]))])
        return Path(times=np.append(self.times[:kept], time), points=points)

    def between(self, start: float, end: float) -> Path:
        """Return the part from `start` to `end`, both within the path."""
        inner = (self.times > start) & (self.times < end)
        ends = self.at(np.array([start, end]))
        return Path(
            times=np.concatenate([[start], self.times[inner], [end]]),
            points=np.vstack([ends[:1], self.points[inner], ends[1:]]),
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` to `end`, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class LineCrossing:
    """At `time` (seconds) a path went to the left (1) or right (-1) of a line, seen from the line's start."""

    time: float
    side: int


def is_convex(polygon: tuple[Point, ...]) -> bool:
    """Tell whether the polygon has at least three corners, an area, and turns one way only."""
    turns = _turns(np.asarray(polygon, dtype=np.float64))
    return len(polygon) >= FEWEST_CORNERS and bool(np.all(turns > FLAT) or np.all(turns < -FLAT))


def contains(polygon: tuple[Point, ...], point: Point, *, margin_m: float = 0.0) -> bool:
    """Tell whether the convex polygon holds the point, `margin_m` or more from its edge."""
    normals, offsets = _half_planes(polygon)
    lengths = np.hypot(normals[:, 0], normals[:, 1])
    return bool(np.all(normals @ np.asarray(point) <= offsets - margin_m * lengths + 1e-9))


def intervals_inside(path: Path, polygon: tuple[Point, ...]) -> list[Interval]:
    """Return when the path is inside the convex polygon; grazing an edge is no stay.

    Each segment is clipped (Cyrus and Beck 1978), and what touches is joined.
    """
    if path.start == path.end or not _may_meet(path, polygon):
        return []
    first, last = _clip(path, polygon)
    starts = path.times[:-1] + first * np.diff(path.times)
    ends = path.times[:-1] + last * np.diff(path.times)
    inside = last > first
    return _joined(starts[inside], ends[inside])


def line_crossings(path: Path, start: Point, end: Point) -> list[LineCrossing]:
    """Return the crossings of a line, `start` to `end`, in time order; the line belongs to its left."""
    origin, along = np.asarray(start), np.asarray(end) - np.asarray(start)
    relative = path.points - origin
    height = along[0] * relative[:, 1] - along[1] * relative[:, 0]
    is_left = height >= 0.0
    changed = np.flatnonzero(is_left[1:] != is_left[:-1])
    share = height[changed] / (height[changed] - height[changed + 1])
    met = relative[changed] + share[:, None] * (relative[changed + 1] - relative[changed])
    position = met @ along / (along @ along)
    times = path.times[changed] + share * np.diff(path.times)[changed]
    on_line = (position >= 0.0) & (position <= 1.0)
    sides = np.where(is_left[changed + 1], 1, -1)
    return [LineCrossing(float(time), int(side)) for time, side in zip(times[on_line], sides[on_line], strict=True)]


def side_of(start: Point, end: Point, point: Point) -> int:
    """Return on which side of the line from `start` to `end` the point lies: 1 left, -1 right, 0 on it."""
    height = (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
    return (height > 0) - (height < 0)


def distance(one: Point, other: Point) -> float:
    """Return the straight distance."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


@cache
def bounding_box(polygon: tuple[Point, ...]) -> tuple[float, float, float, float]:
    """Return `(x_min, y_min, x_max, y_max)`."""
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _turns(corners: Points) -> NDArray[np.float64]:
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    return np.asarray(edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0])


@cache
def _half_planes(polygon: tuple[Point, ...]) -> tuple[Points, NDArray[np.float64]]:
    """Return outward normals (E, 2) and offsets (E,): inside means `normals @ point <= offsets`."""
    corners = np.asarray(polygon, dtype=np.float64)
    if _turns(corners).sum() < 0:
        corners = corners[::-1]
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.column_stack([edges[:, 1], -edges[:, 0]])
    return normals, np.einsum("ij,ij->i", normals, corners)


def _may_meet(path: Path, polygon: tuple[Point, ...]) -> bool:
    x_min, y_min, x_max, y_max = bounding_box(polygon)
    low, high = path.points.min(axis=0), path.points.max(axis=0)
    return bool(low[0] <= x_max and high[0] >= x_min and low[1] <= y_max and high[1] >= y_min)


def _clip(path: Path, polygon: tuple[Point, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each segment, the first and last share (0 to 1) inside; first > last where it never is."""
    normals, offsets = _half_planes(polygon)
    distances = path.points @ normals.T - offsets
    here, there = distances[:-1], distances[1:]
    moves = here - there
    shares = np.divide(here, moves, out=np.zeros_like(here), where=moves != 0)
    entering = np.where(moves > 0, shares, np.where((moves == 0) & (here > 0), np.inf, -np.inf))
    leaving = np.where(moves < 0, shares, np.inf)
    return np.maximum(entering.max(axis=1), 0.0), np.minimum(leaving.min(axis=1), 1.0)


def _joined(starts: Times, ends: Times) -> list[Interval]:
    if len(starts) == 0:
        return []
    breaks = np.flatnonzero(starts[1:] - ends[:-1] > TOUCHING_SECONDS)
    firsts = np.concatenate([[0], breaks + 1])
    lasts = np.concatenate([breaks, [len(ends) - 1]])
    return [Interval(float(starts[first]), float(ends[last])) for first, last in zip(firsts, lasts, strict=True)]
