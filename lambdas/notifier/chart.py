"""The picture of an alert's last half hour: values over time, the limit as a dashed line, gaps as gaps.

It holds figures only, as its font has no accents: what they are stands in words above it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from design.css import load_tokens

SCALE = 2
WIDTH, HEIGHT = 560 * SCALE, 180 * SCALE
GAP_MS = 90_000
"""Values come by the minute: what lies further apart was not measured in between."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 44 * SCALE, 8 * SCALE, 10 * SCALE, 28 * SCALE
_FONT_SIZE = 16 * SCALE
_LEVELS_MAX = 4
_HEADROOM = 1.08
_POINTS_MIN = 2
_TIME_STEPS_MS = (60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000)
_TIME_LABELS_MAX = 6
_DASH = 6 * SCALE

Point = tuple[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn, and how its values and times are written.

    Attributes:
        points: time in ms and value, by time.
        limit: the rule's on-level.
        write_value: a value as its axis label.
        write_time: an instant as its axis label, store-local.
        steps: between levels, the smallest that leaves at most four is taken.
    """

    points: Sequence[Point]
    limit: float
    write_value: Callable[[float], str]
    write_time: Callable[[int], str]
    steps: Sequence[float]


def points_of(history: str) -> tuple[Point, ...]:
    """Read an alert's history; what is no point is left out."""
    try:
        written = json.loads(history) if history else []
    except ValueError:
        return ()
    pairs = (each for each in written if isinstance(each, list) and len(each) == 2) if isinstance(written, list) else ()  # noqa: PLR2004
    return tuple(sorted((int(time), float(value)) for time, value in pairs if _is_number(time) and _is_number(value)))


def stretches(points: Sequence[Point]) -> tuple[tuple[Point, ...], ...]:
    """Return the points in stretches without a gap."""
    cuts = [place for place, (one, other) in enumerate(pairwise(points), start=1) if other[0] - one[0] > GAP_MS]
    edges = [0, *cuts, len(points)]
    return tuple(tuple(points[start:end]) for start, end in pairwise(edges) if end > start)


def chart(drawing: Drawing) -> bytes | None:
    """Return the picture as PNG; None where there is too little to draw."""
    if len(drawing.points) < _POINTS_MIN:
        return None
    canvas = _Canvas(drawing)
    canvas.axes()
    for stretch in stretches(drawing.points):
        canvas.line(stretch)
    canvas.limit()
    out = io.BytesIO()
    canvas.image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Canvas:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._colours: dict[str, str] = load_tokens()["colour"]["light"]
        self.image = Image.new("RGB", (WIDTH, HEIGHT), self._colours["surface"])
        self._draw = ImageDraw.Draw(self.image)
        self._font = ImageFont.load_default(size=_FONT_SIZE)
        self._first, self._last = drawing.points[0][0], drawing.points[-1][0]
        highest = max([drawing.limit, *(value for _, value in drawing.points)])
        self._step = next((step for step in drawing.steps if highest / step <= _LEVELS_MAX), drawing.steps[-1])
        self._highest = _HEADROOM * max(highest, self._step)

    def axes(self) -> None:
        """Draw the ground line, the levels and the times."""
        for level in range(int(self._highest / self._step) + 1):
            value = level * self._step
            y = self._y(value)
            self._draw.line((_LEFT, y, WIDTH - _RIGHT, y), fill=self._colours["grid" if level else "line"], width=SCALE)
            self._text((_LEFT - 6 * SCALE, y), self._drawing.write_value(value), anchor="rm")
        for time_ms in self._ticks():
            self._text((self._x(time_ms), HEIGHT - _BOTTOM + 6 * SCALE), self._drawing.write_time(time_ms), anchor="mt")

    def line(self, stretch: Sequence[Point]) -> None:
        """Draw one stretch; a single point as a dot."""
        spots = [(self._x(time), self._y(value)) for time, value in stretch]
        colour = self._colours["accent"]
        if len(spots) > 1:
            self._draw.line(spots, fill=colour, width=2 * SCALE, joint="curve")
        x, y = spots[-1]
        self._draw.ellipse((x - 3 * SCALE, y - 3 * SCALE, x + 3 * SCALE, y + 3 * SCALE), fill=colour)

    def limit(self) -> None:
        """Draw the limit, dashed, with its value."""
        y, colour = self._y(self._drawing.limit), self._colours["red"]
        for x in range(_LEFT, WIDTH - _RIGHT, 2 * _DASH):
            self._draw.line((x, y, min(x + _DASH, WIDTH - _RIGHT), y), fill=colour, width=SCALE)
        label = self._drawing.write_value(self._drawing.limit)
        self._text((_LEFT + 4 * SCALE, y - 3 * SCALE), label, anchor="lb", colour=colour)

    def _text(self, at: tuple[float, float], text: str, *, anchor: str, colour: str | None = None) -> None:
        self._draw.text(at, text, font=self._font, fill=colour or self._colours["muted"], anchor=anchor)

    def _ticks(self) -> range:
        span = self._last - self._first
        step = next((step for step in _TIME_STEPS_MS if span / step <= _TIME_LABELS_MAX), _TIME_STEPS_MS[-1])
        return range(-(-self._first // step) * step, self._last + 1, step)

    def _x(self, time_ms: int) -> float:
        share = (time_ms - self._first) / max(1, self._last - self._first)
        return _LEFT + 8 * SCALE + share * (WIDTH - _LEFT - _RIGHT - 16 * SCALE)

    def _y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - value / self._highest * (HEIGHT - _TOP - _BOTTOM)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
