"""`lane_minute_v1`: queue, service and journeys of a lane, UTC minute by minute.

Of the journeys: each counts once, by its last state, in the minute of the event that made the last change of it (a
served one when its service was last seen to end; one that was left open when it left the queue; one that was settled
by a later spell when that spell ended). Merged ones and pass-throughs count nowhere.

    joined = served + abandoned + censored      queue_ms = Σ time in the queue over joined
    wait_ms, wait_ms_max, wait_histogram, served_over_target are over the served
    lost_share = censored / joined; null when none joined

Of the zones' minutes, over the lane's queue zones: queue_person_ms, queue_length_mean (Σ person_ms / Σ interval_ms),
queue_length_max (the greatest), coverage (Σ interval_ms / 60 000); over its service zones: service_person_ms; over
both: camera_up_share (mean of those known) and late_share (late snapshots / snapshots).

Of the service zones' snapshots in order of time, `open_ms`: with presence = person_ms + staff_person_ms, an interval
with presence adds it (at most the interval) to the time present and ends the absence; one without adds the interval
to the absence and ends the presence. From 30 s of absence on the lane is closed, from 5 s of presence on open. The
interval that makes the change counts in full as what it changes to. Time without snapshots counts as neither.

`little_gap` = |L - λW| / L over the lane's latest 15 minutes that have a row, this one included: Σ queue_person_ms
against Σ queue_ms (both are to be divided by the same time). Null with fewer than 10 joined, or with nobody in the
queue.

A minute with any of these has a row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from contracts.histograms import histogram
from contracts.tables import LANE_MINUTE
from flink_jobs.settings import MetricSettings
from tests.oracle.journeys import JourneyRevision, JourneyState
from tests.oracle.people import LANE_KINDS
from tests.oracle.rows import MINUTE_MS, Row, buckets, graded, mean_or_none, minute_of, share_or_none, window
from tests.oracle.zones import Look, ZoneMinute

MEASURES = ("coverage", "camera_up_share", "late_share", "lost_share", "little_gap")
OPENS_AFTER_MS = 5_000
CLOSES_AFTER_MS = 30_000
LITTLE_MINUTES = 15
LITTLE_JOINED_MIN = 10

Lane = tuple[str, str]
"""Store and lane."""


@dataclass(slots=True)
class LaneMinute:
    """Everything known of one lane in one minute."""

    queue: list[ZoneMinute] = field(default_factory=list)
    service: list[ZoneMinute] = field(default_factory=list)
    journeys: list[JourneyState] = field(default_factory=list)
    open_ms: int = 0

    @property
    def queue_person_ms(self) -> int:
        """Integral of the queue length."""
        return sum(minute.person_ms for minute in self.queue)

    @property
    def queue_ms(self) -> int:
        """Time in the queue over all journeys."""
        return sum(journey.queue_ms for journey in self.journeys)


def lane_rows(
    looks: Iterable[Look],
    zone_minutes: Iterable[ZoneMinute],
    journeys: Iterable[JourneyRevision],
    settings: MetricSettings,
) -> Iterator[Row]:
    """Yield one row for each lane and minute; `journeys` are the last revisions of those not merged away."""
    for (store_id, lane_id), minutes in _lanes(looks, zone_minutes, journeys, settings).items():
        for minute_ms, minute in minutes.items():
            values = {
                "store_id": store_id,
                "lane_id": lane_id,
                **window(minute_ms),
                **_queue_and_service(minute),
                **_journeys(minute.journeys, settings),
                "little_gap": _little_gap(minutes, minute_ms),
            }
            yield graded(LANE_MINUTE, values, MEASURES)


def open_ms_by_minute(looks: Iterable[Look]) -> Counter[int]:
    """Return for how long a lane was open in each minute, from the looks at its service zones."""
    found: Counter[int] = Counter()
    is_open, present_ms, absent_ms = False, 0, 0
    for look in sorted(looks, key=lambda look: look.event_time_ms):
        if presence_ms := look.zone.person_ms + look.zone.staff_person_ms:
            present_ms, absent_ms = present_ms + min(presence_ms, look.interval_ms), 0
        else:
            present_ms, absent_ms = 0, absent_ms + look.interval_ms
        is_open = (is_open or present_ms >= OPENS_AFTER_MS) and absent_ms < CLOSES_AFTER_MS
        found[minute_of(look.event_time_ms)] += look.interval_ms if is_open else 0
    return found


def _lanes(
    looks: Iterable[Look],
    zone_minutes: Iterable[ZoneMinute],
    journeys: Iterable[JourneyRevision],
    settings: MetricSettings,
) -> dict[Lane, dict[int, LaneMinute]]:
    lanes: defaultdict[Lane, defaultdict[int, LaneMinute]] = defaultdict(lambda: defaultdict(LaneMinute))
    for minute in zone_minutes:
        if minute.lane_id is not None and minute.zone_kind in LANE_KINDS:
            of_lane = lanes[minute.store_id, minute.lane_id][minute.minute_ms]
            (of_lane.queue if minute.zone_kind == "queue" else of_lane.service).append(minute)
    for change in journeys:
        journey = change.journey
        if not journey.is_pass_through(settings):
            lanes[journey.store_id, journey.lane_id][minute_of(change.event_time_ms)].journeys.append(journey)
    for lane, at_till in _service_looks(looks).items():
        for minute_ms, open_ms in open_ms_by_minute(at_till).items():
            lanes[lane][minute_ms].open_ms = open_ms
    return {lane: dict(minutes) for lane, minutes in lanes.items()}


def _service_looks(looks: Iterable[Look]) -> dict[Lane, list[Look]]:
    grouped: defaultdict[Lane, list[Look]] = defaultdict(list)
    for look in looks:
        if look.zone.zone_kind == "service" and look.zone.lane_id is not None:
            grouped[look.store_id, look.zone.lane_id].append(look)
    return grouped


def _queue_and_service(minute: LaneMinute) -> Row:
    watched_ms = sum(zone.interval_ms for zone in minute.queue)
    zones = [*minute.queue, *minute.service]
    return {
        "queue_length_mean": share_or_none(minute.queue_person_ms, watched_ms),
        "queue_length_max": max((zone.occupancy_max for zone in minute.queue), default=None),
        "queue_person_ms": minute.queue_person_ms,
        "service_person_ms": sum(zone.person_ms for zone in minute.service),
        "open_ms": minute.open_ms,
        "coverage": watched_ms / MINUTE_MS,
        "camera_up_share": mean_or_none(zone.camera_up_share for zone in zones if zone.camera_up_share is not None),
        "late_share": share_or_none(sum(zone.late_snapshots for zone in zones), sum(zone.snapshots for zone in zones)),
    }


def _journeys(journeys: Sequence[JourneyState], settings: MetricSettings) -> Row:
    outcomes = Counter(journey.outcome for journey in journeys)
    waits_ms = [journey.queue_ms for journey in journeys if journey.outcome == "served"]
    return {
        "joined": len(journeys),
        "served": outcomes["served"],
        "abandoned": outcomes["abandoned"],
        "censored": outcomes["censored"],
        "wait_ms": sum(waits_ms),
        "wait_ms_max": max(waits_ms, default=None),
        "served_over_target": sum(journey.is_over_target(settings) is True for journey in journeys),
        "queue_ms": sum(journey.queue_ms for journey in journeys),
        "wait_histogram": buckets(histogram(waits_ms)),
        "lost_share": share_or_none(outcomes["censored"], len(journeys)),
    }


def _little_gap(minutes: dict[int, LaneMinute], minute_ms: int) -> float | None:
    starts_ms = sorted(start_ms for start_ms in minutes if start_ms <= minute_ms)
    recent = [minutes[start_ms] for start_ms in starts_ms[-LITTLE_MINUTES:]]
    present_ms = sum(minute.queue_person_ms for minute in recent)
    if sum(len(minute.journeys) for minute in recent) < LITTLE_JOINED_MIN or not present_ms:
        return None
    return abs(present_ms - sum(minute.queue_ms for minute in recent)) / present_ms
