"""What the camera over the floor sees of a store: where each zone lies in its picture, as shares of it."""

from __future__ import annotations

from sim.history.chain import AISLES, LANES
from sim.history.floor import ZONES

FLOOR_CAMERA = "floor"
ENTRANCE_CAMERA = "entrance"
CAMERAS = (ENTRANCE_CAMERA, FLOOR_CAMERA)
GRID_W, GRID_H = 16, 9
Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge."""
_AISLES_TOP, _AISLES_BOTTOM = 0.06, 0.56
_QUEUES_TOP, _QUEUES_BOTTOM = 0.64, 0.84
_SERVICES_BOTTOM = 0.95
_GAP = 0.02


def box_of(place: int) -> Box:
    """Return where a zone lies, by its place in `ZONES`: aisles side by side, below them the lanes."""
    if place < len(AISLES):
        return _column(place, len(AISLES), _AISLES_TOP, _AISLES_BOTTOM)
    lane = (place - len(AISLES)) % LANES
    is_queue = place < len(AISLES) + LANES
    top, bottom = (_QUEUES_TOP, _QUEUES_BOTTOM) if is_queue else (_QUEUES_BOTTOM, _SERVICES_BOTTOM)
    return _column(lane, LANES, top, bottom)


def outline_of(place: int) -> list[dict[str, float]]:
    """Return the corners of a zone, as `zone_v1` has them."""
    left, top, right, bottom = box_of(place)
    return [{"x": x, "y": y} for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]


def _column(number: int, columns: int, top: float, bottom: float) -> Box:
    width = 1.0 / columns
    return round(number * width + _GAP, 4), top, round((number + 1) * width - _GAP, 4), bottom


BOXES = tuple(box_of(place) for place in range(len(ZONES)))
"""Where each of `ZONES` lies."""
