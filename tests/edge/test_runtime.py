"""The edge at work: several cameras on threads of their own give the events that one device gives in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, count, repeat

import numpy as np
import pytest

from contracts.events import Box, Event, Hazard, Health, Visit
from edge.boots import Boots
from edge.device import Device
from edge.looks import Look
from edge.observations import Observation
from edge.readers import ReaderFigures
from edge.runtime import ClockSetBackError, RuntimeSettings, StoreRuntime
from edge.sources import Frame
from edge.store_file import Camera, StoreFile
from edge.zones import Zone

START_MS = round(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp() * 1_000)
STEP_MS = 200
PICTURE = np.zeros((2, 2, 3), dtype=np.uint8)
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
DEADLINE_SECONDS = 30.0


def _store(*cameras: str) -> StoreFile:
    whole = StoreFile.whole_picture()
    return StoreFile(
        store_id="s-1",
        device_id="d-1",
        time_zone="UTC",
        cameras=tuple(Camera(camera_id=camera, width=1, height=1) for camera in cameras),
        zones=tuple(Zone(zone_id=f"aisle-{c}", zone_kind="aisle", camera_id=c, polygon=SQUARE) for c in cameras),
        lines=(),
        lane_ids=(),
        settings=whole.settings,
    )


def _frames(start_ms: int, seconds: float) -> list[Frame]:
    times_ms = range(start_ms, start_ms + round(seconds * 1_000), STEP_MS)
    return [Frame(event_time_ms=time_ms, picture=PICTURE) for time_ms in times_ms]


class ListReader:
    """Gives frames; after `hold_at` of them it waits for `go_on`."""

    def __init__(self, frames: Sequence[Frame], *, hold_at: int | None = None) -> None:
        self.figures = ReaderFigures()
        self._frames = frames
        self._hold_at = hold_at
        self.go_on = threading.Event()
        self.is_held = threading.Event()

    def start(self) -> None:
        """Nothing: the frames are there."""

    def stop(self) -> None:
        """Give no more."""
        self._hold_at = None
        self._frames = ()
        self.go_on.set()

    def frames(self) -> Iterator[Frame]:
        """Yield the frames."""
        for number, frame in enumerate(self._frames):
            if number == self._hold_at:
                self.is_held.set()
                assert self.go_on.wait(DEADLINE_SECONDS)
            if not self._frames:
                return
            yield frame


class OnePerson:
    """Sees one person in the middle in every picture, except where told."""

    def __init__(self, camera_id: str, *, hazard_at_ms: int | None = None, fails_at_ms: int | None = None) -> None:
        self._camera_id = camera_id
        self._hazard_at_ms = hazard_at_ms
        self._fails_at_ms = fails_at_ms

    def look(self, frame: Frame) -> Look:
        """See the person."""
        if frame.event_time_ms == self._fails_at_ms:
            raise RuntimeError("the detector broke")
        hazard = Hazard(
            hazard_id=f"{self._camera_id}-h",
            camera_id=self._camera_id,
            label="spill",
            confidence=0.5,
            box=Box(x=0.1, y=0.1, w=0.1, h=0.1),
        )
        hazards = (hazard,) if frame.event_time_ms == self._hazard_at_ms else ()
        return Look(camera_id=self._camera_id, observation=_person(self._camera_id, frame), hazards=hazards)


def _person(camera_id: str, frame: Frame) -> Observation:
    return Observation(
        event_time_ms=frame.event_time_ms,
        camera_id=camera_id,
        track_ids=(f"{camera_id}-1",),
        foot_points=np.array([[0.5, 0.5]]),
        is_staff=np.zeros(1, dtype=np.bool_),
        at_border=np.zeros(1, dtype=np.bool_),
        inference_ms=1.0,
    )


class Bench:
    """A runtime with what it told."""

    def __init__(
        self,
        readers: dict[str, ListReader],
        analysts: dict[str, OnePerson],
        *,
        live: bool = False,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        numbers = count()
        self.events: list[Event] = []
        self.told = threading.Condition()
        # Stands still while the pictures are taken, and then runs fast: it is asked twice a picture, once a tick.
        ticks = chain(repeat(START_MS + 60_000, 200), count(START_MS + 70_000, 1_000))
        self.runtime = StoreRuntime(
            store=_store(*readers),
            readers=readers,
            analysts=analysts,
            boots=Boots(lambda: f"boot-{next(numbers)}", "UTC"),
            sink=self._take,
            now_ms=now_ms or ticks.__next__,
            settings=RuntimeSettings(
                silence_ms=3_000 if live else None, patience_ms=1_000 if live else 10**9, tick_seconds=0.01
            ),
        )

    def _take(self, events: list[Event]) -> None:
        with self.told:
            self.events += events
            self.told.notify_all()

    def of(self, kind: type) -> list[Event]:
        """Return the events of a kind of payload."""
        return [event for event in self.events if isinstance(event.payload, kind)]


def test_cameras_on_their_own_threads_give_what_one_device_gives_in_order() -> None:
    """The oracle is one device that is given all looks sorted by capture."""
    cameras = {"a": _frames(START_MS, 70), "b": _frames(START_MS + 90, 65)}
    bench = Bench({c: ListReader(f) for c, f in cameras.items()}, {c: OnePerson(c) for c in cameras})
    bench.runtime.run()

    store = _store(*cameras)
    device = Device(store_id="s-1", device_id="d-1", boot_id="boot-0", zones=store.zones, settings=store.settings)
    looks = sorted(((f.event_time_ms, c, f) for c, frames in cameras.items() for f in frames), key=lambda look: look[0])
    expected = [event for _, c, frame in looks for event in device.observe(_person(c, frame))]
    expected += device.close(looks[-1][0])
    assert bench.events == expected
    assert {event.payload.zone_id for event in bench.of(Visit)} == {"aisle-a", "aisle-b"}  # type: ignore[union-attr]


def test_a_silent_camera_is_told_as_down_and_holds_nobody_up() -> None:
    """Its health says down and its visitors are lost, while the other camera goes on."""
    readers = {"a": ListReader(_frames(START_MS, 6), hold_at=20), "b": ListReader(_frames(START_MS, 6))}
    bench = Bench(readers, {c: OnePerson(c) for c in readers}, live=True)
    thread = threading.Thread(target=bench.runtime.run)
    thread.start()

    def is_down() -> bool:
        return any(e.payload.camera_id == "a" and e.payload.state == "down" for e in bench.of(Health))  # type: ignore[union-attr]

    with bench.told:
        assert bench.told.wait_for(is_down, DEADLINE_SECONDS)
    readers["a"].go_on.set()
    thread.join(DEADLINE_SECONDS)
    assert not thread.is_alive()
    ends = {event.payload.zone_id: event.payload.end for event in bench.of(Visit)}  # type: ignore[union-attr]
    assert ends["aisle-a"] == "lost"


def test_midnight_begins_a_new_boot_and_cuts_visits() -> None:
    """Identities rotate daily; numbers begin anew with each boot."""
    midnight_ms = round(datetime(2026, 11, 24, tzinfo=UTC).timestamp() * 1_000)
    bench = Bench({"a": ListReader(_frames(midnight_ms - 30_000, 60))}, {"a": OnePerson("a")})
    bench.runtime.run()
    boots = [event.boot_id for event in bench.events]
    assert sorted(set(boots)) == ["boot-0", "boot-1"]
    assert boots == sorted(boots)
    for boot in ("boot-0", "boot-1"):
        assert [e.seq for e in bench.events if e.boot_id == boot] == list(range(boots.count(boot)))
    visits = [event.payload for event in bench.of(Visit)]
    assert [visit.end for visit in visits] == ["day_end", "day_end"]  # type: ignore[union-attr]
    assert all(e.event_time_ms <= midnight_ms for e in bench.events if e.boot_id == "boot-0")


def test_hazards_are_told_in_their_place_among_the_events_of_the_device() -> None:
    """A hazard takes a number like every other event."""
    bench = Bench({"a": ListReader(_frames(START_MS, 10))}, {"a": OnePerson("a", hazard_at_ms=START_MS + 3_000)})
    bench.runtime.run()
    (hazard,) = bench.of(Hazard)
    assert hazard.event_time_ms == START_MS + 3_000
    assert [event.seq for event in bench.events] == list(range(len(bench.events)))
    assert bench.runtime.floor.candidates == {"spill": 1}


def test_an_analysis_that_fails_ends_the_run_and_tells_what_was_open() -> None:
    """A camera that cannot be analysed must not look like an empty aisle."""
    readers = {"a": ListReader(_frames(START_MS, 20)), "b": ListReader(_frames(START_MS, 20), hold_at=60)}
    analysts = {"a": OnePerson("a", fails_at_ms=START_MS + 10_000), "b": OnePerson("b")}
    bench = Bench(readers, analysts)
    with pytest.raises(RuntimeError, match="the detector broke"):
        bench.runtime.run()
    assert {event.payload.zone_id for event in bench.of(Visit)} == {"aisle-a", "aisle-b"}  # type: ignore[union-attr]


def test_stop_ends_a_run_that_waits_for_pictures() -> None:
    """And the visit that was open is told."""
    reader = ListReader(_frames(START_MS, 20), hold_at=50)
    bench = Bench({"a": reader}, {"a": OnePerson("a")})
    thread = threading.Thread(target=bench.runtime.run)
    thread.start()
    assert reader.is_held.wait(DEADLINE_SECONDS)
    bench.runtime.stop()
    thread.join(DEADLINE_SECONDS)
    assert not thread.is_alive()
    assert len(bench.of(Visit)) == 1


def test_a_clock_that_is_set_back_ends_the_run() -> None:
    """Time never goes back within a boot: who runs the store begins anew, with another boot."""
    reader = ListReader(_frames(START_MS, 20), hold_at=50)
    bench = Bench({"a": reader}, {"a": OnePerson("a")}, live=True, now_ms=iter(range(START_MS, 0, -100)).__next__)
    with pytest.raises(ClockSetBackError):
        bench.runtime.run()
    assert len(bench.of(Visit)) <= 1
