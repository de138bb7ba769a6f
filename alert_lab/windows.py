"""From recorded events to the signals that the job gives to its alert policy, without Flink.

The same sums as `sql/flink/views/alert_signal.sql`: a test compares the alerts of both on the same events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flink_jobs.alerting.signals import WINDOW_MS

MINUTE_MS = 60_000
_SUMMED = ("person_ms", "entered", "left", "staff_person_ms")


@dataclass(frozen=True, slots=True, order=True)
class Signal:
    """One row of the view `alert_signal`, without its rules; in the order in which a store's policy takes them."""

    time_ms: int
    kind: str
    body: str


@dataclass(slots=True)
class _Zone:
    """A zone's sums over one window; what the latest snapshot said counts for the end."""

    kind: str = ""
    lane_id: str | None = None
    last: tuple[int, int, int] = (-1, 0, 0)
    interval_ms: int = 0
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SUMMED, 0))

    def add(self, seen: Mapping[str, Any], time_ms: int, interval_ms: int) -> None:
        self.kind = max(self.kind, seen["zone_kind"])
        self.lane_id = max(self.lane_id or "", seen.get("lane_id") or "") or None
        same_instant = self.last if self.last[0] == time_ms else (time_ms, 0, 0)
        if time_ms >= self.last[0]:
            count, stay = max(seen["count"], same_instant[1]), max(seen["longest_stay_ms"], same_instant[2])
            self.last = (time_ms, count, stay)
        self.interval_ms += interval_ms
        for name in _SUMMED:
            self.sums[name] += seen[name]

    def told(self, zone_id: str) -> list[Any]:
        _, count, stay = self.last
        sums = self.sums
        return [
            zone_id, self.kind, self.lane_id, count, stay, sums["person_ms"], self.interval_ms,
            sums["entered"], sums["left"], sums["staff_person_ms"],
        ]  # fmt: skip


def signals_of(events: Iterable[Mapping[str, Any]], dwells: Iterable[tuple[int, str, int, int]] = ()) -> list[Signal]:
    """Return the signals of one store, in order.

    Args:
        events: events as in the contract or in `event_v1`: `kind`, `event_time_ms` and the payload; on time only.
        dwells: visits as they became known: event time in ms, zone, dwell in ms, and 1, or -1 for what is taken back.
    """
    windows: dict[int, dict[str, _Zone]] = {}
    cameras: dict[int, list[list[Any]]] = {}
    signals: list[Signal] = []
    for event in events:
        time_ms = event["event_time_ms"]
        if event["kind"] == "snapshot":
            _add_snapshot(windows.setdefault(_end(time_ms, WINDOW_MS), {}), event["snapshot"], time_ms)
        elif event["kind"] == "health":
            cameras.setdefault(_end(time_ms, WINDOW_MS), []).append(_report(event["health"], time_ms))
        elif event["kind"] == "hazard":
            signals.append(Signal(time_ms, "hazard", _hazard(event["hazard"])))
    visits: dict[int, list[list[Any]]] = {}
    for time_ms, zone_id, dwell_ms, weight in dwells:
        visits.setdefault(_end(time_ms, MINUTE_MS), []).append([zone_id, dwell_ms, weight])
    signals += [
        Signal(end, "zones", _json([zone.told(name) for name, zone in zones.items()])) for end, zones in windows.items()
    ]
    signals += [Signal(end, "cameras", _json(reports)) for end, reports in cameras.items()]
    signals += [Signal(end, "visits", _json(ended)) for end, ended in visits.items()]
    return sorted(signals)


def dwells_of(
    revisions: Iterable[Mapping[str, Any]], times: Mapping[str, int], *, pass_through_ms: int = 5_000
) -> Iterator[tuple[int, str, int, int]]:
    """Yield what `signals_of` wants of visits: each revision adds what the visit is, and takes back what it was.

    Args:
        revisions: rows of `visit_v1` of one store.
        times: event time in ms by event id, of the events that made the revisions.
        pass_through_ms: shorter visits do not count.
    """
    before: dict[str, tuple[str, int]] = {}
    for row in sorted(revisions, key=lambda row: (row["visit_id"], row["revision"])):
        time_ms = times[row["event_id"]]
        counted = before.pop(row["visit_id"], None)
        if counted is not None:
            yield (time_ms, *counted, -1)
        dwell_ms = round(row["dwell_seconds"] * 1000)
        if row["merged_into"] is None and not row["is_staff"] and dwell_ms >= pass_through_ms:
            before[row["visit_id"]] = (row["zone_id"], dwell_ms)
            yield time_ms, row["zone_id"], dwell_ms, 1


def _add_snapshot(zones: dict[str, _Zone], snapshot: Mapping[str, Any], time_ms: int) -> None:
    for seen in snapshot["zones"]:
        zones.setdefault(seen["zone_id"], _Zone()).add(seen, time_ms, snapshot["interval_ms"])


def _report(health: Mapping[str, Any], time_ms: int) -> list[Any]:
    return [health["camera_id"], health["state"], bool(health.get("is_moved")), time_ms // MINUTE_MS * MINUTE_MS]


def _hazard(hazard: Mapping[str, Any]) -> str:
    names = ("hazard_id", "camera_id", "zone_id", "label", "confidence", "clip_id")
    return _json([hazard.get(name) or "" for name in names])


def _end(time_ms: int, length_ms: int) -> int:
    return (time_ms // length_ms + 1) * length_ms


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
