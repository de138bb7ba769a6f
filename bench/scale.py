"""`python -m bench.scale`: what more stores than this machine can simulate would take in the cloud, and cost.

A model of arithmetic alone. What it stands on is measured and committed in `scale.toml`; everything that is assumed
instead has a name below. The tables of `docs/scale.md` are rendered from it: `--write` renders them anew.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from bench.contenders import FOLDER
from bench.suite import FULL_LAKE, GROWTH_STORES
from contracts.events import Snapshot
from contracts.tables import TABLES
from design.css import load_tokens
from flink_jobs.jobs import STORE_TRAFFIC
from local.paths import ROOT
from sim.run import stream
from sim.scenario import load as load_scenario

INPUTS = Path(__file__).with_suffix(".toml")
PAGE = ROOT / "docs" / "scale.md"
PLOT = FOLDER / "cost-per-store.svg"
PART_COLOURS = ("blue", "sky", "orange", "green", "purple", "comparison")
STEPS = (100, 1_000, 10_000, 100_000)
GOAL_STORES = 50
"""At so many the design asks for at most 10 USD a store and month."""

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
    """List prices of us-east-1 in USD as known in 2026-11, without any discount; look again before a promise.

    From the design's notes and stored copies of the pages named; running storage and S3 from the pages as remembered.
    """

    # aws.amazon.com/kinesis/data-streams/pricing; a PUT unit is 25 KB, on demand a record counts in steps of 1 KiB
    shard_hour: float = 0.015
    put_unit: float = 0.014e-6
    on_demand_stream_hour: float = 0.04
    on_demand_gb_in: float = 0.08
    on_demand_gb_out: float = 0.04
    # aws.amazon.com/managed-service-apache-flink/pricing; each application has one more KPU
    kpu_hour: float = 0.11
    running_storage_gb_month: float = 0.10
    running_storage_gb_per_kpu: float = 50.0
    # aws.amazon.com/dynamodb/pricing; a write unit is 1 KiB
    write_unit: float = 0.625e-6
    provisioned_write_hour: float = 0.00065
    # aws.amazon.com/s3/pricing, standard, the first 50 TB
    put_request: float = 0.005e-3
    stored_gb_month: float = 0.023
    # aws.amazon.com/glue/pricing; requests beyond the first million
    glue_request: float = 1e-6
    dpu_hour: float = 0.44


PRICES = Prices()


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


def render(inputs: Inputs) -> dict[str, str]:
    """Return the tables of the page as Markdown, by the name of their place in it."""
    store, wide = inputs.store, widened(inputs.store, inputs.wide)
    return {
        "inputs": _inputs_table(inputs),
        "load": _by_stores([Plan(store, stores) for stores in STEPS], _LOAD),
        "cost": _cost_table(store, wide),
        "limits": _limits_table(store, wide),
        "skew": _skew_table(inputs),
        "assumed": _table(("assumed", "", "why"), ASSUMED, right={1}),
    }


def fill(page: str, tables: Mapping[str, str]) -> str:
    """Return the page with each table between its markers, `<!-- name -->` and `<!-- /name -->`.

    Raises:
        ValueError: the page has no place for a table.
    """
    for name, text in tables.items():
        before, opening, rest = page.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        if not closing:
            raise ValueError(f"expected a place for the table {name}, came none; add its two markers to the page")
        page = f"{before}{opening}{text}\n{closing}{after}"
    return page


def _inputs_table(inputs: Inputs) -> str:
    store = inputs.store
    kinds = ", ".join(f"{kind.per_hour:,.0f} {kind.name} of {kind.size_bytes:,.0f} B" for kind in store.kinds)
    most = store.zones * 60 // WINDOW_SECONDS
    rows = (
        ("events an hour", f"{3600 * store.events_per_second:,.0f}", kinds),
        ("MB a day in Kinesis", f"{store.bytes_per_second * OPEN_SECONDS_A_DAY / 1e6:.1f}", "simulated"),
        ("items of `live_zone` a minute", f"{store.live_writes_per_minute:.0f}", f"simulated; at most {most}"),
        ("processor ms an event", f"{store.processor_ms_per_event:.2f}", _how(inputs, "processor_ms_per_event")),
        (
            "of it in the busiest lone writer of a table",
            f"{store.writer_ms_per_event:.3f}",
            _how(inputs, "writer_ms_per_event"),
        ),
        ("MB a day in the lake", f"{store.lake_bytes_per_day / 1e6:.1f}", _how(inputs, "lake_bytes_per_day")),
        ("KB of state", f"{store.state_bytes / 1e3:.0f}", _how(inputs, "state_bytes")),
        ("longest checkpoint, s", f"{store.checkpoint_ms / 1000:.1f}", _how(inputs, "checkpoint_ms")),
        (
            f"processor ms a snapshot of {inputs.wide.zones} zones",
            f"{inputs.wide.snapshot_processor_ms:.2f}",
            _how(inputs, "snapshot_processor_ms"),
        ),
    )
    return _table((f"one {store.name}, {store.zones} zones, while open", "", "how it is known"), rows, right={1})


def _how(inputs: Inputs, name: str) -> str:
    known = "**provisional**" if name in inputs.provisional else "measured"
    return f"{known}, {inputs.date}, {inputs.machine}"


_Row = tuple[str, Callable[[Plan], float], str]
"""What a row tells, of which plan's figure, in which format."""

