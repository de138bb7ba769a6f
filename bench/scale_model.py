"""The arithmetic behind `docs/scale.md`: what a number of stores takes in the cloud, and costs.

What it stands on is measured and committed in `scale.toml`; everything that is assumed instead has a name below.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.suite import FULL_LAKE, GROWTH_STORES
from contracts.tables import TABLES
from cost.prices import read_prices
from flink_jobs.jobs import STORE_TRAFFIC

INPUTS = Path(__file__).with_name("scale.toml")

# What is assumed; `ASSUMED` says why, and stands on the page.
OPENING_HOURS_A_DAY = 12
OPEN_SECONDS_A_DAY = OPENING_HOURS_A_DAY * 3600
DAYS_A_MONTH = 365 / 12
HOURS_A_MONTH = 24 * DAYS_A_MONTH
PEAK_TO_MEAN = 1.3
SHARD_USE = 0.7
PROCESSOR_USE = 0.6
CLOUD_OVERHEAD = 1.3
SMALLEST_KPUS = 2
CELL_KPUS = 48
CAPACITY_USE = 0.7
"""Of provisioned write capacity."""
CHECKPOINT_SECONDS = 60
CHECKPOINTS_A_DAY = OPEN_SECONDS_A_DAY // CHECKPOINT_SECONDS
UPLOAD_BYTES_PER_SECOND = 50e6
OBJECTS_A_COMMIT = 3
GLUE_REQUESTS_A_COMMIT = 3
COMMIT_SECONDS = 2.0
APPLICATIONS_A_TABLE = round(CHECKPOINT_SECONDS / COMMIT_SECONDS / 2)
"""With more, a commit is under way half of the time: most meet another, and are tried again."""
KEPT_DAYS = 400
COMPACTED_FILE_BYTES = 128 * 2**20
COMPACTED_GB_PER_DPU_HOUR = 20.0
BATCH_START_SECONDS = 33.0
EVENLY_DEALT = 4
"""With fewer key groups a task than this, some tasks have over a quarter more than others."""
PLANNED_KEY_GROUPS = 1_024

# Limits of the services, per unit or by default, from their pages on quotas.
SHARD_BYTES_PER_SECOND = 1e6
SHARD_RECORDS_PER_SECOND = 1_000
KPU_QUOTA = 64
KPU_DISK_BYTES = 50e9
KEY_GROUPS = 128
LIVE_TABLE_WRITES_PER_SECOND = 40_000
NEW_TABLE_WRITES_PER_SECOND = 4_000
PARTITION_WRITES_PER_SECOND = 1_000
WINDOW_SECONDS = 10
TOLD_EVERY = 30
"""Windows after which `ZONE_CHANGES` tells even a zone that stays empty."""

LAKE_TABLES = sum(TABLES[name].stored_in == "lake" for name in STORE_TRAFFIC.tables)
SPREAD_TABLES = sum(TABLES[name].is_written_by_all for name in STORE_TRAFFIC.tables)

ASSUMED = (
    ("opening hours a day", f"{OPENING_HOURS_A_DAY}", "all stores the same; closed, their devices send nothing"),
    ("fullest hour to the simulated two", f"{PEAK_TO_MEAN}", "people peak at 17:30; snapshots do not"),
    ("use of a shard", f"{SHARD_USE}", "devices fall to shards by hash"),
    ("use of a KPU", f"{PROCESSOR_USE}", "the rest catches up: an hour without the job in an hour and a half"),
    ("cloud over files", f"{CLOUD_OVERHEAD}", "TLS, clients of Kinesis, DynamoDB, S3; a KPU's core is as fast as ours"),
    ("KPUs of a cell", f"{SMALLEST_KPUS} to {CELL_KPUS}", f"{KPU_QUOTA} are allowed without asking"),
    ("s between checkpoints, and commits", f"{CHECKPOINT_SECONDS}", "the managed service's default"),
    (
        "S3 objects a commit, beside data",
        f"{OBJECTS_A_COMMIT}",
        f"each of {LAKE_TABLES} tables: manifest, list, metadata",
    ),
    ("s of a commit", f"{COMMIT_SECONDS:.0f}", "commits to one table follow one another"),
    ("s to start a batch run", f"{BATCH_START_SECONDS:.0f}", "JVM, plan, generated code; measured"),
    ("MB/s of state to S3, a KPU", f"{UPLOAD_BYTES_PER_SECOND / 1e6:.0f}", "a guess on the safe side"),
    ("days that the lake is kept", f"{KEPT_DAYS}", "a season, and the same a year before"),
    ("GB compacted a DPU-hour", f"{COMPACTED_GB_PER_DPU_HOUR:.0f}", "a guess on the safe side"),
)


@dataclass(frozen=True, slots=True)
class Prices:
    """List prices of us-east-1 in USD without any discount: those of `cost/prices.toml`, which says how each is known.

    A PUT unit is 25 KB, on demand a record counts in steps of 1 KiB, a write unit is 1 KiB. Each application of Flink
    has one KPU more. S3 is Standard, the first 50 TB; requests of Glue are those beyond the first million.
    """

    shard_hour: float
    put_unit: float
    on_demand_stream_hour: float
    on_demand_gb_in: float
    on_demand_gb_out: float
    kpu_hour: float
    running_storage_gb_month: float
    write_unit: float
    provisioned_write_hour: float
    put_request: float
    stored_gb_month: float
    glue_request: float
    dpu_hour: float
    running_storage_gb_per_kpu: float = 50.0


def _list_prices() -> Prices:
    usd = read_prices().usd
    return Prices(
        shard_hour=usd("kinesis_shard_hour"),
        put_unit=usd("kinesis_put_unit"),
        on_demand_stream_hour=usd("kinesis_on_demand_stream_hour"),
        on_demand_gb_in=usd("kinesis_on_demand_gb_in"),
        on_demand_gb_out=usd("kinesis_on_demand_gb_out"),
        kpu_hour=usd("flink_kpu_hour"),
        running_storage_gb_month=usd("flink_storage_gb"),
        write_unit=usd("dynamodb_write_unit"),
        provisioned_write_hour=usd("dynamodb_provisioned_write_hour"),
        put_request=usd("s3_put"),
        stored_gb_month=usd("s3_standard_gb"),
        glue_request=usd("glue_request"),
        dpu_hour=usd("glue_dpu_hour"),
    )


PRICES = _list_prices()


@dataclass(frozen=True, slots=True)
class Kind:
    """Events of one kind that an open store sends; their size is that of the record in the stream."""

    name: str
    per_hour: float
    size_bytes: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What one open store gives, and what its events take.

    Attributes:
        name: What the page calls such a store.
        zones: Zones that its snapshots tell of.
        kinds: What it sends.
        live_writes_per_minute: Items of `live_zone` that are written.
        live_changes_per_minute: The same, if an item were written only when a count changes.
        live_item_bytes: Size of such an item, names and values.
        processor_ms_per_event: Processor time of the whole job for an event, on average over the kinds.
        writer_ms_per_event: Of it, in the busiest task that is the only writer of its table.
        lake_bytes_per_day: Parquet of all tables.
        event_share_of_lake: Share of `event_v1` in it, 0 to 1.
        state_bytes: State of the job.
        checkpoint_ms: The longest checkpoint seen.
    """

    name: str
    zones: int
    kinds: tuple[Kind, ...]
    live_writes_per_minute: float
    live_changes_per_minute: float
    live_item_bytes: int
    processor_ms_per_event: float
    writer_ms_per_event: float
    lake_bytes_per_day: float
    event_share_of_lake: float
    state_bytes: float
    checkpoint_ms: float

    @property
    def events_per_second(self) -> float:
        """Events while open."""
        return sum(kind.per_hour for kind in self.kinds) / 3600

    @property
    def bytes_per_second(self) -> float:
        """Bytes of records while open."""
        return sum(kind.per_hour * kind.size_bytes for kind in self.kinds) / 3600

    @property
    def kib_per_second(self) -> float:
        """KiB that Kinesis counts on demand while open: each record is rounded up."""
        return sum(kind.per_hour * math.ceil(kind.size_bytes / 1024) for kind in self.kinds) / 3600


