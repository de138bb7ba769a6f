"""Where the measured job reads and writes: files of records, and sinks that keep nothing or an Iceberg lake on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.events import WATERMARK_DELAY_MS
from contracts.render.flink import flink_columns
from contracts.tables import TABLES, ZONE_MINUTE, Table
from flink_jobs.connectors import FILE_ARRIVAL, create_source, file_options, rule_place

DATABASE = "bench"
RESULT = "result"
"""Folder, under the run's own, of the rows that are compared."""


@dataclass(frozen=True, slots=True)
class BenchConnectors:
    """The job's source on files; its sinks an Iceberg catalog in a folder, or nothing.

    Without a lake only `zone_minute_v1` is kept, as CSV, so that its rows can be compared.
    """

    records: Path
    out: Path
    format_name: str
    lake: Path | None = None

    def ddl(self) -> list[str]:
        """Return the statements that create the source and the sinks."""
        source = create_source(file_options(self.records.as_uri(), self.format_name), FILE_ARRIVAL)
        if self.lake is None:
            return [source, *(self._forgetful(table) for table in TABLES.values())]
        catalog = {"type": "iceberg", "catalog-type": "hadoop", "warehouse": self.lake.as_uri()}
        live = (create_sink(table, {"connector": "blackhole"}) for table in TABLES.values() if not _is_in_lake(table))
        return [source, f"CREATE CATALOG `lake` {_with(catalog)}", *live]

    def sink(self, table: Table) -> str:
        """Return the table of the lake, or the sink of that name."""
        return f"`lake`.`{DATABASE}`.`{table.name}`" if self.lake and _is_in_lake(table) else f"`{table.name}`"

    def placeholders(self) -> Mapping[str, str]:
        """Return a place for the rules that is never looked at: without alerts nothing asks for them."""
        return rule_place("rules", "us-east-1", None)

    def _forgetful(self, table: Table) -> str:
        return create_sink(table, csv(self.out) if table is ZONE_MINUTE else {"connector": "blackhole"})


def create_sink(table: Table, options: Mapping[str, str]) -> str:
    """Return the `CREATE TABLE` of a sink with a table's columns."""
    return f"CREATE TEMPORARY TABLE `{table.name}` (\n{flink_columns(table.columns)}\n) {_with(options)}"


def csv(out: Path) -> dict[str, str]:
    """Return the options of a sink that writes CSV under the run's folder."""
    return {"connector": "filesystem", "path": (out / RESULT).as_uri(), "format": "csv"}


def create_plain_source(records: Path, format_name: str) -> str:
    """Return the source of snapshots as a user of Flink would declare it: four columns and the event time."""
    return f"""CREATE TEMPORARY TABLE plain (
        store_id STRING,
        kind STRING,
        event_time_ms BIGINT,
        snapshot ROW<interval_ms INT, zones ARRAY<ROW<zone_id STRING, zone_kind STRING, lane_id STRING,
            camera_id STRING, `count` INT, count_max INT, person_ms BIGINT, entered INT, `left` INT,
            longest_stay_ms BIGINT, staff_person_ms BIGINT>>>,
        rowtime AS TO_TIMESTAMP_LTZ(event_time_ms, 3),
        WATERMARK FOR rowtime AS rowtime - INTERVAL '{WATERMARK_DELAY_MS // 1000}' SECOND
    ) {_with(file_options(records.as_uri(), format_name))}"""


def _is_in_lake(table: Table) -> bool:
    return table.stored_in == "lake"


def _with(options: Mapping[str, str]) -> str:
    listed = ", ".join(f"'{name}' = '{value}'" for name, value in options.items())
    return f"WITH ({listed})"
