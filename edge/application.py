"""A store's edge, whole: cameras, analysis, spool, sender, status; what `edge run STORE.toml` keeps running."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import boto3

from contracts.events import Event
from edge.addresses import is_live, with_values
from edge.analysis import CameraAnalyst
from edge.assembly import camera_analyst
from edge.boots import Boots
from edge.clips.service import ClipService
from edge.clips.uploads import S3Client, UploadQueue
from edge.credentials import iot_session
from edge.errors import ConfigurationError, Problem
from edge.health import CameraVitals
from edge.identity import new_boot_id
from edge.live import CameraReader
from edge.metrics import CameraFigures, Figures, StatusServer
from edge.model_cards import ModelCard
from edge.publisher import KinesisClient
from edge.readers import PacedReader, Reader
from edge.repeated import Repeated
from edge.run_settings import RunSettings
from edge.runtime import ClockSetBackError, StoreRuntime
from edge.sender import Sender, kinesis_client
from edge.sources import VideoFile
from edge.spool import Spool
from edge.store_file import Camera, StoreFile

SPOOL_FILE = "events.sqlite"
CLIPS_FOLDER = "clips"
REQUESTS_FOLDER = "clip-requests"
FRAMES_PER_SECOND = 5.0
"""Analysed by default: a person walks some 0.3 m between two pictures."""
DRAIN_SECONDS = 5.0
LOOK_SECONDS = 0.02
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the machine gives; tests give their own.

    Attributes:
        now_ms: The wall clock, milliseconds since 1970-01-01 UTC.
        monotonic: Running time in seconds.
        random: Draws evenly from [0, 1).
        environment: Values of the variables in cameras' addresses.
    """

    now_ms: Callable[[], int]
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    environment: Mapping[str, str] = field(default_factory=dict)


