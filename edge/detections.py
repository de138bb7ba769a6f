"""The one value that flows through the stages of a picture: detector, tracker, drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

BORDER_SHARE = 0.02
"""A box that comes within this share of the picture's size to its edge touches it: detectors stop short of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """People, or things, found in one picture, as aligned arrays.

    Attributes:
        boxes_xyxy: (N, 4) float32, left, top, right, bottom in pixels; not clipped to the picture.
        scores: (N,) float32 in [0, 1].
        class_ids: (N,) int64, the model's classes.
        track_ids: N identities, or None before the tracker has given them.

    Raises:
        ValueError: where the lengths differ.
    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    track_ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.boxes_xyxy), len(self.scores), len(self.class_ids)}
        lengths |= set() if self.track_ids is None else {len(self.track_ids)}
        if len(lengths) > 1:
            raise ValueError(f"expected one length for all arrays, came {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def of(cls, boxes_xyxy: NDArray[np.floating], scores: NDArray[np.floating], *, class_id: int = 0) -> Detections:
        """Return untracked things of one class with these (N, 4) boxes and (N,) scores."""
        return cls(
            boxes_xyxy=boxes_xyxy.reshape(-1, 4).astype(np.float32),
            scores=scores.astype(np.float32),
            class_ids=np.full(len(scores), class_id, dtype=np.int64),
        )

    @classmethod
    def together(cls, parts: Sequence[Detections]) -> Detections:
        """Return untracked detections one after another."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            boxes_xyxy=np.concatenate([np.zeros((0, 4), np.float32), *(part.boxes_xyxy for part in parts)]),
            scores=np.concatenate([np.zeros(0, np.float32), *(part.scores for part in parts)]),
            class_ids=np.concatenate([np.zeros(0, np.int64), *(part.class_ids for part in parts)]),
        )

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Detections:
        """Return the rows that an index or a mask names."""
        chosen = np.arange(len(self))[rows].tolist()
        track_ids = None if self.track_ids is None else tuple(self.track_ids[row] for row in chosen)
        return Detections(
            boxes_xyxy=self.boxes_xyxy[rows],
            scores=self.scores[rows],
            class_ids=self.class_ids[rows],
            track_ids=track_ids,
        )

    def tracked_as(self, track_ids: tuple[str, ...]) -> Detections:
        """Return the same people with identities."""
        return replace(self, track_ids=track_ids)

    def foot_points(self) -> NDArray[np.float64]:
        """Return (N, 2) pixels: the middle of the lower edge, where the person stands."""
        boxes = self.boxes_xyxy.astype(np.float64)
        return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2.0, boxes[:, 3]])

    def at_border(self, width: int, height: int) -> NDArray[np.bool_]:
        """Return (N,) bool: the box touches the edge of a picture of that size in pixels."""
        size = np.array([width, height], dtype=np.float32)
        margin = size * BORDER_SHARE
        touches = (self.boxes_xyxy[:, :2] <= margin) | (self.boxes_xyxy[:, 2:] >= size - margin)
        return np.asarray(touches.any(axis=1), dtype=np.bool_)
