"""The minutes of open hours: rows of the fact tables, whose sums by local hour are the roll-ups of `local_hours`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from contracts.tables import LANE_MINUTE
from sim.history.chain import LANES
from sim.history.chance import Draw, Floats, Integers, derived
from sim.history.checkout import LaneHours, lane_hours
from sim.history.durations import LOWER_MS
from sim.history.floor import QUEUES, SERVICES, ZONES, ZoneHours, zone_hours
from sim.history.local_hours import LINE_ID, TARGET_WAIT_MS, crossings
from sim.history.open_hours import OpenHours
from sim.history.splitting import (
    MINUTES,
    Ends,
    bucket_counts,
    counted,
    ends,
    lasting_ms,
    peaks,
    shares,
    split,
)
from sim.history.tables import Column, bucket_lists, graded, instants, known, named, quotient

MINUTE_US = 60_000_000
MINUTE_MS = 60_000
_LANE_NAMES = [f"lane-{number}" for number in range(1, LANES + 1)]


def minute_tables(hours: OpenHours) -> dict[str, pa.Table]:
    """Return the rows of each table of minutes by its name, in the order of the table."""
    lanes = lane_hours(hours)
    zones = zone_hours(hours, lanes)
    key = derived(hours.key[:, None], np.arange(len(ZONES)), Draw.MINUTE)
    up_to = shares(key, hours.seen_minutes)
    person_ms = split(zones.person_ms, up_to, key)
    most = peaks(person_ms / MINUTE_MS, zones.occupancy_max)
    return {
        "zone_minute_v1": _zones(hours, zones, person_ms, most, up_to),
        "dwell_minute_v1": _dwells(hours, zones),
        "lane_minute_v1": _lanes(hours, lanes, person_ms, most),
        "traffic_minute_v1": _traffic(hours, up_to[:, :, :1]),
    }


def _traffic(hours: OpenHours, up_to: Floats) -> pa.Table:
    counts = {
        name: split(total[:, None], up_to, derived(hours.key[:, None], Draw.SPLIT, number)).ravel()
        for number, (name, total) in enumerate(crossings(hours).items())
    }
    row = np.flatnonzero(sum(counts.values()))
    signs = _signs(hours, row, 1)
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store[row // MINUTES]),
            "line_id": named([LINE_ID], np.zeros(len(row), np.int64)),
            **_window(hours, row, 1),
            **{name: count[row] for name, count in counts.items()},
            **signs,
            "quality": graded(signs),
        }
    )


def _zones(hours: OpenHours, zones: ZoneHours, person_ms: Integers, most: Integers, up_to: Floats) -> pa.Table:
    places = len(ZONES)
    key = derived(hours.key[:, None], np.arange(places), Draw.STAFF_MINUTE)
    moved = split(zones.visits + zones.pass_throughs, up_to, derived(key, 0)).ravel()
    staff_ms = split(zones.staff_person_ms, up_to, derived(key, 1)).ravel()
    row = _watched(hours, places)
    signs = _signs(hours, row, places)
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store[row // (MINUTES * places)]),
            **_zone_columns(row, "zone_id", "zone_kind", "lane_id"),
            **_window(hours, row, places),
            "occupancy_mean": person_ms.ravel()[row] / MINUTE_MS,
            "occupancy_max": most.ravel()[row].astype(np.int32),
            "person_ms": person_ms.ravel()[row],
            "interval_ms": np.full(len(row), MINUTE_MS),
            "entered": moved[row],
            "left": moved[row],
            "staff_person_ms": staff_ms[row],
            **signs,
            "quality": graded(signs),
        }
    )


def _dwells(hours: OpenHours, zones: ZoneHours) -> pa.Table:
    places = len(ZONES)
    shape = (hours.size, MINUTES, places)
    key = derived(hours.key[:, None], np.arange(places), Draw.LOST)
    found = ends(zones.dwell, zones.pass_throughs, key, hours.seen_minutes)
    staff = ends(zones.dwell.emptied(), zones.staff_visits, derived(key, Draw.STAFF_MINUTE), hours.seen_minutes)
    is_lost = found.nth < zones.lost_visits.ravel()[found.group]
    counts = {
        "visits": counted(found.minute[found.bucket >= 0], shape),
        "pass_throughs": counted(found.minute[found.bucket < 0], shape),
        "staff_visits": counted(staff.minute, shape),
    }
    row = np.flatnonzero(sum(counts.values()))
    counts |= {
        "dwell_ms": counted(found.minute, shape, lasting_ms(found)),
        "lost_visits": counted(found.minute[is_lost], shape),
    }
    rows = {name: count.ravel()[row] for name, count in counts.items()}
    signs = _signs(hours, row, places) | {
        "lost_share": quotient(rows["lost_visits"], rows["visits"] + rows["pass_throughs"])
    }
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store[row // (MINUTES * places)]),
            **_zone_columns(row, "zone_id", "zone_kind"),
            **_window(hours, row, places),
            **rows,
            "dwell_histogram": _histograms(found, row),
            **(signs | {"lost_share": known(signs["lost_share"])}),
            "quality": graded(signs),
        }
    )


def _lanes(hours: OpenHours, lanes: LaneHours, person_ms: Integers, most: Integers) -> pa.Table:
    row = _watched(hours, LANES)
    queue_person_ms = person_ms[:, :, QUEUES].ravel()[row]
    columns = _journeys(hours, lanes, row) | {
        "queue_length_mean": queue_person_ms / MINUTE_MS,
        "queue_length_max": most[:, :, QUEUES].ravel()[row].astype(np.int32),
        "queue_person_ms": queue_person_ms,
        "service_person_ms": person_ms[:, :, SERVICES].ravel()[row],
        "open_ms": np.repeat((lanes.open_ms > 0) * MINUTE_MS, MINUTES, axis=0).ravel()[row],
    }
    signs = _signs(hours, row, LANES)
    lost = {"lost_share": quotient(columns["censored"], columns["joined"])}
    written = columns | {
        "store_id": named(hours.chain.ids, hours.store[row // (MINUTES * LANES)]),
        "lane_id": named(_LANE_NAMES, row % LANES),
        **_window(hours, row, LANES),
        **signs,
        "lost_share": known(lost["lost_share"]),
        # Over fifteen minutes of a lane there are too few journeys to check.
        "little_gap": pa.nulls(len(row), pa.float64()),
        "quality": graded(signs | lost),
    }
    return pa.table({column.name: written[column.name] for column in LANE_MINUTE.columns})


def lane_ends(hours: OpenHours, lanes: LaneHours) -> tuple[Ends, Ends, npt.NDArray[np.bool_]]:
    """Return who was served and who left unserved, each at a minute and lane; and of the latter, who gave up."""
    key = derived(hours.key[:, None], np.arange(LANES))
    nobody = np.zeros_like(lanes.abandoned)
    served = ends(lanes.served, nobody, derived(key, Draw.SERVED_MINUTE), hours.seen_minutes)
    left = ends(lanes.left, nobody, derived(key, Draw.LEFT_MINUTE), hours.seen_minutes)
    return served, left, left.nth < lanes.abandoned.ravel()[left.group]


def _journeys(hours: OpenHours, lanes: LaneHours, row: Integers) -> dict[str, Column]:
    shape = (hours.size, MINUTES, LANES)
    served, left, gave_up = lane_ends(hours, lanes)
    wait_ms = lasting_ms(served)
    longest = np.full(int(np.prod(shape)), -1)
    np.maximum.at(longest, served.minute, wait_ms)
    counts = {
        "served": counted(served.minute, shape),
        "abandoned": counted(left.minute[gave_up], shape),
        "censored": counted(left.minute[~gave_up], shape),
        "wait_ms": counted(served.minute, shape, wait_ms),
        "served_over_target": counted(served.minute[wait_ms > TARGET_WAIT_MS], shape),
    }
    counts["joined"] = counts["served"] + counts["abandoned"] + counts["censored"]
    counts["queue_ms"] = counts["wait_ms"] + counted(left.minute, shape, lasting_ms(left))
    return {
        **{name: count.ravel()[row] for name, count in counts.items()},
        "wait_ms_max": pa.array(longest[row], mask=longest[row] < 0),
        "wait_histogram": _histograms(served, row),
    }


def _watched(hours: OpenHours, places: int) -> Integers:
    """Return the places of watched minutes in arrays of minutes."""
    is_watched = np.arange(MINUTES) < hours.seen_minutes[:, None]
    return np.flatnonzero(np.repeat(is_watched.ravel(), places))


def _zone_columns(row: Integers, *names: str) -> dict[str, pa.Array]:
    zone = row % len(ZONES)
    return {name: named([getattr(each, name) for each in ZONES], zone) for name in names}


def _window(hours: OpenHours, row: Integers, places: int) -> dict[str, pa.Array]:
    hour, minute = np.divmod(row // places, MINUTES)
    start = hours.window_start_us[hour] + minute * MINUTE_US
    return {"window_start": instants(start), "window_end": instants(start + MINUTE_US)}


def _signs(hours: OpenHours, row: Integers, places: int) -> dict[str, Floats]:
    hour = row // (MINUTES * places)
    return {
        "coverage": np.ones(len(row)),
        "camera_up_share": hours.camera_up_share[hour],
        "late_share": hours.late_share[hour],
    }


def _histograms(found: Ends, row: Integers) -> pa.Array:
    minute, bucket, count = bucket_counts(found)
    bounds = np.searchsorted(minute, row)
    return bucket_lists(np.append(bounds, len(minute)), LOWER_MS[bucket], count)
