"""The edge at work: a thread that reads and one that analyses for each camera, one device that counts for the store.

    camera → reader → bounded queue → analyst ┐
    camera → reader → bounded queue → analyst ┴→ sequencer → device → sink

Nothing waits for anything slower than itself but the last picture: readers drop what the analysis is too slow for, the
device waits for a slow camera only as long as its patience, and the sink (the spool) takes events without waiting for
the disk or the network.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from contracts.events import CameraState, Event
from edge.boots import Boots
from edge.device import Device
from edge.health import Vitals
from edge.looks import Look
from edge.readers import Reader
from edge.sequencer import Sequencer
from edge.sources import Frame
from edge.store_file import StoreFile

QUEUED_LOOKS = 64
"""Looks waiting for the device, which needs a fraction of a millisecond for each."""
CLOCK_SET_BACK_MS = 2_000
"""A wall clock that goes back by more than this was set; less is waited out."""
_log = logging.getLogger(__name__)


class ClockSetBackError(Exception):
    """The wall clock was set back while cameras were watched; time never goes back within a boot, so begin anew."""


class Analyst(Protocol):
    """Sees who and what is in the pictures of one camera."""

    def look(self, frame: Frame) -> Look:
        """Return what a picture shows; instants never go back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeSettings:
    """How long is waited.

    Attributes:
        patience_ms: How far the cameras may lie apart before the slowest is not waited for.
        silence_ms: After how long without a picture a camera is told as down; None where time is that of files.
        tick_seconds: How often it is looked which cameras are silent, and how often each of these is told as down.
    """

    patience_ms: int = 1_000
    silence_ms: int | None = 3_000
    tick_seconds: float = 0.5


class StoreRuntime:
    """Runs all cameras of one store as one device.

    Args:
        store: The store.
        readers: One for each camera.
        analysts: One for each camera; each is called by one thread.
        boots: Gives the boot id of an instant.
        sink: Takes events in order, on one thread; never called with none.
        now_ms: The wall clock, milliseconds since 1970-01-01 UTC.
        settings: How long is waited.
        vitals: What is known of the cameras beside their pictures, for health events.
    """

    def __init__(
        self,
        *,
        store: StoreFile,
        readers: Mapping[str, Reader],
        analysts: Mapping[str, Analyst],
        boots: Boots,
        sink: Callable[[list[Event]], None],
        now_ms: Callable[[], int],
        settings: RuntimeSettings | None = None,
        vitals: Vitals | None = None,
    ) -> None:
        self._readers = dict(readers)
        self._analysts = dict(analysts)
        self._now_ms = now_ms
        self._settings = settings or RuntimeSettings()
        self._floor = StoreFloor(
            store,
            boots,
            sink,
            camera_ids=self._readers,
            patience_ms=self._settings.patience_ms,
            vitals=vitals,
        )
        self._looks: queue.Queue[Look | _Ended] = queue.Queue(QUEUED_LOOKS)
        self._is_stopped = threading.Event()
        self._newest_ms = 0
        self._blind_from_ms: dict[str, int] = {}
        """When each camera is told as down next, unless it gives a picture before."""

    @property
    def floor(self) -> StoreFloor:
        """What counts, for its figures."""
        return self._floor

    def stop(self) -> None:
        """Ask `run` to end; it tells all that is still open first. May be called from any thread."""
        self._is_stopped.set()
        for reader in self._readers.values():
            reader.stop()

    def run(self) -> None:
        """Run until every source has ended or `stop` is called.

        Raises:
            ClockSetBackError: where the wall clock was set back, for live cameras.
            Exception: what an analyst raised; a camera that cannot be analysed must not look like an empty one.
        """
        threads = [
            threading.Thread(target=self._analyse, args=(camera_id,), name=f"analyse {camera_id}", daemon=True)
            for camera_id in self._readers
        ]
        for camera_id in self._readers:
            self._heard(camera_id)
        for reader in self._readers.values():
            reader.start()
        for thread in threads:
            thread.start()
        try:
            self._count(set(self._readers))
        finally:
            self.stop()
            self._drain(threads)
            self._floor.close()

    def _analyse(self, camera_id: str) -> None:
        """Analyse one camera's pictures, on a thread of its own."""
        error: BaseException | None = None
        analyst = self._analysts[camera_id]
        try:
            for frame in self._readers[camera_id].frames():
                self._looks.put(analyst.look(frame))
        except BaseException as raised:
            error = raised
        self._looks.put(_Ended(camera_id, error))

    def _count(self, cameras: set[str]) -> None:
        while cameras:
            try:
                came = self._looks.get(timeout=self._settings.tick_seconds)
            except queue.Empty:
                self._tell_silent(cameras)
                continue
            if isinstance(came, _Ended):
                cameras.discard(came.camera_id)
                self._floor.gone(came.camera_id)
                if came.error is not None:
                    raise came.error
            else:
                self._heard(came.camera_id)
                self._floor.take(came)
                self._tell_silent(cameras)

    def _heard(self, camera_id: str) -> None:
        if self._settings.silence_ms is not None:
            self._blind_from_ms[camera_id] = self._now_ms() + self._settings.silence_ms

    def _tell_silent(self, cameras: Iterable[str]) -> None:
        """Give a blind look for each camera that has been silent, so that minutes and visits end without it."""
        if self._settings.silence_ms is None:
            return
        now_ms = self._now_ms()
        if now_ms < self._newest_ms - CLOCK_SET_BACK_MS:
            raise ClockSetBackError(f"the clock was set back by {(self._newest_ms - now_ms) / 1_000:.0f} s")
        self._newest_ms = max(now_ms, self._newest_ms)
        for camera_id in cameras:
            if now_ms >= self._blind_from_ms.get(camera_id, now_ms + 1):
                self._blind_from_ms[camera_id] = now_ms + round(self._settings.tick_seconds * 1_000)
                self._floor.take(Look.blind(now_ms - self._settings.patience_ms, camera_id, "down"))

    def _drain(self, threads: Iterable[threading.Thread]) -> None:
        """Take what is still on its way, so that no analysing thread waits for room."""
        for thread in threads:
            while thread.is_alive():
                try:
                    came = self._looks.get(timeout=self._settings.tick_seconds)
                except queue.Empty:
                    continue
                if isinstance(came, Look):
                    self._floor.take(came)
        while not self._looks.empty():
            came = self._looks.get_nowait()
            if isinstance(came, Look):
                self._floor.take(came)


