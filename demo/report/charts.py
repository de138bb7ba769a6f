"""What every chart of the report is made of, whatever it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.quality import MEASURES
from demo.report.model import Day, Minute
from demo.report.plots import Plot, Scale, Tick
from demo.report.words import clock

MINUTE_MS = 60_000
BLOCK_MS = 5 * MINUTE_MS
QUARTER_MS = 15 * MINUTE_MS
HALF_HOUR_MS = 30 * MINUTE_MS
HOUR_MS = 60 * MINUTE_MS
GOOD_COVERAGE = 0.9
"""A minute that was watched for less than this share is faded."""
GOOD_HOUR_SHARE = next(measure.good for measure in MEASURES if measure.column == "coverage")
"""An hour of which less than this share lies in the day cannot be graded good."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot with its name in front and its figures behind."""

    name: str
    figures: str
    plots: tuple[Plot, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the lake's views, and the part of it that lies in the day: the first and the last may be cut."""

    start_ms: int
    from_ms: int
    until_ms: int

    @property
    def minutes(self) -> float:
        """How many of its 60 minutes lie in the day."""
        return max(0, self.until_ms - self.from_ms) / MINUTE_MS

    @property
    def is_part(self) -> bool:
        """Whether so much of it lies outside that it cannot be graded good."""
        return self.until_ms - self.from_ms < GOOD_HOUR_SHARE * HOUR_MS


@dataclass(frozen=True, slots=True)
class TableView:
    """The same values as a table."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Legend:
    """A sign and what it stands for; `look` is the class of the sign."""

    look: str
    text: str


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell of a heat table: its grade in words, its figures, and why it is no better; None is an empty cell.

    `look` is the class of its ground.
    """

    grade: str
    figures: str
    why: str
    look: str


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Cells by row and column; a column has a name and a remark."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, tuple[HeatCell | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart under the sentence that it shows.

    `layout` is `pairs` (two beside each other where there is room), `strips` (one line each), `single` or `heat`.
    `empty` says what would fill it when there are no panels and no heat table; `notes` are said below.
    """

    name: str
    finding: str
    axes: str
    layout: str
    panels: tuple[Panel, ...]
    table: TableView
    legend: tuple[Legend, ...] = ()
    empty: str = ""
    heat: HeatTable | None = None
    notes: tuple[str, ...] = ()


def time_scale(day: Day) -> Scale:
    """Return the horizontal scale of the day, whole blocks of five minutes."""
    return Scale(day.start_ms - day.start_ms % BLOCK_MS, -(-day.end_ms // BLOCK_MS) * BLOCK_MS)


def time_ticks(day: Day) -> tuple[Tick, ...]:
    """Return half hours, or hours on a long day; every second one is minor."""
    every_ms = HALF_HOUR_MS if day.end_ms - day.start_ms <= 4 * HOUR_MS else HOUR_MS
    scale = time_scale(day)
    first_ms = -(-int(scale.low) // every_ms) * every_ms
    return tuple(
        Tick(scale.share(instant_ms) * 100, clock(instant_ms, day.time_zone), bool(instant_ms % (2 * every_ms)))
        for instant_ms in range(first_ms, int(scale.high) + 1, every_ms)
    )


def count_ticks(top: float, steps: int = 2) -> tuple[Tick, ...]:
    """Return a few round numbers from 0 to `top`."""
    return tuple(Tick(100 * step / steps, f"{top * step / steps:g}") for step in range(steps + 1))


def spans_of(
    minutes: tuple[Minute, ...], value: str, *, is_covered: bool, length_ms: int = MINUTE_MS
) -> list[tuple[float, float, float]]:
    """Return minutes as `(start, end, value)`; `is_covered` chooses those that were watched well, or badly."""
    return [
        (minute.start_ms, minute.start_ms + length_ms, getattr(minute, value))
        for minute in minutes
        if (minute.coverage >= GOOD_COVERAGE) == is_covered
    ]


def hours_of(day: Day, starts_ms: Iterable[int]) -> tuple[Hour, ...]:
    """Return the hours that start then, in order, each once."""
    return tuple(
        Hour(start_ms, max(start_ms, day.start_ms), min(start_ms + HOUR_MS, day.end_ms))
        for start_ms in sorted(set(starts_ms))
    )


def watched(minute: Minute) -> str:
    """Return the remark on a minute that was not watched all the time; empty for a good one."""
    return "" if minute.coverage >= GOOD_COVERAGE else f", watched {minute.coverage:.0%} of the time only"
