"""What the policy looks at: the rows of `sql/flink/views/alert_signal.sql`, and the readings that rules compare."""

from __future__ import annotations

import json
from dataclasses import dataclass

from contracts.alerts import PlaceKind

WINDOW_MS = 10_000
"""Length of the windows in which zones and cameras are looked at."""
CAMERA_IS_WELL = "ok"


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone over a window: people at its end, their longest stay so far, and sums over the time watched."""

    zone_id: str
    kind: str
    lane_id: str | None
    count: int
    longest_stay_ms: int
    person_ms: int
    interval_ms: int
    entered: int
    left: int
    staff_person_ms: int

    @property
    def mean(self) -> float:
        """Time-weighted mean number of people; 0 when the zone was not watched."""
        return self.person_ms / self.interval_ms if self.interval_ms else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One value at one place: at the end of the stretch of time for which it holds."""

    metric: str
    place_kind: PlaceKind
    place_id: str
    value: float
    since_ms: int
    time_ms: int
    zone_kind: str = ""
    camera_id: str = ""
    hazard_id: str = ""
    clip_id: str = ""


def zones_in(body: str) -> list[Zone]:
    """Read the zones of a window, as `ZONES_TEXT` writes them."""
    return [Zone(*values) for values in json.loads(body)]


def zone_readings(zones: list[Zone], time_ms: int) -> list[Reading]:
    """Return occupancy by zone, and queue length and longest wait by lane, over a window that ends at `time_ms`.

    A lane with several queue zones has the sum of their people and the longest of their waits.
    """
    since_ms = time_ms - WINDOW_MS
    readings = [
        Reading("occupancy", "zone", zone.zone_id, zone.mean, since_ms, time_ms, zone_kind=zone.kind)
        for zone in zones
        if zone.interval_ms
    ]
    lanes: dict[str, list[Zone]] = {}
    for zone in zones:
        if zone.kind == "queue" and zone.lane_id and zone.interval_ms:
            lanes.setdefault(zone.lane_id, []).append(zone)
    for lane_id, queues in lanes.items():
        length = sum(queue.mean for queue in queues)
        wait_seconds = max(queue.longest_stay_ms for queue in queues) / 1000
        readings.append(Reading("queue_length", "lane", lane_id, length, since_ms, time_ms))
        readings.append(Reading("longest_wait_seconds", "lane", lane_id, wait_seconds, since_ms, time_ms))
    return readings


def hazard_reading(body: str, time_ms: int) -> Reading:
    """Return a hazard as a reading of its confidence. Its place is its zone, or its camera where it has none."""
    hazard_id, camera_id, zone_id, label, confidence, clip_id = json.loads(body)
    place: tuple[PlaceKind, str] = ("zone", zone_id) if zone_id else ("camera", camera_id)
    return Reading(
        f"hazard.{label}", *place, float(confidence), time_ms, time_ms,
        camera_id=camera_id, hazard_id=hazard_id, clip_id=clip_id,
    )  # fmt: skip


def camera_readings(body: str, time_ms: int) -> list[Reading]:
    """Return 1 for each camera that is not well or was moved, else 0: by the latest report of each in the window."""
    latest = {
        camera_id: (state, is_moved)
        for camera_id, state, is_moved, minute_ms in sorted(json.loads(body), key=_by_minute)
    }
    return [
        Reading(
            "camera_state", "camera", camera_id, float(state != CAMERA_IS_WELL or is_moved), time_ms - 60_000, time_ms
        )
        for camera_id, (state, is_moved) in sorted(latest.items())
    ]


def _by_minute(report: list[object]) -> tuple[int, str]:
    return int(str(report[3])), str(report)
