"""The events of many stores at the pace of the clock, rendered from one simulated store.

Each store replays the simulated supermarket from some minute of its rush on, with its own ids and with times that are
now. What it tells, and how long after it happened, is what the edge's code made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import NamedTuple

from contracts.events import Event, Snapshot, record_of
from edge.publisher import Record
from sim.run import stream
from sim.scenario import load as load_scenario

SCENARIO = "supermarket"
FIRST_MINUTE = 35
"""Of the simulated day: there are people in the store by then."""
MINUTES = 15
"""From how many different minutes on the stores replay the day, so that not all see the same people."""
TAIL_SECONDS = 20.0
"""Stores go on for so long after what is measured, so that its last windows close as all others did."""
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class RealTimeLoad:
    """So many stores, each as busy as the simulated supermarket in its rush.

    Attributes:
        stores: How many.
        seconds: How long is measured, after the warm-up.
        seed: Of the simulated store and of what is sampled.
        warm_up_seconds: How long all stores send before.
        spread_seconds: The stores' clocks differ by up to this much, evenly: else all snapshots come at one instant.
        is_aggregated: Whether events travel as the Kinesis Producer Library packs them, many in one record, which the
            source undoes: moto looks through all records of a shard at each `GetRecords` call.
        has_lanes_twice: Whether each lane is there twice, under another name: eight in all.
    """

    stores: int
    seconds: float
    seed: int = 7
    warm_up_seconds: float = 60.0
    spread_seconds: float = 5.0
    is_aggregated: bool = True
    has_lanes_twice: bool = False

    def __post_init__(self) -> None:
        if self.stores < 1 or self.seconds <= 0 or self.warm_up_seconds < 0 or self.spread_seconds < 0:
            raise ValueError(f"expected stores and seconds above 0 and no negative time, came {self}")

    @property
    def total_seconds(self) -> float:
        """How long the stores send."""
        return self.warm_up_seconds + self.seconds + TAIL_SECONDS


@dataclass(frozen=True, slots=True)
class Template:
    """An event of the simulated store with gaps for the store's id and for times.

    Attributes:
        sent_at_ms: When the device sent it (milliseconds since 1970-01-01 UTC).
        event_time_ms: When it happened.
        device: What the device's id adds to the store's.
        content: JSON as a pattern of `%`.
        gaps: What belongs into the gaps: a time in milliseconds, or None for the store's id.
    """

    sent_at_ms: int
    event_time_ms: int
    device: str
    content: bytes
    gaps: tuple[int | None, ...]

    @classmethod
    def of(cls, event: Event, sent_at_ms: int) -> Template:
        """Make a pattern of an event; the id of its device begins with that of its store."""
        store_id = event.store_id.encode()
        pieces = re.split(rb"(%s|(?<=_ms\":)\d{13}(?=[,}]))" % re.escape(store_id), event.to_bytes())
        found = pieces[1::2]
        kept = [piece.replace(b"%", b"%%") for piece in pieces[::2]]
        marks = [b"%b" if piece == store_id else b"%d" for piece in found]
        return cls(
            sent_at_ms=sent_at_ms,
            event_time_ms=event.event_time_ms,
            device=event.device_id.removeprefix(event.store_id),
            content=b"".join(piece for pair in zip(kept, [*marks, b""], strict=True) for piece in pair),
            gaps=tuple(None if piece == store_id else int(piece) for piece in found),
        )

    def render(self, store_id: str, shift_ms: int) -> Record:
        """Return the event of another store, all of its times later by `shift_ms`."""
        name = store_id.encode()
        values = tuple(name if gap is None else gap + shift_ms for gap in self.gaps)
        return Record(partition_key=f"{store_id}/{store_id}{self.device}", content=record_of(self.content % values))


class Due(NamedTuple):
    """What a store is to send at an instant, in milliseconds since 1970-01-01 UTC."""

    at_ms: int
    store_id: str
    shift_ms: int
    template: Template


def templates_of(load: RealTimeLoad) -> tuple[Template, ...]:
    """Return what the simulated store sends, in that order, from `FIRST_MINUTE` on for as long as any store needs."""
    scenario = load_scenario(SCENARIO)
    first_ms = scenario.opening_ms + (FIRST_MINUTE - 1) * MINUTE_MS
    minutes = FIRST_MINUTE + MINUTES + load.total_seconds / 60 + 2
    events = stream(scenario, seed=load.seed, hours=minutes / 60)
    last_ms = scenario.opening_ms + minutes * MINUTE_MS
    while_needed = takewhile(lambda emitted: emitted.emitted_at_ms < last_ms, events)
    made = with_lanes_twice if load.has_lanes_twice else lambda event: event
    return tuple(Template.of(made(event), at_ms) for at_ms, event in while_needed if at_ms >= first_ms)


def with_lanes_twice(event: Event) -> Event:
    """Return a snapshot with a copy of each lane's zones; other events as they are."""
    if not isinstance(event.payload, Snapshot):
        return event
    zones = event.payload.zones
    copies = (
        replace(zone, zone_id=f"{zone.zone_id}-b", lane_id=f"{zone.lane_id}-b")
        for zone in zones
        if zone.lane_id is not None
    )
    return replace(event, payload=replace(event.payload, zones=(*zones, *copies)))


def store_ids(load: RealTimeLoad) -> list[str]:
    """Return the ids of all stores."""
    return [f"shop-{number:05d}" for number in range(load.stores)]


def schedule(load: RealTimeLoad, templates: Sequence[Template], start_ms: int) -> list[Due]:
    """Return what all stores send from an instant on, in the order of sending; a device's events keep their order."""
    end_ms = start_ms + load.total_seconds * 1000
    dues = [
        Due(template.sent_at_ms + shift_ms, store_id, shift_ms, template)
        for store_id, shift_ms in zip(store_ids(load), shifts_ms(load, start_ms), strict=True)
        for template in templates
        if start_ms <= template.sent_at_ms + shift_ms < end_ms
    ]
    return sorted(dues, key=lambda due: due.at_ms)


def shifts_ms(load: RealTimeLoad, start_ms: int) -> Iterator[int]:
    """Yield how much later than the simulated day each store lives: whole minutes, and its share of the spread."""
    minute_ms = start_ms - start_ms % MINUTE_MS
    first_ms = load_scenario(SCENARIO).opening_ms + FIRST_MINUTE * MINUTE_MS
    for number in range(load.stores):
        phase_ms = int(1000 * load.spread_seconds * number / load.stores)
        yield minute_ms - first_ms - number % MINUTES * MINUTE_MS + phase_ms
