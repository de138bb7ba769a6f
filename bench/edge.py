"""`python -m bench.edge`: what the edge does on this machine, against its targets, into `build/bench/edge.json`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.contenders import FOLDER
from bench.edge_running import growth, kinesis, latency_ms, memory, p95
from bench.resources import this_machine
from contracts.events import Event
from edge.assembly import camera_analyst
from edge.benchmark import START_MS, Load, Speed, measure
from edge.boots import Boots
from edge.detections import Detections
from edge.errors import EXIT_CODE, ConfigurationError
from edge.heads import Picture
from edge.model_cards import load_card
from edge.runtime import StoreFloor
from edge.sources import Frame
from edge.store_file import Camera, StoreFile
from edge.zones import Zone

REPORT = FOLDER / "edge.json"
SOAK_GROWTH_MIB = 10.0
PEOPLE_CLIP = "one-by-one-person-detection.mp4"
CLIP = "bottle-detection.mp4"
"""640 x 360 at 30 frames a second."""
PEOPLE = 30
ZONE_GRID = (5, 4)
PICTURE_SIZE = (1280, 720)
CROWD_FRAMES = 600
CROWD_FRAMES_PER_SECOND = 5.0
ANALYSED_FRAMES_PER_SECOND = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure beside what it should be."""

    name: str
    measured: float
    limit: float
    is_least: bool = False
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.measured >= self.limit if self.is_least else self.measured <= self.limit


def main(arguments: list[str] | None = None) -> int:
    """Measure; returns 0, or 2 where the clip or the model is missing."""
    options = _parser().parse_args(arguments)
    console = Console()
    try:
        with console.status("Speed") as status:
            speed = _speed(options.data, status.update)
            status.update(f"A crowd of {PEOPLE}")
            crowd_ms = crowd_milliseconds()
            running = _running(options, status.update)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_CODE
    targets = _targets(speed, crowd_ms) + running
    console.print(table(targets))
    _write(targets, speed)
    console.print(f"All of it in {REPORT}")
    return 0


def _speed(data: Path, told: Callable[[str], None]) -> Speed:
    card = load_card("yolox-nano")
    load = Load(video=data / "videos" / CLIP, model_card=card, models_directory=data / "models")
    return measure(load, cores=os.cpu_count() or 1, told=told)


def _targets(speed: Speed, crowd_ms: float) -> list[Target]:
    per_second = ANALYSED_FRAMES_PER_SECOND
    return [
        Target(name="analysis / raw limit", measured=speed.analysis_share, limit=0.8, is_least=True),
        Target(
            name=f"cameras at {per_second:g} analysed fps",
            measured=speed.cameras_at(per_second),
            limit=6,
            is_least=True,
        ),
        Target(name=f"tracking and zones with {PEOPLE} people", measured=crowd_ms, limit=2.0, unit="ms a frame"),
    ]


def _running(options: argparse.Namespace, told: Callable[[str], None]) -> list[Target]:
    """Measure the whole edge as it runs in a store."""
    video, models = options.data / "videos" / CLIP, options.data / "models"
    with kinesis() as endpoint:
        told("From capture to Kinesis")
        latencies = latency_ms(options.data / "videos" / PEOPLE_CLIP, models, endpoint, cameras=2)
        told("Memory")
        took = memory(video, models, endpoint)
        targets = [
            Target(name="capture to Kinesis, p95, 2 cameras", measured=p95(latencies), limit=1_000, unit="ms"),
            Target(name="memory without cameras", measured=took.base, limit=250, unit="MiB"),
            Target(name="memory a camera", measured=took.camera, limit=60, unit="MiB"),
        ]
        if options.soak_minutes:
            grown = growth(video, models, endpoint, minutes=options.soak_minutes, told=told)
            name = f"growth over {options.soak_minutes:g} minutes"
            targets.append(Target(name=name, measured=grown, limit=SOAK_GROWTH_MIB, unit="MiB"))
    return targets


