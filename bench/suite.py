"""What is measured: which contenders, on which records, and which ratios are read from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.contenders import FOLDER, PEERS, Expected, FlinkContender, expected_of
from bench.inputs import Records, StoreLoad, snapshot_records, store_records
from bench.measurement import Measurement, Ratio, ratio
from bench.snapshots import SnapshotLoad

INPUTS = FOLDER / "input"
LIMIT_SECONDS = 20 * 60
ZONES = 60
GROWTH_STORES = (1, 10, 100)
STORE_HOURS = 0.1

SCAN = FlinkContender("our format, reading alone", "read", "scan")
SCAN_STOCK = FlinkContender("stock json, reading alone", "read", "scan", "json")
MINUTES = FlinkContender("our format, one-minute aggregates", "minutes", "aggregate")
MINUTES_STOCK = FlinkContender("stock json, one-minute aggregates", "minutes", "aggregate", "json")
FULL = FlinkContender("full job, sinks that keep nothing", "full", "full")
FULL_LAKE = FlinkContender("full job, all sinks", "full", "full", has_lake=True)
REUSE = (("pipeline.object-reuse", "true"),)
MINUTES_REUSE = FlinkContender(
    "our format, one-minute aggregates, objects reused", "minutes", "aggregate", options=REUSE
)
FULL_REUSE = FlinkContender("full job, sinks that keep nothing, objects reused", "full", "full", options=REUSE)
FULL_STOCK = FlinkContender("full job on stock json", "full", "full", "json")


class Contender(Protocol):
    """Whatever can be measured."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def group(self) -> str:
        """Which comparison it belongs to."""

    def measure(self, records: Records, expected: Expected | None, *, limit_seconds: float) -> Measurement:
        """Run it on the records; a failure or a wrong answer is in the measurement."""


@dataclass(frozen=True, slots=True)
class Block:
    """Contenders that read the same records."""

    records: Callable[[], Records]
    contenders: Sequence[Contender]


def small() -> tuple[Block, ...]:
    """Return what the guard measures."""
    load = SnapshotLoad(snapshots=12_000)
    return (Block(lambda: snapshot_records(load, INPUTS), (MINUTES, MINUTES_STOCK, PEERS[1])),)


def whole(scale: float) -> tuple[Block, ...]:
    """Return everything; `scale` is the share of the usual records."""
    peers, full = (SnapshotLoad(snapshots=_scaled(number, scale)) for number in (60_000, 12_000))
    return (
        Block(
            lambda: snapshot_records(peers, INPUTS), (SCAN, SCAN_STOCK, MINUTES, MINUTES_STOCK, MINUTES_REUSE, *PEERS)
        ),
        Block(lambda: snapshot_records(full, INPUTS), (FULL, FULL_LAKE, FULL_STOCK, FULL_REUSE)),
        *(_of_stores(stores) for stores in GROWTH_STORES),
    )


def measured(
    blocks: Sequence[Block], tell: Callable[[str], None], *, limit_seconds: float = LIMIT_SECONDS
) -> Iterator[tuple[Records, Measurement]]:
    """Measure one contender after the other; those for which no time is left are failures that say so."""
    end = time.monotonic() + limit_seconds
    for block in blocks:
        tell("making records")
        records = block.records()
        tell("finding the right answer")
        expected = expected_of(records, zones=ZONES)
        for contender in block.contenders:
            tell(contender.name)
            left = end - time.monotonic()
            if left <= 0:
                yield (
                    records,
                    Measurement(
                        contender.name,
                        contender.group,
                        records.count,
                        failure=f"not run: {limit_seconds:.0f} s are over",
                    ),
                )
            else:
                yield records, contender.measure(records, expected, limit_seconds=min(left, limit_seconds / 3))


def ratios(measurements: Sequence[Measurement]) -> list[Ratio]:
    """Return the ratios that can be told from what was measured."""
    by_name = {each.name: each for each in measurements}
    wanted = (
        ("reading alone: ours / stock json", SCAN.name, SCAN_STOCK.name, None),
        ("one-minute aggregates: ours / stock json", MINUTES.name, MINUTES_STOCK.name, 2.0),
        ("one-minute aggregates: ours / Bytewax", MINUTES.name, PEERS[2].name, 5.0),
        ("one-minute aggregates: ours / plain Python loop", MINUTES.name, PEERS[1].name, 1.0),
        ("one-minute aggregates: ours / DuckDB batch", MINUTES.name, PEERS[0].name, None),
        ("full job: ours / stock json", FULL.name, FULL_STOCK.name, 2.0),
        ("full job, all sinks / plain Python loop", FULL_LAKE.name, PEERS[1].name, 1.0),
        ("full job, all sinks / Bytewax", FULL_LAKE.name, PEERS[2].name, 5.0),
    )
    found = (
        ratio(name, by_name[ours], by_name[theirs], target=target)
        for name, ours, theirs, target in wanted
        if ours in by_name and theirs in by_name
    )
    return [each for each in found if each is not None]


def _of_stores(stores: int) -> Block:
    """Return the full job on every kind of event; the most stores with one core and with all sinks too."""
    name = f"full job, {stores} stores"
    contenders = [FlinkContender(f"{name}, parallelism 2", "growth", "full")]
    if stores == GROWTH_STORES[-1]:
        contenders.append(FlinkContender(f"{name}, all sinks", "growth", "full", has_lake=True))
        contenders.append(FlinkContender(f"{name}, parallelism 1", "growth", "full", parallelism=1))
    return Block(lambda: store_records(StoreLoad(stores, STORE_HOURS), INPUTS), contenders)


def _scaled(snapshots: int, scale: float) -> int:
    stores = SnapshotLoad().stores
    return max(stores, round(snapshots * scale / stores) * stores)
