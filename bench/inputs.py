"""The records that contenders read: made once, kept under `build/bench/input`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.snapshots import FILES, INTERVAL_MS, SnapshotLoad, write_snapshots
from sim.run import stream
from sim.scenario import load as load_scenario

_DONE = "done.json"
MS_PER_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Records:
    """A folder of JSON lines, how many there are, and the hours of all stores that they tell of.

    `sent_bytes` is what the same events take in Kinesis, compressed as they are; 0 where nobody asks.
    """

    folder: Path
    count: int
    sent_bytes: int
    store_hours: float


@dataclass(frozen=True, slots=True)
class StoreLoad:
    """Every kind of event of `stores` copies of one simulated supermarket that people enter for `hours`.

    One reader reads one file after the other, so that what is in the second would be late: it needs them in one.
    """

    stores: int
    hours: float
    seed: int = 7
    files: int = FILES

    @property
    def name(self) -> str:
        """Names the folder of the load's files."""
        return f"stores-{self.stores}-{self.hours}-{self.seed}-{self.files}"


def snapshot_records(load: SnapshotLoad, inputs: Path) -> Records:
    """Return the records of a load of snapshots, made if need be."""
    return _kept(inputs / load.name, lambda folder: _write_snapshots(load, folder))


def store_records(load: StoreLoad, inputs: Path) -> Records:
    """Return the records of a load of stores, made if need be."""
    return _kept(inputs / load.name, lambda folder: _write_stores(load, folder))


def _kept(folder: Path, write: Callable[[Path], tuple[int, int, float]]) -> Records:
    done, records = folder / _DONE, folder / "records"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        records.mkdir(parents=True)
        count, sent_bytes, store_hours = write(records)
        done.write_text(json.dumps({"count": count, "sent_bytes": sent_bytes, "store_hours": store_hours}))
    return Records(folder=records, **json.loads(done.read_text()))


def _write_snapshots(load: SnapshotLoad, folder: Path) -> tuple[int, int, float]:
    write_snapshots(load, folder)
    return load.snapshots, 0, load.snapshots * INTERVAL_MS / MS_PER_HOUR


def _write_stores(load: StoreLoad, folder: Path) -> tuple[int, int, float]:
    """Write every event once for each store, in the order of time; each file holds stores of its own."""
    events = [emitted.event for emitted in stream(load_scenario("supermarket"), seed=load.seed, hours=load.hours)]
    lines = [(event.to_bytes() + b"\n", event.store_id.encode()) for event in events]
    for file in range(min(load.files, load.stores)):
        names = [f"store-{number:04d}".encode() for number in range(file, load.stores, load.files)]
        with (folder / f"part-{file}.jsonl").open("wb") as out:
            for line, store_id in lines:
                out.writelines(line.replace(store_id, name) for name in names)
    hours = (max(event.event_time_ms for event in events) - events[0].event_time_ms) / MS_PER_HOUR
    sent_bytes = sum(len(event.to_record()) for event in events)
    return len(lines) * load.stores, sent_bytes * load.stores, hours * load.stores