def crowd_milliseconds() -> float:
    """Return the median time that following a crowd and counting it takes for a frame, without the detector."""
    store = _crowded_store()
    boots = Boots(lambda: "bench", store.time_zone)
    crowd = Crowd(PEOPLE)
    analyst = camera_analyst(
        store,
        "camera",
        model_card=load_card("yolox-nano"),
        models_directory=Path(),
        frames_per_second=CROWD_FRAMES_PER_SECOND,
        boots=boots,
        finder=crowd,
    )
    floor = StoreFloor(store, boots, _dropped, camera_ids=["camera"], patience_ms=0)
    taken = []
    for frame in _blank_frames():
        begin = time.perf_counter()
        floor.take(analyst.look(frame))
        taken.append(time.perf_counter() - begin)
    return (median(taken) - crowd.own_seconds()) * 1_000


class Crowd:
    """Walkers in place of a detector: boxes that move a little from picture to picture, some of them missing."""

    def __init__(self, people: int, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        self._feet = self._random.uniform((60, 200), (PICTURE_SIZE[0] - 60, PICTURE_SIZE[1]), (people, 2))
        self._steps = self._random.normal(0, 6, (people, 2))
        self._taken: list[float] = []

    def detect(self, _picture: Picture) -> Detections:
        """Return where they are now."""
        begin = time.perf_counter()
        self._walk()
        is_seen = self._random.random(len(self._feet)) > 0.05  # noqa: PLR2004 - as a good detector misses
        feet = self._feet[is_seen] + self._random.normal(0, 1.5, (int(is_seen.sum()), 2))
        boxes = np.column_stack([feet[:, 0] - 30, feet[:, 1] - 160, feet[:, 0] + 30, feet[:, 1]])
        found = Detections.of(boxes, self._random.uniform(0.5, 0.95, len(boxes)))
        self._taken.append(time.perf_counter() - begin)
        return found

    def own_seconds(self) -> float:
        """Return the median time that making them took."""
        return median(self._taken)

    def _walk(self) -> None:
        self._feet += self._steps
        low, high = np.array([40.0, 180.0]), np.array([PICTURE_SIZE[0] - 40.0, PICTURE_SIZE[1] + 20.0])
        is_out: NDArray[np.bool_] = (self._feet < low) | (self._feet > high)
        self._steps[is_out] *= -1
        self._feet = np.clip(self._feet, low, high)


def _blank_frames() -> Iterator[Frame]:
    picture = np.zeros((PICTURE_SIZE[1], PICTURE_SIZE[0], 3), dtype=np.uint8)
    step_ms = round(1_000 / CROWD_FRAMES_PER_SECOND)
    for number in range(CROWD_FRAMES):
        yield Frame(event_time_ms=START_MS + number * step_ms, picture=picture)


def _crowded_store() -> StoreFile:
    columns, rows = ZONE_GRID
    zones = tuple(
        Zone(
            zone_id=f"zone-{column}-{row}",
            zone_kind="aisle",
            camera_id="camera",
            polygon=tuple(
                ((column + x) / columns, (row + y) / rows * 1.1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))
            ),
        )
        for column in range(columns)
        for row in range(rows)
    )
    whole = StoreFile.whole_picture()
    width, height = PICTURE_SIZE
    return replace(whole, cameras=(Camera(camera_id="camera", width=width, height=height),), zones=zones)


def table(targets: list[Target]) -> Table:
    """Return the figures beside their targets."""
    shown = Table(title="The edge on this machine")
    for heading in ("figure", "measured", "target", ""):
        shown.add_column(heading, justify="left" if heading in ("figure", "") else "right")
    for each in targets:
        sign = "≥" if each.is_least else "≤"
        shown.add_row(
            each.name, f"{each.measured:,.2f}", f"{sign} {each.limit:g} {each.unit}", "met" if each.is_met else "missed"
        )
    return shown


def _write(targets: list[Target], speed: Speed) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {
        "machine": asdict(this_machine(FOLDER)),
        "targets": [{**asdict(each), "is_met": each.is_met} for each in targets],
        "speed": asdict(speed),
    }
    REPORT.write_text(json.dumps(content, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.edge", description=__doc__)
    data = Path(os.environ.get("STORE_TRAFFIC_DATA", "../shared/data"))
    parser.add_argument("--soak-minutes", type=float, default=0.0, metavar="N", help="run two cameras for so long too")
    parser.add_argument("--data", type=Path, default=data, help="folder of models and videos [$STORE_TRAFFIC_DATA]")
    return parser


def _dropped(_events: list[Event]) -> None:
    """Events of a benchmark go nowhere."""


if __name__ == "__main__":
    sys.exit(main())