_LOAD: tuple[_Row, ...] = (
    ("events/s into Kinesis, fullest hour", lambda each: each.events_per_second, ",.0f"),
    ("MB/s into Kinesis, fullest hour", lambda each: each.bytes_per_second / 1e6, ",.2f"),
    ("shards", lambda each: each.shards, ",d"),
    ("busy cores", lambda each: each.cores, ",.1f"),
    ("KPUs, and one more an application", lambda each: each.kpus, ",d"),
    ("applications", lambda each: each.applications, ",d"),
    ("parallelism of all together", lambda each: each.tasks, ",d"),
    ("cores of the busiest lone writer", lambda each: each.writer_cores, ",.2f"),
    ("`live_zone` writes/s while open", lambda each: each.live_writes_per_second, ",.0f"),
    ("GB a full checkpoint", lambda each: each.state_bytes / 1e9, ",.2f"),
    ("longest checkpoint, s", lambda each: each.checkpoint_seconds, ",.1f"),
    ("lake, GB a day", lambda each: each.lake_bytes_per_day / 1e9, ",.1f"),
    ("files a day, as written", lambda each: each.files_per_day, ",.0f"),
    ("MB a file of `event_v1`, as written", lambda each: each.event_file_bytes / 1e6, ",.1f"),
    ("files a day, compacted", lambda each: each.compacted_files_per_day, ",d"),
)


def _cost_table(store: Measured, wide: Measured) -> str:
    def a_store(name: str, usd: Callable[[Plan], float]) -> _Row:
        return name, lambda each: usd(each) / each.stores, ",.3f"

    def part(name: str) -> _Row:
        return a_store(name, lambda each: each.costs[name])

    plans = [Plan(store, stores) for stores in (GOAL_STORES, *STEPS)]
    rows = (
        *map(part, plans[0].costs),
        a_store("**together**", lambda each: each.cost),
        a_store(f"**the same of {wide.zones} zones**", lambda each: Plan(wide, each.stores).cost),
        a_store("or: Kinesis on demand, no shards to plan", lambda each: each.kinesis_on_demand),
        a_store("or: DynamoDB provisioned, by opening hours", lambda each: each.dynamodb_provisioned),
        a_store("or: live items tell since when", lambda each: each.dynamodb(each.measured.live_changes_per_minute)),
    )
    return _by_stores(plans, rows)


def _limits_table(store: Measured, wide: Measured) -> str:
    rows = [
        (each.name, _rounded(each.stores(store)), _rounded(each.stores(wide)), _step(each.stores(store)), each.lever)
        for each in sorted(LIMITS, key=lambda each: each.stores(store))
    ]
    headings = ("what binds", "from stores", f"of {wide.zones} zones", "before the step to", "what to do")
    return _table(headings, rows, right={1, 2, 3})


def _step(stores: float) -> str:
    """Return the first step that a number of stores is not enough for."""
    return next((f"{step:,}" for step in STEPS if step > stores), "none of these")


def _skew_table(inputs: Inputs) -> str:
    wide, store = inputs.wide, inputs.store
    per_core = 1000 / wide.snapshot_processor_ms
    devices = 3600 / wide.snapshots_per_hour
    writes_per_zone = store.live_writes_per_minute / store.zones / 60
    zones = PARTITION_WRITES_PER_SECOND / writes_per_zone
    rows = (
        ("`store_id`: one task adds up its snapshots", f"{per_core:,.0f} snapshots/s", f"{per_core * devices:,.0f}"),
        (
            "`store_id`: one partition of `live_zone`, unless DynamoDB splits it",
            f"{PARTITION_WRITES_PER_SECOND:,} writes/s, {_rounded(zones)} zones",
            f"{zones / wide.zones:,.0f}",
        ),
    )
    return _table(("one key", "carries at most", f"devices of {wide.zones} zones"), rows, right={1, 2})


