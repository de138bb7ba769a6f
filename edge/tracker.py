"""Follows people from picture to picture: ByteTrack of the library `trackers`, behind a small protocol.

Chosen by measurement, see `docs/decisions/0015-people-tracking.md`.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

from edge.detections import Detections
from edge.model_cards import ModelCard

CONFIRMING_FRAMES = 2
"""A track counts from its second picture on: what is seen once may be a flicker."""
LIBRARY_FRAMES_PER_SECOND = 30.0
"""The library counts its patience in pictures of this rate, whatever the real one is."""


class Tracker(Protocol):
    """Gives identities to people."""

    def update(self, detections: Detections, event_time_ms: int) -> Detections:
        """Return the detections that belong to confirmed tracks, with their identities; instants must not go back."""
        ...


class ByteTrack:
    """ByteTrack. Identities are `<boot_id>-<number>`: random per boot, so they tell nothing beyond it.

    Args:
        card: Whose thresholds say what starts a track, goes on with one, and may go on with one.
        boot_id: Random name of this run.
        frames_per_second: Rate of the pictures.
        lost_ms: How long an unseen track is remembered.
    """

    def __init__(self, card: ModelCard, *, boot_id: str, frames_per_second: float, lost_ms: int) -> None:
        self._boot_id = boot_id
        self._tracker = ByteTrackTracker(
            lost_track_buffer=max(1, round(lost_ms / 1_000 * LIBRARY_FRAMES_PER_SECOND)),
            frame_rate=frames_per_second,
            track_activation_threshold=card.start_threshold,
            high_conf_det_threshold=card.threshold,
            minimum_consecutive_frames=CONFIRMING_FRAMES,
        )

    def update(self, detections: Detections, event_time_ms: int) -> Detections:
        """Return the detections that belong to confirmed tracks, with their identities; instants must not go back."""
        rows = np.arange(len(detections))
        given = sv.Detections(
            xyxy=detections.boxes_xyxy,
            confidence=detections.scores,
            class_id=detections.class_ids,
            data={"row": rows},
        )
        tracked = self._tracker.update(given, timestamp=event_time_ms / 1_000)
        numbers = np.asarray(tracked.tracker_id, dtype=np.int64)
        is_confirmed = numbers >= 0
        rows = np.asarray(tracked.data.get("row", rows[:0]), dtype=np.intp)[is_confirmed]
        return detections.take(rows).tracked_as(
            tuple(f"{self._boot_id}-{number}" for number in numbers[is_confirmed].tolist())
        )
