"""The live table while the day runs: every value that was seen is compared with the snapshots that made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.events import Event, Snapshot
from demo.metrics import Expected, Measure, Metric, compare

WINDOW_MS = 10_000

_IN_THE_END = Measure("people", "DynamoDB live_zone")

ZoneWindow = tuple[str, int]
"""Zone, and end of its window of 10 s in milliseconds since 1970-01-01 UTC."""


@dataclass(slots=True)
class _Window:
    person_ms: int = 0
    interval_ms: int = 0


@dataclass(slots=True)
class LiveTruth:
    """What the live table must hold, from the snapshots that were sent."""

    _windows: dict[ZoneWindow, _Window] = field(default_factory=lambda: defaultdict(_Window))
    _counts: dict[str, int] = field(default_factory=dict)

    def observe(self, event: Event) -> None:
        """Take an event as it is sent."""
        if not isinstance(event.payload, Snapshot):
            return
        window_end_ms = event.event_time_ms - event.event_time_ms % WINDOW_MS + WINDOW_MS
        for zone in event.payload.zones:
            window = self._windows[zone.zone_id, window_end_ms]
            window.person_ms += zone.person_ms
            window.interval_ms += event.payload.interval_ms
            self._counts[zone.zone_id] = zone.count

    def metrics(self, samples: Mapping[ZoneWindow, float], occupancy: Mapping[str, int]) -> list[Metric]:
        """Judge what was seen meanwhile, and what stands there in the end.

        Args:
            samples: Mean occupancy as read from the live table during the run.
            occupancy: Occupancy by zone as it stands in the live table now.
        """
        at_the_end = [
            compare(f"live_occupancy.{zone}", occupancy.get(zone), Expected(count), _IN_THE_END)
            for zone, count in sorted(self._counts.items())
        ]
        return [*at_the_end, self._sampled(samples)]

    def _sampled(self, samples: Mapping[ZoneWindow, float]) -> Metric:
        truths = {key: self._mean(key) for key in samples}
        error = max((abs(value - truths[key]) for key, value in samples.items()), default=None)
        return Metric(
            "live_occupancy_mean",
            _mean(samples),
            _mean(truths),
            error,
            allowance=0.0,
            unit="people",
            source="DynamoDB live_zone, while it ran",
            minutes=len(samples),
        )

    def _mean(self, key: ZoneWindow) -> float:
        window = self._windows[key]
        return window.person_ms / window.interval_ms if window.interval_ms else float("nan")


def _mean(values: Mapping[ZoneWindow, float]) -> float | None:
    return sum(values.values()) / len(values) if values else None
