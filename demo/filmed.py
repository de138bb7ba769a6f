"""Runs a video through the real pipeline: the edge's detector in front, the visits read back from the lake."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from contracts.events import Event
from demo.accounting import Accounting, account, accounting_metrics, dropped_rows
from demo.errors import DemoError
from demo.lake import LakeReader
from demo.metrics import Expected, Measure, Metric, compare
from demo.progress import Steps
from demo.replay import Sent
from demo.report.video import SeenVisit, read_visits
from demo.simulated import read_back
from demo.stream import records_in
from edge.model_cards import ModelCard
from edge.pipeline import VideoSummary, run_video
from edge.publisher import Publisher
from edge.store_file import StoreFile
from local.pipeline import STREAM, Pipeline, start_pipeline
from local.stack import Stack

DWELL_ALLOWANCE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class VisitTruth:
    """How long each visit to one zone lasted, in order."""

    zone_id: str
    seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FilmedSettings:
    """What to analyse.

    `truth` is set when somebody labelled the video by hand.
    """

    video: Path
    store: StoreFile
    model_card: ModelCard
    models_directory: Path
    start_ms: int
    annotated: Path
    truth: VisitTruth | None


@dataclass(frozen=True, slots=True, eq=False)
class FilmedOutcome:
    """What came out; without a truth of the visits, metrics hold the records' fates alone."""

    lake: LakeReader
    visits: tuple[SeenVisit, ...]
    metrics: tuple[Metric, ...]
    accounting: Accounting
    summary: VideoSummary
    length_seconds: float
    seconds: dict[str, float]


def run_filmed(settings: FilmedSettings, run_directory: Path, steps: Steps) -> FilmedOutcome:
    """Start everything, analyse the video into Kinesis, drain, read back, compare where a truth is known.

    Raises:
        ConfigurationError: the video, the store file or the model cannot be used.
        StackError: the stack or the job fails.
        DemoError: Kinesis refuses records.
    """
    with ExitStack() as resources:
        with steps.step("Kinesis, DynamoDB, S3, Glue and Flink are up"):
            stack = resources.enter_context(Stack(run_directory))
        with steps.step("Tables created, job submitted"):
            pipeline = start_pipeline(stack)
        sender = _Sender(pipeline)
        with steps.counting("Video analysed") as count_frames:
            summary = _analysed(settings, sender, count_frames)
        with steps.step("Job has read everything and is drained"):
            pipeline.wait_until_read(sender.sent.acknowledged)
            rows_dropped = dropped_rows(pipeline)
            pipeline.drain()
        with steps.step("Lake and stream read back"):
            lake = read_back(pipeline)
            in_stream = records_in(stack.boto3_client("kinesis"), STREAM)
    visits = read_visits(lake, start_ms=settings.start_ms)
    accounting = account(lake, sender.sent, in_stream=in_stream)
    fates = accounting_metrics(accounting, sender.sent, rows_dropped=rows_dropped)
    return FilmedOutcome(
        lake=lake,
        visits=tuple(visits),
        metrics=(*visit_metrics(visits, settings.truth), *fates),
        accounting=accounting,
        summary=summary,
        length_seconds=(sender.sent.event_time_ms - settings.start_ms) / 1000,
        seconds=steps.seconds,
    )


def read_truth(path: Path) -> tuple[float, ...]:
    """Read how long each visit lasted from a CSV with a column `seconds_visible`; lines with # are remarks.

    Raises:
        DemoError: there is no such file, or it has no such column, or a value is not a number.
    """
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(line for line in lines if not line.startswith("#"))
            return tuple(float(row["seconds_visible"]) for row in rows)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise DemoError(
            f"{path}: expected a CSV with a number in the column seconds_visible for each visit, "
            f"came one that cannot be read ({error!r}). Correct it, or leave --truth out."
        ) from error


def visit_metrics(visits: list[SeenVisit], truth: VisitTruth | None) -> list[Metric]:
    """Judge the number of visits to the labelled zone and each one's dwell, in order; without a truth, nothing."""
    if truth is None:
        return []
    seen = [visit.dwell_seconds for visit in visits if visit.zone_id == truth.zone_id]
    number = compare(f"visits.{truth.zone_id}", len(seen), Expected(len(truth.seconds)), Measure("visits", "visit"))
    measure = Measure("s", "visit", DWELL_ALLOWANCE_SECONDS)
    dwells = [
        compare(f"dwell_seconds.{truth.zone_id}-visit-{index}", dwell, Expected(seconds), measure)
        for index, (dwell, seconds) in enumerate(zip_longest(seen, truth.seconds), start=1)
    ]
    return [number, *dwells]


def _analysed(settings: FilmedSettings, sender: _Sender, progress: Callable[[int, int], None]) -> VideoSummary:
    settings.annotated.parent.mkdir(parents=True, exist_ok=True)
    return run_video(
        video=settings.video,
        store=settings.store,
        model_card=settings.model_card,
        models_directory=settings.models_directory,
        start_ms=settings.start_ms,
        on_events=sender.take,
        annotate=settings.annotated,
        progress=progress,
    )


class _Sender:
    """Sends events as soon as the video gives them, as a device in a store does, and keeps count."""

    def __init__(self, pipeline: Pipeline) -> None:
        kinesis = pipeline.stack.boto3_client("kinesis")
        self._publisher = Publisher(kinesis, STREAM, sleep=time.sleep, random=random.random)
        self.sent = Sent()

    def take(self, events: list[Event]) -> None:
        published = self._publisher.publish(events)
        self.sent.acknowledged += published.acknowledged
        self.sent.events += len(events)
        self.sent.event_time_ms = max(self.sent.event_time_ms, *(event.event_time_ms for event in events))
        if lost := len(published.unsent) + len(published.oversized):
            raise DemoError(
                f"Expected Kinesis to take every record, but it refused {lost} after all attempts. See kinesis.log."
            )