def _by_stores(plans: Sequence[Plan], rows: Sequence[_Row]) -> str:
    cells = [(name, *(f"{figure(each):{form}}" for each in plans)) for name, figure, form in rows]
    return _table(("stores", *(f"{each.stores:,}" for each in plans)), cells, right=set(range(1, len(plans) + 1)))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: set[int]) -> str:
    rule = ["---:" if column in right else "---" for column in range(len(headings))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def _rounded(count: float) -> str:
    """Return a count with two figures: more would say more than is known."""
    unit = int(10 ** max(0, math.floor(math.log10(count)) - 1))
    return f"{math.floor(count / unit) * unit:,}"


def plot(path: Path, inputs: Inputs) -> None:
    """Draw the cost of a store and month by part against the number of stores; the parts are named at the right."""
    tokens = load_tokens()
    colours = {**tokens["category"]["light"], **tokens["colour"]["light"]}
    stores = [round(10 ** (exponent / 50)) for exponent in range(100, 251)]
    plans = [Plan(inputs.store, number) for number in stores]
    parts = {part: [each.costs[part] / each.stores for each in plans] for part in plans[0].costs}
    figure = Figure(figsize=(9, 5), layout="constrained", facecolor=colours["surface"])
    axes = figure.subplots()
    axes.stackplot(stores, list(parts.values()), colors=[colours[name] for name in PART_COLOURS])
    axes.set(xscale="log", xlim=(stores[0], stores[-1]), ylim=(0, None), xlabel="stores")
    axes.set_title(_finding(plans[stores.index(10_000)]), loc="left", fontweight="bold", color=colours["text"])
    axes.set_ylabel("USD a store and month", color=colours["text"])
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color=colours["surface"], alpha=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    gap = plans[0].cost / plans[0].stores / 24
    places = _places([usd[-1] for usd in parts.values()], gap)
    for (part, usd), place, colour in zip(parts.items(), places, PART_COLOURS, strict=True):
        for text, ink in ((" ■", colours[colour]), (f"     {part} {usd[-1]:.2f}", colours["text"])):
            axes.annotate(text, (stores[-1], place), va="center", annotation_clip=False, color=ink)
    figure.savefig(path)


def _finding(each: Plan) -> str:
    part = max(each.costs, key=lambda name: each.costs[name])
    share, usd = each.costs[part] / each.cost, each.cost / each.stores
    return f"At {each.stores:,} stores {part} is {share:.0%} of the {usd:.2f} USD a store and month"


def _places(heights: Sequence[float], gap: float) -> list[float]:
    """Return where to name each band of a stack: in its middle, yet apart from the name below."""
    places: list[float] = []
    floor = 0.0
    for height in heights:
        middle = floor + height / 2
        places.append(max(middle, places[-1] + gap) if places else middle)
        floor += height
    return places


def sampled(hours: float = 2.0) -> str:
    """Return what a simulated store sends and what is written of it, as lines for `scale.toml`."""
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    times_ms: list[int] = []
    windows: defaultdict[int, dict[str, _Held]] = defaultdict(dict)
    for emitted in stream(load_scenario("supermarket"), seed=7, hours=hours):
        event = emitted.event
        counts[event.kind] += 1
        sizes[event.kind] += len(event.to_record())
        times_ms.append(event.event_time_ms)
        if isinstance(event.payload, Snapshot):
            _add_up(windows[event.event_time_ms // (1000 * WINDOW_SECONDS)], event.payload)
    covered_hours = (max(times_ms) - min(times_ms)) / 3_600_000
    kinds = (
        f'  {{ name = "{kind}", per_hour = {count / covered_hours:.1f}, size_bytes = {sizes[kind] / count:.0f}.0 }},'
        for kind, count in counts.most_common()
    )
    written, changed = _live_writes([windows[number] for number in sorted(windows)])
    live = f"live_writes_per_minute = {written:.1f}\nlive_changes_per_minute = {changed:.1f}"
    return "\n".join(("kinds = [", *kinds, "]", live))


_Held = tuple[int, int, int]
"""A zone's count at the end of a window, its person_ms and its interval_ms."""


def _add_up(window: dict[str, _Held], snapshot: Snapshot) -> None:
    for zone in snapshot.zones:
        _, person_ms, interval_ms = window.get(zone.zone_id, (0, 0, 0))
        window[zone.zone_id] = (zone.count, person_ms + zone.person_ms, interval_ms + snapshot.interval_ms)


def _live_writes(windows: Sequence[Mapping[str, _Held]]) -> tuple[float, float]:
    """Return items a minute: as `ZONE_CHANGES` tells them, and if it told a zone when its count changes."""
    before: dict[str, _Held] = {}
    written = changed = 0.0
    for window in windows:
        for zone_id, held in window.items():
            last = before.get(zone_id)
            count, person_ms, _ = held
            is_told = held != last or count or person_ms
            written += 1 if is_told else 1 / TOLD_EVERY
            changed += 1 if last is None or last[0] != count else 1 / TOLD_EVERY
        before |= window
    minutes = len(windows) * WINDOW_SECONDS / 60
    return written / minutes, changed / minutes


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; returns 0."""
    options = _parser().parse_args(arguments)
    if options.sample:
        print(sampled())
        return 0
    inputs = read_inputs()
    if options.report:
        inputs = measured_anew(inputs, json.loads(options.report.read_text()))
    tables = render(inputs)
    print("\n\n".join(tables.values()))
    if options.write:
        PAGE.write_text(fill(PAGE.read_text(), tables))
        PLOT.parent.mkdir(parents=True, exist_ok=True)
        plot(PLOT, inputs)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--sample", action="store_true", help="count what a simulated store sends, for scale.toml")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--report", type=Path, help="with the figures of this report of the benchmark, where it has any")
    what.add_argument("--write", action="store_true", help="put the tables into docs/scale.md, and draw the plot")
    return parser


if __name__ == "__main__":
    sys.exit(main())
