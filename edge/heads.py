"""What stands before and behind a network: pictures into inputs, outputs into boxes. Pure functions, no session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.detections import Detections

Picture = NDArray[np.uint8]
"""(H, W, 3), blue, green, red."""

Planes = NDArray[np.float32]
"""A network's input: (1, 3, H, W), or (1, H, W, 3)."""

Size = tuple[int, int]
"""Height and width in pixels."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in a network's input: at `offset`, scaled, each as (x, y)."""

    scale: tuple[float, float]
    offset: tuple[int, int] = (0, 0)

    def back(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, 4) boxes of the input in pixels of the picture."""
        offset = np.array(self.offset * 2, dtype=np.float32)
        return np.asarray((boxes - offset) / np.array(self.scale * 2, dtype=np.float32), dtype=np.float32)


def letterbox(picture: Picture, size: Size, *, padding: int, is_centred: bool = False) -> tuple[Picture, Placement]:
    """Return the picture scaled into a (*size, 3) input, its proportions kept, the rest filled; and where it lies."""
    height, width = picture.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    scaled_width, scaled_height = round(width * scale), round(height * scale)
    left, top = ((size[1] - scaled_width) // 2, (size[0] - scaled_height) // 2) if is_centred else (0, 0)
    fitted = np.full((*size, 3), padding, dtype=np.uint8)
    fitted[top : top + scaled_height, left : left + scaled_width] = cv2.resize(picture, (scaled_width, scaled_height))
    return fitted, Placement((scale, scale), (left, top))


def stretched(picture: Picture, size: Size) -> tuple[Picture, Placement]:
    """Return the picture scaled to (*size, 3), its proportions lost, and where it lies."""
    height, width = picture.shape[:2]
    fitted = np.asarray(cv2.resize(picture, (size[1], size[0])), dtype=np.uint8)
    return fitted, Placement((size[1] / width, size[0] / height))


def network_input(
    fitted: Picture,
    *,
    is_rgb: bool,
    divisor: float,
    mean: Sequence[float] = (),
    deviation: Sequence[float] = (),
    is_channels_last: bool = False,
) -> Planes:
    """Return a (H, W, 3) BGR picture as a float32 input: (value / divisor - mean) / deviation, each by channel."""
    ordered = fitted[:, :, ::-1] if is_rgb else fitted
    values = np.ascontiguousarray(ordered if is_channels_last else ordered.transpose(2, 0, 1), dtype=np.float32)[None]
    if divisor != 1.0:
        values /= np.float32(divisor)
    shape = (1, 1, 1, 3) if is_channels_last else (1, 3, 1, 1)
    if mean:
        values -= np.array(mean, dtype=np.float32).reshape(shape)
    if deviation:
        values /= np.array(deviation, dtype=np.float32).reshape(shape)
    return values


def yolox_grid(size: Size, strides: Sequence[int] = (8, 16, 32)) -> NDArray[np.float32]:
    """Return (A, 3): column, row and stride of each of YOLOX's anchor points, in the order of its output."""
    parts = []
    for stride in strides:
        rows, columns = np.mgrid[: size[0] // stride, : size[1] // stride]
        parts.append(np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, stride)], axis=1))
    return np.concatenate(parts).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which boxes are kept.

    Attributes:
        thresholds: Least score of each class that is wanted.
        overlap: Intersection over union above which the weaker of two boxes of one class goes.
    """

    thresholds: Mapping[int, float]
    overlap: float


def yolox_detections(
    output: NDArray[np.float32], grid: NDArray[np.float32], placement: Placement, wanted: Wanted
) -> Detections:
    """Decode YOLOX: centre = (xy + grid) * stride, size = exp(wh) * stride, score = objectness * class.

    Args:
        output: (A, 5 + C): x, y, w, h, objectness, classes.
        grid: (A, 3) of `yolox_grid`.
        placement: Where the picture lies in the input.
        wanted: Which boxes are kept.
    """
    parts = []
    for class_id, threshold in wanted.thresholds.items():
        scores = output[:, 4] * output[:, 5 + class_id]
        kept = scores >= threshold
        rows, cells, stride = output[kept], grid[kept, :2], grid[kept, 2:]
        centre, half = (rows[:, :2] + cells) * stride, np.exp(rows[:, 2:4]) * stride / 2.0
        boxes = placement.back(np.concatenate([centre - half, centre + half], axis=1))
        parts.append(without_doubles(Detections.of(boxes, scores[kept], class_id=class_id), wanted.overlap))
    return Detections.together(parts)


def labelled_detections(
    labels: NDArray[np.int64], boxes: NDArray[np.float32], scores: NDArray[np.float32], wanted: Wanted
) -> Detections:
    """Select from a head that gives finished boxes, such as DETR-like ones and those with NMS in the graph.

    They promise one box a person, yet the small ones double some: without `overlap` the track identity F1 of DEIMv2
    on the CAVIAR corridor is .57 instead of .87.

    Args:
        labels: (Q,) classes.
        boxes: (Q, 4) left, top, right, bottom in pixels of the picture.
        scores: (Q,) in [0, 1].
        wanted: Which boxes are kept.
    """
    parts = []
    for class_id, threshold in wanted.thresholds.items():
        kept = (labels == class_id) & (scores >= threshold)
        parts.append(without_doubles(Detections.of(boxes[kept], scores[kept], class_id=class_id), wanted.overlap))
    return Detections.together(parts)


def without_doubles(detections: Detections, overlap: float) -> Detections:
    """Return the detections, best first, less those that overlap a better one by more than `overlap`."""
    order = np.argsort(-detections.scores, kind="stable")
    boxes = detections.boxes_xyxy[order]
    doubled = overlaps(boxes, boxes) > overlap
    kept: list[int] = []
    for row in range(len(order)):
        if not doubled[row, kept].any():
            kept.append(row)
    return detections.take(order[kept])


def overlaps(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the (N, M) intersection over union of (N, 4) with (M, 4) boxes."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    areas = _areas(first)[:, None] + _areas(second)[None, :] - shared
    return np.asarray(shared / np.maximum(areas, np.float32(1e-9)), dtype=np.float32)


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), dtype=np.float32)
