"""Who is whom: the stays of each person after each event, per store and device, in order of event time.

A `track_merge` says that two tracks are one person, before and after it: a person is a set of tracks, and a merge
unites two sets (merges chain; one within a person changes nothing).

What is too long ago changes no more. With `horizon` the longest time between cause and change, and `now` the time of
the event at hand:

* A chain is a run of a person's stays at one place, each less than `visit_gap` after the latest end so far. The place
  is the zone; for queue and service zones with a lane it is the lane, so that what belongs to one journey stays
  together. Staff's stays are links like others. A chain whose last stay left more than `horizon` before `now` is
  closed: it stays as it is, and neither a merge nor a later stay is held against it.
* A person of whose tracks none had a stay or a merge within `horizon` before `now` is forgotten: each track is a
  person of its own again. (All of its chains are closed then.) It is the whole set that is kept or forgotten, not
  the single merge: else a chain of stays that goes on could fall apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from contracts.events import Payload, TrackMerge, Visit
from flink_jobs.settings import MetricSettings
from tests.oracle.facts import Fact, of_kind
from tests.oracle.rows import MINUTE_MS

Stay = Fact[Visit]
LANE_KINDS = ("queue", "service")


@dataclass(frozen=True, slots=True)
class Step:
    """One stay or merge, and the open stays of the person it is about.

    Attributes:
        before: the stays before the event; two groups when it unites two persons.
        after: the stays after it, those of the event too.
    """

    event: Fact[Payload]
    before: tuple[tuple[Stay, ...], ...]
    after: tuple[Stay, ...]


@dataclass(slots=True, eq=False)
class _Person:
    tracks: set[str]
    stays: list[Stay] = field(default_factory=list)
    active_ms: int = 0


def steps_by_device(facts: Iterable[Fact[Payload]], settings: MetricSettings) -> list[list[Step]]:
    """Return what happened to the persons of each device, in order; `facts` are in order of event time."""
    by_device: defaultdict[tuple[str, str], list[Fact[Payload]]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact.payload, (Visit, TrackMerge)):
            by_device[fact.store_id, fact.device_id].append(fact)
    return [list(_steps(of_device, settings)) for of_device in by_device.values()]


def chains(stays: Iterable[Stay], *, visit_gap_ms: int) -> list[list[Stay]]:
    """Cut stays, sorted by (entered, left), wherever one enters `visit_gap_ms` or more after the latest end so far."""
    found: list[list[Stay]] = []
    latest_left_ms = 0
    for stay in in_order(stays):
        if found and stay.payload.entered_ms - latest_left_ms < visit_gap_ms:
            found[-1].append(stay)
            latest_left_ms = max(latest_left_ms, stay.payload.left_ms)
        else:
            found.append([stay])
            latest_left_ms = stay.payload.left_ms
    return found


def in_order(stays: Iterable[Stay]) -> list[Stay]:
    """Return stays by (entered, left); of equal ones the event that was given first goes first."""
    return sorted(stays, key=lambda stay: (stay.payload.entered_ms, stay.payload.left_ms, stay.order))


def last_left(stays: Iterable[Stay]) -> Stay:
    """Return the stay that left last; of several the one whose event came last."""
    return max(stays, key=lambda stay: (stay.payload.left_ms, stay.event_time_ms, stay.order))


def _steps(facts: Sequence[Fact[Payload]], settings: MetricSettings) -> Iterator[Step]:
    persons: dict[str, _Person] = {}
    for fact in facts:
        involved = _involved(persons, fact, settings)
        before = tuple(tuple(person.stays) for person in involved)
        person = _united(persons, involved)
        person.active_ms = fact.event_time_ms
        person.stays += of_kind([fact], Visit)
        yield Step(fact, before, tuple(person.stays))


def _involved(persons: dict[str, _Person], fact: Fact[Payload], settings: MetricSettings) -> list[_Person]:
    """Return the one or two persons that an event is about, without what is too long ago."""
    found: list[_Person] = []
    for track_id in _tracks(fact.payload):
        person = persons.get(track_id)
        if person is None or _is_past(person.active_ms, fact, settings):
            _forget(persons, person)
            person = persons[track_id] = _Person({track_id})
        person.stays = _open_stays(person.stays, fact, settings)
        if person not in found:
            found.append(person)
    return found


def _tracks(payload: Payload) -> tuple[str, ...]:
    if isinstance(payload, TrackMerge):
        return payload.from_track_id, payload.to_track_id
    assert isinstance(payload, Visit)
    return (payload.track_id,)


def _forget(persons: dict[str, _Person], person: _Person | None) -> None:
    for track_id in person.tracks if person else ():
        del persons[track_id]


def _united(persons: dict[str, _Person], involved: Sequence[_Person]) -> _Person:
    person, *others = involved
    for other in others:
        person.stays += other.stays
        person.tracks |= other.tracks
        persons.update(dict.fromkeys(other.tracks, person))
    return person


def _open_stays(stays: Iterable[Stay], now: Fact[Payload], settings: MetricSettings) -> list[Stay]:
    by_place: defaultdict[tuple[str, str], list[Stay]] = defaultdict(list)
    for stay in stays:
        by_place[_place(stay.payload)].append(stay)
    return [
        stay
        for at_place in by_place.values()
        for chain in chains(at_place, visit_gap_ms=settings.visit_gap_ms)
        if not _is_past(last_left(chain).payload.left_ms, now, settings)
        for stay in chain
    ]


def _place(visit: Visit) -> tuple[str, str]:
    if visit.zone_kind in LANE_KINDS and visit.lane_id is not None:
        return "lane", visit.lane_id
    return "zone", visit.zone_id


def _is_past(time_ms: int, now: Fact[Payload], settings: MetricSettings) -> bool:
    return now.event_time_ms - time_ms > settings.journey_horizon_minutes * MINUTE_MS
