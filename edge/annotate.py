"""Draws what the edge saw and counted into a copy of the video: boxes, identities, zones, lines, counters, clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import cast
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from contracts.events import Crossing, Event, Visit
from edge.heads import Picture
from edge.sources import TrackedFrame
from edge.store_file import WHOLE_PICTURE
from edge.zones import Line, Point, Zone, ZoneMap

Colour = tuple[int, int, int]
"""Blue, green, red."""

OKABE_ITO: tuple[Colour, ...] = (
    (0, 159, 230),
    (233, 180, 86),
    (115, 158, 0),
    (66, 228, 240),
    (178, 114, 0),
    (0, 94, 213),
    (167, 121, 204),
)
"""Orange, sky blue, bluish green, yellow, blue, vermilion, reddish purple: told apart with any colour vision."""
INK: Colour = (32, 28, 26)
PAPER: Colour = (248, 246, 244)
MIN_WIDTH = 960
"""Smaller pictures are enlarged, so that text stays readable."""
BAR_HEIGHT = 48
TEXT_SIZE = 17
MILLISECONDS = Fraction(1, 1_000)


class VideoWriter:
    """Writes an H.264 MP4; instants are relative to the first one. Use it as a context manager."""

    def __init__(self, path: Path, *, frames_per_second: float) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "faststart"})
        rate = Fraction(frames_per_second).limit_denominator(1_000)
        stream = self._container.add_stream("libx264", rate=rate, options={"crf": "23", "preset": "veryfast"})
        self._stream = cast("av.VideoStream", stream)
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = MILLISECONDS
        self._first_ms: int | None = None

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._first_ms is not None:
            self._container.mux(self._stream.encode())
        self._container.close()

    def write(self, picture: Picture, event_time_ms: int) -> None:
        """Append a (H, W, 3) BGR picture; height and width are even and always the same."""
        if self._first_ms is None:
            self._first_ms = event_time_ms
            self._stream.height, self._stream.width = picture.shape[:2]
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = event_time_ms - self._first_ms, MILLISECONDS
        self._container.mux(self._stream.encode(frame))


class Annotator:
    """Draws one frame after the other, counting the events that came with each.

    Args:
        zones: In shares of the picture.
        lines: In shares of the picture.
        title: Name shown in the bar.
        time_zone: IANA name, for the clock.
    """

    def __init__(self, zones: Sequence[Zone], lines: Sequence[Line], *, title: str, time_zone: str) -> None:
        self._zones = tuple(zones)
        self._lines = tuple(lines)
        self._map = ZoneMap(zones)
        self._title = title
        self._zone_info = ZoneInfo(time_zone)
        self._first_seen_ms: dict[str, int] = {}
        self._visits: Counter[str] = Counter()
        self._crossings: Counter[tuple[str, str]] = Counter()

    def draw(self, frame: TrackedFrame, events: Iterable[Event]) -> Picture:
        """Return the annotated copy, at least `MIN_WIDTH` wide and of even size, of a frame that has a picture."""
        self._count(events)
        canvas = _enlarged(frame.picture, frame.width, frame.height)
        points = frame.detections.foot_points() / (frame.width, frame.height)
        present = self._map.contains(points).sum(axis=0).tolist()
        for index, zone in enumerate(self._zones):
            self._draw_zone(canvas, zone, OKABE_ITO[index % len(OKABE_ITO)], present[index])
        for line in self._lines:
            self._draw_line(canvas, line)
        self._draw_people(canvas, frame)
        self._draw_bar(canvas, frame)
        return canvas

    def _count(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event.payload, Visit):
                self._visits[event.payload.zone_id] += 1
            elif isinstance(event.payload, Crossing):
                self._crossings[event.payload.line_id, event.payload.direction] += 1

    def _draw_zone(self, canvas: Picture, zone: Zone, colour: Colour, present: int) -> None:
        if zone.polygon == WHOLE_PICTURE:
            return
        corners = _pixels(canvas, zone.polygon)
        _blend(canvas, corners, colour, 0.30 if present else 0.15)
        cv2.polylines(canvas, [corners], isClosed=True, color=colour, thickness=2, lineType=cv2.LINE_AA)
        text = f"{zone.zone_id}: {present} now, {_counted(self._visits[zone.zone_id], 'visit')}"
        top = corners[corners[:, 1].argmin()].tolist()
        _label(canvas, text, (top[0], top[1] - 6), INK, colour)

    def _draw_line(self, canvas: Picture, line: Line) -> None:
        start, end = _pixels(canvas, (line.start, line.end)).tolist()
        cv2.line(canvas, start, end, INK, 5, cv2.LINE_AA)
        cv2.line(canvas, start, end, PAPER, 2, cv2.LINE_AA)
        counts = [self._crossings[line.line_id, direction] for direction in ("in", "out")]
        _label(
            canvas, f"{line.line_id}: {counts[0]} in, {counts[1]} out", (start[0], start[1] - 6), PAPER, INK
        )

    def _draw_people(self, canvas: Picture, frame: TrackedFrame) -> None:
        scale = canvas.shape[1] / frame.width
        boxes = np.rint(frame.detections.boxes_xyxy * scale).astype(int).tolist()
        for track_id, box in zip(frame.detections.track_ids or (), boxes, strict=True):
            since_ms = self._first_seen_ms.setdefault(track_id, frame.event_time_ms)
            self._draw_person(canvas, track_id, box, frame.event_time_ms - since_ms)

    def _draw_person(self, canvas: Picture, track_id: str, box: list[int], stay_ms: int) -> None:
        number = track_id.rpartition("-")[2]
        colour = OKABE_ITO[int(number) % len(OKABE_ITO)]
        left, top, right, bottom = box
        cv2.rectangle(canvas, (left, top), (right, bottom), INK, 4, cv2.LINE_AA)
        cv2.rectangle(canvas, (left, top), (right, bottom), colour, 2, cv2.LINE_AA)
        foot = ((left + right) // 2, bottom)
        cv2.circle(canvas, foot, 7, INK, -1, cv2.LINE_AA)
        cv2.circle(canvas, foot, 5, colour, -1, cv2.LINE_AA)
        _label(canvas, f"#{number}  {_duration(stay_ms)}", (left, top - 6), INK, colour)

    def _draw_bar(self, canvas: Picture, frame: TrackedFrame) -> None:
        width = canvas.shape[1]
        _blend(canvas, np.array([[0, 0], [width, 0], [width, BAR_HEIGHT], [0, BAR_HEIGHT]]), INK, 0.80)
        whole = [zone.zone_id for zone in self._zones if zone.polygon == WHOLE_PICTURE]
        counts = [f"{zone_id}: {_counted(self._visits[zone_id], 'visit')}" for zone_id in whole]
        parts = [self._title, f"{len(frame.detections)} in view", *counts]
        _text(canvas, "      ".join(parts), (16, BAR_HEIGHT - 17), PAPER)
        at = datetime.fromtimestamp(frame.event_time_ms / 1_000, UTC).astimezone(self._zone_info)
        clock = f"{at:%Y-%m-%d  %H:%M:%S}"
        _text(canvas, clock, (width - _text_width(clock) - 16, BAR_HEIGHT - 17), PAPER)


def _enlarged(picture: Picture | None, width: int, height: int) -> Picture:
    """Return a copy of even size, at least `MIN_WIDTH` wide; grey paper where there is no picture."""
    if picture is None:
        picture = np.full((height, width, 3), PAPER, dtype=np.uint8)
    scale = max(1.0, MIN_WIDTH / width)
    size = (round(width * scale) // 2 * 2, round(height * scale) // 2 * 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _pixels(canvas: Picture, points: Sequence[Point]) -> NDArray[np.int32]:
    """Return (K, 2) pixels of points in shares of the picture."""
    height, width = canvas.shape[:2]
    return np.rint(np.array(points) * (width, height)).astype(np.int32)


def _blend(canvas: Picture, corners: NDArray[np.integer], colour: Colour, share: float) -> None:
    """Lay a translucent polygon over the canvas, only touching the rectangle around it."""
    height, width = canvas.shape[:2]
    left, top = np.clip(corners.min(axis=0), 0, (width, height)).tolist()
    right, bottom = np.clip(corners.max(axis=0) + 1, 0, (width, height)).tolist()
    part = canvas[top:bottom, left:right]
    if not part.size:
        return
    cover = part.copy()
    cv2.fillPoly(cover, [(corners - (left, top)).astype(np.int32)], colour)
    canvas[top:bottom, left:right] = cv2.addWeighted(cover, share, part, 1.0 - share, 0.0)


def _label(canvas: Picture, text: str, at: tuple[int, int], ink: Colour, paper: Colour) -> None:
    """Write on a small plate whose lower left corner is `at`, moved so that it stays in view below the bar."""
    width, height = _text_width(text) + 16, TEXT_SIZE + 10
    left = min(max(at[0], 4), canvas.shape[1] - width - 4)
    bottom = min(max(at[1], BAR_HEIGHT + height + 4), canvas.shape[0] - 4)
    cv2.rectangle(canvas, (left, bottom - height), (left + width, bottom), paper, -1)
    _text(canvas, text, (left + 8, bottom - 8), ink)


def _text(canvas: Picture, text: str, at: tuple[int, int], ink: Colour) -> None:
    cv2.putText(canvas, text, at, ink, _font(), TEXT_SIZE, 600)


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")


def _text_width(text: str) -> int:
    box = cv2.getTextSize((0, 0), text, (0, 0), _font(), TEXT_SIZE, 600)
    return int(box[0] + box[2])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _duration(span_ms: int) -> str:
    return f"{span_ms // 60_000}:{span_ms // 1_000 % 60:02d}"