@dataclass(frozen=True, slots=True)
class Wide:
    """Snapshots of many zones by one device, and what the whole job takes for one."""

    zones: int
    snapshots_per_hour: float
    snapshot_bytes: float
    snapshot_processor_ms: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the plan stands on; `provisional` names what will be measured again."""

    date: dt.date
    machine: str
    provisional: frozenset[str]
    store: Measured
    wide: Wide


@dataclass(frozen=True, slots=True)
class Plan:
    """What a number of stores takes, and costs in USD a month; rates are those of the fullest hour."""

    measured: Measured
    stores: int

    @property
    def events_per_second(self) -> float:
        """Events into Kinesis."""
        return self.stores * self.measured.events_per_second * PEAK_TO_MEAN

    @property
    def bytes_per_second(self) -> float:
        """Bytes into Kinesis."""
        return self.stores * self.measured.bytes_per_second * PEAK_TO_MEAN

    @property
    def cores(self) -> float:
        """Cores that are busy, of the kind that was measured on."""
        return self.events_per_second * self.measured.processor_ms_per_event * CLOUD_OVERHEAD / 1000

    @property
    def writer_cores(self) -> float:
        """Cores that an application's busiest lone writer of a table takes: it has one at most."""
        of_all = self.events_per_second * self.measured.writer_ms_per_event * CLOUD_OVERHEAD / 1000
        return of_all / self.applications

    @property
    def kpus(self) -> int:
        """KPUs at work; each application has one more that coordinates."""
        for_state = self.state_bytes / KPU_DISK_BYTES
        return max(SMALLEST_KPUS, math.ceil(self.cores / PROCESSOR_USE), math.ceil(for_state))

    @property
    def applications(self) -> int:
        """Applications, each with a stream of its own: a second one on a stream would read all of it."""
        return math.ceil(self.kpus / CELL_KPUS)

    @property
    def full_shards(self) -> float:
        """Shards, each used as far as it should be, by records or by bytes."""
        by_records = self.events_per_second / SHARD_RECORDS_PER_SECOND
        by_bytes = self.bytes_per_second / SHARD_BYTES_PER_SECOND
        return max(by_records, by_bytes) / SHARD_USE

    @property
    def shards(self) -> int:
        """Shards of all streams, each stream with as many as the others."""
        return self.applications * math.ceil(self.full_shards / self.applications)

    @property
    def tasks(self) -> int:
        """Parallelism of all applications together: a task for each KPU, and one for each shard at least."""
        return max(self.kpus, self.shards)

    @property
    def live_writes_per_second(self) -> float:
        """Items written to `live_zone`, while open."""
        return self.stores * self.measured.live_writes_per_minute / 60

    @property
    def commits_per_day(self) -> float:
        """Commits to all tables of the lake: one a checkpoint, table and application; none at night."""
        return self.applications * LAKE_TABLES * CHECKPOINTS_A_DAY

    @property
    def files_per_day(self) -> float:
        """Data files of all tables as written: one a checkpoint and writer, of which some tables have many."""
        writers = SPREAD_TABLES * self.tasks + (LAKE_TABLES - SPREAD_TABLES) * self.applications
        return writers * CHECKPOINTS_A_DAY

    @property
    def lake_bytes_per_day(self) -> float:
        """Parquet of all tables."""
        return self.stores * self.measured.lake_bytes_per_day

    @property
    def event_file_bytes(self) -> float:
        """Size of a file of `event_v1` as written."""
        return self.lake_bytes_per_day * self.measured.event_share_of_lake / (CHECKPOINTS_A_DAY * self.tasks)

    @property
    def compacted_files_per_day(self) -> int:
        """Files of all tables that are left of a day."""
        return LAKE_TABLES + math.floor(self.lake_bytes_per_day / COMPACTED_FILE_BYTES)

    @property
    def state_bytes(self) -> float:
        """A full checkpoint of all applications together."""
        return self.stores * self.measured.state_bytes

    @property
    def checkpoint_seconds(self) -> float:
        """The longest checkpoint: what was measured, and to upload a KPU's state as if none of it was there yet."""
        return self.measured.checkpoint_ms / 1000 + self.state_bytes / self.kpus / UPLOAD_BYTES_PER_SECOND

    @property
    def open_seconds(self) -> float:
        """Seconds a month that stores are open, added up over them."""
        return self.stores * OPEN_SECONDS_A_DAY * DAYS_A_MONTH

    @property
    def costs(self) -> dict[str, float]:
        """USD a month of all stores, by part."""
        return {
            "Flink": self._flink(),
            "Kinesis": self._kinesis(),
            "DynamoDB": self.dynamodb(self.measured.live_writes_per_minute),
            "requests": self._requests(),
            "storage": self.lake_bytes_per_day / 1e9 * KEPT_DAYS * PRICES.stored_gb_month,
            "compaction": self.lake_bytes_per_day / 1e9 * DAYS_A_MONTH / COMPACTED_GB_PER_DPU_HOUR * PRICES.dpu_hour,
        }

    @property
    def cost(self) -> float:
        """USD a month of all stores."""
        return sum(self.costs.values())

    @property
    def kinesis_on_demand(self) -> float:
        """USD a month, in place of `costs["Kinesis"]`: no shards to plan, a price for each KiB."""
        gb_in = self.open_seconds * self.measured.kib_per_second * 1024 / 1e9
        gb_out = self.open_seconds * self.measured.bytes_per_second / 1e9
        streams = self.applications * PRICES.on_demand_stream_hour * HOURS_A_MONTH
        return streams + gb_in * PRICES.on_demand_gb_in + gb_out * PRICES.on_demand_gb_out

    @property
    def dynamodb_provisioned(self) -> float:
        """USD a month, in place of `costs["DynamoDB"]`: capacity for the fullest hour, by schedule when open."""
        units = self.live_writes_per_second * PEAK_TO_MEAN / CAPACITY_USE * self._units_a_write
        return units * OPENING_HOURS_A_DAY * DAYS_A_MONTH * PRICES.provisioned_write_hour

    def dynamodb(self, writes_per_minute: float) -> float:
        """Return USD a month, on demand, for so many items of each store while open."""
        return self.open_seconds * writes_per_minute / 60 * self._units_a_write * PRICES.write_unit

    @property
    def _units_a_write(self) -> int:
        return math.ceil(self.measured.live_item_bytes / 1024)

    def _flink(self) -> float:
        running = self.kpus * PRICES.running_storage_gb_per_kpu * PRICES.running_storage_gb_month
        return (self.kpus + self.applications) * PRICES.kpu_hour * HOURS_A_MONTH + running

    def _kinesis(self) -> float:
        put_units = sum(kind.per_hour / 3600 * math.ceil(kind.size_bytes / 25_000) for kind in self.measured.kinds)
        return self.shards * PRICES.shard_hour * HOURS_A_MONTH + self.open_seconds * put_units * PRICES.put_unit

    def _requests(self) -> float:
        puts_per_day = self.commits_per_day * OBJECTS_A_COMMIT + self.files_per_day
        glue = self.commits_per_day * GLUE_REQUESTS_A_COMMIT * PRICES.glue_request
        return (puts_per_day * PRICES.put_request + glue) * DAYS_A_MONTH


