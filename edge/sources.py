"""Where pictures or tracks come from. Times come from the stream, never from counting frames."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from edge.detections import Detections
from edge.errors import ConfigurationError, Problem
from edge.heads import Picture

TRACK_COLUMNS = ("frame", "id", "x", "y", "w", "h")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture, (H, W, 3) BGR, and the instant of its capture."""

    event_time_ms: int
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackedFrame:
    """The tracked people of one instant, in pixels of a picture of that size; the picture itself where there is one."""

    event_time_ms: int
    width: int
    height: int
    detections: Detections
    picture: Picture | None = None
    inference_ms: float | None = None


class VideoFile:
    """A video file: mp4, mpg, gif and whatever else FFmpeg reads.

    Args:
        path: The file.
        start_ms: Instant of its first picture, milliseconds since 1970-01-01 UTC.
        frames_per_second: How many pictures to give; None gives all.

    Raises:
        ConfigurationError: where the file is missing or holds no video.
    """

    def __init__(self, path: Path, *, start_ms: int, frames_per_second: float | None = None) -> None:
        self._path = path
        self._start_ms = start_ms
        self._step_seconds = 1.0 / frames_per_second if frames_per_second else 0.0
        with self._opened() as container:
            stream = container.streams.video[0]
            rate = float(stream.average_rate or stream.guessed_rate or 25)
            seconds = _seconds(container, stream)
            self.width, self.height = stream.width, stream.height
        self.frames_per_second = min(rate, frames_per_second or rate)
        self.frame_count = max(1, round(seconds * self.frames_per_second))
        """Pictures that the file will give, as far as its header tells."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield the pictures in order of time; what cannot be decoded is left out, as a camera would."""
        due_seconds = 0.0
        with self._opened() as container:
            first_seconds: float | None = None
            for picture in container.decode(video=0):
                if picture.pts is None:
                    continue
                first_seconds = picture.time if first_seconds is None else first_seconds
                seconds = picture.time - first_seconds
                # Half a millisecond of grace: stream times are rounded.
                if seconds + 0.0005 < due_seconds:
                    continue
                due_seconds = _next_due(due_seconds, seconds, self._step_seconds)
                yield Frame(
                    event_time_ms=self._start_ms + round(seconds * 1_000),
                    picture=np.asarray(picture.to_ndarray(format="bgr24"), dtype=np.uint8),
                )

    def _opened(self) -> av.container.InputContainer:
        try:
            container = av.open(str(self._path))
        except (FFmpegError, OSError) as error:
            raise _unreadable(self._path, came=type(error).__name__) from error
        if not container.streams.video:
            container.close()
            raise _unreadable(self._path, came="a file without video")
        return container


def _seconds(container: av.container.InputContainer, stream: av.VideoStream) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0


def _next_due(due_seconds: float, seconds: float, step_seconds: float) -> float:
    """Return when the next picture is due: on the grid, or after a gap from now on, so that none is made up for."""
    return due_seconds + step_seconds if seconds < due_seconds + step_seconds else seconds + step_seconds


def _unreadable(path: Path, *, came: str) -> ConfigurationError:
    cure = "Give the path of a video file that FFmpeg can read."
    problem = Problem(where=str(path), expected="a readable video", came=came, cure=cure)
    return ConfigurationError(f"video {path}", [problem])


class TracksFile:
    """Boxes with identities in a CSV instead of a video: columns frame, id, x, y, w, h in pixels, others ignored.

    Args:
        path: The file, its rows in order of frames.
        start_ms: Instant of frame 0.
        frames_per_second: Rate of the frame numbers.
        width: Of the picture in pixels.
        height: Of the picture in pixels.
        boot_id: Put before each identity.

    Raises:
        ConfigurationError: where the file is missing, lacks columns, holds a value that is no number, or goes back.
    """

    def __init__(
        self, path: Path, *, start_ms: int, frames_per_second: float, width: int, height: int, boot_id: str
    ) -> None:
        self.frames_per_second = frames_per_second
        self._start_ms = start_ms
        self._size = (width, height)
        self._boot_id = boot_id
        self._rows = _track_rows(path)
        self.frame_count = len({row[0] for row in self._rows})

    def __iter__(self) -> Iterator[TrackedFrame]:
        """Yield the frames in order of time."""
        for frame, rows in groupby(self._rows, key=lambda row: row[0]):
            yield self._frame(frame, list(rows))

    def _frame(self, frame: float, rows: list[tuple[float, ...]]) -> TrackedFrame:
        values = np.array(rows)
        corner, size = values[:, 2:4], values[:, 4:6]
        people = Detections.of(np.concatenate([corner, corner + size], axis=1), np.ones(len(rows)))
        width, height = self._size
        return TrackedFrame(
            event_time_ms=self._start_ms + round(frame / self.frames_per_second * 1_000),
            width=width,
            height=height,
            detections=people.tracked_as(tuple(f"{self._boot_id}-{int(row[1])}" for row in rows)),
        )


def _track_rows(path: Path) -> list[tuple[float, ...]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return _in_order(path, [tuple(float(row[column]) for column in TRACK_COLUMNS) for row in rows])
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise _not_tracks(path, came=f"{type(error).__name__}: {error}") from error


def _in_order(path: Path, rows: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    if rows != sorted(rows, key=lambda row: row[0]):
        raise _not_tracks(path, came="frames that go back")
    return rows


def _not_tracks(path: Path, *, came: str) -> ConfigurationError:
    expected = f"a CSV in order of frames with the columns {', '.join(TRACK_COLUMNS)}, all numbers"
    cure = "Correct the file, or give a video with --video."
    problem = Problem(where=str(path), expected=expected, came=came, cure=cure)
    return ConfigurationError(f"tracks {path}", [problem])
