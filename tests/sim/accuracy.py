"""How far what the events say is from what is true, in the terms of the accuracy targets."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from sim.truth import Journey, StoreTruth
from tests.sim.event_recount import Recount, Served

SAME_SERVICE_MS = 5_000
"""At one lane, services that begin this near to each other are one: a service takes longer."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors against the truth.

    Attributes:
        wait_mean_seconds: True mean wait of the served.
        wait_mae_seconds: Mean absolute error of a served customer's wait, over the services found.
        wait_mean_error_seconds: Counted mean wait minus the true one.
        services_found: Share of the true served journeys that were counted as served.
        queue_length_mae: Mean absolute error of a lane's mean queue length in a minute, in people, watched minutes.
        minutes_watched: Share of the lanes' minutes with a queue length.
    """

    wait_mean_seconds: float
    wait_mae_seconds: float
    wait_mean_error_seconds: float
    services_found: float
    queue_length_mae: float
    minutes_watched: float


def accuracy_of(counted: Recount, truth: StoreTruth) -> Accuracy:
    """Compare journeys one by one, and queues minute by minute."""
    served = [journey for journey in truth.journeys if journey.wait_seconds is not None]
    found = [(journey, match) for journey in served if (match := _match(journey, counted.served)) is not None]
    true_mean = statistics.fmean(journey.wait_seconds or 0.0 for journey in served)
    queues = [(zone, minute) for zone in truth.zones if zone.zone_kind == "queue" for minute in zone.occupancy]
    watched = [
        abs(counted.zones[zone.zone_id].occupancy_mean[minute.start_ms] - minute.mean)
        for zone, minute in queues
        if minute.start_ms in counted.zones[zone.zone_id].occupancy_mean
    ]
    return Accuracy(
        wait_mean_seconds=true_mean,
        wait_mae_seconds=statistics.fmean(abs(match.wait_seconds - (true.wait_seconds or 0)) for true, match in found),
        wait_mean_error_seconds=statistics.fmean(counted.wait_seconds) - true_mean,
        services_found=len(found) / len(served),
        queue_length_mae=statistics.fmean(watched),
        minutes_watched=len(watched) / len(queues),
    )


def _match(true: Journey, served: list[Served]) -> Served | None:
    """Return the counted journey at the same lane with the same service, if there is one."""
    near = [each for each in served if each.lane_id == true.lane_id and _apart_ms(true, each) <= SAME_SERVICE_MS]
    return min(near, key=lambda each: _apart_ms(true, each), default=None)


def _apart_ms(true: Journey, counted: Served) -> int:
    return abs((true.service_start_ms or 0) - counted.service_start_ms)