@dataclass(frozen=True, slots=True)
class Limit:
    """What holds the job back as it is built and set up today, and what to do then.

    `share` gives how much of it one store takes, 0 to 1, from the plan for one store.
    """

    name: str
    share: Callable[[Plan], float]
    lever: str

    def stores(self, measured: Measured) -> float:
        """Return the number of stores that takes all of it."""
        return 1 / self.share(Plan(measured, 1))


LIMITS = (
    Limit("a stream of one shard", lambda one: one.full_shards, "more shards, and parallelism at least as many"),
    Limit(
        "a day counted again store by store, one after the other",
        lambda _: BATCH_START_SECONDS / 86_400,
        "one batch run for many stores, and only for days that had late events",
    ),
    Limit(
        f"{NEW_TABLE_WRITES_PER_SECOND:,} writes a second to a new live table",
        lambda one: one.live_writes_per_second / NEW_TABLE_WRITES_PER_SECOND,
        "warm throughput before the first morning; later DynamoDB has grown it by itself",
    ),
    Limit(
        "one task alone writes a table",
        lambda one: one.writer_cores / PROCESSOR_USE,
        "let all tasks write it, as `event_v1`; or `bucket(N, store_id)` in the layout: N tasks, fewer files",
    ),
    Limit(
        f"{KEY_GROUPS} key groups: past {KEY_GROUPS // EVENLY_DEALT} tasks work is uneven",
        lambda one: one.cores / PROCESSOR_USE / (KEY_GROUPS / EVENLY_DEALT),
        f"`pipeline.max-parallelism` {PLANNED_KEY_GROUPS:,} before the first start: later it costs the state",
    ),
    Limit(
        f"{LIVE_TABLE_WRITES_PER_SECOND:,} writes a second to a live table",
        lambda one: one.live_writes_per_second / LIVE_TABLE_WRITES_PER_SECOND,
        "a live table for each cell; or items that change less often (above)",
    ),
    Limit(
        f"{KPU_QUOTA} KPUs an application",
        lambda one: one.cores / PROCESSOR_USE / KPU_QUOTA,
        "cells of stores by hash: a stream, an application, a live table each; or a higher quota",
    ),
    Limit(
        f"{APPLICATIONS_A_TABLE} applications commit to one table",
        lambda one: one.cores / PROCESSOR_USE / CELL_KPUS / APPLICATIONS_A_TABLE,
        "tables for each cell under one view, or checkpoints every 5 minutes",
    ),
)
"""Of a stream with one shard, one application and the services' defaults."""


