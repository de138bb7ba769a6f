"""Runs a simulated store through the real pipeline and reads everything back."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from contracts.events import Event
from contracts.rules import Store as AlertSettings
from demo.accounting import Accounting, account, accounting_metrics, dropped_rows
from demo.alerts import AlertDesk, AlertsOfRun, seed
from demo.audit import Audited, audit, counters
from demo.chain import chain_of
from demo.lake import LakeReader, read_lake, read_live
from demo.ledger import Ledger
from demo.live import LiveTruth
from demo.metrics import Expected, Measure, Metric, compare, error_metrics, measured, unjudged
from demo.progress import Steps
from demo.replay import Sent, replay
from demo.report.words import clock
from demo.stream import records_in
from demo.truth import expected_minutes, expected_values
from demo.watch import Watch
from edge.publisher import Publisher, PublisherSettings
from glue.business_day import BusinessDay
from glue.dimensions.build import dimensions
from glue.dimensions.chain import Chain
from glue.dimensions.load import replace_dimension
from glue.rollup.days import Dates
from glue.rollup.roll_up import RollUp
from glue.views import TARGET_WAIT_SECONDS
from local.pipeline import STREAM, Pipeline, create_tables, lake_catalog, lake_of, reconciler, start_pipeline
from local.stack import Stack
from sim.faults import NO_FAULTS, FaultLedger, Faults
from sim.faults.settings import Recognition
from sim.run import PlannedRun, plan
from sim.scenario import Scenario
from sim.truth import StoreTruth

KINESIS_RECORD_BYTES = 1024 * 1024
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class SimulatedSettings:
    """What to simulate; `hours` None takes the scenario's, and `with_faults` sends broken and repeated records.

    `now` is when the records arrive; a replay of a past day takes some minutes.
    """

    scenario: Scenario
    seed: int
    hours: float | None
    with_faults: bool
    now: dt.datetime
    faults: Faults = NO_FAULTS

    @property
    def sees_faultlessly(self) -> bool:
        """Whether what the cameras tell is what happened, so that every metric must be the truth."""
        return self.faults is NO_FAULTS


PROMISED_ID_SWITCHES = 0.05
PROMISED_MISSED_DETECTIONS = 0.10


def is_promised(faults: Faults) -> bool:
    """Whether the numbers must be close to the truth: some id switches and missed detections, and nothing else."""
    switches, missed = faults.id_switches, faults.missed_detections
    others = replace(faults, name="", title="", id_switches=None, missed_detections=None, recognition=Recognition())
    return (
        others == Faults(name="", title="")
        and (switches is None or switches.share_of_stays <= PROMISED_ID_SWITCHES)
        and (missed is None or missed.share_of_looks <= PROMISED_MISSED_DETECTIONS)
    )


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedOutcome:
    """What came out: the lake as it stands, everything judged, the truth, and how long each step took."""

    lake: LakeReader
    metrics: tuple[Metric, ...]
    accounting: Accounting
    audited: tuple[Audited, ...]
    truth: StoreTruth
    seconds: dict[str, float]
    fault_counts: Mapping[str, int]
    alerts: AlertsOfRun


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
        with steps.step("Tables created, alert rules and people seeded, job submitted"):
            create_tables(stack)
            seed(stack, f"{settings.scenario.store.name}-001", _alert_settings(settings.scenario))
            pipeline = start_pipeline(stack, metrics=_metric_settings(settings.scenario))
        with steps.step("Shoppers know their ways"):
            planned = planning.result()
        arrival_ms = round(settings.now.timestamp() * 1000)
        return _Replay(settings, planned, pipeline, steps, LiveTruth(), FaultLedger(arrival_ms)).run()


@dataclass(frozen=True, slots=True)
class _Replay:
    """A planned run on its way through a running pipeline."""

    settings: SimulatedSettings
    planned: PlannedRun
    pipeline: Pipeline
    steps: Steps
    live_truth: LiveTruth
    fault_ledger: FaultLedger

    @property
    def truth(self) -> StoreTruth:
        """The truth of the one store."""
        return self.planned.truth.stores[0]

    def run(self) -> SimulatedOutcome:
        """Replay, drain, read back, compare."""
        ledger = Ledger(self.pipeline.stack.boto3_client("kinesis"))
        sent = Sent(event_time_ms=self.truth.start_ms)
        with AlertDesk(self.pipeline.stack, clock=lambda: sent.event_time_ms) as desk:
            with Watch(self.pipeline) as watch:
                self._replay(sent, watch, ledger)
                rows_dropped = dropped_rows(self.pipeline)
                with self.steps.step("Job drained: every window closed, every table committed"):
                    self.pipeline.drain()
            with self.steps.step("Everybody told who was to be told"):
                alerts = desk.finish(self.truth.store_id)
        if not self.settings.sees_faultlessly:
            self._count_again()
        with self.steps.step("Day summed by the store's own hours, for questions and seasons"):
            self._sum_hours()
        with self.steps.step("Lake, live table and stream read back"):
            of_run = {"sent": ledger.to_arrow(), "counters": counters({"rows_dropped": rows_dropped})}
            lake = read_back(self.pipeline, of_run, target_wait_seconds=self._target_seconds)
            in_stream = records_in(self.pipeline.stack.boto3_client("kinesis"), self.pipeline.stream)
        with self.steps.step("Books audited"):
            audited = audit(lake)
        accounting = account(lake, sent, in_stream=in_stream)
        metrics = self._metrics(lake, accounting, sent, watch, rows_dropped=rows_dropped)
        return SimulatedOutcome(
            lake=lake,
            metrics=metrics,
            accounting=accounting,
            audited=tuple(audited),
            truth=self.truth,
            seconds=self.steps.seconds,
            fault_counts=dict(self.fault_ledger.counts),
            alerts=alerts,
        )

    def _metrics(
        self, lake: LakeReader, accounting: Accounting, sent: Sent, watch: Watch, *, rows_dropped: int
    ) -> tuple[Metric, ...]:
        of_lake = measured(
            lake, expected_values(self.truth, target_seconds=self._target_seconds), expected_minutes(self.truth)
        )
        if not self.settings.sees_faultlessly:
            return (
                *unjudged(of_lake),
                *error_metrics(of_lake, promised=is_promised(self.settings.faults)),
                self._future_metric(accounting, sent),
            )
        return (
            *of_lake,
            *self.live_truth.metrics(watch.samples, _live_occupancy(lake)),
            *accounting_metrics(accounting, sent, rows_dropped=rows_dropped),
        )

    def _future_metric(self, accounting: Accounting, sent: Sent) -> Metric:
        """Return how many records were rejected for a clock in the future, beside how many had one."""
        told, reason = self.fault_ledger, "future_time"
        meant = sum(1 + told.copies[event_id] for event_id in told.future) + sent.broken[reason]
        found = dict(accounting.reasons).get(reason, 0)
        return compare(f"records_rejected.{reason}", found, Expected(meant), Measure("records", "accounting"))

    @property
    def _target_seconds(self) -> float:
        return self.planned.truth.target_wait_seconds

    def _count_again(self) -> None:
        """Reconcile the store's day, as every night, so that what came late is counted too."""
        store, metrics = self.settings.scenario.store, _metric_settings(self.settings.scenario)
        with self.steps.step("Day counted again, with all that came late"):
            again = reconciler(self.pipeline, metrics=metrics)
            start = dt.datetime.fromtimestamp(self.truth.start_ms / 1000, ZoneInfo(store.time_zone))
            again.reconcile(self.truth.store_id, BusinessDay(start.date(), ZoneInfo(store.time_zone)))
            again.account(self.settings.now.date())

    def _sum_hours(self) -> None:
        """Describe the store and roll the day up, as every night."""
        lake, day = lake_of(self.pipeline.stack, self.pipeline.database), self.settings.scenario.store.business_day
        for dimension in dimensions(self._chain, range(day.year, day.year + 1)):
            replace_dimension(lake, dimension.table, dimension.rows)
        # A replayed day is over, whatever the clock says.
        over = BusinessDay(day, ZoneInfo(self.settings.scenario.store.time_zone)).closed_at
        RollUp(lake).roll_up(Dates(day, day), now=max(over, self.settings.now))

    @property
    def _chain(self) -> Chain:
        # Who has other hours asked for, has another store.
        hours = self.settings.hours or self.settings.scenario.store.hours
        store = replace(self.settings.scenario.store, hours=hours)
        return chain_of(replace(self.settings.scenario, store=store), self.truth.store_id)

    def _replay(self, sent: Sent, watch: Watch, ledger: Ledger) -> None:
        start = time.monotonic()

        def figures() -> str:
            at = clock(sent.event_time_ms, self.settings.scenario.store.time_zone)
            per_second = watch.records_read / max(0.1, time.monotonic() - start)
            return f"{at} · {sent.acknowledged:,} sent · {watch.records_read:,} read · {per_second:,.0f}/s"

        title = f"{(self.truth.end_ms - self.truth.start_ms) / HOUR_MS:.1f} simulated hours replayed and read"
        with self.steps.replaying(title, figures=figures) as show:
            replay(
                self._events(),
                _publisher(ledger),
                ledger,
                sent,
                with_faults=self.settings.with_faults,
                on_batch=lambda: show(self._share_of(sent.event_time_ms)),
            )
            self.pipeline.wait_until_read(sent.acknowledged)

    def _share_of(self, event_time_ms: int) -> float:
        return (event_time_ms - self.truth.start_ms) / (self.truth.end_ms - self.truth.start_ms)

    def _events(self) -> Iterator[Event]:
        for emitted in self.planned.stream(faults=self.settings.faults, ledger=self.fault_ledger):
            self.live_truth.observe(emitted.event)
            yield emitted.event


