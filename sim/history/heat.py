"""Where customers stood in the picture of the camera over the floor, minute by minute."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.history.chance import Draw, Floats, Integers, Keys, derived, uniform
from sim.history.checkout import lane_hours
from sim.history.floor import SERVICES, zone_hours
from sim.history.minutes import MINUTE_US
from sim.history.open_hours import OpenHours
from sim.history.pictures import BOXES, FLOOR_CAMERA, GRID_H, GRID_W
from sim.history.splitting import MINUTES
from sim.history.tables import graded, instants, named, repeated

_SPOTS = 3
"""In so many spots of a zone people stand in a minute."""
_CELLS = GRID_W * GRID_H


def heat_minutes(hours: OpenHours) -> pa.Table:
    """Return rows of `heat_minute_v1`: the time of a zone is spread over few cells of its place in the picture."""
    minute, cell, person_ms = _spots(hours)
    place, total = np.unique(minute * _CELLS + cell, return_inverse=True)
    minute, cell = np.divmod(place, _CELLS)
    hour = minute // MINUTES
    start = hours.window_start_us[hour] + minute % MINUTES * MINUTE_US
    up_share = hours.camera_up_share[hour]
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store[hour]),
            "camera_id": repeated([FLOOR_CAMERA], len(place)),
            "window_start": instants(start),
            "window_end": instants(start + MINUTE_US),
            "grid_w": np.full(len(place), GRID_W, np.int32),
            "grid_h": np.full(len(place), GRID_H, np.int32),
            "cell_index": cell.astype(np.int32),
            "person_ms": np.bincount(total, person_ms, len(place)).astype(np.int64),
            "camera_up_share": up_share,
            "quality": graded({"camera_up_share": up_share}),
        }
    )


def _spots(hours: OpenHours) -> tuple[Integers, Integers, Integers]:
    """Return minutes (60 an hour), cells of the picture, and the time spent there."""
    zones = zone_hours(hours, lane_hours(hours))
    of_minute = zones.person_ms[:, : SERVICES.start] // (hours.seen_minutes[:, None] * _SPOTS)
    hour, zone, nth = np.nonzero(np.repeat(of_minute[:, :, None] > 0, MINUTES * _SPOTS, axis=2))
    minute = nth // _SPOTS
    is_seen = minute < hours.seen_minutes[hour]
    hour, zone, nth, minute = hour[is_seen], zone[is_seen], nth[is_seen], minute[is_seen]
    left, top, right, bottom = np.array(BOXES)[zone].T
    key = derived(hours.key[hour], Draw.HEAT, zone, nth)
    x = _between(left, right, derived(key, 0))
    y = _between(top, bottom, derived(key, 1))
    cell = np.floor(y * GRID_H).astype(np.int64) * GRID_W + np.floor(x * GRID_W).astype(np.int64)
    return hour * MINUTES + minute, cell, of_minute[hour, zone]


def _between(low: Floats, high: Floats, key: Keys) -> Floats:
    """Return draws between bounds, more of them in the middle."""
    middle = 0.5 * (uniform(derived(key, 0)) + uniform(derived(key, 1)))
    return np.asarray(low + (high - low) * middle)
