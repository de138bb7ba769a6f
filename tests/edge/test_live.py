"""Live cameras against a real RTSP server: sampling, losses, spoilt packets, changing pictures, a clean end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from edge.addresses import is_live, with_values, with_variables, without_password
from edge.errors import ConfigurationError
from edge.live import CameraReader, CaptureSettings
from edge.sources import Frame
from edge.streams import TappedPacket
from tests.edge.rtsp_server import AccessUnit, RtspServer, encoded, for_ever

DEADLINE_SECONDS = 20.0
QUICK = CaptureSettings(open_seconds=3.0, read_seconds=1.0, first_wait_seconds=0.05, longest_wait_seconds=0.1)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Watched:
    """A reader whose pictures are collected on a thread."""

    def __init__(self, reader: CameraReader) -> None:
        self.reader = reader
        self.frames: list[Frame] = []
        self._came = threading.Condition()
        self._thread = threading.Thread(target=self._collect, daemon=True)

    def _collect(self) -> None:
        for frame in self.reader.frames():
            with self._came:
                self.frames.append(frame)
                self._came.notify_all()

    def start(self) -> None:
        """Begin."""
        self.reader.start()
        self._thread.start()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds; it is looked at with every picture, and often."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        with self._came:
            while not condition():
                assert time.monotonic() < deadline, self.reader.figures
                self._came.wait(0.02)

    def more(self, count: int) -> None:
        """Wait for so many more pictures."""
        wanted = len(self.frames) + count
        self.wait(lambda: len(self.frames) >= wanted)

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join(DEADLINE_SECONDS)
        assert not self._thread.is_alive()


@contextmanager
def watching(
    server: RtspServer,
    *,
    frames_per_second: float | None = None,
    settings: CaptureSettings = QUICK,
    tap: Callable[[TappedPacket], None] | None = None,
    url: str | None = None,
) -> Iterator[Watched]:
    """Read a server's camera."""
    reader = CameraReader(
        url or server.url,
        camera_id="camera",
        frames_per_second=frames_per_second,
        now_ms=_now_ms,
        random=lambda: 1.0,
        settings=settings,
        tap=tap,
    )
    watched = Watched(reader)
    watched.start()
    try:
        yield watched
    finally:
        reader.stop()
        watched.join()


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_pictures_come_with_the_times_of_their_stream(transport: str) -> None:
    """By both transports; 25 pictures a second are 40 ms apart."""
    settings = CaptureSettings(transport=transport, open_seconds=3.0, read_seconds=2.0, queue_frames=100)
    with RtspServer(for_ever(encoded())) as server, watching(server, settings=settings) as watched:
        watched.more(20)
        assert server.transports == [transport]
    instants = [frame.event_time_ms for frame in watched.frames]
    steps = [later - earlier for earlier, later in pairwise(instants[5:])]
    assert sorted(steps)[len(steps) // 2] == 40
    assert watched.frames[0].picture.shape == (120, 160, 3)
    assert watched.reader.figures.state == "ended"


def test_fewer_pictures_are_given_than_come() -> None:
    """Five a second of 25: one in five, by time."""
    with RtspServer(for_ever(encoded())) as server, watching(server, frames_per_second=5.0) as watched:
        watched.more(6)
        figures = watched.reader.figures
        assert figures.decoded >= 4 * len(watched.frames)
    instants = [frame.event_time_ms for frame in watched.frames]
    assert 180 <= (instants[-1] - instants[0]) / (len(instants) - 1) <= 240


def test_keyframes_alone_can_be_decoded() -> None:
    """One picture in five is a keyframe here: the others are never decoded."""
    settings = CaptureSettings(decode="keyframes", open_seconds=3.0, read_seconds=2.0)
    script = for_ever(encoded(keyframe_every=5))
    with RtspServer(script) as server, watching(server, settings=settings) as watched:
        watched.more(5)
        assert watched.reader.figures.packets >= 4 * watched.reader.figures.decoded - 4


def test_half_a_picture_a_second_is_no_loss() -> None:
    """A slow camera stays connected as long as it is within the time-out."""
    settings = CaptureSettings(open_seconds=3.0, read_seconds=5.0)
    script = for_ever(encoded(frames=4, frames_per_second=0.5, keyframe_every=1))
    with RtspServer(script) as server, watching(server, frames_per_second=5.0, settings=settings) as watched:
        watched.more(2)
        assert watched.reader.figures.reconnects == 0
    assert 1_800 <= watched.frames[1].event_time_ms - watched.frames[0].event_time_ms <= 2_200


def test_a_camera_that_goes_comes_back() -> None:
    """It is down with a reason while it is away, and its instants never go back."""
    with RtspServer(for_ever(encoded())) as server, watching(server) as watched:
        watched.more(3)
        server.go_away()
        watched.wait(lambda: watched.reader.figures.state == "down")
        assert watched.reader.figures.problem
        server.come_back()
        watched.more(3)
        assert watched.reader.figures.state == "live"
        assert watched.reader.figures.reconnects >= 1
    instants = [frame.event_time_ms for frame in watched.frames]
    assert instants == sorted(instants)


def test_a_camera_that_falls_silent_is_lost_and_found_again() -> None:
    """A connection that stays open without a packet is no camera."""
    with RtspServer(for_ever(encoded())) as server, watching(server) as watched:
        watched.more(3)
        server.silent.set()
        watched.wait(lambda: watched.reader.figures.reconnects >= 1)
        server.silent.clear()
        watched.more(3)


def test_spoilt_packets_are_counted_and_survived() -> None:
    """Every twentieth packet has wrong bytes, every thirtieth is lost."""
    numbers = iter(range(10**9))

    def spoil(packet: bytes) -> bytes | None:
        number = next(numbers)
        if number % 30 == 7:
            return None
        return packet[:14] + os.urandom(len(packet) - 14) if number % 20 == 3 else packet

    with RtspServer(for_ever(encoded())) as server, watching(server) as watched:
        server.spoil = spoil
        watched.wait(lambda: watched.reader.figures.decode_errors > 0)
        watched.more(10)


def test_another_resolution_comes_through() -> None:
    """A camera whose settings are changed goes on with pictures of another size."""

    def changing() -> Iterator[AccessUnit]:
        small, large = encoded(), encoded(size=(320, 240))
        for second, units in enumerate([small] * 3 + [large] * 3):
            yield from (unit.later(second) for unit in units)

    with RtspServer(changing) as server, watching(server) as watched:
        watched.wait(lambda: any(frame.picture.shape == (240, 320, 3) for frame in watched.frames))
    assert watched.frames[0].picture.shape == (120, 160, 3)


def test_a_slow_analysis_gets_the_newest_pictures() -> None:
    """What it had no time for is dropped on purpose and counted."""
    with RtspServer(for_ever(encoded())) as server:
        reader = CameraReader(
            server.url,
            camera_id="camera",
            frames_per_second=None,
            now_ms=_now_ms,
            random=lambda: 1.0,
            settings=QUICK,
        )
        reader.start()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while reader.figures.dropped < 10 and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        first = next(iter(reader.frames()))
        reader.stop()
    assert reader.figures.dropped >= 10
    assert _now_ms() - first.event_time_ms < 5_000


def test_every_packet_is_tapped_before_it_is_decoded() -> None:
    """With what is needed to put it into a file: keyframes, times, the stream's parameters."""
    packets: list[TappedPacket] = []
    with RtspServer(for_ever(encoded())) as server, watching(server, tap=packets.append) as watched:
        watched.more(30)
    assert len(packets) >= 30
    assert sum(packet.is_keyframe for packet in packets[:50]) >= 1
    assert {packet.template.codec_context.name for packet in packets} <= {"h264", "libx264"}
    assert all(packet.data for packet in packets)


def test_a_password_is_never_told() -> None:
    """Neither in the figures nor by the helper."""
    assert without_password("rtsp://user:secret@10.0.0.7:554/live") == "rtsp://10.0.0.7:554/live"
    with RtspServer(for_ever(encoded()), user="user", password="right") as server:
        wrong = server.url.replace("rtsp://", "rtsp://user:wrong@")
        with watching(server, url=wrong) as watched:
            watched.wait(lambda: watched.reader.figures.state == "down")
            assert "wrong" not in (watched.reader.figures.problem or "")
        right = server.url.replace("rtsp://", "rtsp://user:right@")
        with watching(server, url=right) as watched:
            watched.more(1)


def test_live_addresses_are_told_from_files() -> None:
    """By scheme, or the path of a USB camera."""
    assert all(is_live(url) for url in ("rtsp://a/b", "rtsps://a/b", "http://a/v.mjpg", "/dev/video0"))
    assert not any(is_live(url) for url in ("shop.mp4", "/videos/shop.mp4", "pictures/"))


def test_variables_stand_for_passwords() -> None:
    """As a store file has them, and as they are when it runs: quoted, or refused by name."""
    written = with_variables("rtsp://me:p@ss@10.0.0.7/live", "CAMERA")
    assert written == "rtsp://${CAMERA_USER}:${CAMERA_PASSWORD}@10.0.0.7/live"
    values = {"CAMERA_USER": "me", "CAMERA_PASSWORD": "p@ss"}
    assert with_values(written, values) == "rtsp://me:p%40ss@10.0.0.7/live"
    with pytest.raises(ConfigurationError, match="CAMERA_PASSWORD"):
        with_values(written, {"CAMERA_USER": "me"})
    assert with_variables("shop.mp4", "CAMERA") == "shop.mp4"
