"""The truth of every metric, from the paths alone: exact instants, no sampling, nothing shared with the edge.

The definitions are those of the architecture's metrics page:

* a stay is the time between two crossings of a zone's edge; stays of one person in one zone less than 30 s
  apart are one visit, whose dwell reaches from its first to its last instant; a visit under 5 s
  is a pass-through;
* occupancy and queue length count customers; staff appear in the fields named for them only;
* a journey is one visit to a lane's queue zone: served when the person then enters the service zone of the
  lane, censored when the run ends first, abandoned otherwise; a pass-through of a queue zone that ends by
  leaving is no journey;
* the wait is the time from entering the queue zone to entering the service zone, among the served;
* a lane is open after 5 s of presence in its service zone, whoever is there, and closed after 30 s without;
* a crossing counts at the instant the path meets the line;
* a 90th percentile or a median lies between the two nearest values in proportion, as SQL's PERCENTILE_CONT.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contracts.events import Direction, ZoneKind
from sim.geometry import Interval, intervals_inside, line_crossings, side_of
from sim.hazards import HazardTruth
from sim.margins import LANE_CLOSES_SECONDS, LANE_OPENS_SECONDS, MERGE_SECONDS, PASS_THROUGH_SECONDS
from sim.people import Person
from sim.scenario import Scenario, ZonePlan

LOOK_MS = 250
"""Cameras look four times a second."""
MINUTE_MS = 60_000
Outcome = Literal["served", "abandoned", "censored"]


@dataclass(frozen=True, slots=True)
class Stay:
    """One person inside one zone without a break; milliseconds since 1970-01-01 UTC."""

    person_id: str
    is_staff: bool
    zone_id: str
    entered_ms: int
    left_ms: int

    @property
    def dwell_ms(self) -> int:
        """From the first to the last instant."""
        return self.left_ms - self.entered_ms

    @property
    def is_pass_through(self) -> bool:
        """Whether it is too short to count as a visit."""
        return self.dwell_ms < PASS_THROUGH_SECONDS * 1000


@dataclass(frozen=True, slots=True)
class OccupancyMinute:
    """People in a zone over one minute (the last may be shorter): time-weighted mean, and the most.

    Attributes:
        maximum: The most at one instant.
        maximum_seen: The most that cameras cannot miss, as they look once in `LOOK_MS`.
    """

    start_ms: int
    mean: float
    maximum: int
    maximum_seen: int


@dataclass(frozen=True, slots=True)
class ZoneTruth:
    """What happened in one zone. Dwell is over `visits`; None without any."""

    zone_id: str
    zone_kind: ZoneKind
    lane_id: str | None
    visits: int
    pass_throughs: int
    staff_visits: int
    staff_pass_throughs: int
    dwell_seconds_mean: float | None
    dwell_seconds_median: float | None
    person_ms: int
    staff_person_ms: int
    occupancy: tuple[OccupancyMinute, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """One customer's way through a lane; the service times are None when not served."""

    lane_id: str
    person_id: str
    joined_ms: int
    queue_left_ms: int
    service_start_ms: int | None
    service_end_ms: int | None
    outcome: Outcome

    @property
    def wait_seconds(self) -> float | None:
        """Joined to start of service; None when not served."""
        return None if self.service_start_ms is None else (self.service_start_ms - self.joined_ms) / 1000

    @property
    def service_seconds(self) -> float | None:
        """Time in the service zone; None when not served."""
        if self.service_start_ms is None or self.service_end_ms is None:
            return None
        return (self.service_end_ms - self.service_start_ms) / 1000


@dataclass(frozen=True, slots=True)
class CheckoutTruth:
    """Journeys summed up; statistics are None when nothing stands behind them."""

    joined: int
    served: int
    abandoned: int
    censored: int
    wait_seconds_mean: float | None
    wait_seconds_median: float | None
    wait_seconds_p90: float | None
    over_target_share: float | None
    service_seconds_mean: float | None
    abandoned_wait_seconds_median: float | None


