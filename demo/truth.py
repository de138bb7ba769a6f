"""The simulator's truth, by the names of the metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

from demo.metrics import Expected, Minutes
from sim.truth import CheckoutTruth, Journey, LaneTruth, OccupancyMinute, StoreTruth, ZoneTruth

DOUBTFUL_SECONDS = 0.5
_JOURNEY_COUNTS = ("joined", "served", "abandoned", "censored")


def expected_values(truth: StoreTruth, *, target_seconds: float) -> dict[str, Expected]:
    """Return what every single metric must be; `target_seconds` is the wait over which one is served late."""
    named = [*_traffic(truth), *_checkout(truth.checkout, "", near_target=_near_target(truth.journeys, target_seconds))]
    for zone in truth.zones:
        named += _zone(zone)
    for lane in truth.lanes:
        near = _near_target((each for each in truth.journeys if each.lane_id == lane.lane_id), target_seconds)
        named += [*_checkout(lane.checkout, f".{lane.lane_id}", near_target=near), *_lane(lane, truth)]
    return dict(named)


def expected_minutes(truth: StoreTruth) -> dict[str, Minutes]:
    """Return what every series must be, minute by minute."""
    zones = {f"occupancy_mean.{zone.zone_id}": _means(zone.occupancy) for zone in truth.zones}
    return zones | {f"queue_length_mean.{lane.lane_id}": _means(lane.queue) for lane in truth.lanes}


def _traffic(truth: StoreTruth) -> Iterator[tuple[str, Expected]]:
    traffic = truth.traffic
    yield "traffic_in", Expected(traffic.in_count)
    yield "traffic_out", Expected(traffic.out_count)
    yield "traffic_staff_in", Expected(traffic.staff_in_count)
    yield "traffic_staff_out", Expected(traffic.staff_out_count)
    yield "store_occupancy_end", Expected(traffic.occupancy_end)


def _zone(zone: ZoneTruth) -> Iterator[tuple[str, Expected]]:
    place = zone.zone_id
    for name in ("visits", "pass_throughs", "staff_visits", "staff_pass_throughs"):
        yield f"{name}.{place}", Expected(getattr(zone, name))
    for name in ("visits", "pass_throughs"):
        yield f"minutes_{name}.{place}", Expected(getattr(zone, name))
    yield f"dwell_seconds_mean.{place}", Expected(zone.dwell_seconds_mean)
    yield f"dwell_seconds_median.{place}", Expected(zone.dwell_seconds_median)
    yield f"minutes_dwell_seconds_mean.{place}", Expected(zone.dwell_seconds_mean)
    yield f"occupancy_max.{place}", _most(zone.occupancy)


def _checkout(checkout: CheckoutTruth, suffix: str, *, near_target: int) -> Iterator[tuple[str, Expected]]:
    values = asdict(checkout)
    share = values.pop("over_target_share")
    for name in _JOURNEY_COUNTS:
        number = Expected(values.pop(name))
        yield f"{name}{suffix}", number
        yield f"minutes_{name}{suffix}", number
    late = Expected(round((share or 0.0) * checkout.served), doubtful=near_target)
    yield f"served_over_target{suffix}", late
    yield f"minutes_served_over_target{suffix}", late
    yield f"over_target_share{suffix}", Expected(share, doubtful=near_target / max(1, checkout.served))
    for name, value in values.items():
        yield f"{name}{suffix}", Expected(value)
    yield f"minutes_wait_seconds_mean{suffix}", Expected(checkout.wait_seconds_mean)


def _near_target(journeys: Iterable[Journey], target_seconds: float) -> int:
    """Count the waits so near the target that looking four times a second cannot tell their side."""
    waits = (journey.wait_seconds for journey in journeys if journey.wait_seconds is not None)
    return sum(abs(wait - target_seconds) <= DOUBTFUL_SECONDS for wait in waits)


def _lane(lane: LaneTruth, truth: StoreTruth) -> Iterator[tuple[str, Expected]]:
    spans = [((span.end_ms or truth.end_ms) - span.start_ms) / 1000 for span in lane.open_intervals]
    yield f"lane_open_seconds.{lane.lane_id}", Expected(sum(spans), parts=max(1, len(spans)))
    yield f"queue_length_max.{lane.lane_id}", _most(lane.queue)


def _means(minutes: tuple[OccupancyMinute, ...]) -> Minutes:
    return {minute.start_ms: minute.mean for minute in minutes}


def _most(minutes: tuple[OccupancyMinute, ...]) -> Expected:
    most = max((minute.maximum for minute in minutes), default=0)
    return Expected(most, doubtful=most - max((minute.maximum_seen for minute in minutes), default=0))
