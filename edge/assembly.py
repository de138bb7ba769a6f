"""Puts the parts of one camera's analysis together as a store file asks for them."""

from __future__ import annotations

from pathlib import Path

from edge.analysis import CameraAnalyst, Finder, People, TrackedPeople
from edge.boots import Boots
from edge.detector import Detector
from edge.hazards.watch import HazardWatch
from edge.identity import random_boot_id
from edge.model_cards import ModelCard
from edge.picture_health import PictureHealth
from edge.store_file import StoreFile
from edge.tracker import ByteTrack


def camera_analyst(
    store: StoreFile,
    camera_id: str,
    *,
    model_card: ModelCard,
    models_directory: Path,
    frames_per_second: float,
    boots: Boots,
    finder: Finder | None = None,
) -> CameraAnalyst:
    """Return what analyses one camera.

    Args:
        store: The store.
        camera_id: One of its cameras.
        model_card: The detector.
        models_directory: Where its model file lies.
        frames_per_second: How many pictures come.
        boots: Gives the boot id of an instant.
        finder: In place of a detector of its own.

    Raises:
        ConfigurationError: where the model cannot be used.
    """

    def people(boot_id: str) -> People:
        lost_ms = store.settings.visits.lost_ms
        tracker = ByteTrack(model_card, boot_id=boot_id, frames_per_second=frames_per_second, lost_ms=lost_ms)
        return TrackedPeople(tracker)

    finder = finder or Detector(model_card, models_directory)
    quality = PictureHealth(store.picture_health, frames_per_second=frames_per_second)
    watch = HazardWatch(
        camera_id,
        zones=store.zones,
        settings=store.hazards,
        new_id=lambda: f"{store.device_id}-{random_boot_id()}",
        is_moved=lambda: quality.is_moved,
    )
    return CameraAnalyst(camera_id, finder=finder, people=people, boots=boots, quality=quality, watches=(watch,))