@dataclass(frozen=True, slots=True)
class OpenInterval:
    """A lane was open from `start_ms` to `end_ms`; None when it still was at the end."""

    start_ms: int
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class LaneTruth:
    """What happened at one lane; its queue minute by minute is the occupancy of its queue zone."""

    lane_id: str
    checkout: CheckoutTruth
    open_ms: int
    open_intervals: tuple[OpenInterval, ...]
    queue: tuple[OccupancyMinute, ...]


@dataclass(frozen=True, slots=True)
class TrafficMinute:
    """Crossings of all lines in one minute; minutes without any are left out."""

    start_ms: int
    in_count: int
    out_count: int
    staff_in_count: int
    staff_out_count: int


@dataclass(frozen=True, slots=True)
class TrafficTruth:
    """Crossings of customers and of staff; `occupancy_end` = customers in - out."""

    in_count: int
    out_count: int
    staff_in_count: int
    staff_out_count: int
    occupancy_end: int
    minutes: tuple[TrafficMinute, ...]


@dataclass(frozen=True, slots=True)
class StoreTruth:
    """Everything that is true of one store between `start_ms` and `end_ms`.

    `shoppers` counts people; `parties` counts those who come together once, and who comes alone.
    """

    store_id: str
    start_ms: int
    end_ms: int
    shoppers: int
    zones: tuple[ZoneTruth, ...]
    lanes: tuple[LaneTruth, ...]
    checkout: CheckoutTruth
    journeys: tuple[Journey, ...]
    traffic: TrafficTruth
    parties: int = 0
    hazards: tuple[HazardTruth, ...] = ()

    def zone(self, zone_id: str) -> ZoneTruth:
        """Return a zone's truth; raises `KeyError`."""
        return {zone.zone_id: zone for zone in self.zones}[zone_id]

    def lane(self, lane_id: str) -> LaneTruth:
        """Return a lane's truth; raises `KeyError`."""
        return {lane.lane_id: lane for lane in self.lanes}[lane_id]


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one run over all its stores."""

    scenario: str
    seed: int
    hours: float
    target_wait_seconds: float
    stores: tuple[StoreTruth, ...]

    def to_json(self) -> str:
        """Return the truth as JSON, one key per dataclass field, the same text for the same run.

        A store without hazards has no key for them.
        """
        values = asdict(self)
        for store in values["stores"]:
            if not store["hazards"]:
                del store["hazards"]
        return json.dumps(values, indent=1, sort_keys=True) + "\n"


def truth_of(
    scenario: Scenario,
    people: Sequence[Person],
    *,
    store_id: str,
    end_seconds: float,
    is_cut: bool,
    hazards: tuple[HazardTruth, ...] = (),
) -> StoreTruth:
    """Return the truth of one store from everybody's paths.

    Args:
        scenario: zones, lines and lanes.
        people: with path times in seconds since opening, at most `end_seconds`.
        store_id: whose truth it is.
        end_seconds: end of the run, in seconds since opening.
        is_cut: whether people may be inside at the end: their stays end there, their waits are censored.
        hazards: what the scenario tells to happen.
    """
    start_ms, end_ms = scenario.opening_ms, scenario.opening_ms + round(end_seconds * 1000)
    stays = list(stays_of(scenario, people))
    zones = tuple(
        _zone_truth(zone, _of_zone(stays, zone.zone_id), start_ms=start_ms, end_ms=end_ms) for zone in scenario.zones
    )
    journeys = journeys_of(scenario, stays, end_ms=end_ms if is_cut else None)
    target = scenario.checkout.target_wait_seconds
    return StoreTruth(
        store_id=store_id,
        start_ms=start_ms,
        end_ms=end_ms,
        shoppers=sum(not person.is_staff for person in people),
        zones=zones,
        lanes=tuple(
            _lane_truth(scenario, lane.lane_id, stays, zones, journeys, end_ms=end_ms) for lane in scenario.lanes
        ),
        checkout=checkout_of(journeys, target_wait_seconds=target),
        journeys=journeys,
        traffic=_traffic(scenario, people),
        parties=len({person.comes_with or person.person_id for person in people if not person.is_staff}),
        hazards=hazards,
    )


def stays_of(scenario: Scenario, people: Iterable[Person]) -> Iterator[Stay]:
    """Yield every stay of everybody in every zone, to the millisecond."""
    for person in people:
        for zone in scenario.zones:
            for inside in intervals_inside(person.path, zone.polygon):
                entered_ms, left_ms = _interval_ms(scenario, inside)
                yield Stay(person.person_id, person.is_staff, zone.zone_id, entered_ms, left_ms)


def merged(stays: Iterable[Stay]) -> list[Stay]:
    """Return visits: stays of one person in one zone less than 30 s apart become one, the gap included."""
    visits: list[Stay] = []
    for stay in sorted(stays, key=lambda stay: (stay.zone_id, stay.person_id, stay.entered_ms)):
        before = visits[-1] if visits else None
        if before is not None and _is_continued(before, stay):
            visits[-1] = Stay(
                stay.person_id,
                stay.is_staff,
                stay.zone_id,
                before.entered_ms,
                max(before.left_ms, stay.left_ms),
            )
        else:
            visits.append(stay)
    return visits


def occupancy_of(stays: Sequence[Stay], *, start_ms: int, end_ms: int) -> tuple[OccupancyMinute, ...]:
    """Return mean and most people per minute; who leaves at an instant makes room for who enters at it."""
    entered = np.array([stay.entered_ms for stay in stays], dtype=np.int64)
    left = np.array([stay.left_ms for stay in stays], dtype=np.int64)
    minutes = []
    for minute_ms in range(start_ms, end_ms, MINUTE_MS):
        minute_end_ms = min(minute_ms + MINUTE_MS, end_ms)
        touching = (entered < minute_end_ms) & (left > minute_ms)
        minutes.append(_minute(entered[touching], left[touching], minute_ms, minute_end_ms))
    return tuple(minutes)


def journeys_of(scenario: Scenario, stays: Sequence[Stay], *, end_ms: int | None) -> tuple[Journey, ...]:
    """Return the queue journeys in order of joining; `end_ms` is when people were cut off, if they were."""
    journeys: list[Journey] = []
    for lane in scenario.lanes:
        queue_id = scenario.lane_zone(lane.lane_id, "queue").zone_id
        service_id = scenario.lane_zone(lane.lane_id, "service").zone_id
        service = _by_person(merged(_customers(_of_zone(stays, service_id))))
        for person_id, queued in _by_person(merged(_customers(_of_zone(stays, queue_id)))).items():
            journeys += _journeys_at(lane.lane_id, queued, service.get(person_id, []), end_ms=end_ms)
    return tuple(sorted(journeys, key=lambda journey: (journey.joined_ms, journey.lane_id, journey.person_id)))


def checkout_of(journeys: Iterable[Journey], *, target_wait_seconds: float) -> CheckoutTruth:
    """Sum journeys up: waits among the served, the share of them over the target, abandonment."""
    by_outcome: dict[Outcome, list[Journey]] = {"served": [], "abandoned": [], "censored": []}
    for journey in journeys:
        by_outcome[journey.outcome].append(journey)
    waits = [journey.wait_seconds for journey in by_outcome["served"] if journey.wait_seconds is not None]
    service = [journey.service_seconds for journey in by_outcome["served"] if journey.service_seconds is not None]
    given_up = [(journey.queue_left_ms - journey.joined_ms) / 1000 for journey in by_outcome["abandoned"]]
    return CheckoutTruth(
        joined=sum(len(group) for group in by_outcome.values()),
        served=len(by_outcome["served"]),
        abandoned=len(by_outcome["abandoned"]),
        censored=len(by_outcome["censored"]),
        wait_seconds_mean=_mean(waits),
        wait_seconds_median=_percentile(waits, 50),
        wait_seconds_p90=_percentile(waits, 90),
        over_target_share=_mean([float(wait > target_wait_seconds) for wait in waits]),
        service_seconds_mean=_mean(service),
        abandoned_wait_seconds_median=_percentile(given_up, 50),
    )


def open_intervals_of(stays: Iterable[Stay], *, end_ms: int) -> tuple[OpenInterval, ...]:
    """Return when a lane was open: 5 s of presence in its service zone open it, 30 s without close it."""
    opened_ms: int | None = None
    intervals: list[OpenInterval] = []
    last_left_ms = 0
    for presence in _presences(stays):
        if opened_ms is not None and presence[0] - last_left_ms >= LANE_CLOSES_SECONDS * 1000:
            intervals.append(OpenInterval(opened_ms, last_left_ms + int(LANE_CLOSES_SECONDS * 1000)))
            opened_ms = None
        if opened_ms is None and presence[1] - presence[0] >= LANE_OPENS_SECONDS * 1000:
            opened_ms = presence[0] + int(LANE_OPENS_SECONDS * 1000)
        last_left_ms = presence[1]
    if opened_ms is not None:
        closes_ms = last_left_ms + int(LANE_CLOSES_SECONDS * 1000)
        intervals.append(OpenInterval(opened_ms, closes_ms if closes_ms <= end_ms else None))
    return tuple(intervals)


def _zone_truth(zone: ZonePlan, stays: Sequence[Stay], *, start_ms: int, end_ms: int) -> ZoneTruth:
    customers, staff = _customers(stays), [stay for stay in stays if stay.is_staff]
    visits, staff_visits = merged(customers), merged(staff)
    dwells = [visit.dwell_ms / 1000 for visit in visits if not visit.is_pass_through]
    return ZoneTruth(
        zone_id=zone.zone_id,
        zone_kind=zone.zone_kind,
        lane_id=zone.lane_id,
        visits=len(dwells),
        pass_throughs=len(visits) - len(dwells),
        staff_visits=sum(not visit.is_pass_through for visit in staff_visits),
        staff_pass_throughs=sum(visit.is_pass_through for visit in staff_visits),
        dwell_seconds_mean=_mean(dwells),
        dwell_seconds_median=_percentile(dwells, 50),
        person_ms=sum(stay.dwell_ms for stay in customers),
        staff_person_ms=sum(stay.dwell_ms for stay in staff),
        occupancy=occupancy_of(customers, start_ms=start_ms, end_ms=end_ms),
    )


def _lane_truth(
    scenario: Scenario,
    lane_id: str,
    stays: Sequence[Stay],
    zones: Sequence[ZoneTruth],
    journeys: Iterable[Journey],
    *,
    end_ms: int,
) -> LaneTruth:
    queue_id = scenario.lane_zone(lane_id, "queue").zone_id
    service_id = scenario.lane_zone(lane_id, "service").zone_id
    of_lane = [journey for journey in journeys if journey.lane_id == lane_id]
    open_intervals = open_intervals_of(_of_zone(stays, service_id), end_ms=end_ms)
    return LaneTruth(
        lane_id=lane_id,
        checkout=checkout_of(of_lane, target_wait_seconds=scenario.checkout.target_wait_seconds),
        open_ms=sum((end_ms if open_.end_ms is None else open_.end_ms) - open_.start_ms for open_ in open_intervals),
        open_intervals=open_intervals,
        queue=next(zone.occupancy for zone in zones if zone.zone_id == queue_id),
    )


def _journeys_at(
    lane_id: str, queued: Sequence[Stay], service: Sequence[Stay], *, end_ms: int | None
) -> Iterator[Journey]:
    """Yield one person's journeys at one lane: a service belongs to the queue visit before it."""
    following = [after.entered_ms for after in queued[1:]]
    for index, visit in enumerate(queued):
        until_ms = following[index] if index < len(following) else None
        served = next((stay for stay in service if _is_between(visit.entered_ms, stay.entered_ms, until_ms)), None)
        outcome: Outcome = "served" if served else "censored" if visit.left_ms == end_ms else "abandoned"
        if outcome == "abandoned" and visit.is_pass_through:
            continue
        yield Journey(
            lane_id=lane_id,
            person_id=visit.person_id,
            joined_ms=visit.entered_ms,
            queue_left_ms=visit.left_ms,
            service_start_ms=served.entered_ms if served else None,
            service_end_ms=served.left_ms if served else None,
            outcome=outcome,
        )


