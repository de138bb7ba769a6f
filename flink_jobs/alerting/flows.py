"""What the checkouts of one store do: arrivals, services, lanes open, people waiting, out of windows of 10 s."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flink_jobs.alerting.signals import Zone
from flink_jobs.alerting.staffing import Load

MINUTE_MS = 60_000
ARRIVALS_MINUTES = 15
SERVICES_MINUTES = 60
FEWEST_MINUTES = 5
FEWEST_SERVICES = 5
OPENS_AFTER_MS = 5_000
CLOSES_AFTER_MS = 30_000


@dataclass(slots=True)
class Flows:
    """Sums by minute of the last hour, and when each lane was last served at."""

    minutes: list[list[int]] = field(default_factory=list)
    """Minute's start, arrivals in queues, services that ended, their person-milliseconds."""
    present_ms: dict[str, int] = field(default_factory=dict)
    """By lane: when somebody was last at it, 0 for never."""
    waiting: int = 0
    now_ms: int = 0

    def see(self, zones: list[Zone], time_ms: int) -> None:
        """Take a store's window that ends at `time_ms`."""
        queues = [zone for zone in zones if zone.kind == "queue" and zone.lane_id]
        services = [zone for zone in zones if zone.kind == "service" and zone.lane_id]
        if not queues and not services:
            return
        self.now_ms = time_ms
        self.waiting = sum(zone.count for zone in queues)
        self._add(
            (time_ms - 1) // MINUTE_MS * MINUTE_MS,
            sum(zone.entered for zone in queues),
            sum(zone.left for zone in services),
            sum(zone.person_ms for zone in services),
        )
        present: dict[str, int] = {}
        for zone in services:
            # As with the lane's state by the minute: staff or customers, whoever is there.
            present[str(zone.lane_id)] = present.get(str(zone.lane_id), 0) + zone.person_ms + zone.staff_person_ms
        for lane_id, lane_present_ms in present.items():
            is_open = time_ms - self.present_ms.setdefault(lane_id, 0) <= CLOSES_AFTER_MS
            if lane_present_ms >= (1 if is_open else OPENS_AFTER_MS):
                self.present_ms[lane_id] = time_ms

    @property
    def lanes_open(self) -> int:
        """Lanes that somebody was at within 30 s, looked at every 10 s."""
        return sum(self.now_ms - at <= CLOSES_AFTER_MS for at in self.present_ms.values())

    @property
    def lanes(self) -> int:
        """Lanes that there are: each whose service zone was ever seen."""
        return len(self.present_ms)

    @property
    def load(self) -> Load | None:
        """Arrivals of the last 15 minutes, service time of the last 60; None before there is enough to tell."""
        since = self.now_ms - ARRIVALS_MINUTES * MINUTE_MS
        recent = [minute for minute in self.minutes if minute[0] >= since]
        services = sum(minute[2] for minute in self.minutes)
        if not recent or services < FEWEST_SERVICES:
            return None
        watched_ms = self.now_ms - recent[0][0]
        if watched_ms < FEWEST_MINUTES * MINUTE_MS:
            return None
        return Load(
            arrivals_per_second=sum(minute[1] for minute in recent) * 1000 / watched_ms,
            service_seconds=sum(minute[3] for minute in self.minutes) / services / 1000,
            waiting=self.waiting,
        )

    def to_list(self) -> list[Any]:
        """Return the flows as a list that JSON can hold."""
        return [self.minutes, self.present_ms, self.waiting, self.now_ms]

    def _add(self, minute_ms: int, *amounts: int) -> None:
        if not self.minutes or self.minutes[-1][0] < minute_ms:
            self.minutes.append([minute_ms, 0, 0, 0])
            oldest = minute_ms - (SERVICES_MINUTES - 1) * MINUTE_MS
            self.minutes = [minute for minute in self.minutes if minute[0] >= oldest]
        last = self.minutes[-1]
        for position, amount in enumerate(amounts, start=1):
            last[position] += amount
