"""Puts the parts of one camera's analysis together as a store file asks for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from edge.analysis import CameraAnalyst, ClipMaker, Finder
from edge.boots import Boots
from edge.detector import Detector, Things
from edge.hazards.objects import Objects
from edge.hazards.watch import HazardWatch
from edge.identity import random_boot_id
from edge.model_cards import ModelCard, load_card
from edge.people import CameraFloor, people_of_boot
from edge.picture_health import PictureHealth
from edge.static_objects import StaticObjects, read_things, write_things
from edge.store_file import StoreFile
from edge.tracker import ByteTrack, Tracker


def camera_analyst(
    store: StoreFile,
    camera_id: str,
    *,
    model_card: ModelCard,
    models_directory: Path,
    frames_per_second: float,
    boots: Boots,
    finder: Finder | None = None,
    state_directory: Path | None = None,
    clips: ClipMaker | None = None,
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
        state_directory: Where learnt things are kept over a restart; None keeps them in memory.
        clips: Makes clips of hazards; None makes none.

    Raises:
        ConfigurationError: where the model cannot be used.
    """
    lost_ms = store.settings.visits.lost_ms

    def tracker(name: str) -> Tracker:
        return ByteTrack(model_card, boot_id=name, frames_per_second=frames_per_second, lost_ms=lost_ms)

    people = people_of_boot(
        tracker,
        camera_name=_name_in_tracks(store, camera_id),
        floor=_floor(store, camera_id),
        settings=store.people,
        held_ms=lost_ms,
        models_directory=models_directory,
        things=_things(store, camera_id, state_directory),
    )
    finder = finder or Detector(model_card, models_directory)
    quality = PictureHealth(store.picture_health, frames_per_second=frames_per_second)
    watch = HazardWatch(
        camera_id,
        zones=store.zones,
        settings=store.hazards,
        new_id=lambda: f"{store.device_id}-{random_boot_id()}",
        is_moved=lambda: quality.is_moved,
        more=_objects(store, finder, models_directory),
    )
    return CameraAnalyst(
        camera_id, finder=finder, people=people, boots=boots, quality=quality, watches=(watch,), clips=clips
    )


def _objects(store: StoreFile, finder: Finder, models_directory: Path) -> list[Objects]:
    """Return what looks for things: the other classes of the detector of people, or a model of their own."""
    settings = store.hazards.objects
    if settings is None:
        return []
    detector = Detector(load_card(settings.model), models_directory) if settings.model else finder
    if not isinstance(detector, Detector):
        return []
    return [Objects(Things(detector), settings.of(detector.card.classes), every=settings.every)]


def _name_in_tracks(store: StoreFile, camera_id: str) -> str:
    """Return what tells the tracks of a camera from those of the others: its number, as tracks tell no places."""
    ids = [camera.camera_id for camera in store.cameras]
    return str(ids.index(camera_id) + 1) if len(ids) > 1 else ""


def _floor(store: StoreFile, camera_id: str) -> CameraFloor:
    (plan,) = (camera.plan for camera in store.cameras if camera.camera_id == camera_id)
    return CameraFloor(zones=tuple(zone for zone in store.zones if zone.camera_id == camera_id), plan=plan)


def _things(store: StoreFile, camera_id: str, state_directory: Path | None) -> StaticObjects:
    if state_directory is None:
        return StaticObjects(store.people.static)
    path = state_directory / f"things-{hashlib.sha256(camera_id.encode()).hexdigest()[:16]}.json"
    return StaticObjects(
        store.people.static, known=read_things(path), on_change=lambda things: write_things(path, things)
    )
