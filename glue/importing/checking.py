"""Checks the rows of files by every rule, and turns what stands into hours of the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from contracts.quality import grade
from contracts.tables import TRAFFIC_LOCAL_HOUR
from glue.importing.mapping import PER_STORE, ImportMapping
from glue.importing.reading import Source
from glue.importing.rules import DROPPING, REJECT, Stage, rules_of, step_sql
from glue.progress import Say
from glue.schemas import arrow_schema_of

HOURS_SCHEMA = arrow_schema_of(TRAFFIC_LOCAL_HOUR)
COVERAGE = 1.0
"""An old counter tells no coverage: an hour that it has is taken as watched, and one that it lacks has no row."""
_ISO_TIMESTAMP = "%Y-%m-%d %H:%M:%S"
_FINDING_ORDER = "file, row, store_id, line_id, told_time"
_STEPS: tuple[tuple[str, Stage], ...] = (("entry", "value"), ("placed", "clock"), ("repeated", "repeat"))

LakeHours = Callable[[pa.Table], pa.Table]
"""Given hours about to come, returns those of the lake that are from elsewhere, with their `source`."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What became of the rows, and of the people whom they count, staff and both directions together."""

    rows_read: int
    rows_left_out: int
    hours: int
    people_read: int
    people_imported: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, and the rows for `traffic_local_hour_v1`: they may go there if `is_clean`."""

    findings: pa.Table
    hours: pa.Table
    totals: Totals

    @property
    def is_clean(self) -> bool:
        """Nothing was found that keeps the import out."""
        return REJECT not in self.findings["severity"].unique().to_pylist()


@dataclass(frozen=True, slots=True)
class Checker:
    """What a check depends on: the mapping, the stores' time zones by `store_v1`, the hours of the lake, the date."""

    mapping: ImportMapping
    store_zones: Mapping[str, str]
    lake_hours: LakeHours
    today: dt.date

    def check(self, source: Source, say: Say = lambda _: None) -> Checked:
        """Ask every rule, also where one was broken, so that all is told at once; `say` hears what is being done."""
        with closing(duckdb.connect()) as engine:
            self._prepare(engine, source)
            for step, stage in _STEPS:
                self._ask_after(engine, step, stage, say)
            engine.execute(step_sql("portion"))
            self._ask_after(engine, "local_hour", "series", say)
            say("comparing with the lake")
            engine.execute(step_sql("local_hour"))
            engine.register("lake_hour", self.lake_hours(_hours(engine)))
            self._ask(engine, "lake")
            engine.execute(step_sql("local_hour"))
            return Checked(engine.table("finding").to_arrow_table(), _hours(engine), _totals(engine))

    def _prepare(self, engine: duckdb.DuckDBPyConnection, source: Source) -> None:
        engine.execute("SET TimeZone = 'UTC'")
        for name, value in self._settings().items():
            engine.execute(f"SET VARIABLE {name} = ?", [value])
        engine.register("source", source.rows)
        engine.register("malformed", source.malformed)
        engine.register("mapped_store", _pairs(self.mapping.store.ids, "store_value", "store_id"))
        engine.register("known_store", _pairs(self.store_zones, "store_id", "time_zone"))
        engine.execute(step_sql("finding"))

    def _settings(self) -> dict[str, object]:
        """Return what the SQL reads by `getvariable`."""
        mapping, time, store = self.mapping, self.mapping.time, self.mapping.store
        return {
            "time_zone": None if time.zone == PER_STORE else time.zone,
            "clock": time.clock,
            "has_timestamp": time.timestamp is not None,
            "timestamp_formats": list(time.timestamp_formats or (_ISO_TIMESTAMP,)),
            "date_formats": list(time.date_formats),
            "label_hours": 1 if time.hour_labels == "end" else 0,
            "hour_shown_twice": time.hour_shown_twice,
            "store_constant": store.constant,
            "store_prefix": store.prefix,
            "has_store_ids": bool(store.ids),
            "line_constant": mapping.line.constant,
            "measures": list(mapping.columns.mapped),
            "has_both_directions": mapping.counts == "both_directions",
            "today": self.today,
            "dropping": list(DROPPING),
            "coverage": COVERAGE,
            "quality": grade({"coverage": COVERAGE}),
            "source": mapping.source,
        }

    def _ask_after(self, engine: duckdb.DuckDBPyConnection, step: str, stage: Stage, say: Say) -> None:
        say(f"checking rows: {stage}")
        engine.execute(step_sql(step))
        self._ask(engine, stage)

    def _ask(self, engine: duckdb.DuckDBPyConnection, stage: Stage) -> None:
        for rule in rules_of(stage):
            action = self.mapping.action_of(rule.name)
            engine.execute("SET VARIABLE action = ?", [action])
            severity = REJECT if action == REJECT else "warn"
            found = f"SELECT ? AS rule, ? AS severity, ? AS action, * FROM (\n{rule.sql}) ORDER BY {_FINDING_ORDER}"
            engine.execute(f"INSERT INTO finding BY NAME {found}", [rule.name, severity, action])


def _pairs(values: Mapping[str, str], key: str, value: str) -> pa.Table:
    columns = [pa.array(values.keys(), pa.string()), pa.array(values.values(), pa.string())]
    return pa.table(columns, names=[key, value])


def _hours(engine: duckdb.DuckDBPyConnection) -> pa.Table:
    return engine.sql(step_sql("result")).to_arrow_table().select(HOURS_SCHEMA.names).cast(HOURS_SCHEMA)


def _totals(engine: duckdb.DuckDBPyConnection) -> Totals:
    told = engine.sql(step_sql("totals")).to_arrow_table().to_pylist()[0]
    if lost := told.pop("rows_lost"):
        raise AssertionError(f"expected every row to be imported or told of, came {lost} that are neither")
    return Totals(**told)
