"""`edge run`: watch the store's cameras until stopped; or analyse a video, or tracks, as one of them."""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import boto3
from rich.console import Console
from rich.table import Table

from contracts.events import EARLIEST_TIME_MS, Event, Visit
from edge.commands.common import STATE_HELP, add_model, aws_as_configuration, counted, detector_of, progress, unusable
from edge.commands.watch import watch
from edge.pipeline import OnEvents, VideoSummary, of_camera, run_tracks, run_video
from edge.publisher import Publisher
from edge.sources import TracksFile
from edge.store_file import StoreFile, load_store

DAY_SECONDS = 86_400


def add(run: argparse.ArgumentParser) -> None:
    """Describe the command."""
    source = run.add_mutually_exclusive_group()
    source.add_argument("--video", type=Path, metavar="FILE", help="video (mp4, mpg, gif, …), or folder of pictures")
    source.add_argument("--tracks", type=Path, metavar="FILE.csv", help="boxes: frame,id,x,y,w,h in pixels")
    run.add_argument(
        "--store", type=Path, metavar="FILE.toml", help="store file; without a video its cameras are watched"
    )
    run.add_argument("--camera", metavar="ID", help="camera of the store file, where it has several")
    add_model(run)
    run.add_argument("--start", type=int, metavar="EPOCH_MS", help="instant of the first picture [a day ago]")
    run.add_argument("--frames-per-second", type=float, default=25.0, metavar="N", help="rate of --tracks [25]")
    run.add_argument("--annotate", type=Path, metavar="OUT.mp4", help="write the video with what was seen")
    target = run.add_mutually_exclusive_group()
    target.add_argument("--events-out", type=Path, metavar="FILE.jsonl", help="write the events to a file")
    target.add_argument("--stream", metavar="NAME", help="send the events to this Kinesis stream")
    run.add_argument("--endpoint-url", metavar="URL", help="of a local Kinesis, with --stream")
    live = run.add_argument_group("watching cameras")
    live.add_argument("--state", type=Path, metavar="FOLDER", help=STATE_HELP)
    live.add_argument("--seconds", type=float, metavar="N", help="stop after so long [never]")
    live.add_argument("--json-logs", action="store_true", help="log as JSON lines")
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    store = load_store(options.store) if options.store else None
    if not options.tracks and not options.video:
        return watch(options, store)
    with _target(options) as target, progress() as told:
        summary = (_run_tracks if options.tracks else _run_video)(options, store, target, told)
    Console().print(visits_table(summary, store or StoreFile.whole_picture()))
    _tell_end(options, summary)
    return 0


def _run_video(
    options: argparse.Namespace,
    store: StoreFile | None,
    on_events: OnEvents,
    progress: Callable[[int, int], None],
) -> VideoSummary:
    return run_video(
        video=options.video,
        store=store,
        **detector_of(options),
        start_ms=_start_ms(options),
        on_events=on_events,
        annotate=options.annotate,
        progress=progress,
        camera_id=options.camera,
    )


def _run_tracks(
    options: argparse.Namespace,
    store: StoreFile | None,
    on_events: OnEvents,
    progress: Callable[[int, int], None],
) -> VideoSummary:
    if store is None:
        cure = "Add --store FILE.toml: the size of its camera is that of the boxes."
        raise unusable("--store", expected="a store file with --tracks", came="none", cure=cure)
    camera = of_camera(store, options.camera).cameras[0]
    boot_id = secrets.token_hex(4)
    tracks = TracksFile(
        options.tracks,
        start_ms=_start_ms(options),
        frames_per_second=options.frames_per_second,
        width=camera.width,
        height=camera.height,
        boot_id=boot_id,
    )
    return run_tracks(
        tracks=tracks,
        store=store,
        boot_id=boot_id,
        on_events=on_events,
        annotate=options.annotate,
        progress=progress,
        camera_id=options.camera,
    )


def _start_ms(options: argparse.Namespace) -> int:
    """Return the instant of the first picture; by default no event of a video lies in the future."""
    if options.start is None:
        return int((time.time() - DAY_SECONDS) * 1_000)
    if options.start < EARLIEST_TIME_MS:
        cure = "Give milliseconds since 1970-01-01 UTC: `date +%s000`."
        expected = f"{EARLIEST_TIME_MS} or later, which is 2020"
        raise unusable("--start", expected=expected, came=str(options.start), cure=cure)
    return int(options.start)


@contextmanager
def _target(options: argparse.Namespace) -> Iterator[OnEvents]:
    """Give what takes the events: a file, a stream, or nothing."""
    for option, path in (("--events-out", options.events_out), ("--annotate", options.annotate)):
        if path and not path.parent.is_dir():
            raise unusable(option, expected="a file in an existing folder", came=str(path), cure="Make the folder.")
    if options.events_out:
        with options.events_out.open("w", encoding="utf-8") as lines:
            yield lambda events: lines.writelines(f"{event.to_json()}\n" for event in events)
    elif options.stream:
        with aws_as_configuration(options.stream):
            client = boto3.client("kinesis", endpoint_url=options.endpoint_url)
            publisher = Publisher(client, options.stream, sleep=time.sleep, random=random.random)
            yield lambda events: _send(publisher, events)
    else:
        yield lambda _events: None


def _send(publisher: Publisher, events: Sequence[Event]) -> None:
    published = publisher.publish(events)
    if lost := len(published.unsent) + len(published.oversized):
        raise SystemExit(f"{lost} of {len(events)} events could not be sent; is the stream reachable?")


def visits_table(summary: VideoSummary, store: StoreFile) -> Table:
    """Return the visits of a run, one a row, in the store's local time."""
    table = Table(title=f"{store.store_id}: {_visits_text(summary)}", title_justify="left", title_style="bold")
    for name in ("zone", "entered", "left"):
        table.add_column(name)
    table.add_column("dwell", justify="right")
    table.add_column("end")
    table.add_column("track")
    for visit in summary.visits:
        table.add_row(*_visit_cells(visit, ZoneInfo(store.time_zone)))
    return table


def _visit_cells(visit: Visit, zone: ZoneInfo) -> tuple[str, ...]:
    entered, left = (
        datetime.fromtimestamp(instant_ms / 1_000, zone) for instant_ms in (visit.entered_ms, visit.left_ms)
    )
    dwell_seconds = (visit.left_ms - visit.entered_ms) / 1_000
    dwell = f"{int(dwell_seconds // 60)}:{dwell_seconds % 60:04.1f}"
    return visit.zone_id, f"{entered:%H:%M:%S}", f"{left:%H:%M:%S}", dwell, visit.end, visit.track_id


def _visits_text(summary: VideoSummary) -> str:
    """Return `6 visits in hall, 6 visits in table`."""
    by_zone = Counter(visit.zone_id for visit in summary.visits)
    return ", ".join(f"{counted(count, 'visit')} in {zone_id}" for zone_id, count in by_zone.items()) or "0 visits"


def _tell_end(options: argparse.Namespace, summary: VideoSummary) -> None:
    console = Console(highlight=False, soft_wrap=True)
    rate = f"{summary.frames_per_second:.0f} frames a second"
    console.print(f"{summary.frames} frames in {summary.seconds:.1f} s ({rate}), {summary.events} events.")
    for path in filter(None, (options.events_out, options.annotate)):
        console.print(f"Written: {path}")
    if not options.annotate:
        console.print("Next: add `--annotate seen.mp4` to see what was counted.")
