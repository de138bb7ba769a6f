"""How many cameras this machine can watch: decoding and detector alone, the whole analysis, several cameras at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from contracts.events import Event
from edge.analysis import CameraAnalyst
from edge.assembly import camera_analyst
from edge.boots import Boots
from edge.detector import Detector
from edge.identity import random_boot_id
from edge.model_cards import ModelCard
from edge.pipeline import of_camera
from edge.readers import FileReader
from edge.runtime import RuntimeSettings, StoreFloor, StoreRuntime
from edge.sources import Frame, VideoFile
from edge.store_file import Camera, StoreFile
from edge.zones import Zone

START_MS = 1_790_000_000_000
"""Files have no time of their own; any will do."""
PATIENCE_MS = 10**9
"""Cameras that run as fast as they can are never too far apart."""
USE = 0.8
"""Share of the machine that is planned for: the rest meets bursts, uploads and updates."""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is analysed.

    Attributes:
        video: A file like what the cameras give.
        model_card: The detector.
        models_directory: Where its model file lies.
        store: Zones and lines of one camera; None takes the whole picture.
        frames: How many pictures a round takes.
        rounds: How often each way is measured; the median counts.
    """

    video: Path
    model_card: ModelCard
    models_directory: Path
    store: StoreFile | None = None
    frames: int = 200
    rounds: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one machine does; rates are pictures a second.

    Attributes:
        decoding: Decoding alone, on one thread.
        raw: Decoding and the detector alone, on one thread: the limit of any analysis.
        analysis: The whole analysis with its events, on one thread.
        together: Of all cameras together, one thread each.
        cameras: How many cameras that was.
    """

    decoding: float
    raw: float
    analysis: float
    together: float
    cameras: int

    @property
    def analysis_share(self) -> float:
        """The analysis as a share of the limit."""
        return self.analysis / self.raw

    def cameras_at(self, frames_per_second: float) -> int:
        """Return how many cameras can be analysed at that rate, with room to spare."""
        return int(self.together * USE / frames_per_second)


def measure(load: Load, *, cores: int, told: Told = lambda _step: None) -> Speed:
    """Measure one machine; the ways take turns, so that all meet the same weather.

    Raises:
        ConfigurationError: where the video or the model cannot be used.
    """
    detector = Detector(load.model_card, load.models_directory)
    ways: dict[str, Callable[[], float]] = {
        "decoding": lambda: _rate(load, lambda _frame: None),
        "decoding and detector": lambda: _rate(load, lambda frame: detector.detect(frame.picture)),
        "analysis": lambda: _analysis(load),
        f"{cores} cameras at once": lambda: _together(load, cores),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(load.rounds):
        for name, way in ways.items():
            told(f"{name}, {turn + 1} of {load.rounds}")
            rates[name].append(way())
    decoding, raw, analysis, together = (median(each) for each in rates.values())
    return Speed(decoding=decoding, raw=raw, analysis=analysis, together=together, cameras=cores)


def _frames(load: Load) -> Iterator[Frame]:
    return islice(VideoFile(load.video, start_ms=START_MS), load.frames)


def _rate(load: Load, each: Callable[[Frame], object]) -> float:
    begin = time.perf_counter()
    done = sum(1 for _ in map(each, _frames(load)))
    return done / (time.perf_counter() - begin)


def _analysis(load: Load) -> float:
    store = of_camera(load.store, None) if load.store else StoreFile.whole_picture()
    camera_id = store.cameras[0].camera_id
    boots = Boots(random_boot_id, store.time_zone)
    analyst = _analyst(load, store, camera_id, boots)
    floor = StoreFloor(store, boots, _dropped, camera_ids=[camera_id], patience_ms=0)
    rate = _rate(load, lambda frame: floor.take(analyst.look(frame)))
    floor.close()
    return rate


def _together(load: Load, cameras: int) -> float:
    store = whole_pictures(cameras)
    boots = Boots(random_boot_id, store.time_zone)
    ids = [camera.camera_id for camera in store.cameras]
    analysts = {camera_id: _analyst(load, store, camera_id, boots) for camera_id in ids}
    runtime = StoreRuntime(
        store=store,
        readers={camera_id: FileReader(_frames(load)) for camera_id in ids},
        analysts=analysts,
        boots=boots,
        sink=_dropped,
        now_ms=lambda: START_MS,
        settings=RuntimeSettings(patience_ms=PATIENCE_MS, silence_ms=None),
    )
    begin = time.perf_counter()
    runtime.run()
    return sum(analyst.effort.frames for analyst in analysts.values()) / (time.perf_counter() - begin)


def whole_pictures(cameras: int) -> StoreFile:
    """Return a store of that many cameras, each of whose whole picture is one aisle."""
    one = StoreFile.whole_picture()
    ids = [f"camera-{number + 1}" for number in range(cameras)]
    return StoreFile(
        store_id=one.store_id,
        device_id=one.device_id,
        time_zone=one.time_zone,
        cameras=tuple(Camera(camera_id=camera_id, width=1, height=1) for camera_id in ids),
        zones=tuple(
            Zone(zone_id=f"picture-{c}", zone_kind="aisle", camera_id=c, polygon=one.zones[0].polygon) for c in ids
        ),
        lines=(),
        lane_ids=(),
        settings=one.settings,
    )


def _analyst(load: Load, store: StoreFile, camera_id: str, boots: Boots) -> CameraAnalyst:
    return camera_analyst(
        store,
        camera_id,
        model_card=load.model_card,
        models_directory=load.models_directory,
        frames_per_second=VideoFile(load.video, start_ms=START_MS).frames_per_second,
        boots=boots,
    )


def _dropped(_events: list[Event]) -> None:
    """Events of a benchmark go nowhere."""
