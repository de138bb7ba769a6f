"""Values over dates, hours or numbers: columns, lines, bands and dots. A value that is not known is a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from storeq.formats.chart.canvas import SERIES_COLOURS, Canvas, fitted, look_of, width_of
from storeq.formats.chart.data import Panel, Point, Series
from storeq.formats.chart.scales import Scale, measure_scale, number_of, place_scale
from storeq.formats.chart.spec import Kind

HEIGHT = 280
TOP = 12
FOOT = 26
MARGIN = 10
LABEL_WIDTH = 110
DIRECT_FROM_WIDTH = 560
LINE_HEIGHT = 14
PIXELS_ACROSS_A_TICK = 64
PIXELS_UP_A_TICK = 48
COLUMN_SHARE = 0.7
LONE_STEP = 40


@dataclass(frozen=True, slots=True)
class Frame:
    """The scales of a plot, and how far apart neighbours are, in pixels."""

    xs: Scale
    ys: Scale
    step: float
    left: float

    def at(self, point: Point, value: float) -> tuple[float, float]:
        """Return where a value of a point lies."""
        return self.xs.at(number_of(point.x)), self.ys.at(value)


def draw_scale(panel: Panel, kind: Kind, width: int, *, is_instant: bool) -> Canvas:
    """Return the panel over its scale, with the names of the series beside their ends where there is room."""
    is_named = kind != "bar" and width >= DIRECT_FROM_WIDTH and 1 < len(panel.series) <= SERIES_COLOURS
    canvas = Canvas(width, HEIGHT, panel.title)
    frame = _frame(panel, kind, width - MARGIN - (LABEL_WIDTH if is_named else 0), is_instant=is_instant)
    _axes(canvas, frame)
    for number, series in enumerate(panel.series):
        _DRAWN[kind](canvas, frame, series, number, len(panel.series))
    if is_named:
        _name_series(canvas, frame, panel.series)
    return canvas


def _frame(panel: Panel, kind: Kind, right: float, *, is_instant: bool) -> Frame:
    bottom = HEIGHT - FOOT
    up = (bottom - TOP) // PIXELS_UP_A_TICK
    ys = measure_scale(panel.extent, panel.unit, start=bottom, end=TOP, ticks=up, zero=kind != "scatter")
    left = width_of([tick.text for tick in ys.ticks]) + MARGIN
    places = [point.x for point in panel.points]
    inset = (right - left) / (2 * len(set(places)) + 1) if kind == "bar" else MARGIN / 2
    xs = place_scale(
        places,
        start=left + inset,
        end=right - inset,
        ticks=max(2, int((right - left) / PIXELS_ACROSS_A_TICK)),
        is_instant=is_instant,
    )
    return Frame(xs, ys, _pixel_step(places_of(panel), xs), left)


def places_of(panel: Panel) -> list[float]:
    """Return where the points are, each place once, in order."""
    return sorted({number_of(point.x) for point in panel.points})


def _pixel_step(places: Sequence[float], xs: Scale) -> float:
    steps = [xs.at(after) - xs.at(before) for before, after in pairwise(places)]
    return min(steps, default=LONE_STEP)


def _axes(canvas: Canvas, frame: Frame) -> None:
    left, right = frame.left, canvas.width - MARGIN
    for tick in frame.ys.ticks:
        at = frame.ys.at(tick.value)
        canvas.line(left, at, right, at, "zero" if tick.value == 0 else "grid")
        canvas.text(left - MARGIN / 2, at + 4, tick.text, "muted", anchor="end")
    for tick in frame.xs.ticks:
        canvas.text(frame.xs.at(tick.value), HEIGHT - MARGIN / 2, tick.text, "muted", anchor="middle")


def _columns(canvas: Canvas, frame: Frame, series: Series, number: int, count: int) -> None:
    width = max(1.5, frame.step * COLUMN_SHARE / count)
    for point in series.points:
        if point.value is None:
            continue
        left = frame.xs.at(number_of(point.x)) - width * count / 2 + number * width
        if point.baseline is not None:
            top, height = _upright(frame, point.baseline)
            canvas.rectangle(left - 2, top, width + 4, height, "baseline")
        top, height = _upright(frame, point.value)
        look = f"{look_of(number)}{' doubt' if point.doubt else ''}"
        canvas.rectangle(left, top, width - (1 if count > 1 else 0), height, look, tip=point.tip)


def _upright(frame: Frame, value: float) -> tuple[float, float]:
    """Return where a column begins and how high it is, from zero up or down."""
    return min(frame.ys.at(0), frame.ys.at(value)), abs(frame.ys.at(value) - frame.ys.at(0))


def _lines(canvas: Canvas, frame: Frame, series: Series, number: int, _: int) -> None:
    for run in runs(series, frame, lambda point: point.baseline):
        _run(canvas, run, "line baseline-line")
    for run in runs(series, frame, lambda point: point.value):
        _run(canvas, run, f"line {look_of(number)}")
    _marks(canvas, frame, series, number, is_dotted=False)


def _bands(canvas: Canvas, frame: Frame, series: Series, number: int, count: int) -> None:
    look = look_of(number)
    limits = [point for point in series.points if point.low is not None and point.high is not None]
    bounded = Series(series.name, tuple(limits))
    upper = runs(bounded, frame, lambda point: point.high)
    lower = runs(bounded, frame, lambda point: point.low)
    for above, below in zip(upper, lower, strict=True):
        canvas.path([*above, *reversed(below)], f"{look} interval", is_closed=True)
    _lines(canvas, frame, series, number, count)


def _scattered(canvas: Canvas, frame: Frame, series: Series, number: int, _: int) -> None:
    _marks(canvas, frame, series, number, is_dotted=True)


def _run(canvas: Canvas, run: Sequence[tuple[float, float]], look: str) -> None:
    if len(run) > 1:
        canvas.path(run, look)


def _marks(canvas: Canvas, frame: Frame, series: Series, number: int, *, is_dotted: bool) -> None:
    """Draw a dot for each point: seen where it is doubtful or stands alone, else only there to be pointed at."""
    lone = {run[0] for run in runs(series, frame, lambda point: point.value) if len(run) == 1}
    for point in series.points:
        if point.value is None:
            continue
        place = frame.at(point, point.value)
        is_seen = is_dotted or place in lone
        look = f"{look_of(number)} hollow" if point.doubt else look_of(number) if is_seen else "unseen"
        canvas.dot(*place, 4 if is_dotted else 3, look, tip=point.tip)


def runs(series: Series, frame: Frame, value_of: Callable[[Point], float | None]) -> list[list[tuple[float, float]]]:
    """Return the points in runs of neighbours: where one is missing, or not known, a run ends."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in sorted(series.points, key=lambda point: number_of(point.x)):
        value = value_of(point)
        if value is None:
            found.append([])
            continue
        place = frame.at(point, value)
        if found[-1] and place[0] - found[-1][-1][0] > 1.5 * frame.step:
            found.append([])
        found[-1].append(place)
    return [run for run in found if run]


def _name_series(canvas: Canvas, frame: Frame, every: Sequence[Series]) -> None:
    """Write each name at the end of its line; names that would overlap move down."""
    ends = []
    for number, series in enumerate(every):
        last = [frame.at(point, point.value) for point in series.points if point.value is not None]
        if last:
            ends.append((max(last)[1], number, series.name))
    free = float(TOP)
    for y, number, name in sorted(ends):
        free = max(free, y + 4)
        canvas.text(canvas.width - LABEL_WIDTH, free, fitted(name, LABEL_WIDTH - MARGIN), f"name {look_of(number)}")
        free += LINE_HEIGHT


_DRAWN: Mapping[Kind, Callable[[Canvas, Frame, Series, int, int], None]] = {
    "bar": _columns,
    "line": _lines,
    "band": _bands,
    "scatter": _scattered,
}
