"""Draws what the edge saw and counted into a copy of the video: boxes, identities, zones, lines, counters, clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import TracebackType
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
ROW_HEIGHT = 42
COUNTER_WIDTH = 310
TEXT_SIZE = 17
TEXT_BASE = 27
"""Where the text of a row stands, in pixels from its top."""
MILLISECONDS = Fraction(1, 1_000)


class VideoWriter:
    """Writes an H.264 MP4; instants are relative to the first one. Use it as a context manager."""

    def __init__(self, path: Path, *, frames_per_second: float) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "faststart"})
        rate = Fraction(frames_per_second).limit_denominator(1_000)
        options = {"crf": "23", "preset": "veryfast"}
        self._stream = self._container.add_stream("libx264", rate=rate, options=options)
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
        self._colours = [OKABE_ITO[index % len(OKABE_ITO)] for index in range(len(self._zones))]
        self._map = ZoneMap(zones)
        self._title = title
        self._zone_info = ZoneInfo(time_zone)
        self._first_seen_ms: dict[str, int] = {}
        self._visits: Counter[str] = Counter()
        self._crossings: Counter[tuple[str, str]] = Counter()

    def draw(self, frame: TrackedFrame, events: Iterable[Event]) -> Picture:
        """Return the annotated copy of a frame, at least `MIN_WIDTH` wide and of even size, counters around it."""
        self._count(events)
        canvas = _enlarged(frame.picture, frame.width, frame.height)
        points = frame.detections.foot_points() / (frame.width, frame.height)
        present = self._map.contains(points).sum(axis=0).tolist()
        for zone, colour, count in zip(self._zones, self._colours, present, strict=True):
            self._draw_zone(canvas, zone, colour, count)
        for line in self._lines:
            self._draw_line(canvas, line)
        self._draw_people(canvas, frame)
        return np.vstack([self._bar(canvas.shape[1], frame), canvas, self._legend(canvas.shape[1], present)])

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
        size = np.array([canvas.shape[1], canvas.shape[0]])
        middle = np.clip(corners, 0, size).mean(axis=0).astype(int).tolist()
        name = f"{zone.zone_id}  {present}"
        _label(canvas, name, (middle[0] - _text_width(name) // 2, middle[1]), INK, colour)

    def _draw_line(self, canvas: Picture, line: Line) -> None:
        start, end = _pixels(canvas, (line.start, line.end)).tolist()
        cv2.line(canvas, start, end, INK, 6, cv2.LINE_AA)
        cv2.line(canvas, start, end, PAPER, 2, cv2.LINE_AA)

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

    def _bar(self, width: int, frame: TrackedFrame) -> Picture:
        """Return the row above the picture: what it shows, and when it was."""
        bar = np.full((ROW_HEIGHT, width, 3), INK, dtype=np.uint8)
        _text(bar, f"{self._title}      {len(frame.detections)} in view", (16, TEXT_BASE), PAPER)
        at = datetime.fromtimestamp(frame.event_time_ms / 1_000, UTC).astimezone(self._zone_info)
        clock = f"{at:%Y-%m-%d  %H:%M:%S}"
        _text(bar, clock, (width - _text_width(clock) - 16, TEXT_BASE), PAPER)
        return bar

    def _legend(self, width: int, present: Sequence[int]) -> Picture:
        """Return the rows below the picture: one counter for every zone and line."""
        counters = [
            (colour, f"{zone.zone_id}: {count} now, {_counted(self._visits[zone.zone_id], 'visit')}")
            for zone, colour, count in zip(self._zones, self._colours, present, strict=True)
        ]
        counters += [
            (PAPER, f"{line_id}: {self._crossings[line_id, 'in']} in, {self._crossings[line_id, 'out']} out")
            for line_id in (line.line_id for line in self._lines)
        ]
        columns = width // COUNTER_WIDTH
        legend = np.full((-(-len(counters) // columns) * ROW_HEIGHT, width, 3), INK, dtype=np.uint8)
        for index, (colour, text) in enumerate(counters):
            left, top = index % columns * COUNTER_WIDTH + 16, index // columns * ROW_HEIGHT
            cv2.rectangle(legend, (left, top + 14), (left + 14, top + 28), colour, -1)
            _text(legend, text, (left + 26, top + TEXT_BASE), PAPER)
        return legend


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
    return np.asarray(np.rint(np.array(points) * (width, height)), dtype=np.int32)


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
    """Write on a small plate whose lower left corner is `at`, moved so that it stays in view."""
    width, height = _text_width(text) + 16, TEXT_SIZE + 10
    left = min(max(at[0], 4), canvas.shape[1] - width - 4)
    bottom = min(max(at[1], height + 4), canvas.shape[0] - 4)
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
