"""Snapshots of `event_v1` as signals, column by column: a store-day has half a million zone readings.

The same sums as `alert_lab/windows.py`, which takes them one by one: a test compares both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from alert_lab.windows import Signal
from flink_jobs.alerting.signals import WINDOW_MS

_SUMMED = ("person_ms", "interval_ms", "entered", "left", "staff_person_ms")
_KEY = ("end_ms", "zone_id")
_TOLD = (
    "zone_id", "zone_kind_max", "lane_id_max", "count_max", "longest_stay_ms_max", "person_ms_sum", "interval_ms_sum",
    "entered_sum", "left_sum", "staff_person_ms_sum",
)  # fmt: skip
# pyarrow has no types: what it gives is Any.
_compute: Any = pc


def snapshot_signals(events: Any) -> list[Signal]:
    """Return a signal of zones for each window of one store, in order.

    Args:
        events: an Arrow table with `event_time` and `snapshot` as in `event_v1`; on time only, of any kinds.
    """
    zones = _zones(events)
    if not zones.num_rows:
        return []
    sums = [(name, "sum") for name in _SUMMED] + [("zone_kind", "max"), ("lane_id", "max"), ("time_ms", "max")]
    totals = zones.group_by(_KEY).aggregate(sums)
    at_the_end = zones.join(totals.select([*_KEY, "time_ms_max"]), list(_KEY), join_type="inner")
    at_the_end = at_the_end.filter(_compute.equal(at_the_end["time_ms"], at_the_end["time_ms_max"]))
    ends = at_the_end.group_by(_KEY).aggregate([("count", "max"), ("longest_stay_ms", "max")])
    joined = totals.join(ends, list(_KEY), join_type="inner").sort_by([(name, "ascending") for name in _KEY])
    return list(_signals(joined))


def _zones(events: Any) -> Any:
    """Return a row for each zone of each snapshot, with the window that it counts for."""
    snapshots = events.filter(_compute.is_valid(events["snapshot"])).combine_chunks()
    snapshot = _compute.struct_field(snapshots["snapshot"], "zones").combine_chunks()
    parents = _compute.list_parent_indices(snapshot)
    zone = _compute.list_flatten(snapshot)
    time_ms = _epoch_ms(snapshots["event_time"])
    columns = {name: _compute.struct_field(zone, name) for name in _NAMES}
    interval_ms = _compute.struct_field(snapshots["snapshot"], "interval_ms").combine_chunks()
    times = _compute.take(time_ms, parents)
    ends = _compute.multiply(_compute.add(_compute.divide(times, WINDOW_MS), 1), WINDOW_MS)
    return pa.table(
        columns | {"interval_ms": _compute.take(interval_ms, parents), "time_ms": times, "end_ms": ends},
    )


_NAMES = (
    "zone_id",
    "zone_kind",
    "lane_id",
    "count",
    "longest_stay_ms",
    "person_ms",
    "entered",
    "left",
    "staff_person_ms",
)


def _epoch_ms(instants: Any) -> Any:
    """Return instants in microseconds as whole milliseconds since 1970-01-01 UTC."""
    return _compute.divide(instants.combine_chunks().cast(pa.int64()), 1000)


def _signals(totals: Any) -> Iterator[Signal]:
    rows = zip(totals["end_ms"].to_pylist(), *(totals[name].to_pylist() for name in _TOLD), strict=True)
    for end_ms, zones in groupby(rows, key=_first):
        yield Signal(end_ms, "zones", json.dumps([list(zone[1:]) for zone in zones], separators=(",", ":")))


def _first(row: tuple[Any, ...]) -> int:
    return int(row[0])
