"""`journey_v1`: a customer's way through a lane's queue, and how it ended.

Of a person at a lane the stays in its queue and service zones, without any that is staff's, sorted by (entered, left):
consecutive stays of one kind, each less than 30 s after the latest end so far, are one spell; a stay of the other
kind between two stays separates them. A queue spell makes a journey:

    served      the next spell is one of service and begins less than 30 s after the queue spell's end
                wait = queue_seconds = service entered - queue entered; service until that spell's end
    abandoned   not served, and the stay that left last ended by leaving; queue_seconds = queue left - entered
    censored    not served, and it ended otherwise (lost, day_end)

A journey that was abandoned in under 5 s is none: it has no row. (One that was written as censored and is found by a
merge to have been left within 5 s keeps its last row: no row could take it back.)

The state (times, end, service, settled or not) is worked out anew after each stay and merge. Settled means served, or
followed by another spell of the person at the lane; else the state is open. A new journey has revision 1, each change
of its state adds one. Only what is known to have ended is written:

* each revision that is settled;
* of a state that stays open until nothing can change it any more, one row with one revision more;
* of a journey that is no more, one row with one revision more, its last values, and in `merged_into` the journey that
  holds its first stay now.

A journey that comes back after it was merged away (a service stay separates it again) goes on counting revisions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contracts.tables import JOURNEY
from flink_jobs.settings import MetricSettings
from tests.oracle.people import LANE_KINDS, Stay, Step, in_order, last_left
from tests.oracle.rows import Row, instant, instant_or_none, row_of


@dataclass(frozen=True, slots=True)
class JourneyState:
    """A journey as far as it is known; the service times are None when not served."""

    store_id: str
    lane_id: str
    track_id: str
    joined_ms: int
    queue_left_ms: int
    end: str
    service_start_ms: int | None
    service_end_ms: int | None
    is_settled: bool

    @property
    def journey_id(self) -> str:
        """Names the journey by its first stay in the queue."""
        return f"{self.lane_id}/{self.track_id}/{self.joined_ms}"

    @property
    def outcome(self) -> str:
        """How it ended, as far as is known."""
        if self.service_start_ms is not None:
            return "served"
        return "abandoned" if self.end == "left" else "censored"

    @property
    def queue_ms(self) -> int:
        """Time in the queue: until service, or until leaving."""
        until_ms = self.queue_left_ms if self.service_start_ms is None else self.service_start_ms
        return until_ms - self.joined_ms

    def is_pass_through(self, settings: MetricSettings) -> bool:
        """Whether it was abandoned too soon to be a journey."""
        return self.outcome == "abandoned" and self.queue_ms < settings.pass_through_ms

    def is_over_target(self, settings: MetricSettings) -> bool | None:
        """Whether it was served after more than the target wait; None when not served."""
        return None if self.service_start_ms is None else self.queue_ms > settings.target_wait_ms


@dataclass(frozen=True, slots=True)
class JourneyRevision:
    """One change of one journey; `merged_into` is set for one that is no more."""

    journey: JourneyState
    revision: int
    merged_into: str | None
    event_time_ms: int


def journey_revisions(steps: Iterable[Step], settings: MetricSettings) -> Iterator[JourneyRevision]:
    """Yield the changes of all journeys of one device, in order of the events that caused them."""
    revisions: Counter[str] = Counter()
    for step in steps:
        for journey, merged_into in _changes(step, settings):
            revisions[journey.journey_id] += 1
            yield JourneyRevision(journey, revisions[journey.journey_id], merged_into, step.event.event_time_ms)


def last_revisions(revisions: Iterable[JourneyRevision]) -> list[JourneyRevision]:
    """Return the last change of each journey of one device that was not merged away."""
    last = {change.journey.journey_id: change for change in revisions}
    return [change for change in last.values() if change.merged_into is None]


def journey_rows(revisions: Sequence[JourneyRevision], settings: MetricSettings) -> Iterator[Row]:
    """Yield the rows of the journeys of one device."""
    for change in revisions:
        if change.journey.is_settled or change.merged_into is not None:
            yield from _row(change, change.revision, settings)
    for change in last_revisions(revisions):
        if not change.journey.is_settled:
            yield from _row(change, change.revision + 1, settings)


def _row(change: JourneyRevision, revision: int, settings: MetricSettings) -> Iterator[Row]:
    journey = change.journey
    if journey.is_pass_through(settings):
        return
    values = {
        "store_id": journey.store_id,
        "journey_id": journey.journey_id,
        "revision": revision,
        "lane_id": journey.lane_id,
        "track_id": journey.track_id,
        "joined_time": instant(journey.joined_ms),
        "queue_left_time": instant(journey.queue_left_ms),
        "service_start_time": instant_or_none(journey.service_start_ms),
        "service_end_time": instant_or_none(journey.service_end_ms),
        "outcome": journey.outcome,
        "end": journey.end,
        "wait_seconds": _seconds(journey.joined_ms, journey.service_start_ms),
        "queue_seconds": journey.queue_ms / 1000,
        "service_seconds": _seconds(journey.service_start_ms, journey.service_end_ms),
        "is_over_target": journey.is_over_target(settings),
        "merged_into": change.merged_into,
    }
    yield row_of(JOURNEY, values)


def _seconds(from_ms: int | None, to_ms: int | None) -> float | None:
    return None if from_ms is None or to_ms is None else (to_ms - from_ms) / 1000


def _changes(step: Step, settings: MetricSettings) -> Iterator[tuple[JourneyState, str | None]]:
    before = [found for stays in step.before for found in _journeys(stays, settings)]
    after = _journeys(step.after, settings)
    known = {journey.journey_id: journey for journey, _ in before}
    still = {journey.journey_id for journey, _ in after}
    for journey, stays in before:
        if journey.journey_id not in still:
            first = stays[0]
            yield journey, next(now.journey_id for now, parts in after if first in parts)
    for journey, _ in after:
        if known.get(journey.journey_id) != journey:
            yield journey, None


def _journeys(stays: Iterable[Stay], settings: MetricSettings) -> list[tuple[JourneyState, list[Stay]]]:
    by_lane: defaultdict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        visit = stay.payload
        if visit.zone_kind in LANE_KINDS and visit.lane_id is not None and not visit.is_staff:
            by_lane[visit.lane_id].append(stay)
    return [found for at_lane in by_lane.values() for found in _journeys_at(at_lane, settings)]


def _journeys_at(stays: Iterable[Stay], settings: MetricSettings) -> Iterator[tuple[JourneyState, list[Stay]]]:
    spells = _spells(stays, visit_gap_ms=settings.visit_gap_ms)
    for spell, following in pairwise([*spells, None]):
        if spell is not None and _kind(spell) == "queue":
            yield _journey(spell, following, visit_gap_ms=settings.visit_gap_ms), spell


def _spells(stays: Iterable[Stay], *, visit_gap_ms: int) -> list[list[Stay]]:
    spells: list[list[Stay]] = []
    for stay in in_order(stays):
        if spells and _kind(spells[-1]) == stay.payload.zone_kind and _gap_ms(spells[-1], stay) < visit_gap_ms:
            spells[-1].append(stay)
        else:
            spells.append([stay])
    return spells


def _journey(spell: Sequence[Stay], following: Sequence[Stay] | None, *, visit_gap_ms: int) -> JourneyState:
    first, last = spell[0].payload, last_left(spell).payload
    assert first.lane_id is not None
    served = following if _serves(spell, following, visit_gap_ms=visit_gap_ms) else None
    return JourneyState(
        store_id=spell[0].store_id,
        lane_id=first.lane_id,
        track_id=first.track_id,
        joined_ms=first.entered_ms,
        queue_left_ms=last.left_ms,
        end=last.end,
        service_start_ms=served[0].payload.entered_ms if served else None,
        service_end_ms=last_left(served).payload.left_ms if served else None,
        is_settled=following is not None,
    )


def _serves(spell: Sequence[Stay], following: Sequence[Stay] | None, *, visit_gap_ms: int) -> bool:
    return following is not None and _kind(following) == "service" and _gap_ms(spell, following[0]) < visit_gap_ms


def _kind(spell: Sequence[Stay]) -> str:
    return spell[0].payload.zone_kind


def _gap_ms(spell: Sequence[Stay], stay: Stay) -> int:
    return stay.payload.entered_ms - last_left(spell).payload.left_ms
