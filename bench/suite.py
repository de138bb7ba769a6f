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
STORE_HOURS = 0.25

AS_IT_COMES = (("pipeline.object-reuse", "false"),)
SCAN = FlinkContender("our format, reading alone", "read", "scan")
SCAN_STOCK = FlinkContender("stock json, reading alone", "read", "scan", "json", options=AS_IT_COMES)
MINUTES = FlinkContender("ours, one-minute aggregates", "minutes", "aggregate by store")
MINUTES_STOCK = FlinkContender(
    "stock Flink, one-minute aggregates", "minutes", "aggregate", "json", options=AS_IT_COMES
)
MINUTES_STOCK_REUSE = FlinkContender(
    "stock Flink, one-minute aggregates, objects reused", "minutes", "aggregate", "json"
)
FULL = FlinkContender("full job, sinks that keep nothing", "full", "full")
FULL_LAKE = FlinkContender("full job, all sinks", "full", "full", has_lake=True)
FULL_SHORT = FlinkContender("full job, a short run", "short", "full")
FULL_SKEWED = FlinkContender("full job, a short run, half of it one store", "short", "full")
FULL_STOCK = FlinkContender("full job on stock json, a short run", "short", "full", "json", options=AS_IT_COMES)


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
    return (Block(lambda: snapshot_records(load, INPUTS), (MINUTES, FULL_SHORT, MINUTES_STOCK, PEERS[1])),)


def whole(scale: float) -> tuple[Block, ...]:
    """Return everything; `scale` is the share of the usual records."""
    peers = SnapshotLoad(snapshots=_scaled(60_000, scale, stores=20))
    short, skewed = (
        SnapshotLoad(snapshots=_scaled(20_000, scale, stores=40), stores=40, is_skewed=is_skewed)
        for is_skewed in (False, True)
    )
    long = SnapshotLoad(snapshots=_scaled(160_000, scale, stores=200), stores=200)
    return (
        Block(
            lambda: snapshot_records(peers, INPUTS),
            (SCAN, SCAN_STOCK, MINUTES, MINUTES_STOCK, MINUTES_STOCK_REUSE, *PEERS),
        ),
        Block(lambda: snapshot_records(long, INPUTS), (FULL, FULL_LAKE)),
        Block(lambda: snapshot_records(short, INPUTS), (FULL_SHORT, FULL_STOCK)),
        Block(lambda: snapshot_records(skewed, INPUTS), (FULL_SKEWED,)),
        *(_of_stores(stores) for stores in GROWTH_STORES),
        _on_one_core(GROWTH_STORES[-1]),
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
    duckdb, loop, bytewax, _ = PEERS
    wanted = (
        ("reading alone: ours / stock json", SCAN, SCAN_STOCK, None),
        ("one-minute aggregates: ours / stock Flink", MINUTES, MINUTES_STOCK, 2.0),
        ("one-minute aggregates: ours / stock Flink, objects reused", MINUTES, MINUTES_STOCK_REUSE, None),
        ("one-minute aggregates: ours / Bytewax", MINUTES, bytewax, 5.0),
        ("one-minute aggregates: ours / plain Python loop", MINUTES, loop, 1.0),
        ("one-minute aggregates: ours / DuckDB batch", MINUTES, duckdb, None),
        ("full job, a short run: ours / stock json", FULL_SHORT, FULL_STOCK, 2.0),
        ("full job, a short run: half of it one store / even", FULL_SKEWED, FULL_SHORT, None),
        ("full job, all sinks / Bytewax's one-minute aggregates", FULL_LAKE, bytewax, None),
    )
    found = (
        ratio(name, by_name[ours.name], by_name[theirs.name], target=target)
        for name, ours, theirs, target in wanted
        if ours.name in by_name and theirs.name in by_name
    )
    return [each for each in found if each is not None]


def _of_stores(stores: int) -> Block:
    """Return the full job on every kind of event; the fewest and the most stores with all sinks too."""
    count = _count(stores)
    contenders = [FlinkContender(f"full job, {count}, parallelism 2", "growth", "full")]
    if stores in (GROWTH_STORES[0], GROWTH_STORES[-1]):
        contenders.append(FlinkContender(f"full job, {count}, all sinks", "growth", "full", has_lake=True))
    return Block(lambda: store_records(StoreLoad(stores, STORE_HOURS), INPUTS), contenders)


def _on_one_core(stores: int) -> Block:
    contender = FlinkContender(f"full job, {_count(stores)}, parallelism 1", "growth", "full", parallelism=1)
    return Block(lambda: store_records(StoreLoad(stores, STORE_HOURS, files=1), INPUTS), (contender,))


def _count(stores: int) -> str:
    return f"{stores} store{'' if stores == 1 else 's'}"


def _scaled(snapshots: int, scale: float, *, stores: int) -> int:
    return max(stores, round(snapshots * scale / stores) * stores)