def read_back(
    pipeline: Pipeline,
    of_run: Mapping[str, pa.Table] | None = None,
    *,
    target_wait_seconds: float = TARGET_WAIT_SECONDS,
) -> LakeReader:
    """Return the lake and the live tables as they stand now, with relations that only the run knows."""
    lake = read_lake(lake_catalog(pipeline.stack), pipeline.database)
    live = read_live(pipeline.stack.boto3_client("dynamodb"))
    return LakeReader(lake | live | dict(of_run or {}), target_wait_seconds=target_wait_seconds)


def _publisher(ledger: Ledger) -> Publisher:
    # The edge refuses to send what is too large; here the pipeline is to refuse it.
    limits = PublisherSettings(record_bytes=KINESIS_RECORD_BYTES)
    return Publisher(ledger, STREAM, sleep=time.sleep, random=random.random, settings=limits)


def _live_occupancy(lake: LakeReader) -> dict[str, int]:
    return {row["zone_id"]: row["occupancy"] for row in lake.rows("SELECT zone_id, occupancy FROM live_zone")}


def _alert_settings(scenario: Scenario) -> AlertSettings:
    """Return what the scenario's store says of itself."""
    hours = scenario.store.opening_hours
    return AlertSettings(
        time_zone=scenario.store.time_zone,
        opening_hours={day: (f"{opens:%H:%M}-{closes:%H:%M}",) for day, (opens, closes) in hours.items()}
        if hours
        else None,
        target_wait_seconds=round(scenario.checkout.target_wait_seconds),
        name=scenario.store.name,
    )


def _metric_settings(scenario: Scenario) -> dict[str, str]:
    return {"target_wait_ms": str(round(scenario.checkout.target_wait_seconds * 1000))}
