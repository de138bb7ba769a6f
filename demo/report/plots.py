"""Geometry of charts: values become shares of a plot, which the page stretches to the width it has.

Shapes live in a square of `SIDE` by `SIDE` that is stretched; texts are placed beside them in percent, so that letters
and dots keep their form at every width.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SIDE = 1000


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps `low`..`high` to 0..1."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return where a value lies; 0 at `low`, 1 at `high`."""
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0

    def x(self, value: float) -> str:
        """Return the horizontal position in the square."""
        return _short(self.share(value) * SIDE)

    def y(self, value: float) -> str:
        """Return the vertical position in the square, which grows downwards."""
        return _short((1 - self.share(value)) * SIDE)


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis, in percent from its start; `is_minor` ones give way on narrow screens."""

    percent: float
    label: str
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A path in the square; `look` names its class in the style sheet."""

    look: str
    path: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words on the plot, placed by percent from the left and from the top; `look` names their class."""

    left: float
    top: float
    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Tip:
    """What is said when one points at a place, in percent from the left."""

    left: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot, ready for the page. `says` describes it to those who do not see it."""

    says: str
    height_px: int
    shapes: tuple[Shape, ...]
    x_ticks: tuple[Tick, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    labels: tuple[Label, ...] = ()
    tips: tuple[Tip, ...] = ()


def steps_area(xs: Scale, ys: Scale, spans: Iterable[tuple[float, float, float]]) -> str:
    """Return the filled steps over `(start, end, value)`; spans that do not touch leave a gap."""
    parts = []
    for run in _touching(spans):
        top = " ".join(f"L{xs.x(start)},{ys.y(value)} L{xs.x(end)},{ys.y(value)}" for start, end, value in run)
        parts.append(f"M{xs.x(run[0][0])},{ys.y(0)} {top} L{xs.x(run[-1][1])},{ys.y(0)}Z")
    return "".join(parts)


def steps_line(xs: Scale, ys: Scale, spans: Iterable[tuple[float, float, float]]) -> str:
    """Return the line of steps over `(start, end, value)`; spans that do not touch leave a gap."""
    return "".join(
        "M" + " L".join(f"{xs.x(start)},{ys.y(value)} L{xs.x(end)},{ys.y(value)}" for start, end, value in run)
        for run in _touching(spans)
    )


def rectangle(xs: Scale, ys: Scale, *, left: float, right: float, bottom: float, top: float) -> str:
    """Return a rectangle given in values."""
    return f"M{xs.x(left)},{ys.y(bottom)}H{xs.x(right)}V{ys.y(top)}H{xs.x(left)}Z"


def dots(xs: Scale, ys: Scale, points: Iterable[tuple[float, float]]) -> str:
    """Return lines of no length, which round ends make into dots that no stretching bends."""
    return "".join(f"M{xs.x(x)},{ys.y(y)}h0" for x, y in points)


def horizontal(ys: Scale, value: float) -> str:
    """Return a line across the plot."""
    return f"M0,{ys.y(value)}H{SIDE}"


def vertical(xs: Scale, value: float) -> str:
    """Return a line from bottom to top."""
    return f"M{xs.x(value)},0V{SIDE}"


def nice_ceiling(value: float, steps: Sequence[float] = (1, 2, 4, 5, 10)) -> float:
    """Return the round number at or above a value on which an axis may end."""
    if value <= 0:
        return steps[0]
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (*steps, 10) if step * power >= value)


def _touching(spans: Iterable[tuple[float, float, float]]) -> Iterator[list[tuple[float, float, float]]]:
    run: list[tuple[float, float, float]] = []
    for span in spans:
        if run and run[-1][1] != span[0]:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _short(position: float) -> str:
    return f"{position:.1f}".removesuffix(".0")
