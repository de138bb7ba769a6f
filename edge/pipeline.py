"""Video or tracks in, events out: source, detector, tracker, device, one frame at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.events import Event, Visit
from edge.analysis import look_of
from edge.annotate import Annotator, VideoWriter
from edge.assembly import camera_analyst
from edge.boots import Boots
from edge.errors import ConfigurationError, Problem
from edge.identity import random_boot_id
from edge.looks import Look
from edge.model_cards import ModelCard
from edge.picture_folder import PictureFolder
from edge.runtime import StoreFloor
from edge.sources import TrackedFrame, TracksFile, VideoFile
from edge.store_file import StoreFile

OnEvents = Callable[[list[Event]], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSummary:
    """What a run gave.

    Attributes:
        frames: Frames that were analysed.
        seconds: How long the run took.
        events: Events that were emitted.
        visits: Every visit, in order of its start.
    """

    frames: int
    seconds: float
    events: int
    visits: tuple[Visit, ...]

    @property
    def frames_per_second(self) -> float:
        """Frames analysed per second of the run."""
        return self.frames / max(self.seconds, 1e-9)


def run_video(
    *,
    video: Path,
    store: StoreFile | None,
    model_card: ModelCard,
    models_directory: Path,
    start_ms: int,
    on_events: OnEvents,
    annotate: Path | None = None,
    progress: Progress | None = None,
    camera_id: str | None = None,
    boot_id: str | None = None,
) -> VideoSummary:
    """Analyse a video file as one camera of a store.

    Args:
        video: The file, or a folder of pictures, which has times of its own.
        store: The store; None takes the whole picture as one aisle.
        model_card: The detector.
        models_directory: Where its model file lies.
        start_ms: Instant of the first picture, milliseconds since 1970-01-01 UTC.
        on_events: Takes the events of each frame, in order; never called with none.
        annotate: Write an annotated MP4 here.
        progress: Takes the frames done and the frames expected.
        camera_id: Which camera of the store this is; not needed where it has one.
        boot_id: Random name of this run; made where it is not given.

    Raises:
        ConfigurationError: where the video, the store or the model cannot be used.
    """
    store = of_camera(store or StoreFile.whole_picture(), camera_id)
    source = _source(video, store, start_ms)
    boots = _boots(store, boot_id)
    analyst = camera_analyst(
        store,
        store.cameras[0].camera_id,
        model_card=model_card,
        models_directory=models_directory,
        frames_per_second=source.frames_per_second,
        boots=boots,
    )
    settings = replace(store.settings, frames_per_second=source.frames_per_second, model_sha256=model_card.sha256)
    run = _Run(replace(store, settings=settings), boots, on_events)
    looks = (analyst.look(frame) for frame in source)
    return run.over(looks, frame_count=source.frame_count, annotate=annotate, progress=progress)


def run_tracks(
    *,
    tracks: TracksFile,
    store: StoreFile,
    boot_id: str,
    on_events: OnEvents,
    annotate: Path | None = None,
    progress: Progress | None = None,
    camera_id: str | None = None,
) -> VideoSummary:
    """Take the tracks of a CSV through the same path, without detector and tracker; see `run_video`."""
    store = of_camera(store, camera_id)
    settings = replace(store.settings, frames_per_second=tracks.frames_per_second)
    run = _Run(replace(store, settings=settings), _boots(store, boot_id), on_events)
    looks = (look_of(frame, store.cameras[0].camera_id) for frame in tracks)
    return run.over(looks, frame_count=tracks.frame_count, annotate=annotate, progress=progress)


def _source(video: Path, store: StoreFile, start_ms: int) -> VideoFile | PictureFolder:
    if video.is_dir():
        return PictureFolder(video, time_zone=store.time_zone)
    return VideoFile(video, start_ms=start_ms, frames_per_second=store.settings.frames_per_second)


def _boots(store: StoreFile, boot_id: str | None) -> Boots:
    """Return boots of which the first has the id that is given."""
    given = iter([boot_id] if boot_id else [])
    return Boots(lambda: next(given, None) or random_boot_id(), store.time_zone)


def run_looks(
    store: StoreFile,
    looks: Iterable[Look],
    *,
    boots: Boots,
    on_events: OnEvents,
    frame_count: int,
    annotate: Path | None = None,
    progress: Progress | None = None,
) -> VideoSummary:
    """Count what one camera's looks show, to their end; see `run_video`."""
    return _Run(store, boots, on_events).over(looks, frame_count=frame_count, annotate=annotate, progress=progress)


def of_camera(store: StoreFile, camera_id: str | None) -> StoreFile:
    """Return the store reduced to one camera: the one named, or its only one.

    Raises:
        ConfigurationError: where there is no such camera, or several and none named.
    """
    known = [camera.camera_id for camera in store.cameras]
    chosen = camera_id if camera_id is not None else known[0]
    if chosen not in known or (camera_id is None and len(known) > 1):
        came = camera_id or "none"
        cure = "Name one of them with --camera."
        problem = Problem(where="camera", expected=f"one of {', '.join(known)}", came=came, cure=cure)
        raise ConfigurationError(f"store {store.store_id}", [problem])
    return replace(
        store,
        cameras=tuple(camera for camera in store.cameras if camera.camera_id == chosen),
        zones=tuple(zone for zone in store.zones if zone.camera_id == chosen),
        lines=tuple(line for line in store.lines if line.camera_id == chosen),
    )


class _Run:
    """One pass over one camera's looks."""

    def __init__(self, store: StoreFile, boots: Boots, on_events: OnEvents) -> None:
        self._store = store
        self._on_events = on_events
        self._events = 0
        self._visits: list[Visit] = []
        self._new: list[Event] = []
        camera_ids = [camera.camera_id for camera in store.cameras]
        self._floor = StoreFloor(store, boots, self._tell, camera_ids=camera_ids, patience_ms=0)

    def over(
        self,
        looks: Iterable[Look],
        *,
        frame_count: int,
        annotate: Path | None,
        progress: Progress | None,
    ) -> VideoSummary:
        """Run to the end of the looks, which is the end of the day."""
        begin = time.perf_counter()
        done = 0
        with _drawing(self._store, annotate) as draw:
            for done, look in enumerate(looks, start=1):
                self._new = []
                self._floor.take(look)
                if look.frame is not None:
                    draw(look.frame, self._new)
                if progress is not None:
                    progress(done, max(done, frame_count))
        self._floor.close()
        return self._summary(done, time.perf_counter() - begin)

    def _tell(self, events: list[Event]) -> None:
        self._new = events
        self._events += len(events)
        self._visits += [event.payload for event in events if isinstance(event.payload, Visit)]
        self._on_events(events)

    def _summary(self, frames: int, seconds: float) -> VideoSummary:
        visits = sorted(self._visits, key=lambda visit: (visit.entered_ms, visit.zone_id))
        return VideoSummary(frames=frames, seconds=seconds, events=self._events, visits=tuple(visits))


@contextmanager
def _drawing(store: StoreFile, path: Path | None) -> Iterator[Callable[[TrackedFrame, Sequence[Event]], None]]:
    """Give what draws a frame into the annotated video, or does nothing where none is wanted."""
    if path is None:
        yield lambda _frame, _events: None
        return
    annotator = Annotator(store.zones, store.lines, title=store.store_id, time_zone=store.time_zone)
    with VideoWriter(path, frames_per_second=store.settings.frames_per_second or 25.0) as writer:
        yield lambda frame, events: writer.write(annotator.draw(frame, events), frame.event_time_ms)