@dataclass(frozen=True, slots=True)
class _Ended:
    """A camera gives no more, because of its source or of an error."""

    camera_id: str
    error: BaseException | None


class StoreFloor:
    """One store's device over all its days: looks in the order of each camera in, events out. Not thread-safe.

    Args:
        store: The store.
        boots: Gives the boot id of an instant; a new day is a new device.
        sink: Takes events in order; never called with none.
        camera_ids: The cameras that are waited for.
        patience_ms: See `Sequencer`.
        vitals: For health events.
    """

    def __init__(
        self,
        store: StoreFile,
        boots: Boots,
        sink: Callable[[list[Event]], None],
        *,
        camera_ids: Iterable[str],
        patience_ms: int,
        vitals: Vitals | None = None,
    ) -> None:
        self._store = store
        self._vitals = vitals
        self._boots = boots
        self._sink = sink
        self._sequencer: Sequencer[Look] = Sequencer(camera_ids, patience_ms=patience_ms)
        self._device: Device | None = None
        self._day_end_ms = 0
        self._last_ms = 0
        self.events: Counter[str] = Counter()
        """Events told since the start, by kind."""
        self.candidates: Counter[str] = Counter()
        """Hazards told since the start, by label."""

    @property
    def newest_ms(self) -> int:
        """Capture of the newest picture that was counted."""
        return self._last_ms

    @property
    def too_late(self) -> Mapping[str, int]:
        """Looks left out as they came too late for their place in the order, by camera."""
        return self._sequencer.too_late

    def take(self, look: Look) -> None:
        """Take what one camera saw; tell what is ready."""
        for each in self._sequencer.offer(look):
            self._observe(each)

    def gone(self, camera_id: str) -> None:
        """Wait no longer for a camera."""
        for each in self._sequencer.gone(camera_id):
            self._observe(each)

    def close(self) -> None:
        """Tell all that is held and still open: this run is over."""
        for each in self._sequencer.close():
            self._observe(each)
        self._end_day(self._last_ms)

    def _observe(self, look: Look) -> None:
        now_ms = look.event_time_ms
        if self._device is None or now_ms >= self._day_end_ms:
            self._begin_day(now_ms)
        assert self._device is not None
        self._last_ms = now_ms
        blind: dict[str, CameraState] = {} if look.state == "ok" else {look.camera_id: look.state}
        events = self._device.observe(look.observation, blind=blind)
        for from_track_id, to_track_id in look.merges:
            events += self._device.merge(now_ms, from_track_id=from_track_id, to_track_id=to_track_id)
        for hazard in look.hazards:
            events += self._device.tell(now_ms, hazard)
            self.candidates[hazard.label] += 1
        self._tell(events)

    def _begin_day(self, now_ms: int) -> None:
        """End the day that was, where there was one, and begin that of an instant."""
        self._end_day(min(now_ms, self._day_end_ms))
        boot_id = self._boots.of(now_ms)
        self._day_end_ms = self._boots.end_ms(now_ms)
        self._device = Device(
            store_id=self._store.store_id,
            device_id=self._store.device_id,
            boot_id=boot_id,
            zones=self._store.zones,
            lines=self._store.lines,
            settings=self._store.settings,
            vitals=self._vitals,
        )
        _log.info("a new day begins", extra={"boot_id": boot_id})

    def _end_day(self, end_ms: int) -> None:
        if self._device is not None:
            self._tell(self._device.close(end_ms))
            self._device = None

    def _tell(self, events: list[Event]) -> None:
        if events:
            self.events.update(event.kind for event in events)
            self._sink(events)