class EdgeApplication:
    """Runs until `stop`, or until every source has ended.

    Args:
        store: The store; each of its cameras has a `source`.
        model_card: The detector.
        models_directory: Where its model file lies.
        state_directory: Where the spool lies.
        client: Kinesis.
        clip_client: S3, where the store wants clips.
        surroundings: Clocks and chance.
        on_events: Takes the events too, such as a file for looking at them.

    Raises:
        ConfigurationError: where a camera has no `source`, or the stream no name.
    """

    def __init__(
        self,
        store: StoreFile,
        *,
        model_card: ModelCard,
        models_directory: Path,
        state_directory: Path,
        client: KinesisClient,
        surroundings: Surroundings,
        clip_client: S3Client | None = None,
        on_events: Callable[[list[Event]], None] | None = None,
    ) -> None:
        _require_sources(store)
        settings = store.settings
        self._store = replace(
            store,
            settings=replace(
                settings,
                frames_per_second=settings.frames_per_second or FRAMES_PER_SECOND,
                model_sha256=model_card.sha256,
            ),
        )
        self._card = model_card
        self._models_directory = models_directory
        self._state_directory = state_directory
        self._client = client
        self._around = surroundings
        self._on_events = on_events
        self._clips = self._clip_service(clip_client) if store.clips.is_on and clip_client else None
        self._is_stopped = threading.Event()
        self._ready = threading.Event()
        self._idle = threading.Event()
        self._parts: _Parts | None = None
        self.status_port = 0

    @property
    def is_ready(self) -> threading.Event:
        """Set once everything runs."""
        return self._ready

    @property
    def newest_ms(self) -> int:
        """Capture of the newest picture that was counted; 0 before the first."""
        return self._parts.runtime.floor.newest_ms if self._parts else 0

    def stop(self) -> None:
        """Ask `run` to end. May be called from any thread, or by a signal."""
        self._is_stopped.set()
        if self._parts:
            self._parts.runtime.stop()

    def run(self) -> None:
        """Watch the store.

        Raises:
            ConfigurationError: where the model, the spool or the port cannot be used.
        """
        with ExitStack() as stack:
            spool = stack.enter_context(
                Spool(
                    self._state_directory / SPOOL_FILE,
                    now_ms=self._around.now_ms,
                    monotonic=self._around.monotonic,
                    settings=self._store.run.spool,
                )
            )
            sender = stack.enter_context(
                Sender(
                    spool,
                    self._client,
                    self._store.run.kinesis.stream or "",
                    monotonic=self._around.monotonic,
                    random=self._around.random,
                    settings=self._store.run.sender,
                )
            )
            if self._clips:
                stack.enter_context(Repeated(self._clips.step, name="clips"))
            self._parts = self._built(spool, sender)
            status = stack.enter_context(StatusServer(self.figures, port=self._store.run.status_port))
            self.status_port = status.port
            self._ready.set()
            self._watch(spool, sender)

    def figures(self) -> Figures:
        """Return how everything does now."""
        parts = self._parts
        if parts is None:
            return Figures(cameras={})
        return parts.figures()

    def _watch(self, spool: Spool, sender: Sender) -> None:
        while not self._is_stopped.is_set():
            assert self._parts is not None
            try:
                self._parts.runtime.run()
                self._drain(spool, sender)
                return
            except ClockSetBackError as error:
                _log.warning("beginning anew: %s", error)
                self._parts = self._built(spool, sender)

    def _drain(self, spool: Spool, sender: Sender) -> None:
        """Give the last events a moment to leave; what is left is sent by the next run."""
        until = self._around.monotonic() + DRAIN_SECONDS
        while spool.waiting and sender.status.problem is None and self._around.monotonic() < until:
            self._idle.wait(LOOK_SECONDS)

    def _built(self, spool: Spool, sender: Sender) -> _Parts:
        boots = Boots(lambda: new_boot_id(spool.register_boot), self._store.time_zone)
        readers = {camera.camera_id: self._reader(camera) for camera in self._store.cameras}
        analysts = {camera_id: self._analyst(camera_id, boots) for camera_id in readers}
        vitals = _Vitals(readers, analysts, spool)
        runtime = StoreRuntime(
            store=self._store,
            readers=readers,
            analysts=analysts,
            boots=boots,
            sink=lambda events: self._take(spool, events),
            now_ms=self._around.now_ms,
            vitals=vitals,
        )
        return _Parts(
            runtime=runtime, readers=readers, analysts=analysts, spool=spool, sender=sender, clips=self._clips
        )

    def _clip_service(self, client: S3Client) -> ClipService:
        settings = self._store.clips
        queue = UploadQueue(
            self._state_directory / CLIPS_FOLDER,
            client=client,
            bucket=settings.bucket,
            max_bytes=settings.queue_bytes,
            max_age_ms=settings.queue_ms,
            now_ms=self._around.now_ms,
        )
        return ClipService(
            store_id=self._store.store_id,
            device_id=self._store.device_id,
            camera_ids=[camera.camera_id for camera in self._store.cameras],
            settings=settings,
            queue=queue,
            requests=self._state_directory / REQUESTS_FOLDER,
            now_ms=self._around.now_ms,
        )

    def _take(self, spool: Spool, events: list[Event]) -> None:
        spool.append(events)
        if self._on_events is not None:
            self._on_events(events)

    def _analyst(self, camera_id: str, boots: Boots) -> CameraAnalyst:
        return camera_analyst(
            self._store,
            camera_id,
            model_card=self._card,
            models_directory=self._models_directory,
            frames_per_second=self._frames_per_second,
            boots=boots,
            state_directory=self._state_directory,
            clips=self._clips,
        )

    @property
    def _frames_per_second(self) -> float:
        return self._store.settings.frames_per_second or FRAMES_PER_SECOND

    def _reader(self, camera: Camera) -> Reader:
        address = with_values(camera.source or "", self._around.environment)
        if is_live(address):
            return CameraReader(
                address,
                camera_id=camera.camera_id,
                frames_per_second=self._frames_per_second,
                now_ms=self._around.now_ms,
                random=self._around.random,
                settings=self._store.run.capture,
                tap=self._clips.take_packet if self._clips else None,
            )

        def frames() -> VideoFile:
            return VideoFile(Path(address), start_ms=0, frames_per_second=self._frames_per_second)

        frames()
        return PacedReader(frames, now_ms=self._around.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """One run of the cameras, and what outlives it."""

    runtime: StoreRuntime
    readers: Mapping[str, Reader]
    analysts: Mapping[str, CameraAnalyst]
    spool: Spool
    sender: Sender
    clips: ClipService | None

    def figures(self) -> Figures:
        spooled = self.spool.status()
        lost: dict[str, int] = {}
        for (kind, _reason), count in spooled.lost.items():
            lost[kind] = lost.get(kind, 0) + count
        return Figures(
            cameras={camera_id: self._camera(camera_id) for camera_id in self.readers},
            events=dict(self.runtime.floor.events),
            spooled=spooled.waiting,
            oldest_spooled_seconds=spooled.oldest_ms / 1_000,
            sent=self.sender.status.sent,
            lost=lost,
            candidates=dict(self.runtime.floor.candidates),
            clips=self.clips.figures() if self.clips else {},
        )

    def _camera(self, camera_id: str) -> CameraFigures:
        reading, effort = self.readers[camera_id].figures, self.analysts[camera_id].effort
        is_live = reading.state == "live"
        return CameraFigures(
            state=effort.state if is_live else "down",
            is_moved=effort.is_moved,
            frames=effort.frames,
            dropped=reading.dropped,
            too_late=self.runtime.floor.too_late.get(camera_id, 0),
            decode_errors=reading.decode_errors,
            reconnects=reading.reconnects,
            inference_seconds=effort.inference_seconds,
            people=effort.people,
        )


class _Vitals:
    """What health events tell beside looks."""

    def __init__(self, readers: Mapping[str, Reader], analysts: Mapping[str, CameraAnalyst], spool: Spool) -> None:
        self._readers = readers
        self._analysts = analysts
        self._spool = spool

    def camera(self, camera_id: str) -> CameraVitals:
        """Return how a camera does now."""
        reading = self._readers[camera_id].figures
        return CameraVitals(
            frames_dropped=reading.dropped,
            decode_errors=reading.decode_errors,
            is_moved=self._analysts[camera_id].effort.is_moved,
        )

    def spooled_events(self) -> int:
        """Return how many events wait to be sent."""
        return self._spool.waiting


def store_client(store: StoreFile) -> KinesisClient:
    """Return the client of Kinesis that a store file asks for.

    Raises:
        ConfigurationError: where a device certificate cannot be used.
        BotoCoreError: where there is no region.
    """
    return kinesis_client(aws_session(store.run), endpoint_url=store.run.kinesis.endpoint_url)


def clip_client(store: StoreFile) -> S3Client | None:
    """Return the client of S3 where the store wants clips."""
    if not store.clips.is_on:
        return None
    return cast("S3Client", aws_session(store.run).client("s3"))


def aws_session(settings: RunSettings) -> boto3.Session:
    """Return a session with the credentials of the device certificate, or of AWS's standard chain.

    Raises:
        ConfigurationError: where a device certificate cannot be used.
    """
    botocore_session = iot_session(settings.iot_credentials) if settings.iot_credentials else None
    return boto3.Session(botocore_session=botocore_session, region_name=settings.kinesis.region)


def _require_sources(store: StoreFile) -> None:
    cure = 'Add `source = "rtsp://…"`, a USB camera such as `/dev/video0`, or the path of a video.'
    problems = [
        Problem(where=f"camera {camera.camera_id}", expected="a source", came="none", cure=cure)
        for camera in store.cameras
        if not camera.source
    ]
    if not store.run.kinesis.stream:
        cure = 'Add `[kinesis]` with `stream = "…"`, or --stream.'
        problems.append(Problem(where="kinesis.stream", expected="the name of a stream", came="none", cure=cure))
    if problems:
        raise ConfigurationError(f"store {store.store_id}", problems)
