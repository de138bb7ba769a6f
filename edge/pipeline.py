"""Video or tracks in, events out: source, detector, tracker, device, one frame at a time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from contracts.events import Event, Visit
from edge.annotate import Annotator, VideoWriter
from edge.detector import Detector
from edge.device import Device
from edge.errors import ConfigurationError, Problem
from edge.model_cards import ModelCard
from edge.observations import Observation
from edge.sources import TrackedFrame, TracksFile, VideoFile
from edge.store_file import StoreFile
from edge.tracker import ByteTrack, Tracker

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
        video: The file.
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
    boot_id = boot_id or secrets.token_hex(4)
    detector = Detector(model_card, models_directory)
    source = VideoFile(video, start_ms=start_ms, frames_per_second=store.settings.frames_per_second)
    tracker = ByteTrack(
        model_card,
        boot_id=boot_id,
        frames_per_second=source.frames_per_second,
        lost_ms=store.settings.visits.lost_ms,
    )
    run = _Run(store, boot_id, model_sha256=model_card.sha256, frames_per_second=source.frames_per_second)
    return run.over(
        tracked_frames(source, detector, tracker),
        frame_count=source.frame_count,
        on_events=on_events,
        annotate=annotate,
        progress=progress,
    )


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
    run = _Run(store, boot_id, model_sha256=None, frames_per_second=tracks.frames_per_second)
    return run.over(tracks, frame_count=tracks.frame_count, on_events=on_events, annotate=annotate, progress=progress)


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


def tracked_frames(source: VideoFile, detector: Detector, tracker: Tracker) -> Iterator[TrackedFrame]:
    """Yield each picture of a video with its tracked people."""
    for frame in source:
        begin = time.perf_counter()
        detections = detector.detect(frame.picture)
        inference_ms = (time.perf_counter() - begin) * 1_000
        yield TrackedFrame(
            event_time_ms=frame.event_time_ms,
            width=frame.picture.shape[1],
            height=frame.picture.shape[0],
            detections=tracker.update(detections, frame.event_time_ms),
            picture=frame.picture,
            inference_ms=inference_ms,
        )


def observation_of(frame: TrackedFrame, camera_id: str) -> Observation:
    """Return what the zone code needs of a frame, its points in shares of the picture."""
    people = frame.detections
    return Observation(
        event_time_ms=frame.event_time_ms,
        camera_id=camera_id,
        track_ids=people.track_ids or (),
        foot_points=people.foot_points() / (frame.width, frame.height),
        is_staff=np.zeros(len(people), dtype=np.bool_),
        at_border=people.at_border(frame.width, frame.height),
        inference_ms=frame.inference_ms,
    )


class _Run:
    """One pass over one camera's frames."""

    def __init__(self, store: StoreFile, boot_id: str, *, model_sha256: str | None, frames_per_second: float) -> None:
        self._store = store
        self._frames_per_second = frames_per_second
        self._device = Device(
            store_id=store.store_id,
            device_id=store.device_id,
            boot_id=boot_id,
            zones=store.zones,
            lines=store.lines,
            settings=replace(store.settings, frames_per_second=frames_per_second, model_sha256=model_sha256),
        )
        self._events = 0
        self._visits: list[Visit] = []

    def over(
        self,
        frames: Iterable[TrackedFrame],
        *,
        frame_count: int,
        on_events: OnEvents,
        annotate: Path | None,
        progress: Progress | None,
    ) -> VideoSummary:
        """Run to the end of the frames, which is the end of the day."""
        begin = time.perf_counter()
        done, last_ms = 0, 0
        with _drawing(self._store, annotate, self._frames_per_second) as draw:
            for done, frame in enumerate(frames, start=1):
                last_ms = frame.event_time_ms
                events = self._device.observe(observation_of(frame, self._store.cameras[0].camera_id))
                self._tell(events, on_events)
                draw(frame, events)
                if progress is not None:
                    progress(done, max(done, frame_count))
        self._tell(self._device.close(last_ms), on_events)
        return self._summary(done, time.perf_counter() - begin)

    def _tell(self, events: Sequence[Event], on_events: OnEvents) -> None:
        self._events += len(events)
        self._visits += [event.payload for event in events if isinstance(event.payload, Visit)]
        if events:
            on_events(list(events))

    def _summary(self, frames: int, seconds: float) -> VideoSummary:
        visits = sorted(self._visits, key=lambda visit: (visit.entered_ms, visit.zone_id))
        return VideoSummary(frames=frames, seconds=seconds, events=self._events, visits=tuple(visits))


@contextmanager
def _drawing(
    store: StoreFile, path: Path | None, frames_per_second: float
) -> Iterator[Callable[[TrackedFrame, Sequence[Event]], None]]:
    """Give what draws a frame into the annotated video, or does nothing where none is wanted."""
    if path is None:
        yield lambda _frame, _events: None
        return
    annotator = Annotator(store.zones, store.lines, title=store.store_id, time_zone=store.time_zone)
    with VideoWriter(path, frames_per_second=frames_per_second) as writer:
        yield lambda frame, events: writer.write(annotator.draw(frame, events), frame.event_time_ms)
