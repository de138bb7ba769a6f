"""Bytewax: a source of two partitions, a fold per zone and minute of event time, one file a worker.

Run it as two processes, each with `-i`: two workers that do not share Python's lock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op  # type: ignore[import-not-found]
from bytewax.connectors.files import DirSource  # type: ignore[import-not-found]
from bytewax.dataflow import Dataflow  # type: ignore[import-not-found]
from bytewax.operators.windowing import EventClock, TumblingWindower, fold_window  # type: ignore[import-not-found]
from bytewax.outputs import DynamicSink, StatelessSinkPartition  # type: ignore[import-not-found]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Zone = tuple[int, int, int, int, int, int, int]
"""Event time, most customers, person_ms, interval_ms, entered, left, staff_person_ms."""


def zones_of(line: str) -> Iterator[tuple[str, Zone]]:
    """Yield the zones of a record, by store and zone."""
    event = json.loads(line)
    if event["kind"] != "snapshot":
        return
    store, time_ms, interval_ms = event["store_id"], event["event_time_ms"], event["snapshot"]["interval_ms"]
    for zone in event["snapshot"]["zones"]:
        yield (
            f"{store},{zone['zone_id']}",
            (
                time_ms,
                zone["count_max"],
                zone["person_ms"],
                interval_ms,
                zone["entered"],
                zone["left"],
                zone["staff_person_ms"],
            ),
        )


def added(total: Zone | None, zone: Zone) -> Zone:
    """Return a total with a zone's values in it."""
    if total is None:
        return zone
    return (
        total[0],
        max(total[1], zone[1]),
        total[2] + zone[2],
        total[3] + zone[3],
        total[4] + zone[4],
        total[5] + zone[5],
        total[6] + zone[6],
    )


def merged(one: Zone | None, other: Zone | None) -> Zone | None:
    """Return the total of two."""
    return one if other is None else added(one, other)


class Lines(DynamicSink[str]):  # type: ignore[misc]
    """One file a worker."""

    def build(self, step_id: str, worker_index: int, worker_count: int) -> StatelessSinkPartition[str]:  # noqa: ARG002
        """Open the worker's file."""
        return _LinesOfWorker(Path(os.environ["BENCH_RESULT"]) / f"worker-{worker_index}.csv")


class _LinesOfWorker(StatelessSinkPartition[str]):  # type: ignore[misc]
    def __init__(self, path: Path) -> None:
        self._file = path.open("w")

    def write_batch(self, items: Iterable[str]) -> None:
        self._file.writelines(items)

    def close(self) -> None:
        self._file.close()


def _line(item: tuple[str, tuple[int, Any]]) -> str:
    key, (_, total) = item
    return f"{key},{total[0] - total[0] % 60_000},{','.join(map(str, total[1:]))}\n"


def _event_time(zone: Zone) -> datetime:
    return datetime.fromtimestamp(zone[0] / 1000, UTC)


flow = Dataflow("zone_minutes")
_records = DirSource(Path(os.environ["BENCH_RECORDS"]), glob_pat="*.jsonl", batch_size=100)
_zones = op.flat_map("zones", op.input("records", flow, _records), zones_of)
_clock = EventClock(_event_time, wait_for_system_duration=timedelta(seconds=10))
_windowed = fold_window(
    "minutes",
    _zones,
    _clock,
    TumblingWindower(length=MINUTE, align_to=EPOCH),
    builder=lambda: None,
    folder=added,
    merger=merged,
)
op.output("lines", op.map("line", _windowed.down, _line), Lines())
