"""Line crossings count only when both sides are held."""

from __future__ import annotations

import numpy as np
import pytest

from edge.crossings import CrossingMachine
from edge.zones import Line

DOOR = Line(line_id="door", camera_id="camera", start=(0, 0), end=(0, 2), inside=(1, 1))
"""A door along the y axis; the shop lies to the right."""
IN, OUT, ROUND = (0.5, 1.0), (-0.5, 1.0), (-0.5, 9.0)
Walk = list[tuple[int, tuple[float, float]]]

TABLE: list[tuple[str, Walk, list[tuple[str, int]]]] = [
    (
        "walking in is told once held, at the first instant inside",
        [(0, OUT), (500, OUT), (600, IN), (1100, IN)],
        [("in", 600)],
    ),
    ("walking out", [(0, IN), (500, IN), (600, OUT), (1100, OUT)], [("out", 600)]),
    ("a side held too briefly before does not count", [(0, OUT), (499, OUT), (600, IN), (1100, IN)], []),
    ("a side held too briefly after does not count", [(0, OUT), (500, OUT), (600, IN), (1099, IN)], []),
    (
        "lingering on the line does not count",
        [(0, OUT), (500, OUT), (600, IN), (700, OUT), (800, IN), (900, OUT), (1500, OUT), (3000, OUT)],
        [],
    ),
    (
        "a flutter on the way counts once, at the last turn",
        [(0, OUT), (500, OUT), (600, IN), (700, OUT), (800, IN), (1300, IN)],
        [("in", 800)],
    ),
    (
        "walking round the end of the line does not count",
        [(0, ROUND), (500, ROUND), (600, (0.5, 9.0)), (1100, IN)],
        [],
    ),
    (
        "in and out again is one of each",
        [(0, OUT), (500, OUT), (600, IN), (1100, IN), (1200, OUT), (1700, OUT)],
        [("in", 600), ("out", 1200)],
    ),
    ("a track unseen for lost_ms starts anew", [(0, OUT), (500, OUT), (3500, IN), (4000, IN)], []),
    ("a shorter gap is bridged", [(0, OUT), (500, OUT), (3499, IN), (3999, IN)], [("in", 3499)]),
]


def run(walk: Walk, *, line: Line = DOOR, camera_id: str | None = None) -> list[tuple[str, int]]:
    """Return (direction, instant) of one track's crossings."""
    machine = CrossingMachine([line], hold_ms=500, lost_ms=3_000)
    crossed = []
    for at_ms, point in walk:
        crossed += machine.observe(at_ms, ("t",), np.array([point]), np.zeros(1, np.bool_), camera_id=camera_id)
    return [(each.direction, each.crossed_ms) for each in crossed]


@pytest.mark.parametrize(("walk", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_crossing(walk: Walk, expected: list[tuple[str, int]]) -> None:
    """Each row's name is its rule."""
    assert run(walk) == expected


def test_the_drawing_direction_does_not_matter() -> None:
    """Which side is 'in' is told by a point, not by the direction in which the line was drawn."""
    turned = Line(line_id="door", camera_id="camera", start=DOOR.end, end=DOOR.start, inside=DOOR.inside)
    assert run(TABLE[0][1], line=turned) == TABLE[0][2]


def test_other_cameras_lines_are_not_crossed() -> None:
    """A camera's tracks cross its own lines only."""
    assert run(TABLE[0][1], camera_id="another") == []
