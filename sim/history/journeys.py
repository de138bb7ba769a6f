"""Queue journeys one by one: those whose sums are the lanes' minutes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.history.chain import LANES
from sim.history.chance import Draw, Integers, Keys, derived, uniform
from sim.history.checkout import lane_hours, service_ms_of
from sim.history.local_hours import TARGET_WAIT_MS
from sim.history.minutes import MINUTE_US, lane_ends
from sim.history.open_hours import OpenHours
from sim.history.splitting import MINUTES, Ends, lasting_ms
from sim.history.tables import instants, known, named, repeated

OUTCOMES = ("served", "abandoned", "censored")
_SERVED, _ABANDONED, _CENSORED = range(3)
_LANE_NAMES = tuple(f"lane-{number}" for number in range(1, LANES + 1))
_MS_US = 1000


def journeys(hours: OpenHours) -> pa.Table:
    """Return rows of `journey_v1`, one a journey; it ends in the minute of the lane that counts it."""
    served, left, gave_up = lane_ends(hours, lane_hours(hours))
    return pa.concat_tables(
        [
            _rows(hours, served, np.full(len(served.minute), _SERVED)),
            _rows(hours, left, np.where(gave_up, _ABANDONED, _CENSORED)),
        ]
    )


def _rows(hours: OpenHours, found: Ends, outcome: Integers) -> pa.Table:
    """Return journeys with their outcomes, as places in `OUTCOMES`."""
    minute, lane = np.divmod(found.minute, LANES)
    hour = minute // MINUTES
    is_served = outcome == _SERVED
    key = derived(hours.key[hour], lane, found.nth, Draw.SERVICE, is_served)
    queue_ms = lasting_ms(found)
    within_us = np.floor(uniform(key) * MINUTE_US).astype(np.int64)
    left_us = hours.window_start_us[hour] + minute % MINUTES * MINUTE_US + within_us
    joined_us = left_us - queue_ms * _MS_US
    service_ms = _service_ms(hours, hour, derived(key, 0))
    seconds = queue_ms / 1000
    tracks = [f"{number:016x}" for number in key.tolist()]
    return pa.table(
        {
            "store_id": named(hours.chain.ids, hours.store[hour]),
            "journey_id": pa.array(_journey_names(lane, tracks, joined_us), pa.string()),
            "revision": np.ones(len(key), np.int64),
            "lane_id": named(_LANE_NAMES, lane),
            "track_id": pa.array(tracks, pa.string()),
            "joined_time": instants(joined_us),
            "queue_left_time": instants(left_us),
            "service_start_time": _only(instants(left_us), is_served),
            "service_end_time": _only(instants(left_us + service_ms * _MS_US), is_served),
            "outcome": named(OUTCOMES, outcome),
            "end": named(("left", "lost"), (outcome == _CENSORED).astype(np.int64)),
            "wait_seconds": known(np.where(is_served, seconds, np.nan)),
            "queue_seconds": seconds,
            "service_seconds": known(np.where(is_served, service_ms / 1000, np.nan)),
            "is_over_target": _only(pa.array(queue_ms > TARGET_WAIT_MS), is_served),
            "merged_into": repeated([None], len(key)),
        }
    )


def _service_ms(hours: OpenHours, hour: Integers, key: Keys) -> Integers:
    return np.rint(service_ms_of(hours)[hour] * (0.5 + uniform(key))).astype(np.int64)


def _journey_names(lane: Integers, tracks: list[str], joined_us: Integers) -> list[str]:
    named_by = zip(lane.tolist(), tracks, (joined_us // _MS_US).tolist(), strict=True)
    return [f"{_LANE_NAMES[number]}/{track}/{joined_ms}" for number, track, joined_ms in named_by]


def _only(values: pa.Array, is_known: npt.NDArray[np.bool_]) -> pa.Array:
    """Return values where they are known, and nulls else."""
    return pa.array(values.to_numpy(zero_copy_only=False), values.type, mask=~is_known)
