"""Zones and lines of a floor, and which foot points lie in which zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.events import ZoneKind

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A polygon on the floor.

    Attributes:
        polygon: (K, 2) corners in order, K >= 3, in the coordinates of the foot points; it closes by itself.
        lane_id: Checkout lane of a queue or service zone, else None.
    """

    zone_id: str
    zone_kind: ZoneKind
    camera_id: str
    polygon: tuple[Point, ...]
    lane_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that people cross, from `start` to `end`; the half-plane that holds the point `inside` is 'in'."""

    line_id: str
    camera_id: str
    start: Point
    end: Point
    inside: Point


@dataclass(frozen=True, slots=True)
class _Edges:
    """All edges of all polygons, flat: edge e runs from (x, low) to `high`, `run` units of x for one of y."""

    x: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    run: NDArray[np.float64]
    first: NDArray[np.intp]


class ZoneMap:
    """Tests foot points against all zones at once.

    The rule is even-odd with half-open edges: a point on the edge that two zones share belongs to exactly one of them.
    """

    def __init__(self, zones: Sequence[Zone]) -> None:
        self.zones = tuple(zones)
        self._all = tuple(range(len(self.zones)))
        self._of_camera = {
            camera: tuple(i for i in self._all if self.zones[i].camera_id == camera)
            for camera in sorted({zone.camera_id for zone in self.zones})
        }
        self._edges = {
            camera: _edges([self.zones[index] for index in columns])
            for camera, columns in [(None, self._all), *self._of_camera.items()]
        }

    @property
    def camera_ids(self) -> tuple[str, ...]:
        """Cameras that watch a zone, sorted."""
        return tuple(self._of_camera)

    def contains(self, points: NDArray[np.float64], *, camera_id: str | None = None) -> NDArray[np.bool_]:
        """Return which points lie in which zones.

        Args:
            points: (N, 2) in zone coordinates.
            camera_id: Look only at this camera's zones; None looks at all.

        Returns:
            (N, Z) bool, columns in the order of `zones`.
        """
        if camera_id is None:
            return _contains(self._edges[None], points, len(self.zones))
        member = np.zeros((len(points), len(self.zones)), dtype=np.bool_)
        columns = self._of_camera.get(camera_id, ())
        member[:, columns] = _contains(self._edges[camera_id], points, len(columns)) if columns else False
        return member


def _edges(zones: Sequence[Zone]) -> _Edges:
    starts = [np.asarray(zone.polygon, dtype=np.float64).reshape(-1, 2) for zone in zones]
    if not starts:
        nothing = np.zeros(0)
        return _Edges(nothing, nothing, nothing, nothing, np.zeros(0, dtype=np.intp))
    start = np.concatenate(starts)
    end = np.concatenate([np.roll(corners, -1, axis=0) for corners in starts])
    lower = np.where((start[:, 1] <= end[:, 1])[:, None], start, end)
    upper = np.where((start[:, 1] <= end[:, 1])[:, None], end, start)
    rise = upper[:, 1] - lower[:, 1]
    run = (upper[:, 0] - lower[:, 0]) / np.where(rise == 0.0, 1.0, rise)
    first = np.cumsum([0, *map(len, starts[:-1])], dtype=np.intp)
    return _Edges(lower[:, 0], lower[:, 1], upper[:, 1], run, first)


def _contains(edges: _Edges, points: NDArray[np.float64], zone_count: int) -> NDArray[np.bool_]:
    if not len(points) or not zone_count:
        return np.zeros((len(points), zone_count), dtype=np.bool_)
    x, y = points[:, :1], points[:, 1:]
    # A ray to the right meets an edge where the edge spans y (a level edge spans nothing) and lies beyond x.
    meets = (edges.low <= y) & (y < edges.high) & (x < edges.x + (y - edges.low) * edges.run)
    return np.logical_xor.reduceat(meets, edges.first, axis=1)
