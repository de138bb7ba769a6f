"""Trajectories and floors for the edge's tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from contracts.events import Event, Snapshot, Visit
from edge.device import Device, DeviceSettings
from edge.observations import Observation
from edge.zones import Line, Zone

START_MS = 1_790_000_000_000
"""A multiple of the snapshot interval."""
INSIDE, OUTSIDE, UNSEEN = 1, 0, None
HALL = Zone(zone_id="hall", zone_kind="aisle", camera_id="camera", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
NOOK = Zone(zone_id="nook", zone_kind="other", camera_id="camera", polygon=((2, 0), (3, 0), (3, 1), (2, 1)))
POINTS = {INSIDE: (0.5, 0.5), OUTSIDE: (1.5, 0.5), 2: (2.5, 0.5)}

Sighting = tuple[str, int, bool, bool]
"""Track id, key of `POINTS`, is staff, is at the border."""


def observation(at_ms: int, sightings: Iterable[Sighting]) -> Observation:
    """Return the observation at `START_MS + at_ms`."""
    seen = list(sightings)
    return Observation(
        event_time_ms=START_MS + at_ms,
        track_ids=tuple(track for track, *_ in seen),
        foot_points=np.array([POINTS[place] for _, place, *_ in seen], dtype=np.float64).reshape(-1, 2),
        is_staff=np.array([staff for *_, staff, _ in seen], dtype=np.bool_),
        at_border=np.array([border for *_, border in seen], dtype=np.bool_),
    )


def device(
    zones: Sequence[Zone] = (HALL, NOOK),
    *,
    lines: Sequence[Line] = (),
    settings: DeviceSettings | None = None,
) -> Device:
    """Return a fresh device."""
    return Device(store_id="store", device_id="device", boot_id="boot", zones=zones, lines=lines, settings=settings)


def visits_of(events: Iterable[Event]) -> list[Visit]:
    """Return the visits among the events."""
    return [event.payload for event in events if isinstance(event.payload, Visit)]


def snapshots_of(events: Iterable[Event]) -> list[tuple[int, Snapshot]]:
    """Return (start relative to `START_MS`, snapshot) of the snapshots among the events."""
    return [(e.event_time_ms - START_MS, e.payload) for e in events if isinstance(e.payload, Snapshot)]
