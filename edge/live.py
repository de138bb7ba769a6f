"""Live cameras: RTSP, HTTP and USB by FFmpeg. A thread reads, reconnects for ever, and keeps the newest pictures."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np
from av.error import FFmpegError

from edge.addresses import USB_PREFIX, without_password
from edge.capture import CaptureClock
from edge.errors import Problem
from edge.readers import ReaderFigures, ReaderState
from edge.sources import Frame
from edge.streams import PacketTap, TappedPacket
from edge.toml_file import Table

JOIN_SECONDS = 1.0
UNKNOWN_TIME_BASE = Fraction(1, 90_000)
SKIPS = {"all": "DEFAULT", "reference": "NONREF", "keyframes": "NONKEY"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """How a camera is read. Waits are drawn evenly from [0, bound), the bound doubling each time.

    Attributes:
        transport: How RTSP sends: 'tcp' loses nothing; 'udp' is for cameras that know no other.
        decode: 'all' pictures, only those that others refer to ('reference'), or only 'keyframes', which costs next
            to nothing and is enough where the camera sends them as often as they are analysed.
        open_seconds: How long a connection may take.
        read_seconds: How long a connected camera may be silent before it is lost.
        first_wait_seconds: Bound of the wait after a first failure.
        longest_wait_seconds: Largest bound.
        queue_frames: Pictures that wait for the analysis; older ones are dropped.
    """

    transport: str = "tcp"
    decode: str = "all"
    open_seconds: float = 10.0
    read_seconds: float = 5.0
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    queue_frames: int = 2

    def problems(self) -> list[Problem]:
        """Return everything that cannot be, by its key in a store file."""
        spans = {
            "open_seconds": self.open_seconds,
            "read_seconds": self.read_seconds,
            "first_wait_seconds": self.first_wait_seconds,
            "queue_frames": self.queue_frames,
        }
        found = [
            Problem(where=f"capture.{key}", expected="more than 0", came=f"{value:g}", cure="Raise it.")
            for key, value in spans.items()
            if value <= 0
        ]
        if self.longest_wait_seconds < self.first_wait_seconds:
            expected, came = f"at least {self.first_wait_seconds:g}", f"{self.longest_wait_seconds:g}"
            found.append(Problem(where="capture.longest_wait_seconds", expected=expected, came=came, cure="Raise it."))
        return found


def capture_settings(table: Table) -> CaptureSettings:
    """Return the settings of a store file's table `[capture]`; note what is wrong in it."""
    usual = CaptureSettings()
    table.only(*CaptureSettings.__slots__)
    choices = {"transport": ("tcp", "udp"), "decode": tuple(SKIPS)}
    chosen = {key: table.choice(key, known) for key, known in choices.items() if key in table.values}
    settings = CaptureSettings(
        transport=chosen.get("transport") or usual.transport,
        decode=chosen.get("decode") or usual.decode,
        open_seconds=table.get_or("open_seconds", usual.open_seconds),
        read_seconds=table.get_or("read_seconds", usual.read_seconds),
        first_wait_seconds=table.get_or("first_wait_seconds", usual.first_wait_seconds),
        longest_wait_seconds=table.get_or("longest_wait_seconds", usual.longest_wait_seconds),
        queue_frames=table.get_or("queue_frames", usual.queue_frames),
    )
    table.problems.add_all(settings.problems())
    return settings