def _traffic(scenario: Scenario, people: Iterable[Person]) -> TrafficTruth:
    crossings = list(_crossings(scenario, people))
    minutes: dict[int, list[tuple[Direction, bool]]] = defaultdict(list)
    for time_ms, direction, is_staff in crossings:
        minutes[time_ms - time_ms % MINUTE_MS].append((direction, is_staff))
    total = _traffic_minute(0, [(direction, is_staff) for _, direction, is_staff in crossings])
    return TrafficTruth(
        in_count=total.in_count,
        out_count=total.out_count,
        staff_in_count=total.staff_in_count,
        staff_out_count=total.staff_out_count,
        occupancy_end=total.in_count - total.out_count,
        minutes=tuple(_traffic_minute(start_ms, minutes[start_ms]) for start_ms in sorted(minutes)),
    )


def _traffic_minute(start_ms: int, crossings: list[tuple[Direction, bool]]) -> TrafficMinute:
    return TrafficMinute(
        start_ms=start_ms,
        in_count=crossings.count(("in", False)),
        out_count=crossings.count(("out", False)),
        staff_in_count=crossings.count(("in", True)),
        staff_out_count=crossings.count(("out", True)),
    )


def _crossings(scenario: Scenario, people: Iterable[Person]) -> Iterator[tuple[int, Direction, bool]]:
    for person in people:
        for line in scenario.lines:
            inside = side_of(line.start, line.end, line.inside)
            for crossing in line_crossings(person.path, line.start, line.end):
                yield (
                    _instant_ms(scenario, crossing.time),
                    "in" if crossing.side == inside else "out",
                    person.is_staff,
                )


