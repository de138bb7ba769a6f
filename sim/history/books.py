"""What became of the records that stores sent, and how their cameras were, by open hour and minute."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sim.history.chance import Draw, Integers, derived, poisson, share_of, uniform
from sim.history.open_hours import HOUR_US, OpenHours
from sim.history.pictures import CAMERAS
from sim.history.splitting import MINUTES
from sim.history.tables import graded, instants, known, named, quotient, repeated

DEVICE_ID = "edge-1"
RECORDS_A_MINUTE = 30.0
"""Snapshots, health and visits that a device sends in a watched minute, beside what each visitor gives."""
RECORDS_A_VISITOR = 6.0
_REJECTED_SHARE = 2e-4
_BAD_HOUR_SHARE = 0.002
"""Share of the hours in which a device sends much that cannot be read, as after a bad update."""
_BAD_HOUR_FACTOR = 150.0
_DUPLICATE_SHARE = 5e-4
_FRAMES_A_MINUTE = 600
_MINUTE_US = 60_000_000


def accounting_hours(hours: OpenHours) -> pa.Table:
    """Return rows of `accounting_hour_v1`: each record has one outcome, so outcomes add up to what was received."""
    sent = RECORDS_A_MINUTE * hours.seen_minutes + RECORDS_A_VISITOR * hours.in_count
    received = poisson(sent, derived(hours.key, Draw.RECORDS))
    is_bad = uniform(derived(hours.key, Draw.REJECTED, 0)) < _BAD_HOUR_SHARE
    rejected_share = _REJECTED_SHARE * np.where(is_bad, _BAD_HOUR_FACTOR, 1.0)
    rejected = share_of(received, rejected_share, derived(hours.key, Draw.REJECTED))
    duplicate = share_of(received - rejected, _DUPLICATE_SHARE, derived(hours.key, Draw.DUPLICATES))
    events = received - rejected - duplicate
    late = share_of(events, hours.late_share, derived(hours.key, Draw.LATE))
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store),
            "device_id": repeated([DEVICE_ID], hours.size),
            "window_start": instants(hours.window_start_us),
            "window_end": instants(hours.window_start_us + HOUR_US),
            "received": received,
            "accepted": events - late,
            "late": late,
            "duplicate": duplicate,
            "rejected": rejected,
            "late_share": known(quotient(late, events)),
            "is_clock_skewed": np.zeros(hours.size, dtype=np.bool_),
        }
    )


def camera_minutes(hours: OpenHours) -> pa.Table:
    """Return rows of `camera_minute_v1`: each camera in each minute of an open hour; an outage is `down`."""
    places = len(CAMERAS)
    row = np.arange(hours.size * MINUTES * places)
    hour, minute, camera = row // (MINUTES * places), row // places % MINUTES, row % places
    is_up = minute < hours.seen_minutes[hour]
    frames = np.where(is_up, _frames(hours, hour, minute, camera), 0)
    up_share = frames / _FRAMES_A_MINUTE
    start = hours.window_start_us[hour] + minute * _MINUTE_US
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store[hour]),
            "device_id": repeated([DEVICE_ID], len(row)),
            "window_start": instants(start),
            "window_end": instants(start + _MINUTE_US),
            "camera_id": named(CAMERAS, camera),
            "state": named(("ok", "down"), (~is_up).astype(np.int64)),
            "frames_expected": np.full(len(row), _FRAMES_A_MINUTE, np.int32),
            "frames_seen": frames.astype(np.int32),
            "inference_ms_p50": np.where(is_up, 38.0, 0.0),
            "spooled_events": np.zeros(len(row), np.int32),
            "model_sha256": pa.nulls(len(row), pa.string()),
            "frames_dropped": np.zeros(len(row), np.int32),
            "decode_errors": np.zeros(len(row), np.int32),
            "is_moved": np.zeros(len(row), dtype=np.bool_),
            "up_share": up_share,
            "quality": graded({"camera_up_share": up_share}),
        }
    )


def _frames(hours: OpenHours, hour: Integers, minute: Integers, camera: Integers) -> Integers:
    lost = 0.02 * uniform(derived(hours.key[hour], Draw.CAMERA_MINUTE, minute, camera)) ** 3
    return np.asarray(np.floor(_FRAMES_A_MINUTE * (hours.camera_up_share[hour] - lost)), dtype=np.int64).clip(1)