class CameraReader:
    """Reads one live camera; `frames` gives the newest pictures to one consumer.

    Args:
        url: `rtsp://…`, `http://…`, `/dev/video0`, or what FFmpeg opens as a live source.
        camera_id: The camera.
        frames_per_second: Pictures to give; None gives all.
        now_ms: The wall clock, milliseconds since 1970-01-01 UTC.
        random: Draws evenly from [0, 1).
        settings: How it is read.
        tap: Takes every packet, before it is decoded.
    """

    def __init__(
        self,
        url: str,
        *,
        camera_id: str,
        frames_per_second: float | None,
        now_ms: Callable[[], int],
        random: Callable[[], float],
        settings: CaptureSettings | None = None,
        tap: PacketTap | None = None,
    ) -> None:
        self.figures = ReaderFigures()
        self._url = url
        self._camera_id = camera_id
        self._step_ms = 1_000 / frames_per_second if frames_per_second else 0.0
        self._random = random
        self._settings = settings or CaptureSettings()
        self._tap = tap
        self._clock = CaptureClock(now_ms)
        self._due_ms = 0.0
        self._connection = 0
        self._newest: deque[Frame] = deque()
        self._came = threading.Condition()
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name=f"read {camera_id}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more. A connection that hangs ends by its time-out, on its own."""
        self._is_stopped.set()
        with self._came:
            self._came.notify_all()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(JOIN_SECONDS)

    def frames(self) -> Iterator[Frame]:
        """Yield the newest pictures until `stop`; waits while none comes."""
        while True:
            with self._came:
                self._came.wait_for(lambda: self._newest or self._is_stopped.is_set())
                if self._is_stopped.is_set():
                    return
                frame = self._newest.popleft()
            yield frame

    def _read(self) -> None:
        failures = 0
        while not self._is_stopped.is_set():
            packets = self.figures.packets
            self._tell("connecting", None)
            try:
                self._play()
                problem = "the stream ended"
            except (FFmpegError, OSError, ValueError) as error:
                problem = self._told(error)
            if self._is_stopped.is_set():
                break
            failures = 1 if self.figures.packets > packets else failures + 1
            self.figures.reconnects += 1
            self._tell("down", problem)
            self._is_stopped.wait(self._wait_seconds(failures))
        self.figures.state = "ended"

    def _play(self) -> None:
        """Read one connection to its end."""
        self._connection += 1
        self._clock.reconnected()
        with self._opened() as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = SKIPS[self._settings.decode]  # type: ignore[assignment]
            # One camera has one thread: several cameras share the cores, and frame threads would add delay.
            stream.thread_type, stream.codec_context.thread_count = "NONE", 1
            template = _template(stream) if self._tap else None
            for packet in container.demux(stream):
                if self._is_stopped.is_set():
                    return
                if packet.size == 0:
                    continue
                self.figures.packets += 1
                if template is not None:
                    self._offer(packet, stream, template)
                self._decode(packet)

    def _opened(self) -> av.container.InputContainer:
        scheme = urlsplit(self._url).scheme
        options = {"rtsp_transport": self._settings.transport} if scheme.startswith("rtsp") else {}
        # Less than FFmpeg's five seconds of looking at the stream before it begins.
        options |= {"fflags": "nobuffer", "analyzeduration": "500000"}
        timeout = (self._settings.open_seconds, self._settings.read_seconds)
        device = "v4l2" if self._url.startswith(USB_PREFIX) else None
        container = av.open(self._url, format=device, options=options, timeout=timeout)
        if not container.streams.video:
            container.close()
            raise ValueError("a stream without video")
        return container

    def _decode(self, packet: av.Packet[Any]) -> None:
        try:
            pictures = packet.decode()
        except FFmpegError:
            self.figures.decode_errors += 1
            return
        for picture in pictures:
            if isinstance(picture, av.VideoFrame):
                self._take(picture)

    def _take(self, picture: av.VideoFrame) -> None:
        self.figures.decoded += 1
        if self.figures.state != "live":
            self._tell("live", None)
        if picture.is_corrupt:
            self.figures.decode_errors += 1
        instant_ms = self._clock.forward_ms(self._clock.instant_ms(picture.time))
        # Half a step of grace: what comes a little early would otherwise wait for the next picture.
        if instant_ms < self._due_ms - self._step_ms / 2:
            return
        late_ms = instant_ms - self._due_ms
        self._due_ms = self._due_ms + self._step_ms if late_ms < self._step_ms else instant_ms + self._step_ms
        pixels = np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8)
        self._put(Frame(event_time_ms=instant_ms, picture=pixels))

    def _put(self, frame: Frame) -> None:
        with self._came:
            while len(self._newest) >= self._settings.queue_frames:
                self._newest.popleft()
                self.figures.dropped += 1
            self._newest.append(frame)
            self._came.notify()

    def _offer(self, packet: av.Packet[Any], stream: av.VideoStream, template: av.VideoStream) -> None:
        assert self._tap is not None
        time_base = packet.time_base
        seconds = None if packet.pts is None or time_base is None else float(packet.pts * time_base)
        self._tap(
            TappedPacket(
                camera_id=self._camera_id,
                data=bytes(packet),
                pts=packet.pts,
                dts=packet.dts,
                duration=packet.duration or 0,
                time_base=time_base or UNKNOWN_TIME_BASE,
                is_keyframe=packet.is_keyframe,
                capture_ms=self._clock.instant_ms(seconds),
                connection=self._connection,
                template=template,
                width=stream.codec_context.width,
                height=stream.codec_context.height,
            )
        )

    def _tell(self, state: ReaderState, problem: str | None) -> None:
        if problem is not None and problem != self.figures.problem:
            _log.warning("camera lost: %s", problem, extra={"camera": self._camera_id})
        elif state == "live":
            _log.info("camera is live", extra={"camera": self._camera_id})
        self.figures.state = state
        self.figures.problem = problem if state == "down" else self.figures.problem if state == "connecting" else None

    def _told(self, error: Exception) -> str:
        """Return the reason without the address's password, which FFmpeg repeats."""
        return f"{type(error).__name__}: {error}".replace(self._url, without_password(self._url))

    def _wait_seconds(self, failures: int) -> float:
        bound: float = self._settings.first_wait_seconds * 2 ** min(failures - 1, 20)
        return self._random() * min(bound, self._settings.longest_wait_seconds)


def _template(stream: av.VideoStream) -> av.VideoStream:
    """Return the stream's codec parameters in a container of their own, which outlives the connection."""
    with suppress(FFmpegError):
        holder = av.open(Path("/dev/null").as_posix(), "w", format="mp4")
        return holder.add_stream_from_template(stream, opaque=True)
    raise ValueError(f"expected a codec that MP4 can hold, came {stream.codec_context.name}")
