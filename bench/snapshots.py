"""The load `snapshots`: zone snapshots of many stores, in the order of time, as JSON lines in two files.

Each file holds its own stores, so that two readers never wait for one another's devices. The same load gives the same
bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from contracts.events import Event, Snapshot, ZoneKind, ZoneSnapshot

FILES = 2
START_MS = 1_790_000_040_000
"""2026-09-21 14:14 UTC, a full minute; a load of a few hours stays within the UTC day."""
INTERVAL_MS = 5_000
LANES = 6
BUSY = 5
"""With more customers than this, staff are there."""


@dataclass(frozen=True, slots=True)
class SnapshotLoad:
    """How many snapshots, of how many stores with how many zones each."""

    snapshots: int = 60_000
    stores: int = 20
    zones: int = 60
    seed: int = 7
    is_skewed: bool = False
    """Whether half of the devices belong to one huge store; else each has a store of its own."""

    def __post_init__(self) -> None:
        if self.snapshots % self.stores or self.stores % FILES:
            raise ValueError(
                f"expected as many snapshots of each store, and as many stores in each of {FILES} files, "
                f"came {self.snapshots} snapshots of {self.stores} stores"
            )

    @property
    def name(self) -> str:
        """Names the folder of the load's files."""
        skewed = "-skewed" if self.is_skewed else ""
        return f"snapshots-{self.snapshots}-{self.stores}-{self.zones}-{self.seed}{skewed}"

    def store_of(self, number: int) -> str:
        """Return the store of a device."""
        return "store-huge" if self.is_skewed and number < self.stores // 2 else f"store-{number:03d}"

    @property
    def snapshots_per_store(self) -> int:
        """How many intervals each store tells of."""
        return self.snapshots // self.stores

    @property
    def zone_minutes(self) -> int:
        """How many rows one-minute aggregates of it have."""
        minutes = -(-self.snapshots_per_store * INTERVAL_MS // 60_000)
        return minutes * self.zones * self.stores


def write_snapshots(load: SnapshotLoad, folder: Path) -> int:
    """Write the load's files, one process each; returns their bytes. The folder must be empty."""
    with ProcessPoolExecutor(FILES) as pool:
        return sum(pool.map(partial(_write_file, load, folder), range(FILES)))


def events(load: SnapshotLoad, file: int) -> Iterator[Event]:
    """Yield the events of one file in the order of time."""
    chance = random.Random(f"{load.name}/{file}")
    devices = range(file, load.stores, FILES)
    stays = {device: [0] * load.zones for device in devices}
    plans = {device: _zone_plans(load, device) for device in devices}
    for seq in range(load.snapshots_per_store):
        for device in devices:
            yield Event(
                store_id=load.store_of(device),
                device_id=f"store-{device:03d}-device",
                boot_id="b0a1c2d3e4f5",
                seq=seq,
                event_time_ms=START_MS + seq * INTERVAL_MS,
                payload=Snapshot(interval_ms=INTERVAL_MS, zones=tuple(_zones(plans[device], stays[device], chance))),
            )


def _write_file(load: SnapshotLoad, folder: Path, file: int) -> int:
    written = 0
    with (folder / f"part-{file}.jsonl").open("wb") as lines:
        for event in events(load, file):
            written += lines.write(event.to_bytes() + b"\n")
    return written


@dataclass(frozen=True, slots=True)
class _ZonePlan:
    zone_id: str
    zone_kind: ZoneKind
    lane_id: str | None
    camera_id: str


def _zone_plans(load: SnapshotLoad, device: int) -> list[_ZonePlan]:
    """Return a device's zones; those of one store are told apart by the device."""
    plan = [_zone_plan(number) for number in range(load.zones)]
    if not load.is_skewed:
        return plan
    return [
        replace(zone, zone_id=f"{zone.zone_id}-{device}", lane_id=zone.lane_id and f"{zone.lane_id}-{device}")
        for zone in plan
    ]


def _zone_plan(number: int) -> _ZonePlan:
    if number < 2 * LANES:
        lane, kind = number // 2 + 1, ("queue", "service")[number % 2]
        return _ZonePlan(f"lane-{lane}-{kind}", "queue" if kind == "queue" else "service", f"lane-{lane}", "cam-front")
    return _ZonePlan(f"aisle-{number - 2 * LANES + 1:02d}", "aisle", None, f"cam-{number // 10:02d}")


def _zones(plan: list[_ZonePlan], stays: list[int], chance: random.Random) -> Iterator[ZoneSnapshot]:
    for number, zone in enumerate(plan):
        present = int(chance.random() ** 2 * 8)
        stays[number] = stays[number] + INTERVAL_MS if present else 0
        entered = int(chance.random() * 3)
        yield ZoneSnapshot(
            zone_id=zone.zone_id,
            zone_kind=zone.zone_kind,
            lane_id=zone.lane_id,
            camera_id=zone.camera_id,
            count=present,
            count_max=present + entered,
            person_ms=int((present + chance.random()) * INTERVAL_MS),
            entered=entered,
            left=int(chance.random() * 3),
            longest_stay_ms=stays[number],
            staff_person_ms=int(chance.random() * INTERVAL_MS) if present > BUSY else 0,
        )
