"""The floor: shortest ways along the walkways, and how the edge sees the zones and lines."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from edge.zones import Line, Zone
from sim.geometry import Point, distance
from sim.scenario import LinePlan, Scenario, ZonePlan
from sim.trajectories import Walk


class NoWayError(Exception):
    """Two walkway points are not linked; the message names them and the cure."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What a picture of the store needs: zones and lines as the edge has them, and the furniture; metres."""

    zones: tuple[Zone, ...]
    lines: tuple[Line, ...]
    furniture: tuple[tuple[str, tuple[float, float, float, float]], ...]


class Walkways:
    """Shortest ways between named points; each walker passes a point at his own small distance."""

    def __init__(self, scenario: Scenario) -> None:
        self._places = dict(scenario.walkways.points)
        self._jitter_m = scenario.walkways.jitter_m
        self._exact = frozenset(scenario.walkways.exact)
        self._links = _links(scenario)
        self._shortest = cache(self._search)

    def place(self, name: str) -> Point:
        """Return where a named point lies."""
        return self._places[name]

    def length_m(self, start: str, end: str) -> float:
        """Return the length of the shortest way; raises `NoWayError`."""
        return self._shortest(start)[0][self._reachable(start, end)]

    def nearest(self, start: str, ends: Iterable[str]) -> str:
        """Return the end with the shortest way; raises `NoWayError`."""
        return min(ends, key=lambda end: (self.length_m(start, end), end))

    def way(self, start: str, end: str, random: np.random.Generator) -> list[Point]:
        """Return the places of the shortest way, each a little off its point, without `start`.

        Raises:
            NoWayError: the points are not linked.
        """
        names = [self._reachable(start, end)]
        before = self._shortest(start)[1]
        while names[-1] != start:
            names.append(before[names[-1]])
        return [self.near(name, random) for name in reversed(names[:-1])]

    def go(self, walk: Walk, end: str, random: np.random.Generator) -> None:
        """Walk the shortest way to a named point; raises `NoWayError`."""
        walk.walk_through(self.way(walk.at, end, random))
        walk.at = end

    def near(self, name: str, random: np.random.Generator) -> Point:
        """Return a place at most `jitter_m` off a named point."""
        x, y = self._places[name]
        if name in self._exact:
            return x, y
        angle, reach = random.uniform(0.0, 2.0 * math.pi), self._jitter_m * math.sqrt(random.uniform())
        return x + reach * math.cos(angle), y + reach * math.sin(angle)

    def _reachable(self, start: str, end: str) -> str:
        if end not in self._shortest(start)[0]:
            raise NoWayError(
                f"walkways.chains: expected a way from {start!r} to {end!r}, came none; link them by a chain"
            )
        return end

    def _search(self, start: str) -> tuple[dict[str, float], dict[str, str]]:
        """Return the length to every point that can be reached, and the point before it (Dijkstra)."""
        lengths, before = {start: 0.0}, dict[str, str]()
        waiting = [(0.0, start)]
        while waiting:
            length, name = heapq.heappop(waiting)
            if length > lengths[name]:
                continue
            for neighbour in self._links[name]:
                through = length + distance(self._places[name], self._places[neighbour])
                if through < lengths.get(neighbour, math.inf):
                    lengths[neighbour], before[neighbour] = through, name
                    heapq.heappush(waiting, (through, neighbour))
        return lengths, before


def floor_of(scenario: Scenario) -> Floor:
    """Return the scenario's floor for the edge and for pictures."""
    return Floor(
        zones=tuple(edge_zone(zone) for zone in scenario.zones),
        lines=tuple(edge_line(line) for line in scenario.lines),
        furniture=tuple((piece.kind, piece.box) for piece in scenario.furniture),
    )


def edge_zone(zone: ZonePlan) -> Zone:
    """Return the zone as the edge is configured with it."""
    return Zone(
        zone_id=zone.zone_id,
        zone_kind=zone.zone_kind,
        camera_id=zone.camera_id,
        polygon=zone.polygon,
        lane_id=zone.lane_id,
    )


def edge_line(line: LinePlan) -> Line:
    """Return the line as the edge is configured with it."""
    return Line(line_id=line.line_id, camera_id=line.camera_id, start=line.start, end=line.end, inside=line.inside)


def _links(scenario: Scenario) -> dict[str, list[str]]:
    links: dict[str, list[str]] = defaultdict(list)
    for chain in scenario.walkways.chains:
        for one, other in pairwise(chain):
            links[one].append(other)
            links[other].append(one)
    return links