def _minute(entered: NDArray[np.int64], left: NDArray[np.int64], start_ms: int, end_ms: int) -> OccupancyMinute:
    begins, ends = np.maximum(entered, start_ms), np.minimum(left, end_ms)
    return OccupancyMinute(
        start_ms=start_ms,
        mean=float((ends - begins).sum()) / (end_ms - start_ms),
        maximum=_most_at_once(begins, ends),
        # A stay is seen from the first look inside to the last: at most one look shorter at each end.
        maximum_seen=_most_at_once(begins + LOOK_MS, ends - LOOK_MS),
    )


def _most_at_once(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    begins, ends = begins[begins < ends], ends[begins < ends]
    instants = np.concatenate([ends, begins])
    steps = np.concatenate([np.full(len(ends), -1), np.full(len(begins), 1)])
    return int(np.cumsum(steps[np.lexsort((steps, instants))]).max(initial=0))


def _presences(stays: Iterable[Stay]) -> list[tuple[int, int]]:
    """Return when anybody was there: overlapping stays become one."""
    presences: list[tuple[int, int]] = []
    for stay in sorted(stays, key=lambda stay: stay.entered_ms):
        if presences and stay.entered_ms <= presences[-1][1]:
            presences[-1] = (presences[-1][0], max(presences[-1][1], stay.left_ms))
        else:
            presences.append((stay.entered_ms, stay.left_ms))
    return presences


def _is_continued(before: Stay, stay: Stay) -> bool:
    is_same = (before.zone_id, before.person_id) == (stay.zone_id, stay.person_id)
    return is_same and stay.entered_ms - before.left_ms < MERGE_SECONDS * 1000


def _is_between(start_ms: int, time_ms: int, end_ms: int | None) -> bool:
    return start_ms <= time_ms and (end_ms is None or time_ms < end_ms)


def _of_zone(stays: Iterable[Stay], zone_id: str) -> list[Stay]:
    return [stay for stay in stays if stay.zone_id == zone_id]


def _customers(stays: Iterable[Stay]) -> list[Stay]:
    return [stay for stay in stays if not stay.is_staff]


def _by_person(stays: Iterable[Stay]) -> dict[str, list[Stay]]:
    of_person: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        of_person[stay.person_id].append(stay)
    return of_person


def _interval_ms(scenario: Scenario, interval: Interval) -> tuple[int, int]:
    return _instant_ms(scenario, interval.start), _instant_ms(scenario, interval.end)


def _instant_ms(scenario: Scenario, seconds: float) -> int:
    return scenario.opening_ms + round(seconds * 1000)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if len(values) else None
