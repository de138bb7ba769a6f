"""What a chain takes: the measured store of `bench/scale.toml`, with the chosen cameras and as many stores."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from bench.scale_model import (
    COMPACTED_GB_PER_DPU_HOUR,
    DAYS_A_MONTH,
    GLUE_REQUESTS_A_COMMIT,
    LAKE_TABLES,
    OBJECTS_A_COMMIT,
    OPENING_HOURS_A_DAY,
    PEAK_TO_MEAN,
    PROCESSOR_USE,
    SPREAD_TABLES,
    TOLD_EVERY,
    WINDOW_SECONDS,
    Inputs,
    Kind,
    Measured,
    Plan,
)
from contracts.tables import TABLES
from cost.levers import Levers
from cost.measured import Amount

PUT_UNIT_BYTES = 25_000
HEALTH_AN_HOUR = 60
"""Reports of one camera."""
NIGHT_KINDS = ("snapshot", "health")
"""What devices send of an empty store."""
NIGHT_TABLES = ("event_v1", "zone_minute_v1", "lane_minute_v1", "camera_minute_v1")
"""Tables with rows of an empty store: to the others the job commits nothing."""
NIGHT_LIVE_WRITES_A_MINUTE = 60 / WINDOW_SECONDS / TOLD_EVERY
"""Of each zone that stays empty."""
NIGHT_LAKE_SHARE = 0.5
"""Bytes of an empty hour's minutes to those of a busy one: rows of zeros, which compress well."""


def store_of(inputs: Inputs, levers: Levers) -> Measured:
    """Return the measured store with the chosen cameras.

    Zones, people's events, live items, state and lake grow with the cameras; health comes from each camera and
    snapshots from each device, as long as their zones make them (a line through the two sizes that were measured).
    Of the lake, events grow as their bytes in the stream do, all other tables with the zones.
    """
    store = inputs.store
    growth = levers.cameras * HEALTH_AN_HOUR / _kind(store, "health").per_hour
    devices = math.ceil(levers.cameras / levers.cameras_per_device)
    zones = store.zones * growth
    size = _snapshot_bytes(inputs, zones / devices)
    snapshots = Kind("snapshot", 3600 / levers.snapshot_seconds * devices, size)
    grown = (replace(kind, per_hour=kind.per_hour * growth) for kind in store.kinds if kind.name != "snapshot")
    stored = replace(store, kinds=(snapshots, *grown))
    events = _event_bytes(store) * stored.bytes_per_second / store.bytes_per_second
    others = (store.lake_bytes_per_day - _event_bytes(store)) * growth
    return replace(
        stored,
        zones=round(zones),
        live_writes_per_minute=store.live_writes_per_minute * growth,
        live_changes_per_minute=store.live_changes_per_minute * growth,
        lake_bytes_per_day=(events + others) * levers.opening_hours / OPENING_HOURS_A_DAY,
        event_share_of_lake=events / (events + others),
        state_bytes=store.state_bytes * growth,
    )


def _kind(store: Measured, name: str) -> Kind:
    return next(kind for kind in store.kinds if kind.name == name)


def _snapshot_bytes(inputs: Inputs, zones: float) -> float:
    few, many = inputs.store.zones / _devices(inputs.store), inputs.wide.zones
    small, large = _kind(inputs.store, "snapshot").size_bytes, inputs.wide.snapshot_bytes
    return small + (large - small) / (many - few) * (zones - few)


def _devices(store: Measured) -> float:
    return _kind(store, "snapshot").per_hour / 720


def _event_bytes(store: Measured) -> float:
    return store.lake_bytes_per_day * store.event_share_of_lake


