"""`edge preview`: some seconds of a camera with everything that is seen and counted drawn into it."""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from rich.console import Console

from edge.addresses import is_live, with_values
from edge.application import FRAMES_PER_SECOND
from edge.assembly import camera_analyst
from edge.boots import Boots
from edge.commands.common import add_model, detector_of, progress, unusable
from edge.identity import random_boot_id
from edge.live import CameraReader
from edge.looks import Look
from edge.pipeline import of_camera, run_looks
from edge.sources import Frame, VideoFile
from edge.store_file import load_store


def add(parser: argparse.ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("store", type=Path, metavar="STORE.toml", help="the store file")
    parser.add_argument("--camera", metavar="ID", help="which camera, where the store has several")
    parser.add_argument("--source", metavar="ADDRESS", help="instead of the camera's own: an address or a video")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="N", help="how long [20]")
    parser.add_argument("--out", type=Path, default=Path("preview.mp4"), metavar="FILE.mp4", help="[preview.mp4]")
    parser.add_argument("--state", type=Path, help=argparse.SUPPRESS)
    add_model(parser)
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Write the preview; it stays on this machine."""
    store = of_camera(load_store(options.store), options.camera)
    (camera,) = store.cameras
    address = with_values(options.source or camera.source or "", os.environ)
    if not address:
        cure = "Give --source ADDRESS, or write `source = …` into its table."
        raise unusable(f"camera {camera.camera_id}", expected="an address", came="none", cure=cure)
    rate = store.settings.frames_per_second or FRAMES_PER_SECOND
    store = replace(store, settings=replace(store.settings, frames_per_second=rate))
    boots = Boots(random_boot_id, store.time_zone)
    analyst = camera_analyst(store, camera.camera_id, **detector_of(options), frames_per_second=rate, boots=boots)
    looks: Iterator[Look] = map(analyst.look, _frames(address, camera.camera_id, rate, options.seconds))
    with progress() as told:
        summary = run_looks(
            store,
            looks,
            boots=boots,
            on_events=lambda _events: None,
            frame_count=round(rate * options.seconds),
            annotate=options.out,
            progress=told,
        )
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Written: {options.out}. {summary.frames} pictures, {len(summary.visits)} visits.")
    return 0


def _frames(address: str, camera_id: str, rate: float, seconds: float) -> Iterator[Frame]:
    if not is_live(address):
        frames = iter(VideoFile(Path(address), start_ms=_now_ms(), frames_per_second=rate))
        yield from _first(frames, seconds)
        return
    reader = CameraReader(address, camera_id=camera_id, frames_per_second=rate, now_ms=_now_ms, random=random.random)
    reader.start()
    try:
        yield from _first(reader.frames(), seconds)
    finally:
        reader.stop()


def _first(frames: Iterator[Frame], seconds: float) -> Iterator[Frame]:
    first = next(frames, None)
    if first is not None:
        yield first
        yield from takewhile(lambda frame: frame.event_time_ms - first.event_time_ms < seconds * 1_000, frames)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
