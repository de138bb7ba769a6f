from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from contracts.events import Event, Visit
from edge.analysis import CameraAnalyst
from edge.boots import Boots
from edge.detections import Detections
from edge.errors import ConfigurationError
from edge.heads import Picture
from edge.model_cards import load_card
from edge.panorama import PanoramaCameras, PanoramaModel, PanoramaStore, capture_ms, parameter
from edge.people import CameraFloor, FollowedPeople, PeopleSettings
from edge.runtime import StoreFloor
from edge.sources import Frame
from edge.store_file import StoreFile
from edge.tracker import ByteTrack


class _Port:
    def __init__(self, *values: Any) -> None:
        self._values = list(values)

    def get(self) -> Any:
        return self._values.pop(0)


class _Node:
    """As the appliance documents `panoramasdk.node`."""

    def __init__(self, outputs: Sequence[NDArray[Any]] | None = None, **inputs: _Port) -> None:
        self.inputs = SimpleNamespace(**inputs)
        self.calls: list[tuple[dict[str, NDArray[Any]], str]] = []
        self._outputs = outputs

    def call(self, inputs: dict[str, NDArray[Any]], name: str) -> Sequence[NDArray[Any]] | None:
        self.calls.append((inputs, name))
        return self._outputs


def _media(stream_id: str, seconds: int, microseconds: int) -> Any:
    picture = np.zeros((4, 6, 3), dtype=np.uint8)
    return SimpleNamespace(image=picture, stream_id=stream_id, time_stamp=(seconds, microseconds))


def test_time_stamps_are_seconds_and_microseconds() -> None:
    """Time stamps are seconds and microseconds."""
    assert capture_ms((1_790_000_000, 123_999)) == 1_790_000_000_123


def test_each_cameras_pictures_are_taken_once_and_in_order() -> None:
    """Each camera's pictures are taken once and in order."""
    taken: list[tuple[str, int]] = []

    def take(stream_id: str, frame: Frame) -> None:
        assert frame.picture.shape == (4, 6, 3)
        taken.append((stream_id, frame.event_time_ms))

    first = [_media("a", 10, 0), _media("b", 10, 5_000)]
    again = [_media("a", 10, 0), _media("b", 10, 45_000)]
    cameras = PanoramaCameras(_Node(video_in=_Port(first, again)), take)
    assert (cameras.step(), cameras.step()) == (2, 1)
    assert taken == [("a", 10_000), ("b", 10_005), ("b", 10_045)]
    assert cameras.repeated == 1


def test_the_model_is_called_by_its_name_and_its_failure_is_told() -> None:
    """The model is called by its name and its failure is told."""
    planes, output = np.zeros((1, 3, 8, 8), dtype=np.float32), np.ones((1, 5))
    node = _Node([output])
    assert PanoramaModel(node, "people").run(planes)[0] is output
    assert node.calls[0][1] == "people"
    assert node.calls[0][0]["data"] is planes
    with pytest.raises(RuntimeError, match="people"):
        PanoramaModel(_Node(None), "people").run(planes)


def test_a_parameter_that_the_manifest_lacks_is_told_with_its_cure() -> None:
    """A parameter that the manifest lacks is told with its cure."""
    assert parameter(_Node(threshold=_Port(0.4)), "threshold") == 0.4
    with pytest.raises(ConfigurationError, match=r"package\.json"):
        parameter(_Node(), "threshold")


class _OnePerson:
    """A detector that sees one person in the middle of every picture."""

    def detect(self, _picture: Picture) -> Detections:
        """See the person."""
        return Detections.of(np.array([[2.0, 1.0, 3.0, 3.0]]), np.array([0.9]))


def test_a_code_node_counts_a_store() -> None:
    """Its frames go the way of any camera's: a visit comes out; a camera that nobody knows is told."""
    store = StoreFile.whole_picture()
    boots = Boots(lambda: "b", store.time_zone)
    told: list[Event] = []
    analyst = CameraAnalyst(
        "camera",
        finder=_OnePerson(),
        people=lambda boot: FollowedPeople(
            ByteTrack(load_card("yolox-nano"), boot_id=boot, frames_per_second=5.0, lost_ms=2_000),
            boot_id=boot,
            floor=CameraFloor(zones=store.zones),
            settings=PeopleSettings(),
            held_ms=2_000,
        ),
        boots=boots,
    )
    floor = StoreFloor(store, boots, told.extend, camera_ids=["camera"], patience_ms=0)
    pictures = [[_media("camera", 1_790_000_000 + at // 5, at % 5 * 200_000)] for at in range(60)]
    node = _Node(video_in=_Port(*pictures, [_media("other", 1_790_000_100, 0)]))
    panorama = PanoramaStore(node, {"camera": analyst}, floor)
    assert sum(panorama.step() for _ in pictures) == 60
    with pytest.raises(ConfigurationError, match="expected one of camera, came other"):
        panorama.step()
    panorama.close()
    (visit,) = [event.payload for event in told if isinstance(event.payload, Visit)]
    assert visit.left_ms - visit.entered_ms == pytest.approx(11_600, abs=400)
