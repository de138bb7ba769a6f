"""Events for tests of the oracle, in few words: times in seconds after `START_MS`, everything in one store."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from contracts.events import (
    Crossing,
    Direction,
    Event,
    Health,
    Payload,
    Snapshot,
    TrackMerge,
    Visit,
    VisitEnd,
    ZoneKind,
    ZoneSnapshot,
)

START_MS = round(dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.UTC).timestamp() * 1000)
INTERVAL_MS = 5_000
KINDS: dict[str, ZoneKind] = {"aisle": "aisle", "queue": "queue", "service": "service"}


class Store:
    """Makes the events of one store, as JSON, numbered as they are made."""

    def __init__(self, store_id: str = "store", *, boot_id: str = "b1") -> None:
        self._store_id = store_id
        self._boot_id = boot_id
        self._seq = itertools.count()

    def stay(
        self,
        zone_id: str,
        track_id: str,
        seconds: tuple[float, float],
        *,
        end: VisitEnd = "left",
        is_staff: bool = False,
        device_id: str = "device",
    ) -> dict[str, Any]:
        """Return a stay from `seconds[0]` to `seconds[1]`; zones are named as in the declared cases."""
        kind, lane_id = zone_of(zone_id)
        entered_ms, left_ms = (milliseconds(second) for second in seconds)
        visit = Visit(
            zone_id=zone_id,
            zone_kind=kind,
            lane_id=lane_id,
            camera_id=f"camera-{zone_id}",
            track_id=track_id,
            entered_ms=entered_ms,
            left_ms=left_ms,
            end=end,
            is_staff=is_staff,
        )
        return self._event(visit, left_ms, device_id)

    def merge(self, from_track_id: str, to_track_id: str, at: float, *, device_id: str = "device") -> dict[str, Any]:
        """Return a track merge."""
        return self._event(
            TrackMerge(from_track_id=from_track_id, to_track_id=to_track_id), milliseconds(at), device_id
        )

    def snapshot(self, at: float, zones: dict[str, int], *, camera_id: str | None = None) -> dict[str, Any]:
        """Return a snapshot of 5 s with a constant number of customers in each zone."""
        looks = tuple(_look(zone_id, count, camera_id or f"camera-{zone_id}") for zone_id, count in zones.items())
        return self._event(Snapshot(interval_ms=INTERVAL_MS, zones=looks), milliseconds(at), "device")

    def crossing(self, direction: Direction, at: float, *, device_id: str = "device") -> dict[str, Any]:
        """Return a customer's crossing of the line `doors`."""
        crossing = Crossing(line_id="doors", direction=direction, track_id="t", is_staff=False)
        return self._event(crossing, milliseconds(at), device_id)

    def health(self, camera_id: str, minute: int, seen_share: float, *, device_id: str = "device") -> dict[str, Any]:
        """Return a camera's minute, with a share of 100 frames seen."""
        health = Health(
            camera_id=camera_id,
            state="ok",
            frames_expected=100,
            frames_seen=round(seen_share * 100),
            inference_ms_p50=10.0,
            spooled_events=0,
        )
        return self._event(health, START_MS + (minute + 1) * 60_000 - 1, device_id)

    def _event(self, payload: Payload, event_time_ms: int, device_id: str) -> dict[str, Any]:
        event = Event(
            store_id=self._store_id,
            device_id=f"{self._store_id}-{device_id}",
            boot_id=self._boot_id,
            seq=next(self._seq),
            event_time_ms=event_time_ms,
            payload=payload,
        )
        return event.to_dict()


def milliseconds(seconds: float) -> int:
    """Return the instant that is so many seconds after the start, in milliseconds since 1970."""
    return START_MS + round(seconds * 1000)


def zone_of(zone_id: str) -> tuple[ZoneKind, str | None]:
    """Return the kind and lane of a zone by its name: `queue-1` is the queue of `lane-1`."""
    kind, _, number = zone_id.partition("-")
    return KINDS[kind], None if kind == "aisle" else f"lane-{number}"


def _look(zone_id: str, count: int, camera_id: str) -> ZoneSnapshot:
    kind, lane_id = zone_of(zone_id)
    return ZoneSnapshot(
        zone_id=zone_id,
        zone_kind=kind,
        lane_id=lane_id,
        camera_id=camera_id,
        count=count,
        count_max=count,
        person_ms=count * INTERVAL_MS,
        entered=count,
        left=count,
        longest_stay_ms=0,
        staff_person_ms=0,
    )
