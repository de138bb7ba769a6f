"""Runs a simulated store through the real pipeline and reads everything back."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from contracts.events import Event
from demo.accounting import Accounting, account, accounting_metrics, dropped_rows
from demo.lake import LakeReader, read_lake, read_live
from demo.live import LiveTruth
from demo.metrics import Metric, measured
from demo.progress import Steps
from demo.replay import Sent, replay
from demo.report.words import clock
from demo.stream import records_in
from demo.truth import expected_minutes, expected_values
from demo.watch import Watch
from edge.publisher import Publisher, PublisherSettings
from local.pipeline import STREAM, Pipeline, lake_catalog, start_pipeline
from local.stack import Stack
from sim.run import PlannedRun, plan
from sim.scenario import Scenario
from sim.truth import StoreTruth

KINESIS_RECORD_BYTES = 1024 * 1024
HOUR_MS = 3_600_000


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
    seconds: dict[str, float]


def run_simulated(settings: SimulatedSettings, run_directory: Path, steps: Steps) -> SimulatedOutcome:
    """Start everything, replay, drain, read back, compare.

    Raises:
        StackError: the stack or the job fails.
        DemoError: Kinesis refuses records.
        ValueError, NotClearError, NoWayError: the settings cannot be simulated.
    """
    with ExitStack() as resources:
        planner = resources.enter_context(ThreadPoolExecutor(max_workers=1))
        # The ways of all shoppers are settled while the stack starts: both take about ten seconds.
        planning = planner.submit(plan, settings.scenario, seed=settings.seed, hours=settings.hours)
        with steps.step("Kinesis, DynamoDB, S3, Glue and Flink are up"):
            stack = resources.enter_context(Stack(run_directory))
        with steps.step("Tables created, job submitted"):
            pipeline = start_pipeline(stack, metrics=_metric_settings(settings.scenario))
        with steps.step("Shoppers know their ways"):
            planned = planning.result()
        return _Replay(settings, planned, pipeline, steps, LiveTruth()).run()


@dataclass(frozen=True, slots=True)
class _Replay:
    """A planned run on its way through a running pipeline."""

    settings: SimulatedSettings
    planned: PlannedRun
    pipeline: Pipeline
    steps: Steps
    live_truth: LiveTruth

    @property
    def truth(self) -> StoreTruth:
        """The truth of the one store."""
        return self.planned.truth.stores[0]

    def run(self) -> SimulatedOutcome:
        """Replay, drain, read back, compare."""
        with Watch(self.pipeline) as watch:
            sent = self._replay(watch)
            rows_dropped = dropped_rows(self.pipeline)
            with self.steps.step("Job drained: every window closed, every table committed"):
                self.pipeline.drain()
        with self.steps.step("Lake, live table and stream read back"):
            lake = read_back(self.pipeline)
            in_stream = records_in(self.pipeline.stack.boto3_client("kinesis"), self.pipeline.stream)
        target = self.planned.truth.target_wait_seconds
        accounting = account(lake, sent, in_stream=in_stream)
        metrics = (
            *measured(lake, expected_values(self.truth, target_seconds=target), expected_minutes(self.truth)),
            *self.live_truth.metrics(watch.samples, _live_occupancy(lake)),
            *accounting_metrics(accounting, sent, rows_dropped=rows_dropped),
        )
        return SimulatedOutcome(lake, metrics, accounting, self.truth, self.steps.seconds)

    def _replay(self, watch: Watch) -> Sent:
        sent = Sent(event_time_ms=self.truth.start_ms)
        start = time.monotonic()

        def figures() -> str:
            at = clock(sent.event_time_ms, self.settings.scenario.store.time_zone)
            per_second = watch.records_read / max(0.1, time.monotonic() - start)
            return f"{at} · {sent.acknowledged:,} sent · {watch.records_read:,} read · {per_second:,.0f}/s"

        title = f"{(self.truth.end_ms - self.truth.start_ms) / HOUR_MS:.1f} simulated hours replayed and read"
        with self.steps.replaying(title, figures=figures) as show:
            replay(
                self._events(),
                self._publisher(),
                sent,
                with_faults=self.settings.with_faults,
                on_batch=lambda: show(self._share_of(sent.event_time_ms)),
            )
            self.pipeline.wait_until_read(sent.acknowledged)
        return sent

    def _share_of(self, event_time_ms: int) -> float:
        return (event_time_ms - self.truth.start_ms) / (self.truth.end_ms - self.truth.start_ms)

    def _events(self) -> Iterator[Event]:
        for emitted in self.planned.stream():
            self.live_truth.observe(emitted.event)
            yield emitted.event

    def _publisher(self) -> Publisher:
        kinesis = self.pipeline.stack.boto3_client("kinesis")
        # The edge refuses to send what is too large; here the pipeline is to refuse it.
        limits = PublisherSettings(record_bytes=KINESIS_RECORD_BYTES)
        return Publisher(kinesis, STREAM, sleep=time.sleep, random=random.random, settings=limits)


def read_back(pipeline: Pipeline) -> LakeReader:
    """Return the lake and the live tables as they stand now."""
    lake = read_lake(lake_catalog(pipeline.stack), pipeline.database)
    return LakeReader(lake | read_live(pipeline.stack.boto3_client("dynamodb")))


def _live_occupancy(lake: LakeReader) -> dict[str, int]:
    return {row["zone_id"]: row["occupancy"] for row in lake.rows("SELECT zone_id, occupancy FROM live_zone")}


def _metric_settings(scenario: Scenario) -> dict[str, str]:
    return {"target_wait_ms": str(round(scenario.checkout.target_wait_seconds * 1000))}
