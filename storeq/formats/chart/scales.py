"""Scales with round ticks: numbers, shares, durations, dates and instants."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from storeq.formats.chart.data import X
from storeq.formats.units import Unit
from storeq.formats.words import said

SECONDS_OF_DAY = 86_400
_ROUND = (1, 2, 5, 10)
_DURATIONS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
_DAYS = (1, 2, 7, 14)


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on a scale."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps `low`..`high` to `start`..`end` in pixels."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[Tick, ...] = ()

    def at(self, value: float) -> float:
        """Return where a value lies, in pixels."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + share * (self.end - self.start)


def measure_scale(values: Iterable[float], unit: Unit, *, start: float, end: float, ticks: int, zero: bool) -> Scale:
    """Return a scale of a measure that ends on round values.

    Args:
        values: what must be on it.
        unit: what is measured.
        start: where the lowest value is, in pixels.
        end: where the highest is.
        ticks: about how many.
        zero: whether it begins at 0, as it must for bars.
    """
    found = [*values, *([0.0] if zero else [])] or [0.0]
    low, high = min(found), max(found)
    if low == high:
        high = low + (abs(low) or 1.0)
    step = _step(unit, (high - low) / max(1, ticks))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    marks = tuple(Tick(number * step, _tick_text(number * step, step, unit)) for number in range(first, last + 1))
    return Scale(first * step, last * step, start, end, marks)


def place_scale(points: Sequence[X], *, start: float, end: float, ticks: int, is_instant: bool) -> Scale:
    """Return the scale of dates, instants or numbers that are not measured, with ticks at some of them."""
    values = sorted({number_of(point) for point in points})
    low, high = values[0], values[-1]
    if isinstance(points[0], dt.date):
        return Scale(low, high, start, end, tuple(_date_ticks(low, high, ticks)))
    if is_instant:
        return Scale(low, high, start, end, tuple(_instant_ticks(low, high, ticks)))
    every = max(1, math.ceil(len(values) / ticks))
    return Scale(low, high, start, end, tuple(Tick(value, f"{value:g}") for value in values[::every]))


def number_of(point: X) -> float:
    """Return where on a scale a point lies; a date by its day."""
    return float(point.toordinal()) if isinstance(point, dt.date) else float(point)


def _step(unit: Unit, least: float) -> float:
    if unit in ("seconds", "ms"):
        factor = 1000.0 if unit == "ms" else 1.0
        return next((step * factor for step in _DURATIONS if step * factor >= least), _round_step(least))
    return max(1.0, _round_step(least)) if unit == "count" else _round_step(least)


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (*_ROUND, 10) if step * power >= least * (1 - 1e-9))


def _tick_text(value: float, step: float, unit: Unit) -> str:
    if unit in ("share", "change") and step < 0.01:  # noqa: PLR2004 - less than one percent
        return f"{100 * value:.1f}"
    if unit == "change":
        return said(value, "share")
    if unit == "number":
        return f"{value:.{max(0, -math.floor(math.log10(step)))}f}".replace("-", "−")
    return said(value, unit)


def _date_ticks(low: float, high: float, ticks: int) -> Iterator[Tick]:
    first, last = dt.date.fromordinal(int(low)), dt.date.fromordinal(int(high))
    days = (last - first).days + 1
    step = next((step for step in _DAYS if days / step <= ticks), None)
    if step is not None:
        for number in range(0, days, step):
            date = first + dt.timedelta(days=number)
            yield Tick(float(date.toordinal()), f"{date.day} {date:%b}")
        return
    months = [month for month in _months(first, last) if month >= first]
    every = max(1, math.ceil(len(months) / ticks))
    for month in months[::every]:
        text = f"{month:%b} {month.year}" if month.month == 1 or month == months[0] else f"{month:%b}"
        yield Tick(float(month.toordinal()), text)


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    years = range(first.year, last.year + 1)
    every = chain.from_iterable((dt.date(year, month, 1) for month in range(1, 13)) for year in years)
    return (month for month in every if month <= last)


def _instant_ticks(low: float, high: float, ticks: int) -> Iterator[Tick]:
    hours = (1, 2, 3, 6, 12, 24, 48, 168)
    step = 3600 * next((step for step in hours if (high - low) / 3600 / step <= ticks), hours[-1])
    first = math.ceil(low / step) * step
    for second in range(int(first), int(high) + 1, step):
        instant = dt.datetime.fromtimestamp(second, dt.UTC)
        text = f"{instant:%H:%M}" if second % SECONDS_OF_DAY else f"{instant.day} {instant:%b}"
        yield Tick(float(second), text)
