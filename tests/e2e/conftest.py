"""One run of the whole pipeline on real parts, shared by the tests that look at what came out."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contracts.events import EARLIEST_TIME_MS, LATEST_TIME_MS
from contracts.rules import read_book
from contracts.tables import FACT_TABLES
from demo.lake import LakeReader
from demo.simulated import read_back
from flink_jobs.jobs import TABLE_OPTIONS
from flink_jobs.package import RUN_OPTIONS
from lambdas.alert_store.rules import RuleStore
from local.paths import ROOT
from local.pipeline import Pipeline, create_tables, prepare, reconciler, start_pipeline
from local.stack import Stack
from local.waiting import wait_until
from tests.e2e.packages import Package, all_records, make_package, surroundings, written
from tests.e2e.records import (
    Sent,
    going_on,
    in_order,
    late,
    late_events,
    on_time,
    sample_events,
    start_of_cases_ms,
)
from tests.sql.case_files import load_cases

BATCH = 200
WATERMARK_SECONDS = 90
IDLE_SECONDS = int(TABLE_OPTIONS["table.exec.source.idle-timeout"].removesuffix(" s"))

Place = tuple[str, str]
"""Shard and sequence number: what tells records apart that say the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What was put in, by place, and what came out."""

    pipeline: Pipeline
    sent: dict[Place, Sent]
    lake: LakeReader
    cases_start_ms: int
    failures: tuple[str, ...]
    restarts: int
    late_rows_dropped: int


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real models, video, truth and events."""
    folder = Path(os.environ.get("STORE_TRAFFIC_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"expected the shared data in {folder}, came no such folder; name it in STORE_TRAFFIC_DATA")
    return folder


@pytest.fixture(scope="session")
def run(shared_data: Path, stack: Stack) -> Run:
    """The sample, its twin, duplicates, poison, late events and all declared cases, through the whole pipeline."""
    events = sample_events(shared_data)
    start_ms = start_of_cases_ms(events)
    cases = [given for case in load_cases() for given in case.events(start_ms)]
    create_tables(stack)
    with (Path(__file__).parent / "alert_rules.toml").open("rb") as file:
        rules = read_book(tomllib.load(file))
    # From the beginning of time: the sample is of a past day.
    RuleStore(stack.boto3_client("dynamodb")).seed(rules, saved_by="test", now_ms=0, valid_from_ms=0)
    pipeline = start_pipeline(stack)
    wait_until_idle(pipeline)
    sent = put(pipeline, list(on_time(events, cases)))
    newest_ms = max(event["event_time_ms"] for event in events)
    sent |= move_watermark(pipeline, newest_ms)
    sent |= put(pipeline, [*late_events(newest_ms), *late(cases)])
    pipeline.wait_until_read(len(sent))
    dropped = stack.flink.operator_metric(pipeline.job_id, "numLateRecordsDropped")
    failures, restarts = stack.flink.exceptions(pipeline.job_id), stack.flink.restarts(pipeline.job_id)
    pipeline.drain()
    return Run(pipeline, sent, read_back(pipeline), start_ms, failures, restarts, dropped)


@pytest.fixture(scope="session")
def restored(stack: Stack, run: Run) -> Run:
    """The cases alone, by one task, stopped with a savepoint in the middle of each."""
    start_ms = run.cases_start_ms
    cases = [given for case in load_cases() for given in case.events(start_ms)]
    pipeline = start_pipeline(stack, stream="restored", database="restored", shards=1, parallelism=1)
    before = in_order(given for given in cases if not given.is_late and not given.is_after_restore)
    after = in_order(given for given in cases if not given.is_late and given.is_after_restore)
    sent = put(pipeline, before)
    pipeline.wait_until_read(len(sent))
    pipeline = pipeline.restart(parallelism=1)
    since = put(pipeline, after)
    since |= move_watermark(pipeline, max(given.event.event_time_ms for given in cases))
    since |= put(pipeline, list(late(cases)))
    pipeline.wait_until_read(len(since))
    dropped = stack.flink.operator_metric(pipeline.job_id, "numLateRecordsDropped")
    failures, restarts = stack.flink.exceptions(pipeline.job_id), stack.flink.restarts(pipeline.job_id)
    pipeline.drain()
    return Run(pipeline, sent | since, read_back(pipeline), start_ms, failures, restarts, dropped)


@dataclass(frozen=True, slots=True, eq=False)
class Undisturbed:
    """A whole run by the package alone, with nothing in between: what every other way must come to.

    `sent` counts records, and `sent_once` those that are no duplicates.
    """

    tables: dict[str, pa.Table]
    sent: int
    sent_once: int
    cases_start_ms: int
    failures: tuple[str, ...]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """This checkout's package, unpacked in an empty folder outside of it."""
    return make_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def undisturbed(stack: Stack, package: Package) -> Undisturbed:
    """The package's `main.py`, run as the managed service does, on a simulated store and the declared cases."""
    records, start_ms = all_records()
    properties = prepare(stack, stream="packaged", database="packaged", shards=1)
    wrapper, arguments = surroundings(properties)
    job_id = stack.flink.submit_package(package.folder, RUN_OPTIONS, arguments, wrapper=wrapper, parallelism=1)
    pipeline = Pipeline(stack, job_id, "packaged", "packaged", package=package.folder)
    put(pipeline, records)
    pipeline.wait_until_read(len(records))
    failures = stack.flink.exceptions(job_id)
    pipeline.drain()
    once = sum(record.outcome == "accepted" for record in records)
    return Undisturbed(written(pipeline), len(records), once, start_ms, failures)


@pytest.fixture(scope="session")
def batch(run: Run) -> LakeReader:
    """Everything that the first run kept, counted again in batch."""
    first, last = (dt.datetime.fromtimestamp(ms / 1000, dt.UTC) for ms in (EARLIEST_TIME_MS, LATEST_TIME_MS))
    with reconciler(run.pipeline).counted("reconcile", FACT_TABLES, (first, last), None) as counted:
        return LakeReader({table.name: counted.table(table).scan().to_arrow() for table in FACT_TABLES})


def put(pipeline: Pipeline, records: list[Sent]) -> dict[Place, Sent]:
    """Put records in order; returns them by the place that Kinesis gave each."""
    kinesis = pipeline.stack.boto3_client("kinesis")
    placed: dict[Place, Sent] = {}
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        entries = [{"Data": record.content, "PartitionKey": record.partition_key} for record in batch]
        answers = kinesis.put_records(StreamName=pipeline.stream, Records=entries)["Records"]
        placed |= {_place(answer): record for answer, record in zip(answers, batch, strict=True)}
    assert len(placed) == len(records)
    return placed


def wait_until_idle(pipeline: Pipeline) -> None:
    """Return once Flink must take the silent source for idle: waking from that is where rows could get lost."""
    flink, job = pipeline.stack.flink, pipeline.job_id
    idle_ms = (IDLE_SECONDS + 2) * 1000

    def has_been_silent() -> bool:
        vertices = flink.get(f"/jobs/{job}")["vertices"]
        return min(vertex["duration"] if vertex["status"] == "RUNNING" else 0 for vertex in vertices) >= idle_ms

    wait_until(
        has_been_silent,
        seconds=WATERMARK_SECONDS,
        expected=f"the job to run for {IDLE_SECONDS} s",
        cure=f"See {pipeline.stack.endpoints.flink_rest}.",
    )


def move_watermark(pipeline: Pipeline, newest_ms: int) -> dict[Place, Sent]:
    """Go on sending events, as devices do, until event time is close to the newest where lateness is judged.

    That is where events part to their tables. Right after a silence no watermark is given, so events must follow.
    """
    flink, job = pipeline.stack.flink, pipeline.job_id
    seqs = itertools.count()
    sent: dict[Place, Sent] = {}
    # Vertices come in the order of the data: snapshots are unnested where events are judged, visits further down.
    judge = next(vertex["id"] for vertex in flink.get(f"/jobs/{job}")["vertices"] if "Correlate" in vertex["name"])

    def has_passed() -> bool:
        sent.update(put(pipeline, going_on(next(seqs), newest_ms)))
        watermarks = [int(metric["value"]) for metric in flink.get(f"/jobs/{job}/vertices/{judge}/watermarks")]
        return bool(watermarks) and min(watermarks) >= newest_ms - 20_000

    wait_until(
        has_passed,
        seconds=WATERMARK_SECONDS,
        expected=f"the watermark to come close to {newest_ms}",
        cure=f"See {pipeline.stack.endpoints.flink_rest}.",
    )
    return sent


def _place(answer: dict[str, Any]) -> Place:
    assert "ErrorCode" not in answer, answer
    return answer["ShardId"], answer["SequenceNumber"]
