"""The metrics counted again from `inference.v1` events alone, as plainly as the definitions allow."""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.events import Crossing, Event, Snapshot, TrackMerge, Visit

MINUTE_MS = 60_000
MERGE_MS = 30_000
PASS_THROUGH_MS = 5_000


@dataclass(slots=True)
class ZoneCount:
    """Counts of one zone; dwell is in seconds, occupancy by start of the minute in people."""

    visits: int = 0
    pass_throughs: int = 0
    staff_visits: int = 0
    staff_pass_throughs: int = 0
    dwell_seconds: list[float] = field(default_factory=list)
    person_ms: int = 0
    staff_person_ms: int = 0
    occupancy_mean: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """A journey that ended in service."""

    lane_id: str
    joined_ms: int
    service_start_ms: int
    service_end_ms: int

    @property
    def wait_seconds(self) -> float:
        """Joined to start of service."""
        return (self.service_start_ms - self.joined_ms) / 1000


@dataclass(slots=True)
class Recount:
    """What a store's events say: by zone, by (lane, outcome), served journeys, crossings by (direction, is_staff)."""

    zones: dict[str, ZoneCount]
    outcomes: Counter[tuple[str, str]]
    served: list[Served]
    crossings: Counter[tuple[str, bool]]
    crossings_by_minute: Counter[tuple[int, str, bool]]

    @property
    def wait_seconds(self) -> list[float]:
        """Waits of the served."""
        return [served.wait_seconds for served in self.served]

    @property
    def service_seconds(self) -> list[float]:
        """Service times."""
        return [(served.service_end_ms - served.service_start_ms) / 1000 for served in self.served]


def recount(events: Iterable[Event]) -> Recount:
    """Count one store's events."""
    events = _distinct(events)
    visits = merged(_of_people(events))
    zones: dict[str, ZoneCount] = defaultdict(ZoneCount)
    for visit in visits:
        _count_visit(zones[visit.zone_id], visit)
    _count_snapshots(zones, events)
    outcomes, served = _journeys(visits)
    crossings = [(event.event_time_ms, event.payload) for event in events if isinstance(event.payload, Crossing)]
    return Recount(
        zones=dict(zones),
        outcomes=outcomes,
        served=served,
        crossings=Counter((crossing.direction, crossing.is_staff) for _, crossing in crossings),
        crossings_by_minute=Counter(
            (time_ms - time_ms % MINUTE_MS, crossing.direction, crossing.is_staff) for time_ms, crossing in crossings
        ),
    )


def _distinct(events: Iterable[Event]) -> list[Event]:
    """Return each event once, whatever the order and however often it came."""
    return list({event.event_id: event for event in events}.values())


def _of_people(events: list[Event]) -> list[Visit]:
    """Return all visits under the last track that their person was recognised in."""
    goes_on = {
        merge.from_track_id: merge.to_track_id
        for merge in (event.payload for event in events)
        if isinstance(merge, TrackMerge)
    }
    visits = [event.payload for event in events if isinstance(event.payload, Visit)]
    return [dataclasses.replace(visit, track_id=_last_track(goes_on, visit.track_id)) for visit in visits]


def _last_track(goes_on: dict[str, str], track_id: str) -> str:
    while track_id in goes_on:
        track_id = goes_on[track_id]
    return track_id


def merged(visits: list[Visit]) -> list[Visit]:
    """Return visits with those of one track in one zone less than 30 s apart made one."""
    whole: list[Visit] = []
    for visit in sorted(visits, key=lambda visit: (visit.zone_id, visit.track_id, visit.entered_ms)):
        before = whole[-1] if whole else None
        is_same = before is not None and (before.zone_id, before.track_id) == (visit.zone_id, visit.track_id)
        if before is not None and is_same and visit.entered_ms - before.left_ms < MERGE_MS:
            whole[-1] = _joined(before, visit)
        else:
            whole.append(visit)
    return whole


def _joined(before: Visit, after: Visit) -> Visit:
    return Visit(
        zone_id=after.zone_id,
        zone_kind=after.zone_kind,
        lane_id=after.lane_id,
        camera_id=after.camera_id,
        track_id=after.track_id,
        entered_ms=before.entered_ms,
        left_ms=after.left_ms,
        end=after.end,
        is_staff=after.is_staff,
    )


def _count_visit(zone: ZoneCount, visit: Visit) -> None:
    is_short = visit.left_ms - visit.entered_ms < PASS_THROUGH_MS
    if visit.is_staff:
        zone.staff_visits += not is_short
        zone.staff_pass_throughs += is_short
        return
    zone.visits += not is_short
    zone.pass_throughs += is_short
    if not is_short:
        zone.dwell_seconds.append((visit.left_ms - visit.entered_ms) / 1000)


def _count_snapshots(zones: dict[str, ZoneCount], events: list[Event]) -> None:
    person_ms: Counter[tuple[str, int]] = Counter()
    interval_ms: Counter[tuple[str, int]] = Counter()
    for event in events:
        if isinstance(event.payload, Snapshot):
            minute_ms = event.event_time_ms - event.event_time_ms % MINUTE_MS
            for part in event.payload.zones:
                person_ms[part.zone_id, minute_ms] += part.person_ms
                interval_ms[part.zone_id, minute_ms] += event.payload.interval_ms
                zones[part.zone_id].person_ms += part.person_ms
                zones[part.zone_id].staff_person_ms += part.staff_person_ms
    for (zone_id, minute_ms), seen_ms in interval_ms.items():
        zones[zone_id].occupancy_mean[minute_ms] = person_ms[zone_id, minute_ms] / seen_ms


def _journeys(visits: list[Visit]) -> tuple[Counter[tuple[str, str]], list[Served]]:
    service = {(visit.lane_id, visit.track_id): visit for visit in visits if visit.zone_kind == "service"}
    outcomes: Counter[tuple[str, str]] = Counter()
    served: list[Served] = []
    for visit in visits:
        if visit.zone_kind != "queue" or visit.is_staff or visit.lane_id is None:
            continue
        after = service.get((visit.lane_id, visit.track_id))
        if after is None:
            outcomes[visit.lane_id, "abandoned" if visit.end == "left" else "censored"] += 1
            continue
        outcomes[visit.lane_id, "served"] += 1
        served.append(Served(visit.lane_id, visit.entered_ms, after.entered_ms, after.left_ms))
    return outcomes, served


def mean_or_none(values: list[float]) -> float | None:
    """Return the mean, None without values."""
    return statistics.fmean(values) if values else None
