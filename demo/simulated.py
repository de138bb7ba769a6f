"""Runs a simulated store through the real pipeline and reads everything back."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from contracts.events import Event
from demo.accounting import Accounting, account, accounting_metrics
from demo.lake import LakeReader, read_lake, read_live
from demo.live import LiveTruth
from demo.metrics import Metric, measured
from demo.progress import Steps
from demo.replay import Sent, replay
from demo.stream import records_in
from demo.truth import expected_minutes, expected_values
from demo.watch import Watch
from edge.publisher import Publisher, PublisherSettings
from local.pipeline import DATABASE, STREAM, Pipeline, lake_catalog, start_pipeline
from local.stack import Stack
from sim.run import PlannedRun, plan
from sim.scenario import Scenario
from sim.truth import StoreTruth

KINESIS_RECORD_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SimulatedSettings:
    """What to simulate; `hours` None takes the scenario's."""

    scenario: Scenario
    seed: int
    hours: float | None
    with_faults: bool


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedOutcome:
    """What came out: the lake as it stands, everything judged, the truth, and how long each step took."""

    lake: LakeReader
    metrics: tuple[Metric, ...]
    accounting: Accounting
    truth: StoreTruth
    planned: PlannedRun
    seconds: dict[str, float]


def run_simulated(settings: SimulatedSettings, run_directory: Path, steps: Steps) -> SimulatedOutcome:
    """Start everything, replay, drain, read back, compare.

    Raises:
        StackError: the stack or the job fails.
        DemoError: Kinesis refuses records.
        ValueError, NotClearError, NoWayError: the settings cannot be simulated.
    """
    with ThreadPoolExecutor(max_workers=1) as planner:
        # The ways of all shoppers are settled while the stack starts: both take about ten seconds.
        planning = planner.submit(plan, settings.scenario, seed=settings.seed, hours=settings.hours)
        with steps.step("Kinesis, DynamoDB, S3, Glue and Flink are up"):
            stack = Stack(run_directory).__enter__()
        with stack:
            with steps.step("Tables created, job submitted"):
                pipeline = start_pipeline(stack, metrics=_metric_settings(settings.scenario))
            with steps.step("Shoppers know their ways"):
                planned = planning.result()
            return _replayed(settings, planned, pipeline, steps)


def _replayed(
    settings: SimulatedSettings, planned: PlannedRun, pipeline: Pipeline, steps: Steps
) -> SimulatedOutcome:
    live_truth = LiveTruth()
    with Watch(pipeline) as watch:
        sent = _replay(settings, planned, pipeline, steps, watch, live_truth)
        with steps.step("Job drained: every window closed, every table committed"):
            pipeline.drain()
    with steps.step("Lake, live table and stream read back"):
        lake = read_back(pipeline)
        in_stream = records_in(pipeline.stack.boto3_client("kinesis"), pipeline.stream)
    (truth,) = planned.truth.stores
    accounting = account(lake, sent, in_stream=in_stream)
    metrics = [
        *measured(lake, expected_values(truth), expected_minutes(truth)),
        *live_truth.metrics(watch.samples, _live_occupancy(lake)),
        *accounting_metrics(accounting, sent),
    ]
    return SimulatedOutcome(lake, tuple(metrics), accounting, truth, planned, steps.seconds)


def _replay(
    settings: SimulatedSettings,
    planned: PlannedRun,
    pipeline: Pipeline,
    steps: Steps,
    watch: Watch,
    live_truth: LiveTruth,
) -> Sent:
    (truth,) = planned.truth.stores
    length_ms = truth.end_ms - truth.start_ms
    title = f"{length_ms / 3_600_000:.1f} simulated hours replayed and read"
    publisher = Publisher(
        pipeline.stack.boto3_client("kinesis"),
        STREAM,
        sleep=time.sleep,
        random=random.random,
        # The edge refuses to send what is too large; here the pipeline is to refuse it.
        settings=PublisherSettings(record_bytes=KINESIS_RECORD_BYTES),
    )

    def share_of(event_time_ms: int) -> float:
        return (event_time_ms - truth.start_ms) / length_ms

    with steps.replaying(title, time_zone=settings.scenario.store.time_zone, share_of=share_of) as display:

        def show(sent: Sent) -> None:
            display.update(event_time_ms=sent.event_time_ms, sent=sent.acknowledged, read=watch.records_read)

        sent = replay(
            _observed(planned, live_truth), publisher, with_faults=settings.with_faults, on_batch=show
        )
        pipeline.wait_until_read(sent.acknowledged)
        show(sent)
    return sent


def _observed(planned: PlannedRun, live_truth: LiveTruth) -> Iterator[Event]:
    for emitted in planned.stream():
        live_truth.observe(emitted.event)
        yield emitted.event


def read_back(pipeline: Pipeline) -> LakeReader:
    """Return the lake and the live tables as they stand now."""
    lake = read_lake(lake_catalog(pipeline.stack), DATABASE)
    return LakeReader(lake | read_live(pipeline.stack.boto3_client("dynamodb")))


def _live_occupancy(lake: LakeReader) -> dict[str, int]:
    return {row["zone_id"]: row["occupancy"] for row in lake.rows("SELECT zone_id, occupancy FROM live_zone")}


def _metric_settings(scenario: Scenario) -> dict[str, str]:
    return {"target_wait_ms": str(round(scenario.checkout.target_wait_seconds * 1000))}
