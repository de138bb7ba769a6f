"""Readers of files, and what all readers have in common; those of cameras are in `edge.live`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from edge.sources import Frame

ReaderState = Literal["connecting", "live", "down", "ended"]


@dataclass(slots=True)
class ReaderFigures:
    """How one camera's reading does; written by its thread, read by any. Counts are since the start.

    Attributes:
        state: What the connection does.
        problem: Why it is down, without the address's password; None while it is not.
        packets: Packets that came.
        decoded: Pictures decoded.
        decode_errors: Packets that could not be decoded.
        dropped: Pictures left out on purpose: a newer one came before the analysis took them.
        reconnects: How often the camera was lost.
    """

    state: ReaderState = "connecting"
    problem: str | None = None
    packets: int = 0
    decoded: int = 0
    decode_errors: int = 0
    dropped: int = 0
    reconnects: int = 0


class Reader(Protocol):
    """Gives the newest pictures of one camera."""

    @property
    def figures(self) -> ReaderFigures:
        """How it does."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yield pictures until the source ends or `stop` is called."""
        ...

    def start(self) -> None:
        """Begin to read, on a thread of its own."""
        ...

    def stop(self) -> None:
        """Read no more; return once the thread has ended."""
        ...


class FileReader:
    """Gives every picture of a source, as fast as the analysis takes them: nothing is dropped.

    Args:
        frames: The source.
    """

    def __init__(self, frames: Iterable[Frame]) -> None:
        self.figures = ReaderFigures(state="live")
        self._frames = frames
        self._is_stopped = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Yield pictures until the source ends or `stop` is called."""
        for frame in self._frames:
            if self._is_stopped.is_set():
                return
            self.figures.decoded += 1
            yield frame

    def start(self) -> None:
        """Nothing: the source is read by who asks for its pictures."""

    def stop(self) -> None:
        """Give no more."""
        self._is_stopped.set()


class PacedReader:
    """Gives a file again and again as a camera would: in real time, with the instants of now.

    Args:
        open_frames: Opens the file from its beginning.
        now_ms: The wall clock, milliseconds since 1970-01-01 UTC.
        again: Whether it begins anew at its end.
    """

    def __init__(
        self, open_frames: Callable[[], Iterable[Frame]], *, now_ms: Callable[[], int], again: bool = True
    ) -> None:
        self.figures = ReaderFigures(state="live")
        self._open_frames = open_frames
        self._now_ms = now_ms
        self._again = again
        self._newest_ms = 0
        self._is_stopped = threading.Event()

    def frames(self) -> Iterator[Frame]:
        """Yield pictures at their time until `stop`; those whose successor is due already are dropped and counted."""
        while not self._is_stopped.is_set():
            yield from self._once()
            if not self._again:
                return

    def start(self) -> None:
        """Nothing: the file is read by who asks for its pictures."""

    def stop(self) -> None:
        """Give no more."""
        self._is_stopped.set()

    def _once(self) -> Iterator[Frame]:
        shift_ms: int | None = None
        last: Frame | None = None
        for frame in self._open_frames():
            self.figures.decoded += 1
            if shift_ms is None:
                shift_ms = max(self._now_ms(), self._newest_ms + 1) - frame.event_time_ms
            shifted = replace(frame, event_time_ms=frame.event_time_ms + shift_ms)
            if last is not None and shifted.event_time_ms <= self._now_ms():
                self.figures.dropped += 1
            elif last is not None:
                yield last
            last = shifted
            self._newest_ms = shifted.event_time_ms
            if self._is_stopped.wait(max(0, shifted.event_time_ms - self._now_ms()) / 1_000):
                return
        if last is not None:
            yield last
