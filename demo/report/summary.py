"""The first answer: one sentence, and the few numbers that carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from demo.report.model import Day, Place
from demo.report.words import clock, count, duration, people, place, share


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number in large type, what it is, and what to compare it with; `is_bad` when it missed its target."""

    value: str
    name: str
    remark: str
    is_bad: bool = False


def headline(day: Day) -> str:
    """Return the sentence that a store's owner came for."""
    span = f"between {clock(day.start_ms, day.time_zone)} and {clock(day.end_ms, day.time_zone)}"
    if not day.has_data:
        return f"No data came from the store {span}. Are its cameras running?"
    came = f"{people(day.came_in)} came in {span}."
    waits = day.waits_seconds
    if not waits:
        return f"{came} Nobody was served at a lane."
    gone = len(day.of_outcome("abandoned"))
    gave_up = f"{people(gone)} gave up" if gone else "nobody gave up"
    return f"{came} Half of the served waited less than {duration(median(waits))} at the checkout, and {gave_up}."


def key_numbers(day: Day) -> list[KeyNumber]:
    """Return at most six numbers; those without anything behind them are left out."""
    return [*_queue_numbers(day), *_lane_number(day), *_store_number(day), *_place_number(day)]


def _queue_numbers(day: Day) -> Iterator[KeyNumber]:
    waits, target = day.waits_seconds, duration(day.target_wait_seconds)
    if waits:
        slowest_tenth = waits[int(0.9 * (len(waits) - 1))]
        is_slow = median(waits) > day.target_wait_seconds
        yield KeyNumber(
            duration(median(waits)),
            "typical wait",
            f"target {target}, one in ten over {duration(slowest_tenth)}",
            is_slow,
        )
        yield KeyNumber(
            share(len(waits) - day.over_target, len(waits)),
            f"served within {target}",
            f"{count(day.over_target)} of {count(len(waits))} waited longer",
        )
    if day.journeys:
        gone = day.of_outcome("abandoned")
        yield KeyNumber(
            count(len(gone)),
            "gave up queueing",
            f"{share(len(gone), len(day.journeys))} of {count(len(day.journeys))} who joined",
        )


def _lane_number(day: Day) -> Iterator[KeyNumber]:
    fullest = _fullest(day.lanes)
    if fullest and fullest.fullest and fullest.fullest.maximum:
        at = clock(fullest.fullest.start_ms, day.time_zone)
        yield KeyNumber(count(fullest.fullest.maximum), "in the longest queue", f"{place(fullest.place_id)} at {at}")


def _store_number(day: Day) -> Iterator[KeyNumber]:
    if day.present:
        minute_ms, most = max(day.present, key=lambda moment: moment[1])
        yield KeyNumber(count(most), "in the store at most", f"at {clock(minute_ms, day.time_zone)}")


def _place_number(day: Day) -> Iterator[KeyNumber]:
    aisles = {each.place_id for each in day.places if each.kind == "aisle"}
    visits = {place_id: dwell for place_id, dwell in day.dwell_seconds.items() if place_id in aisles}
    if visits:
        busiest = max(visits, key=lambda place_id: len(visits[place_id]))
        dwell = visits[busiest]
        yield KeyNumber(
            count(len(dwell)),
            f"visits to {place(busiest)}",
            f"most of all aisles, {duration(sum(dwell) / len(dwell))} each",
        )


def _fullest(lanes: tuple[Place, ...]) -> Place | None:
    return max(lanes, key=lambda lane: lane.fullest.maximum if lane.fullest else 0, default=None)
