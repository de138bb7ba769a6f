"""`visit_v1`: the stays of one person in one zone, less than 30 s apart, are one visit.

    entered, left = the least, the greatest          dwell = left - entered; a pass-through when under 5 s
    track_id, visit_id (zone/track/entered_ms) of the first stay by (entered, left)
    end, camera_id, zone_kind, lane_id of the stay that left last; is_staff when any stay is

After each stay and each merge the person's visits are worked out anew. A visit that is new has revision 1; one that
changed has one more; one that is no more has one more with its old values, and names in `merged_into` the visit of
which it is a part now: the one that holds its first stay. A revision's event is the one that caused it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.tables import VISIT
from flink_jobs.settings import MetricSettings
from tests.oracle.people import Stay, Step, chains, last_left
from tests.oracle.rows import Row, instant, row_of


@dataclass(frozen=True, slots=True)
class VisitState:
    """A visit as far as it is known."""

    store_id: str
    zone_id: str
    zone_kind: str
    lane_id: str | None
    camera_id: str
    track_id: str
    entered_ms: int
    left_ms: int
    end: str
    is_staff: bool

    @property
    def visit_id(self) -> str:
        """Names the visit by its first stay."""
        return f"{self.zone_id}/{self.track_id}/{self.entered_ms}"

    @property
    def dwell_ms(self) -> int:
        """From the first to the last instant."""
        return self.left_ms - self.entered_ms

    def is_pass_through(self, settings: MetricSettings) -> bool:
        """Whether it is too short to count as a visit."""
        return self.dwell_ms < settings.pass_through_ms


@dataclass(frozen=True, slots=True)
class VisitRevision:
    """One change of one visit. `previous` is None for a new one; `merged_into` is set for one that is no more."""

    visit: VisitState
    previous: VisitState | None
    revision: int
    merged_into: str | None
    event_id: str
    event_time_ms: int


def visit_revisions(steps: Iterable[Step], settings: MetricSettings) -> Iterator[VisitRevision]:
    """Yield the changes of all visits of one device, in order of the events that caused them."""
    revisions: Counter[str] = Counter()
    for step in steps:
        for visit, previous, merged_into in _changes(step, settings):
            revisions[visit.visit_id] += 1
            yield VisitRevision(
                visit=visit,
                previous=previous,
                revision=revisions[visit.visit_id],
                merged_into=merged_into,
                event_id=step.event.event_id,
                event_time_ms=step.event.event_time_ms,
            )


def visit_rows(revisions: Iterable[VisitRevision], settings: MetricSettings) -> Iterator[Row]:
    """Yield one row for each revision, with the visit as it was then."""
    for change in revisions:
        visit = change.visit
        values = {
            "store_id": visit.store_id,
            "visit_id": visit.visit_id,
            "revision": change.revision,
            "zone_id": visit.zone_id,
            "zone_kind": visit.zone_kind,
            "lane_id": visit.lane_id,
            "camera_id": visit.camera_id,
            "track_id": visit.track_id,
            "entered_time": instant(visit.entered_ms),
            "left_time": instant(visit.left_ms),
            "dwell_seconds": visit.dwell_ms / 1000,
            "is_pass_through": visit.is_pass_through(settings),
            "is_staff": visit.is_staff,
            "end": visit.end,
            "merged_into": change.merged_into,
            "event_id": change.event_id,
        }
        yield row_of(VISIT, values)


def _changes(step: Step, settings: MetricSettings) -> Iterator[tuple[VisitState, VisitState | None, str | None]]:
    before = [found for stays in step.before for found in _visits(stays, settings)]
    after = _visits(step.after, settings)
    known = {visit.visit_id: visit for visit, _ in before}
    still = {visit.visit_id for visit, _ in after}
    for visit, stays in before:
        if visit.visit_id not in still:
            first = stays[0]
            yield visit, visit, next(now.visit_id for now, parts in after if first in parts)
    for visit, _ in after:
        if known.get(visit.visit_id) != visit:
            yield visit, known.get(visit.visit_id), None


def _visits(stays: Iterable[Stay], settings: MetricSettings) -> list[tuple[VisitState, list[Stay]]]:
    by_zone: dict[str, list[Stay]] = {}
    for stay in stays:
        by_zone.setdefault(stay.payload.zone_id, []).append(stay)
    return [
        (_visit(chain), chain)
        for in_zone in by_zone.values()
        for chain in chains(in_zone, visit_gap_ms=settings.visit_gap_ms)
    ]


def _visit(chain: list[Stay]) -> VisitState:
    first, last = chain[0].payload, last_left(chain).payload
    return VisitState(
        store_id=chain[0].store_id,
        zone_id=first.zone_id,
        zone_kind=last.zone_kind,
        lane_id=last.lane_id,
        camera_id=last.camera_id,
        track_id=first.track_id,
        entered_ms=first.entered_ms,
        left_ms=last.left_ms,
        end=last.end,
        is_staff=any(stay.payload.is_staff for stay in chain),
    )
