"""A store on the day on which clocks go forward: all that happens near its two midnights, sent a season late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.events import Crossing, Event, Payload, Snapshot, Visit, ZoneSnapshot
from glue.business_day import BusinessDay, epoch_ms

STORE = "store-of-the-short-day"
DAY = BusinessDay(dt.date(2026, 3, 29), ZoneInfo("Europe/Berlin"))


def events() -> list[Event]:
    """Return the store's events: what belongs to the day, and what just does not."""
    payloads = [*_around(epoch_ms(DAY.start)), *_around(epoch_ms(DAY.end))]
    return [
        Event(store_id=STORE, device_id=f"{STORE}-dev", boot_id="b1", seq=seq, event_time_ms=time_ms, payload=payload)
        for seq, (time_ms, payload) in enumerate(payloads)
    ]


def _around(midnight_ms: int) -> Iterator[tuple[int, Payload]]:
    for offset_ms in (-5_000, 0, 5_000):
        yield midnight_ms + offset_ms, _snapshot(count=2 + offset_ms // 5_000)
    for offset_ms in (-1, 0):
        yield midnight_ms + offset_ms, Crossing(line_id="doors", direction="in", track_id="c", is_staff=False)
    # One visit over midnight in two stays; one queue before it with the service after it.
    yield from _stay(midnight_ms, "aisle", f"a{midnight_ms}", -60, -20)
    yield from _stay(midnight_ms, "aisle", f"a{midnight_ms}", -10, 15)
    yield from _stay(midnight_ms, "queue", f"b{midnight_ms}", -90, -2)
    yield from _stay(midnight_ms, "service", f"b{midnight_ms}", -1, 180)


def _stay(
    midnight_ms: int, kind: Literal["aisle", "queue", "service"], track_id: str, start: int, end: int
) -> Iterator[tuple[int, Payload]]:
    left_ms = midnight_ms + end * 1000
    yield (
        left_ms,
        Visit(
            zone_id=f"{kind}-1",
            zone_kind=kind,
            lane_id=None if kind == "aisle" else "lane-1",
            camera_id="cam",
            track_id=track_id,
            entered_ms=midnight_ms + start * 1000,
            left_ms=left_ms,
            end="left",
            is_staff=False,
        ),
    )


def _snapshot(count: int) -> Snapshot:
    zone = ZoneSnapshot(
        zone_id="aisle-1",
        zone_kind="aisle",
        camera_id="cam",
        count=count,
        count_max=count,
        person_ms=count * 5_000,
        entered=1,
        left=0,
        longest_stay_ms=0,
        staff_person_ms=0,
    )
    return Snapshot(interval_ms=5_000, zones=(zone,))
