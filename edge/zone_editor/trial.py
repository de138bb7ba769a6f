"""Tries zones on some seconds of a camera: who is found, where they stand, how many are in each zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from edge.detections import Detections
from edge.heads import Picture
from edge.stills import Still
from edge.zones import Zone, ZoneMap

JPEG_QUALITY = 80


class Finder(Protocol):
    """Finds people in a picture."""

    def detect(self, picture: Picture) -> Detections:
        """Return the people in a (H, W, 3) BGR picture, boxes in its pixels."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFrame:
    """One analysed picture.

    Attributes:
        seconds: Since the first.
        boxes: Left, top, right, bottom of each person, in shares of the picture.
        feet: Where each stands, in shares of the picture.
        counts: People in each zone, by `zone_id`.
        jpeg: The picture; it stays in memory.
    """

    seconds: float
    boxes: tuple[tuple[float, ...], ...]
    feet: tuple[tuple[float, ...], ...]
    counts: dict[str, int]
    jpeg: bytes


def try_zones(pictures: Iterable[Still], finder: Finder, zones: Sequence[Zone], threshold: float) -> list[TrialFrame]:
    """Return what is found in each picture.

    Args:
        pictures: The pictures, all of one camera.
        finder: The detector.
        zones: This camera's zones, in shares of its picture.
        threshold: Score from which a box is taken for a person.
    """
    zone_map = ZoneMap(zones)
    return [_frame(still, finder.detect(still.picture), zone_map, threshold) for still in pictures]


def to_jpeg(picture: Picture) -> bytes:
    """Return a (H, W, 3) BGR picture as JPEG."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError("expected a picture that JPEG can hold")
    return data.tobytes()


def _frame(still: Still, found: Detections, zone_map: ZoneMap, threshold: float) -> TrialFrame:
    people = found.take(found.scores >= threshold)
    size = np.array([still.width, still.height], dtype=np.float64)
    feet = people.foot_points() / size
    boxes = people.boxes_xyxy.astype(np.float64) / np.tile(size, 2)
    inside = zone_map.contains(feet).sum(axis=0)
    return TrialFrame(
        seconds=round(still.seconds, 3),
        boxes=tuple(tuple(row) for row in boxes.round(4).tolist()),
        feet=tuple(tuple(row) for row in feet.round(4).tolist()),
        counts={zone.zone_id: int(count) for zone, count in zip(zone_map.zones, inside, strict=True)},
        jpeg=to_jpeg(still.picture),
    )
