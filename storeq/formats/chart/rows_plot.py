"""Names beside horizontal bars, or beside dots with their intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from storeq.formats.chart.canvas import Canvas, fitted, look_of, width_of
from storeq.formats.chart.data import Panel, Point
from storeq.formats.chart.scales import Scale, measure_scale

BAR = 18
GAP = 8
INSET = 4
"""The bar of the asked dates is so much thinner, at each side, than the one behind it."""
FOOT = 24
LABEL_SHARE = 0.36
DOT = 4.5
PIXELS_A_TICK = 90


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one point is drawn: its series and its place from the top; `name` is said once for each."""

    point: Point
    series: int
    top: float
    name: str


def draw_rows(panel: Panel, width: int, *, has_intervals: bool) -> Canvas:
    """Return the panel as rows, one for each name and series; intervals are drawn with dots rather than bars."""
    slots = list(_slots(panel))
    foot = slots[-1].top + BAR
    left = min(width * LABEL_SHARE, width_of([slot.name for slot in slots]) + GAP)
    right = width - width_of([slot.point.text for slot in slots]) - 2 * GAP
    scale = measure_scale(
        panel.extent, panel.unit, start=left, end=right, ticks=int((right - left) / PIXELS_A_TICK), zero=True
    )
    canvas = Canvas(width, foot + FOOT, panel.title)
    for tick in scale.ticks:
        at = scale.at(tick.value)
        canvas.line(at, 0, at, foot, "zero" if tick.value == 0 else "grid")
        canvas.text(at, foot + FOOT - GAP, tick.text, "muted", anchor="middle")
    for slot in slots:
        canvas.text(left - GAP, slot.top + BAR - 5, fitted(slot.name, left - GAP), anchor="end")
        (_interval if has_intervals else _bar)(canvas, scale, slot)
        end = max(scale.at(value) for value in _ends(slot.point) if value is not None)
        canvas.text(end + GAP, slot.top + BAR - 5, slot.point.text, "value" if slot.point.value else "muted")
    return canvas


def _slots(panel: Panel) -> Iterator[Slot]:
    names = dict.fromkeys(point.x_text for point in panel.points)
    top = 4.0
    for name in names:
        said = name or "all"
        for number, series in enumerate(panel.series):
            for point in series.points:
                if point.x_text == name:
                    yield Slot(point, number, top, said)
                    said = ""
                    top += BAR
        top += GAP


def _ends(point: Point) -> tuple[float | None, ...]:
    """Return what a value must be written behind."""
    return point.value, point.high, point.baseline, 0.0


def _bar(canvas: Canvas, scale: Scale, slot: Slot) -> None:
    point = slot.point
    if point.baseline is not None:
        start, length = _span(scale, point.baseline)
        canvas.rectangle(start, slot.top, length, BAR - 2, "baseline")
    if point.value is not None:
        look = f"{look_of(slot.series)}{' doubt' if point.doubt else ''}"
        inset = 0 if point.baseline is None else INSET
        start, length = _span(scale, point.value)
        canvas.rectangle(start, slot.top + inset, length, BAR - 2 - 2 * inset, look, tip=point.tip)


def _span(scale: Scale, value: float) -> tuple[float, float]:
    """Return where a bar begins and how long it is, from zero to either side."""
    return min(scale.at(0), scale.at(value)), abs(scale.at(value) - scale.at(0))


def _interval(canvas: Canvas, scale: Scale, slot: Slot) -> None:
    point, middle = slot.point, slot.top + (BAR - 2) / 2
    look = look_of(slot.series)
    if point.low is not None and point.high is not None:
        canvas.rectangle(
            scale.at(point.low), middle - 2.5, scale.at(point.high) - scale.at(point.low), 5, f"{look} interval"
        )
    if point.value is not None:
        canvas.dot(scale.at(point.value), middle, DOT, f"{look}{' hollow' if point.doubt else ''}", tip=point.tip)