def widened(measured: Measured, wide: Wide) -> Measured:
    """Return a store whose snapshots are wide, with as many people and cameras as before."""
    snapshots = Kind("snapshot", wide.snapshots_per_hour, wide.snapshot_bytes)
    kinds = (snapshots, *(kind for kind in measured.kinds if kind.name != snapshots.name))
    zones, events = wide.zones / measured.zones, sum(kind.per_hour for kind in kinds)
    others = measured.processor_ms_per_event * (events - wide.snapshots_per_hour)
    stored = replace(measured, kinds=kinds)
    growth = stored.bytes_per_second / measured.bytes_per_second
    fewer = measured.events_per_second / stored.events_per_second
    return replace(
        stored,
        name=f"{measured.name}, {wide.zones} zones",
        zones=wide.zones,
        live_writes_per_minute=measured.live_writes_per_minute * zones,
        live_changes_per_minute=measured.live_changes_per_minute * zones,
        processor_ms_per_event=(others + wide.snapshot_processor_ms * wide.snapshots_per_hour) / events,
        writer_ms_per_event=measured.writer_ms_per_event * fewer,
        lake_bytes_per_day=measured.lake_bytes_per_day * growth,
        state_bytes=measured.state_bytes * zones,
    )


def read_inputs(path: Path = INPUTS) -> Inputs:
    """Return what is committed."""
    told = tomllib.loads(path.read_text())
    kinds = tuple(Kind(**kind) for kind in told["store"].pop("kinds"))
    return Inputs(
        date=told["date"],
        machine=told["machine"],
        provisional=frozenset(told["provisional"]),
        store=Measured(kinds=kinds, **told["store"]),
        wide=Wide(**told["wide"]),
    )


