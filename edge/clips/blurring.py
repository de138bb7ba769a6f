"""The rendition that leaves the store: people made unrecognisable, and all of a picture of which nothing is known."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from edge.heads import Picture

HOLD_MS = 1_000
"""A person is blurred for so long before and after each sighting: detectors miss people, and people walk on."""
MARGIN = 0.25
"""By how much of its size a box is made larger on each side: arms, hair, a detector's error."""
CELLS = 8
"""A blurred region has so many cells across its shorter side: a face has less than one."""
RATE = 12
MILLISECONDS = Fraction(1, 1_000)

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in shares of the picture."""


@dataclass(frozen=True, slots=True)
class _Look:
    instant_ms: int
    boxes: tuple[Box, ...]


class Sightings:
    """Where people were in the last seconds of one camera. Safe for two threads; boxes only, bounded in time.

    Args:
        seconds: How long it is remembered.
    """

    def __init__(self, *, seconds: float) -> None:
        self._keep_ms = round(seconds * 1_000)
        self._looks: deque[_Look] = deque()
        self._lock = threading.Lock()

    def take(self, instant_ms: int, boxes: Iterable[Box]) -> None:
        """Remember who was where; an empty picture is a sighting of nobody."""
        with self._lock:
            self._looks.append(_Look(instant_ms, tuple(boxes)))
            while instant_ms - self._looks[0].instant_ms > self._keep_ms:
                self._looks.popleft()

    def at(self, instant_ms: int) -> tuple[Box, ...] | None:
        """Return every box within `HOLD_MS` of an instant, with its margin; None where nothing was looked at then."""
        with self._lock:
            near = [look for look in self._looks if abs(look.instant_ms - instant_ms) <= HOLD_MS]
        if not near:
            return None
        return tuple(_larger(box) for look in near for box in look.boxes)


def blurred(picture: Picture, boxes: Iterable[Box] | None) -> Picture:
    """Return the picture with regions coarsened beyond recognition; all of it where `boxes` is None.

    Args:
        picture: (H, W, 3) BGR.
        boxes: In shares of the picture.
    """
    height, width = picture.shape[:2]
    result = picture.copy()
    for left, top, right, bottom in [(0.0, 0.0, 1.0, 1.0)] if boxes is None else boxes:
        rows = slice(max(0, int(top * height)), min(height, int(np.ceil(bottom * height))))
        columns = slice(max(0, int(left * width)), min(width, int(np.ceil(right * width))))
        region = picture[rows, columns]
        if region.size:
            result[rows, columns] = _coarse(region)
    return result


def write_preview(source: Path, target: Path, *, begin_ms: int, sightings: Sightings, height: int) -> None:
    """Write a small, blurred rendition of a clip.

    Args:
        source: The clip, times from 0.
        target: The MP4 to write.
        begin_ms: Instant of its first picture.
        sightings: Who was where.
        height: Of the pictures in pixels, made even.

    Raises:
        FFmpegError: where the clip cannot be read.
    """
    with av.open(str(source)) as clip, av.open(str(target), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "30", "preset": "ultrafast"})
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = MILLISECONDS
        first: float | None = None
        due_ms = 0.0
        for frame in clip.decode(video=0):
            first = frame.time if first is None else first
            at_ms = round((frame.time - first) * 1_000)
            if at_ms < due_ms:
                continue
            due_ms = at_ms + 1_000 / RATE
            small = _small(np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8), height)
            if not stream.width or stream.codec_context.width != small.shape[1]:
                stream.height, stream.width = small.shape[:2]
            shown = av.VideoFrame.from_ndarray(blurred(small, sightings.at(begin_ms + at_ms)), format="bgr24")
            shown.pts, shown.time_base = at_ms, MILLISECONDS
            container.mux(stream.encode(shown))
        container.mux(stream.encode())


def _larger(box: Box) -> Box:
    left, top, right, bottom = box
    across, down = (right - left) * MARGIN, (bottom - top) * MARGIN
    return (left - across, top - down, right + across, bottom + down)


def _coarse(region: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average over cells, and smooth their edges away: nothing finer than a cell is left."""
    height, width = region.shape[:2]
    cell = max(2.0, min(height, width) / CELLS)
    size = (max(1, round(width / cell)), max(1, round(height / cell)))
    cells = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _small(picture: Picture, height: int) -> Picture:
    rows, columns = picture.shape[:2]
    height = min(height, rows) // 2 * 2
    width = max(2, round(columns * height / rows / 2) * 2)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
