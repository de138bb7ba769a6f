"""Lanes hour by hour: who joins, how long they wait given the open lanes, who is served and who gives up.

A lane is a queue with one server. Its mean wait is service * rho / (1 - rho), where rho is the share of the time in
which the server is busy (M/M/1; Kleinrock: Queueing Systems, volume 1, 1975). It is kept at 0.92 or less: a longer
queue finds people who turn away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.history.chain import LANES
from sim.history.chance import Draw, Floats, Integers, derived, keys, normal, poisson, share_of
from sim.history.durations import Durations, durations, first_bucket_of
from sim.history.open_hours import OpenHours

BUYERS_SHARE = 0.55
SERVICE_MS = 75_000.0
PLANNED_UTILISATION = 0.65
"""How busy planners want servers to be: they open as many lanes for the visitors that they expect."""
_UTILISATION_MAX = 0.92
_PATIENCE_MS = 600_000.0


@dataclass(frozen=True, slots=True)
class LaneHours:
    """Figures of each lane and hour: arrays of hours and lanes.

    `served` and `left` are the journeys' times in the queue, of those who were served and of the `abandoned` and
    `censored`; `service` are the times at the server.
    """

    open_ms: Integers
    queue_person_ms: Integers
    service_person_ms: Integers
    abandoned: Integers
    censored: Integers
    served: Durations
    left: Durations
    service: Durations


def service_ms_of(hours: OpenHours) -> Floats:
    """Return the mean time at the server in each hour's store."""
    taste = normal(keys(hours.chain.seed, np.arange(hours.chain.stores), Draw.SERVICE))
    return np.asarray(SERVICE_MS * np.exp(0.1 * taste)[hours.store])


def open_lanes(hours: OpenHours) -> Integers:
    """Return how many lanes each hour has open, by plan."""
    busy_hours = hours.expected * BUYERS_SHARE * service_ms_of(hours) / 3_600_000
    return np.clip(np.ceil(busy_hours / PLANNED_UTILISATION), 1, LANES).astype(np.int64)


def lane_hours(hours: OpenHours) -> LaneHours:
    """Return the lanes of open hours."""
    key = derived(hours.key[:, None], np.arange(LANES))
    lanes = open_lanes(hours)[:, None]
    is_open = np.arange(LANES) < lanes
    buyers = hours.in_count[:, None] * BUYERS_SHARE / lanes
    joined = poisson(np.where(is_open, buyers, 0.0), derived(key, Draw.JOINED))
    watched_ms = hours.seen_minutes[:, None] * 60_000
    service_mean = service_ms_of(hours)[:, None]
    wait_mean = _wait_ms(joined * service_mean / watched_ms, service_mean, normal(derived(key, Draw.WAIT)))
    abandoned = share_of(joined, _gives_up(wait_mean), derived(key, Draw.LEFT))
    censored = share_of(joined - abandoned, 0.02, derived(key, Draw.CENSORED))
    first = first_bucket_of(wait_mean)
    served_count = joined - abandoned - censored
    served = durations(served_count, first, derived(key, Draw.QUEUE))
    left = durations(abandoned + censored, first, derived(key, Draw.QUEUE, 1))
    service = durations(
        served_count, np.broadcast_to(first_bucket_of(service_mean), first.shape), derived(key, Draw.SERVICE)
    )
    return LaneHours(
        open_ms=is_open * watched_ms,
        queue_person_ms=_present_ms((served + left).total_ms, normal(derived(key, Draw.PRESENCE))),
        service_person_ms=np.minimum(service.total_ms, is_open * watched_ms),
        abandoned=abandoned,
        censored=censored,
        served=served,
        left=left,
        service=service,
    )


def _wait_ms(utilisation: Floats, service_ms: Floats, drawn: Floats) -> Floats:
    busy = np.minimum(utilisation, _UTILISATION_MAX)
    # An empty queue's wait is never asked for, but has a logarithm.
    return np.asarray(np.maximum(service_ms * busy / (1 - busy) * np.exp(0.2 * drawn), 500.0))


def _gives_up(wait_ms: Floats) -> Floats:
    return np.asarray(np.minimum(0.005 + 0.2 * (wait_ms / _PATIENCE_MS) ** 2, 0.5))


def _present_ms(total_ms: Integers, drawn: Floats) -> Integers:
    # Who is there over the turn of an hour counts in both: Little's law holds but for that.
    return np.asarray(np.rint(total_ms * np.maximum(1 + 0.03 * drawn, 0)), dtype=np.int64)
