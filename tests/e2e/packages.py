"""Packages to run and to go on with, the events for them, and what came out."""

from __future__ import annotations

import heapq
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from contracts.tables import FACT_TABLES, TABLES
from demo.lake import read_lake
from flink_jobs.package import CODE, add_plan, assemble, write_zip
from flink_jobs.settings import MANAGED_FLINK_PROPERTIES
from local.pipeline import JAR, Pipeline, lake_catalog
from sim.run import plan
from sim.scenario import load
from tests.e2e.records import Sent, in_order
from tests.sql.case_files import Case, load_cases

STORE = "upgraded-001"
"""The simulated store; the declared cases have stores of their own."""
PLACE = ("arrival_time", "shard_id", "sequence_number")
"""Columns of event_v1 that say where a record lay in the stream: another run's differ."""
# Gives the command that follows an /etc of its own: what was there, and the property file.
_OWN_ETC = """
set -e
mount --rbind /etc "$1"
mount -t tmpfs none /etc
for entry in "$1"/* "$1"/.[!.]*; do [ -e "$entry" ] && ln -s "$entry" /etc/ || true; done
mkdir "$3" && cp "$2" "$3/"
shift 3
exec "$@"
"""
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it is deployed, and unpacked."""

    archive: Path
    folder: Path


def make_package(folder: Path, *, sql: str = "", old: str = "", new: str = "") -> Package:
    """Make a package of this checkout, in a folder outside of it; in one SQL file, one text may give way to another."""
    made = folder / "made"
    assemble(made, jar=JAR)
    if sql:
        path = made / CODE / "sql/flink" / sql
        text = path.read_text()
        assert old in text, f"{path}: expected {old!r} in it: mend the test"
        path.write_text(text.replace(old, new))
    add_plan(made)
    archive = write_zip(made, folder / "store-traffic-flink.zip")
    shutil.rmtree(made)
    unpacked = folder / "unpacked"
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(unpacked)
    return Package(archive, unpacked)


def surroundings(properties: Path) -> tuple[list[str], list[str]]:
    """Return the wrapper and the arguments by which a program finds its properties.

    Where the system lets a process have an `/etc` of its own, they stand where the managed service puts them and no
    argument names them; else an argument does.
    """
    probe = [*_NAMESPACE, "mount -t tmpfs none /etc"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        return [], ["--properties", str(properties)]
    kept = properties.parent / "etc"
    kept.mkdir(exist_ok=True)
    named = properties.parent / MANAGED_FLINK_PROPERTIES.name
    shutil.copy(properties, named)
    return [*_NAMESPACE, _OWN_ETC, "sh", str(kept), str(named), str(MANAGED_FLINK_PROPERTIES.parent)], []


def on_time_cases() -> list[Case]:
    """Return the declared cases in which nothing comes late."""
    return [
        case
        for case in load_cases()
        if not any(values.get("late") for given in case.given for values in given.values())
    ]


def all_records() -> tuple[list[Sent], int]:
    """Return a simulated store's events and the cases', in the order of sending, and when the cases begin."""
    scenario = load("supermarket")
    planned = plan(replace(scenario, store=replace(scenario.store, name="upgraded")), seed=5, hours=0.2)
    of_store = [
        (emitted.emitted_at_ms, Sent(f"{STORE}/{emitted.event.device_id}", emitted.event.to_record(), "accepted"))
        for emitted in planned.stream()
    ]
    start_ms = (of_store[0][0] // 60_000 + 5) * 60_000
    given = sorted(
        (given for case in on_time_cases() for given in case.events(start_ms)), key=lambda given: given.emitted_ms
    )
    of_cases = [(each.emitted_ms, record) for each in given for record in in_order([each])]
    merged = heapq.merge(of_store, of_cases, key=lambda timed: timed[0])
    return [record for _, record in merged], start_ms


def written(pipeline: Pipeline) -> dict[str, pa.Table]:
    """Return the lake's tables as a job left them."""
    return read_lake(lake_catalog(pipeline.stack), pipeline.database)


def facts(tables: dict[str, pa.Table], *, store_id: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table of facts in an order of their own, of one store or of all."""
    return {
        table.name: _sorted(row for row in tables[table.name].to_pylist() if store_id in (None, row["store_id"]))
        for table in FACT_TABLES
    }


def events(tables: dict[str, pa.Table]) -> list[tuple[Any, ...]]:
    """Return the rows of event_v1 in an order of their own, but for their places in the stream."""
    return _sorted(tables[TABLES["event_v1"].name].drop_columns(list(PLACE)).to_pylist())


def _sorted(rows: Any) -> list[tuple[Any, ...]]:
    return sorted((tuple(sorted(row.items(), key=lambda item: item[0])) for row in rows), key=repr)