@dataclass(frozen=True)
class Load:
    """Amounts of a chain a month, of which `services` makes lines."""

    levers: Levers
    inputs: Inputs
    amounts: dict[str, Amount]

    def amount(self, name: str) -> float:
        """Return a measured amount."""
        return self.amounts[name].value

    @cached_property
    def store(self) -> Measured:
        """One store."""
        return store_of(self.inputs, self.levers)

    @cached_property
    def plan(self) -> Plan:
        """What the stream and the job take, by `bench.scale_model`."""
        return Plan(self.store, self.levers.stores)

    @property
    def open_seconds(self) -> float:
        """Seconds that stores are open, added up over them."""
        return self.levers.stores * self.levers.opening_hours * 3600 * DAYS_A_MONTH

    @property
    def night_seconds(self) -> float:
        """Seconds that devices run in closed stores, added up over them."""
        hours = 24 - self.levers.opening_hours if self.levers.runs_at_night else 0.0
        return self.levers.stores * hours * 3600 * DAYS_A_MONTH

    def _sent(self, amount: Callable[[Kind], float]) -> float:
        """Add something of each event up over a month."""
        open_hours, night_hours = self.open_seconds / 3600, self.night_seconds / 3600
        return sum(
            kind.per_hour * amount(kind) * (open_hours + (night_hours if kind.name in NIGHT_KINDS else 0.0))
            for kind in self.store.kinds
        )

    @property
    def sent_gigabytes(self) -> float:
        """Bytes of records into the stream."""
        return self._sent(lambda kind: kind.size_bytes) / 1e9

    @property
    def counted_gigabytes(self) -> float:
        """The same as Kinesis counts them on demand: each record in whole KiB."""
        return self._sent(lambda kind: math.ceil(kind.size_bytes / 1024) * 1024) / 1e9

    @property
    def store_days(self) -> float:
        """Days, added up over stores."""
        return self.levers.stores * DAYS_A_MONTH

    @property
    def shards(self) -> int:
        """Shards: those chosen, or more where the fullest hour needs them."""
        return max(self.levers.shards, self.plan.shards)

    @property
    def kpus(self) -> int:
        """KPUs: those chosen, or more where the fullest hour needs them."""
        return max(self.levers.kpus, math.ceil(self.plan.cores / PROCESSOR_USE))

    @property
    def put_units(self) -> float:
        """PUT units of 25 KB."""
        return self._sent(lambda kind: math.ceil(kind.size_bytes / PUT_UNIT_BYTES))

    @property
    def live_units(self) -> float:
        """Write units of `live_zone`."""
        is_on_change = self.levers.live_writes == "on_change"
        a_minute = self.store.live_changes_per_minute if is_on_change else self.store.live_writes_per_minute
        return (self.open_seconds / 60 * a_minute + self._night_writes) * self._units_a_write

    @property
    def _night_writes(self) -> float:
        return self.night_seconds / 60 * self.store.zones * NIGHT_LIVE_WRITES_A_MINUTE

    @property
    def _units_a_write(self) -> int:
        return math.ceil(self.store.live_item_bytes / 1024)

    @property
    def live_units_per_second(self) -> float:
        """Write units a second in the fullest hour."""
        return self.plan.live_writes_per_second * self._units_a_write * PEAK_TO_MEAN

    @property
    def _checkpoints(self) -> tuple[float, float]:
        """Checkpoints a month while stores are open, and while they are closed."""
        a_day = 3600 / self.levers.checkpoint_seconds * DAYS_A_MONTH
        closed_hours = self.night_seconds / self.store_days / 3600
        return self.levers.opening_hours * a_day, closed_hours * a_day

    @property
    def commits(self) -> float:
        """Commits to all tables of the lake; at night only to those that have rows."""
        by_day, by_night = self._checkpoints
        return self.plan.applications * (LAKE_TABLES * by_day + len(NIGHT_TABLES) * by_night)

    @property
    def puts_of_commits(self) -> float:
        """Objects that commits write: data of each writer, and what says so."""
        spread = SPREAD_TABLES * (self.tasks - self.plan.applications)
        by_day, by_night = self._checkpoints
        spread_at_night = sum(TABLES[name].is_written_by_all for name in NIGHT_TABLES)
        more = spread * by_day + spread_at_night * (self.tasks - self.plan.applications) * by_night
        return self.commits * (OBJECTS_A_COMMIT + 1) + more

    @property
    def tasks(self) -> int:
        """Parallelism: one task a shard at least, and two as the stage sets."""
        return max(self.kpus, self.shards, 2)

    @property
    def glue_requests(self) -> float:
        """Requests of the catalog by commits."""
        return self.commits * GLUE_REQUESTS_A_COMMIT

    @property
    def lake_bytes_a_day(self) -> float:
        """Parquet that one store adds a day, at night too."""
        by_night = self.night_seconds / self.open_seconds * NIGHT_LAKE_SHARE
        return self.store.lake_bytes_per_day * (1 + by_night)

    @property
    def lake_gigabytes(self) -> float:
        """The lake when it is full: what was written in the days kept, and local hours of five years."""
        a_day = self.levers.stores * self.lake_bytes_a_day / 1e9
        share = self.store.event_share_of_lake
        days = share * self.levers.event_days + (1 - share) * self.levers.minute_days
        hours = self.levers.stores * self.amount("hours_megabytes_a_store_month") / 1e3 * 60
        return a_day * days + hours

    @property
    def compaction_dpu_hours(self) -> float:
        """DPU-hours of Glue's optimisers."""
        return self.levers.stores * self.lake_bytes_a_day / 1e9 * DAYS_A_MONTH / COMPACTED_GB_PER_DPU_HOUR

    @property
    def clip_gigabytes(self) -> float:
        """Clips made a month."""
        return self.store_days * self.levers.clips_a_day * self.amount("clip_megabytes") / 1e3
