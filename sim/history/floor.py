"""Zones hour by hour: aisles, and each lane's places to queue and to be served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.history.chain import AISLES, LANES
from sim.history.chance import Draw, Floats, Integers, derived, keys, normal, poisson, share_of, uniform
from sim.history.checkout import LaneHours
from sim.history.durations import Durations, durations, first_bucket_of
from sim.history.open_hours import OpenHours

DWELL_MS = 45_000.0
_REACH = 0.45
_LOST_SHARE = 0.03
UNEVEN = 1.9
"""The fullest minute of an hour has at most so many times its mean."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A place in a store."""

    zone_id: str
    zone_kind: str
    lane_id: str | None = None


ZONES = (
    *(Zone(f"aisle-{name}", "aisle") for name in AISLES),
    *(Zone(f"queue-{number}", "queue", f"lane-{number}") for number in range(1, LANES + 1)),
    *(Zone(f"service-{number}", "service", f"lane-{number}") for number in range(1, LANES + 1)),
)
"""The zones of every store, by id."""
QUEUES = slice(len(AISLES), len(AISLES) + LANES)
SERVICES = slice(len(AISLES) + LANES, len(ZONES))


@dataclass(frozen=True, slots=True)
class ZoneHours:
    """Figures of each zone and hour: arrays of hours and `ZONES`."""

    person_ms: Integers
    occupancy_max: Integers
    staff_person_ms: Integers
    pass_throughs: Integers
    staff_visits: Integers
    lost_visits: Integers
    dwell: Durations

    @property
    def visits(self) -> Integers:
        """Customers' visits that ended."""
        return np.asarray(self.dwell.counts.sum(axis=-1), dtype=np.int64)


def zone_hours(hours: OpenHours, lanes: LaneHours) -> ZoneHours:
    """Return the zones of open hours; queues and services are those of the lanes."""
    key = derived(hours.key[:, None], np.arange(len(ZONES)))
    aisles = key[:, : len(AISLES)]
    dwell = _side_by_side(_aisle_dwell(hours, len(AISLES)), lanes.served + lanes.left, lanes.service)
    passing = np.zeros(key.shape, dtype=np.int64)
    passing[:, : len(AISLES)] = poisson(0.15 * hours.in_count[:, None], derived(aisles, Draw.PASSING))
    present = dwell.total_ms[:, : len(AISLES)] * np.maximum(1 + 0.03 * normal(derived(aisles, Draw.PRESENCE)), 0)
    person_ms = np.concatenate(
        [np.rint(present).astype(np.int64), lanes.queue_person_ms, lanes.service_person_ms], axis=1
    )
    ended = dwell.counts.sum(axis=-1) + passing
    return ZoneHours(
        person_ms=person_ms,
        occupancy_max=_occupancy_max(person_ms, hours.seen_minutes[:, None], uniform(derived(key, Draw.PEAK))),
        staff_person_ms=_staff_ms(hours, lanes),
        pass_throughs=passing,
        staff_visits=poisson(np.full(key.shape, 0.4), derived(key, Draw.STAFF_VISITS)),
        lost_visits=share_of(ended, _LOST_SHARE, derived(key, Draw.LOST)),
        dwell=dwell,
    )


def _aisle_dwell(hours: OpenHours, aisles: int) -> Durations:
    """Return visits to aisles: how attractive one is, and how long it holds, is the store's."""
    store_key = keys(hours.chain.seed, np.arange(hours.chain.stores)[:, None], np.arange(aisles))
    reach = (_REACH * np.exp(0.35 * normal(derived(store_key, Draw.REACH))))[hours.store]
    mean_ms = (DWELL_MS * np.exp(0.35 * normal(derived(store_key, Draw.TASTE))))[hours.store]
    key = derived(hours.key[:, None], np.arange(aisles))
    visits = poisson(hours.in_count[:, None] * reach, derived(key, Draw.VISITS))
    return durations(visits, first_bucket_of(mean_ms), derived(key, Draw.DWELL))


def _side_by_side(*parts: Durations) -> Durations:
    return Durations(
        np.concatenate([part.first_bucket for part in parts], axis=1),
        np.concatenate([part.counts for part in parts], axis=1),
    )


def _occupancy_max(person_ms: Integers, seen_minutes: Integers, drawn: Floats) -> Integers:
    mean = person_ms / (seen_minutes * 60_000)
    return np.where(person_ms > 0, np.ceil(UNEVEN * mean) + 1 + np.floor(1.5 * drawn), 0).astype(np.int64)


def _staff_ms(hours: OpenHours, lanes: LaneHours) -> Integers:
    """Return the staff's time: now and then in an aisle, never in a queue, all the time at an open lane."""
    aisles = np.floor(hours.seen_minutes[:, None] * 6_000 * uniform(derived(hours.key[:, None], Draw.STAFF_TIME)))
    return np.concatenate(
        [
            np.broadcast_to(aisles, (hours.size, len(AISLES))).astype(np.int64),
            np.zeros((hours.size, LANES), dtype=np.int64),
            lanes.open_ms,
        ],
        axis=1,
    )
