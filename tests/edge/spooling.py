"""Events and clocks for the tests of the spool and of its sender."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.events import Box, Event, Hazard, Health, Heat, HeatGrid, Payload, TrackMerge

START_MS = 1_790_000_000_000
HEALTH = Health(
    camera_id="c", state="ok", frames_expected=300, frames_seen=300, inference_ms_p50=20.0, spooled_events=0
)
MERGE = TrackMerge(from_track_id="a", to_track_id="b")
HEAT = Heat(camera_id="c", grid=HeatGrid(w=2, h=2), cells=())
HAZARD = Hazard(hazard_id="h", camera_id="c", label="spill", confidence=0.5, box=Box(x=0.1, y=0.1, w=0.1, h=0.1))


class Clock:
    """Stands still but where it is moved; `set_by_ms` moves the wall clock alone."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.set_by_ms = 0

    def monotonic(self) -> float:
        """Return the running time."""
        return self.seconds

    def now_ms(self) -> int:
        """Return the wall clock."""
        return START_MS + self.set_by_ms + round(self.seconds * 1_000)


def event(seq: int, payload: Payload = MERGE, *, boot_id: str = "boot") -> Event:
    """Return an event of one device."""
    return Event(store_id="s", device_id="d", boot_id=boot_id, seq=seq, event_time_ms=START_MS + seq, payload=payload)


def events(seqs: Iterable[int], payload: Payload = MERGE) -> list[Event]:
    """Return events with these numbers."""
    return [event(seq, payload) for seq in seqs]
