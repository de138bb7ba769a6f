"""Who crossed a line: only tracks that were held on one side, passed between its ends, and were held on the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.events import Direction
from edge.zones import Line, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCrossed:
    """A crossing that was held on both sides; `crossed_ms` is the first instant on the new side."""

    line_index: int
    direction: Direction
    track_id: str
    is_staff: bool
    crossed_ms: int


@dataclass(slots=True)
class _Side:
    """On which side of one line a track is (`now_in`, since when), and on which it was last held (None: on neither)."""

    now_in: bool
    since_ms: int
    held_in: bool | None = None
    has_passed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether holding this side would change anything."""
        return self.held_in != self.now_in or self.has_passed

    def turn(self, now_ms: int, *, has_passed: bool) -> None:
        """Note the first instant on the other side; `has_passed` tells whether the way led between the ends."""
        # Back and forth within the hold time: the way out and the way home cancel.
        self.has_passed = has_passed != self.has_passed
        self.now_in, self.since_ms = not self.now_in, now_ms

    def hold(self) -> bool:
        """Note that the side is held now, and return whether that completes a crossing."""
        is_crossing = self.held_in is not None and self.held_in != self.now_in and self.has_passed
        self.held_in, self.has_passed = self.now_in, False
        return is_crossing


@dataclass(slots=True)
class _Walk:
    """What is known of one track: where it was seen last, on which sides, and whether all of them are held."""

    seen_ms: int
    point: Point
    pattern: bytes
    sides: list[_Side]
    is_settled: bool = False


class CrossingMachine:
    """Turns foot points into crossings. A track unseen for `lost_ms` starts anew. State is plain values.

    A crossing needs `hold_ms` on the side it comes from and as long on the side it goes to, so that nobody who
    lingers on a line is counted twice.
    """

    def __init__(self, lines: Sequence[Line], *, hold_ms: int, lost_ms: int) -> None:
        self._hold_ms = hold_ms
        self._lost_ms = lost_ms
        self._start = np.array([line.start for line in lines], dtype=np.float64).reshape(-1, 2)
        self._along = np.array([line.end for line in lines], dtype=np.float64).reshape(-1, 2) - self._start
        inside = np.array([line.inside for line in lines], dtype=np.float64).reshape(-1, 2)
        self._is_inside_left = _cross(self._along, inside - self._start) > 0.0
        self._cameras = tuple(line.camera_id for line in lines)
        self._walks: dict[str, _Walk] = {}

    def observe(
        self,
        now_ms: int,
        track_ids: Sequence[str],
        points: NDArray[np.float64],
        is_staff: NDArray[np.bool_],
        *,
        camera_id: str | None = None,
    ) -> list[LineCrossed]:
        """Take the (N, 2) foot points of one instant and return the crossings that are thereby held."""
        if not self._cameras:
            return []
        self._forget(now_ms)
        sides = (_cross(self._along, points[:, None, :] - self._start) > 0.0) == self._is_inside_left
        crossed: list[LineCrossed] = []
        for row, (track_id, point) in enumerate(zip(track_ids, points.tolist(), strict=True)):
            walk = self._walk(now_ms, track_id, (point[0], point[1]), sides[row])
            if not walk.is_settled:
                crossed += self._held(now_ms, track_id, walk, is_staff=bool(is_staff[row]), camera_id=camera_id)
        return crossed

    def _forget(self, now_ms: int) -> None:
        lost = [track_id for track_id, walk in self._walks.items() if now_ms - walk.seen_ms >= self._lost_ms]
        for track_id in lost:
            del self._walks[track_id]

    def _walk(self, now_ms: int, track_id: str, point: Point, sides: NDArray[np.bool_]) -> _Walk:
        pattern = sides.tobytes()
        walk = self._walks.get(track_id)
        if walk is None:
            walk = _Walk(now_ms, point, pattern, [_Side(side, now_ms) for side in sides.tolist()])
            self._walks[track_id] = walk
        elif walk.pattern != pattern:
            self._turn(now_ms, walk, point, sides.tolist())
            walk.pattern, walk.is_settled = pattern, False
        walk.seen_ms, walk.point = now_ms, point
        return walk

    def _turn(self, now_ms: int, walk: _Walk, point: Point, sides: Sequence[bool]) -> None:
        for index, (side, is_in) in enumerate(zip(walk.sides, sides, strict=True)):
            if side.now_in != is_in:
                side.turn(now_ms, has_passed=self._passes(index, walk.point, point))

    def _passes(self, line: int, before: Point, after: Point) -> bool:
        """Return whether the way from `before` to `after`, known to change sides, leads between the line's ends."""
        start, along = self._start[line], self._along[line]
        way = np.subtract(after, before)
        share = _cross(way, np.asarray(before) - start) / _cross(way, along)
        return bool(0.0 <= share <= 1.0)

    def _held(
        self, now_ms: int, track_id: str, walk: _Walk, *, is_staff: bool, camera_id: str | None
    ) -> Iterator[LineCrossed]:
        waiting = [(index, side) for index, side in enumerate(walk.sides) if side.is_open]
        held = [(index, side) for index, side in waiting if now_ms - side.since_ms >= self._hold_ms]
        walk.is_settled = len(held) == len(waiting)
        for index, side in held:
            if side.hold() and camera_id in (None, self._cameras[index]):
                yield LineCrossed(
                    line_index=index,
                    direction="in" if side.now_in else "out",
                    track_id=track_id,
                    is_staff=is_staff,
                    crossed_ms=side.since_ms,
                )


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the z component of the cross product of 2-D vectors over the last axis."""
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