def measured_anew(inputs: Inputs, report: Mapping[str, Any]) -> Inputs:
    """Return the inputs with what a report of the benchmark has a result for; all else stays."""
    results = {each["name"]: each for each in report["measurements"] if not each["failure"]}
    stores = GROWTH_STORES[-1]
    store, wide, provisional = inputs.store, inputs.wide, inputs.provisional
    if found := results.get(f"full job, {stores} stores, all sinks"):
        details = found["details"]
        store = replace(
            store,
            processor_ms_per_event=_processor_ms(found),
            state_bytes=details["state_bytes_max"] / stores,
            checkpoint_ms=details["checkpoint_ms_max"],
        )
        provisional -= {"processor_ms_per_event", "state_bytes", "checkpoint_ms"}
    if found := results.get(FULL_LAKE.name):
        wide = replace(wide, snapshot_processor_ms=_processor_ms(found))
        provisional -= {"snapshot_processor_ms"}
    return replace(inputs, machine=report["machine"], store=store, wide=wide, provisional=provisional)


def _processor_ms(result: Mapping[str, Any]) -> float:
    """Return processor milliseconds a record, of the second half where it is known."""
    warm = result.get("warm_records", 0)
    if warm:
        return float(1000 * result["warm_cpu_seconds"] / warm)
    return float(1000 * result["cpu_seconds"] / result["records"])
