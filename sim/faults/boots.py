"""When each device's software runs, and what its clock says meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sim.faults.settings import ClockSkew, EdgeRestart, Faults, chosen
from sim.scenario import DevicePlan, Scenario

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Boot:
    """One run of the software, from `start` to before `stop` (seconds since opening); its clock is `skew_ms` ahead."""

    number: int
    start: float
    stop: float
    skew_ms: int


def boots_of(scenario: Scenario, device: DevicePlan, faults: Faults, *, end_seconds: float) -> tuple[Boot, ...]:
    """Return the boots of one device in order; the last stops at `end_seconds` unless the device is down then."""
    known = [each.device_id for each in scenario.devices]
    restarts = [each for each in faults.edge_restart if device.device_id in chosen(each.device_id, known)]
    skews = [each for each in faults.clock_skew if device.device_id in chosen(each.device_id, known)]
    turns = {0.0, end_seconds, *_turns(restarts, skews, end_seconds)}
    inner = sorted(turn for turn in turns if 0.0 <= turn <= end_seconds)
    parts = [(start, stop) for start, stop in pairwise(inner) if not _is_down(restarts, start)]
    return tuple(
        Boot(number=number, start=start, stop=stop, skew_ms=_skew_ms(scenario, skews, start))
        for number, (start, stop) in enumerate(parts)
    )


def _turns(restarts: list[EdgeRestart], skews: list[ClockSkew], end_seconds: float) -> Iterator[float]:
    for restart in restarts:
        yield from (restart.at_seconds, restart.at_seconds + restart.down_seconds)
    for skew in skews:
        yield from (skew.from_seconds, end_seconds if skew.until_seconds is None else skew.until_seconds)


def _is_down(restarts: list[EdgeRestart], time: float) -> bool:
    return any(each.at_seconds <= time < each.at_seconds + each.down_seconds for each in restarts)


def _skew_ms(scenario: Scenario, skews: list[ClockSkew], time: float) -> int:
    active = [
        skew
        for skew in skews
        if skew.from_seconds <= time and (skew.until_seconds is None or time < skew.until_seconds)
    ]
    return sum(_one_skew_ms(scenario, skew) for skew in active)


def _one_skew_ms(scenario: Scenario, skew: ClockSkew) -> int:
    if skew.date is not None:
        return (skew.date - scenario.store.business_day).days * DAY_MS
    return round((skew.seconds or 0.0) * 1000)
