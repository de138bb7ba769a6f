"""Paths in the making: somebody walks, waits, wanders, and may change his mind on the way."""

from __future__ import annotations

import math

import numpy as np

from sim.geometry import Path, Point, distance

WANDER_M_PER_S = 0.5
WANDER_STEP_M = 0.25
WANDER_PAUSE_SECONDS = (2.0, 6.0)
_SHORTEST_STEP_M = 1e-6


class Walk:
    """A piecewise-linear path that grows at its end. Times in seconds since opening, places in metres.

    `at` names the walkway point passed last; who adds to the walk keeps it right.
    """

    __slots__ = ("_points", "_times", "at", "speed_m_per_s")

    def __init__(self, *, start: float, place: Point, at: str, speed_m_per_s: float) -> None:
        self._times = [start]
        self._points = [place]
        self.at = at
        self.speed_m_per_s = speed_m_per_s

    @property
    def now(self) -> float:
        """Instant at which the path ends so far."""
        return self._times[-1]

    @property
    def place(self) -> Point:
        """Place where the path ends so far."""
        return self._points[-1]

    @classmethod
    def along(cls, path: Path, *, at: str, speed_m_per_s: float) -> Walk:
        """Return a walk that has come along a path and goes on from its end, the walkway point `at`."""
        walk = cls(start=path.start, place=(0.0, 0.0), at=at, speed_m_per_s=speed_m_per_s)
        walk._times, walk._points = path.times.tolist(), [(x, y) for x, y in path.points.tolist()]
        return walk

    def copy(self) -> Walk:
        """Return a path that grows apart from this one."""
        twin = Walk(start=self._times[0], place=self._points[0], at=self.at, speed_m_per_s=self.speed_m_per_s)
        twin._times, twin._points = list(self._times), list(self._points)
        return twin

    def walk_to(self, place: Point, *, speed_m_per_s: float | None = None) -> None:
        """Walk straight to a place."""
        length = distance(self.place, place)
        if length > _SHORTEST_STEP_M:
            self._add(self.now + length / (speed_m_per_s or self.speed_m_per_s), place)

    def walk_through(self, places: list[Point]) -> None:
        """Walk straight to one place after the other."""
        for place in places:
            self.walk_to(place)

    def wait(self, seconds: float) -> None:
        """Stand still."""
        if seconds > 0:
            self._add(self.now + seconds, self.place)

    def wander(self, seconds: float, random: np.random.Generator, *, radius_m: float) -> None:
        """Stay around this place for `seconds`, never farther from it than `radius_m`, and end on it."""
        centre, end = self.place, self.now + seconds
        while True:
            pause = random.uniform(*WANDER_PAUSE_SECONDS)
            angle, reach = (
                random.uniform(0.0, 2.0 * math.pi),
                random.uniform(0.3, 1.0) * min(radius_m, WANDER_STEP_M),
            )
            step = (centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle))
            there_and_back = (distance(self.place, step) + reach) / WANDER_M_PER_S
            if self.now + pause + there_and_back >= end:
                break
            self.wait(pause)
            self.walk_to(step, speed_m_per_s=WANDER_M_PER_S)
        self.walk_to(centre, speed_m_per_s=WANDER_M_PER_S)
        self.wait(end - self.now)

    def turn_back_to(self, time: float) -> None:
        """Forget everything planned after `time`, and stand there until `time` if the path ended before."""
        if time >= self.now:
            self.wait(time - self.now)
            return
        cut = self.path().until(max(time, self._times[0]))
        self._times = cut.times.tolist()
        self._points = [(x, y) for x, y in cut.points.tolist()]

    def path(self) -> Path:
        """Return the path so far."""
        return Path(times=np.array(self._times), points=np.array(self._points, dtype=np.float64))

    def _add(self, time: float, place: Point) -> None:
        self._times.append(time)
        self._points.append(place)
