"""The picture of a day: the longest wait of each lane, minute by minute, and when each candidate's alerts stood."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alert_lab.outcome import WAIT_METRICS, LabResult, Span
from alert_lab.recorded import MINUTE_MS, RecordedDay
from contracts.rules import Store

SIDE = 1000
HOUR_MS = 60 * MINUTE_MS
MOST_TICKS = 8
_TICK_MINUTES = (5, 10, 15, 30, 60, 120, 180, 360)


@dataclass(frozen=True, slots=True)
class Bar:
    """An alert on a strip, in percent of its width; `says` tells it in words, `is_wide`: it is the store's."""

    left: float
    width: float
    says: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """One candidate's alerts at one lane."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class LanePanel:
    """One lane: the area of its waits and of those over the target as paths in a square of `SIDE`, and its alerts."""

    lane_id: str
    figures: str
    area: str
    over: str
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The lanes of one day over the same stretch of time; target and ticks in percent."""

    title: str
    target_percent: float
    target_name: str
    highest: str
    ticks: tuple[tuple[float, str], ...]
    panels: tuple[LanePanel, ...]


def timeline_of(day: RecordedDay, store: Store, results: Sequence[LabResult]) -> Timeline:
    """Return the picture of a day with waits."""
    minutes = [minute for lane in day.waits.values() for minute in lane]
    start_ms, end_ms = min(minutes), max(minutes) + MINUTE_MS
    most = max(wait for lane in day.waits.values() for wait in lane.values())
    highest = max(60.0 * math.ceil(most / 60), 60.0 * math.ceil(1.2 * store.target_wait_seconds / 60))
    frame = _Frame(start_ms, end_ms, highest, store)
    return Timeline(
        title=f"{day.store_id}, {frame.date(start_ms)}, {frame.clock(start_ms)} to {frame.clock(end_ms)}",
        target_percent=100 * (1 - store.target_wait_seconds / highest),
        target_name=f"target {_duration(store.target_wait_seconds)}",
        highest=_duration(highest),
        ticks=tuple(frame.ticks()),
        panels=tuple(_panel(frame, day, lane_id, results) for lane_id in sorted(day.waits)),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Maps times and waits to the picture."""

    start_ms: int
    end_ms: int
    highest: float
    store: Store

    def percent(self, time_ms: int) -> float:
        share = (time_ms - self.start_ms) / (self.end_ms - self.start_ms)
        return 100 * min(1.0, max(0.0, share))

    def x(self, time_ms: int) -> str:
        return f"{10 * self.percent(time_ms):.1f}"

    def y(self, seconds: float) -> str:
        return f"{SIDE * (1 - seconds / self.highest):.1f}"

    def clock(self, time_ms: int) -> str:
        return f"{self._local(time_ms):%H:%M}"

    def date(self, time_ms: int) -> str:
        local = self._local(time_ms)
        return f"{local:%A} {local.day} {local:%B %Y}"

    def _local(self, time_ms: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(time_ms / 1000, ZoneInfo(self.store.time_zone))

    def ticks(self) -> list[tuple[float, str]]:
        minutes = (self.end_ms - self.start_ms) / MINUTE_MS
        step = next((each for each in _TICK_MINUTES if minutes / each <= MOST_TICKS), _TICK_MINUTES[-1]) * MINUTE_MS
        first = -(-self.start_ms // step) * step
        return [(self.percent(at), self.clock(at)) for at in range(first, self.end_ms + 1, step)]

    def area(self, waits: Iterable[tuple[int, float]]) -> str:
        """Return one rectangle for each minute: a minute without a reading is a gap."""
        return "".join(
            f"M{self.x(at)},{SIDE}V{self.y(wait)}H{self.x(at + MINUTE_MS)}V{SIDE}Z" for at, wait in waits if wait
        )


def _panel(frame: _Frame, day: RecordedDay, lane_id: str, results: Sequence[LabResult]) -> LanePanel:
    waits = sorted(day.waits[lane_id].items())
    target = frame.store.target_wait_seconds
    over = [(at, wait) for at, wait in waits if wait > target]
    longest = max((wait for _, wait in waits), default=0.0)
    return LanePanel(
        lane_id=lane_id,
        figures=f"longest {_duration(longest)}, {len(over)} min over the target",
        area=frame.area([(at, wait) for at, wait in waits if wait <= target]),
        over=frame.area(over),
        strips=tuple(Strip(result.name, tuple(_bars(frame, day, lane_id, result))) for result in results),
    )


def _bars(frame: _Frame, day: RecordedDay, lane_id: str, result: LabResult) -> list[Bar]:
    of_waits = {rule.rule_id for rule in result.rules if rule.metric in WAIT_METRICS}
    bars = [
        _bar(frame, span)
        for span in result.spans
        if span.store_id == day.store_id
        and span.rule_id in of_waits
        and (span.place_kind == "store" or span.place_id == lane_id)
        and span.raised_ms < frame.end_ms
        and day.start_ms <= span.raised_ms <= day.end_ms
    ]
    # The lane's own lie upon those of the whole store.
    return sorted(bars, key=lambda bar: (not bar.is_wide, bar.left))


def _bar(frame: _Frame, span: Span) -> Bar:
    left = frame.percent(span.raised_ms)
    says = f"{span.rule_id}: {frame.clock(span.raised_ms)} to {frame.clock(span.ended_ms)}, worst {span.worst_value:g}"
    width = frame.percent(span.ended_ms) - left
    return Bar(round(left, 2), round(width, 2), says, is_wide=span.place_kind == "store")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
