"""The roll-ups of open hours, as `sql/rollup` would sum them from the minutes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.history.chain import LANES
from sim.history.chance import Draw, Floats, derived, poisson
from sim.history.checkout import LaneHours, lane_hours
from sim.history.floor import QUEUES, ZONES, ZoneHours, zone_hours
from sim.history.open_hours import OpenHours
from sim.history.tables import graded, histograms, known, local_hour_columns, named, quotient, repeated

LINE_ID = "entrance"
TARGET_WAIT_MS = 180_000
_JOURNEYS_MIN = 10


def local_hour_tables(hours: OpenHours) -> dict[str, pa.Table]:
    """Return the rows of each roll-up by its table's name, in the order of the table."""
    lanes = lane_hours(hours)
    zones = zone_hours(hours, lanes)
    return {
        "traffic_local_hour_v1": _traffic(hours),
        "zone_local_hour_v1": _zones(hours, zones),
        "lane_local_hour_v1": _lanes(hours, lanes, zones),
    }


def crossings(hours: OpenHours) -> dict[str, npt.NDArray[np.int64]]:
    """Return how many crossed the entrance in each hour, by column."""
    leaving = hours.in_count * 0.98
    return {
        "in_count": hours.in_count,
        "out_count": poisson(leaving, derived(hours.key, Draw.OUT)),
        "staff_in_count": poisson(np.full(hours.size, 0.8), derived(hours.key, Draw.STAFF_IN)),
        "staff_out_count": poisson(np.full(hours.size, 0.8), derived(hours.key, Draw.STAFF_OUT)),
    }


def _traffic(hours: OpenHours) -> pa.Table:
    signs = _signs(hours, 1)
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store),
            "line_id": repeated([LINE_ID], hours.size),
            **local_hour_columns(hours, 1),
            **crossings(hours),
            **signs,
            "quality": graded(signs),
            "source": repeated(["minutes"], hours.size),
        }
    )


def _zones(hours: OpenHours, zones: ZoneHours) -> pa.Table:
    places = len(ZONES)
    interval_ms = np.repeat(hours.seen_minutes * 60_000, places)
    ended = (zones.visits + zones.pass_throughs).ravel()
    signs = _signs(hours, places) | {"lost_share": quotient(zones.lost_visits.ravel(), ended)}
    return pa.table(
        {
            "store_id": named(hours.chain.ids, np.repeat(hours.store, places)),
            "zone_id": repeated([zone.zone_id for zone in ZONES], hours.size),
            "zone_kind": repeated([zone.zone_kind for zone in ZONES], hours.size),
            "lane_id": repeated([zone.lane_id for zone in ZONES], hours.size),
            **local_hour_columns(hours, places),
            "occupancy_mean": zones.person_ms.ravel() / interval_ms,
            "occupancy_max": zones.occupancy_max.ravel().astype(np.int32),
            "person_ms": zones.person_ms.ravel(),
            "interval_ms": interval_ms,
            "entered": ended,
            "left": ended,
            "staff_person_ms": zones.staff_person_ms.ravel(),
            "visits": zones.visits.ravel(),
            "pass_throughs": zones.pass_throughs.ravel(),
            "staff_visits": zones.staff_visits.ravel(),
            "dwell_ms": zones.dwell.total_ms.ravel(),
            "lost_visits": zones.lost_visits.ravel(),
            "dwell_histogram": histograms(zones.dwell),
            **(signs | {"lost_share": known(signs["lost_share"])}),
            "quality": graded(signs),
        }
    )


def _lanes(hours: OpenHours, lanes: LaneHours, zones: ZoneHours) -> pa.Table:
    signs = _signs(hours, LANES)
    queue_person_ms = lanes.queue_person_ms.ravel()
    wait_ms = lanes.served.total_ms.ravel()
    queue_ms = wait_ms + lanes.left.total_ms.ravel()
    served = lanes.served.counts.sum(axis=-1, dtype=np.int64).ravel()
    joined = served + (lanes.abandoned + lanes.censored).ravel()
    longest = lanes.served.longest_ms.ravel()
    gap = quotient(np.abs(queue_person_ms - queue_ms), queue_person_ms)
    checked = {
        "lost_share": quotient(lanes.censored.ravel(), joined),
        "little_gap": np.where(joined >= _JOURNEYS_MIN, gap, np.nan),
    }
    return pa.table(
        {
            "store_id": named(hours.chain.ids, np.repeat(hours.store, LANES)),
            "lane_id": repeated([f"lane-{number}" for number in range(1, LANES + 1)], hours.size),
            **local_hour_columns(hours, LANES),
            "queue_length_mean": queue_person_ms / (signs["coverage"] * 60 * 60_000),
            "queue_length_max": zones.occupancy_max[:, QUEUES].ravel().astype(np.int32),
            "queue_person_ms": queue_person_ms,
            "service_person_ms": lanes.service_person_ms.ravel(),
            "open_ms": lanes.open_ms.ravel(),
            "joined": joined,
            "served": served,
            "abandoned": lanes.abandoned.ravel(),
            "censored": lanes.censored.ravel(),
            "wait_ms": wait_ms,
            "wait_ms_max": pa.array(longest, mask=longest < 0),
            "served_over_target": lanes.served.over(TARGET_WAIT_MS).ravel(),
            "queue_ms": queue_ms,
            "wait_histogram": histograms(lanes.served),
            **signs,
            **{name: known(value) for name, value in checked.items()},
            "quality": graded(signs | checked),
        }
    )


def _signs(hours: OpenHours, places: int) -> dict[str, Floats]:
    return {
        "coverage": np.repeat(hours.seen_minutes / 60, places),
        "camera_up_share": np.repeat(hours.camera_up_share, places),
        "late_share": np.repeat(hours.late_share, places),
    }
