"""Behind a Panorama code node: its frames into the same pipeline as any camera's.

AWS Panorama ended on 2026-05-31; this is for those who own an appliance. `panoramasdk` exists on the appliance only
and is imported by nobody else. Its interface: a `node` with `get()` of `inputs.video_in`, media with `.image` (H, W, 3
BGR), `.stream_id` and `.time_stamp` as (seconds, microseconds), parameters by `inputs.NAME.get()`, and models by
`call({"input": array}, "model")`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge.analysis import CameraAnalyst
from edge.errors import ConfigurationError, Problem
from edge.runtime import StoreFloor
from edge.sources import Frame


class Media(Protocol):
    """One picture as the appliance gives it."""

    image: NDArray[np.uint8]
    stream_id: str
    time_stamp: tuple[int, int]


class Port(Protocol):
    """One input of the node."""

    def get(self) -> Any:
        """Return its value, or the newest picture of each camera."""
        ...


class Node(Protocol):
    """The part of `panoramasdk.node` that is used; the application subclasses it and passes itself."""

    inputs: Any

    def call(self, inputs: dict[str, NDArray[Any]], name: str) -> Sequence[NDArray[Any]] | None:
        """Run a model of the application; None where it failed."""
        ...


class PanoramaCameras:
    """Gives the frames of all cameras of a node to their pipelines.

    Args:
        node: The code node.
        take: Takes a stream id and a frame.
        video: Name of the input with the cameras.
    """

    def __init__(self, node: Node, take: Callable[[str, Frame], None], *, video: str = "video_in") -> None:
        self._inputs = _input(node, video)
        self._take = take
        self._last_ms: dict[str, int] = {}
        self.repeated = 0
        """Pictures that were left out because the node gave them again, or one older than the one before."""

    def step(self) -> int:
        """Take what the cameras gave since the last call, and return how many pictures were new."""
        count = 0
        for stream_id, frame in self._frames():
            if frame.event_time_ms <= self._last_ms.get(stream_id, -1):
                self.repeated += 1
                continue
            self._last_ms[stream_id] = frame.event_time_ms
            self._take(stream_id, frame)
            count += 1
        return count

    def _frames(self) -> Iterator[tuple[str, Frame]]:
        for media in self._inputs.get():
            # A copy: the appliance may fill its own again.
            picture = np.array(media.image, dtype=np.uint8)
            yield media.stream_id, Frame(event_time_ms=capture_ms(media.time_stamp), picture=picture)


class PanoramaStore:
    """The whole way behind a code node: its cameras' frames, analysed and counted as one device.

    Args:
        node: The code node.
        analysts: By stream id, which is the camera's name in the store file.
        floor: What counts.
        video: Name of the input with the cameras.
    """

    def __init__(
        self, node: Node, analysts: Mapping[str, CameraAnalyst], floor: StoreFloor, *, video: str = "video_in"
    ) -> None:
        self._analysts = dict(analysts)
        self._floor = floor
        self._cameras = PanoramaCameras(node, self._take, video=video)

    def step(self) -> int:
        """Analyse what the cameras gave since the last call, and return how many pictures were new.

        Raises:
            ConfigurationError: where a camera is not in the store file.
        """
        return self._cameras.step()

    def close(self) -> None:
        """Tell what is still open."""
        self._floor.close()

    def _take(self, stream_id: str, frame: Frame) -> None:
        if stream_id not in self._analysts:
            cure = "Name the camera so in the store file, or the stream so on the appliance."
            expected = f"one of {', '.join(self._analysts)}"
            problem = Problem(where="stream_id", expected=expected, came=stream_id, cure=cure)
            raise ConfigurationError("Panorama application", [problem])
        self._floor.take(self._analysts[stream_id].look(frame))


class PanoramaModel:
    """Runs a model that the appliance holds, in place of an onnxruntime session.

    Args:
        node: The code node.
        name: The model's name in the application's graph.
        input_name: Name of its input.
    """

    def __init__(self, node: Node, name: str, *, input_name: str = "data") -> None:
        self._node = node
        self._name = name
        self._input_name = input_name

    def run(self, planes: NDArray[np.float32]) -> Sequence[NDArray[Any]]:
        """Return the model's outputs for (1, C, H, W) planes.

        Raises:
            RuntimeError: where the appliance gives none.
        """
        outputs = self._node.call({self._input_name: planes}, self._name)
        if outputs is None:
            raise RuntimeError(f"expected outputs of the model {self._name}, came none: see the appliance's log")
        return outputs


def capture_ms(time_stamp: tuple[int, int]) -> int:
    """Return (seconds, microseconds) since 1970-01-01 UTC in whole milliseconds."""
    seconds, microseconds = time_stamp
    return seconds * 1_000 + microseconds // 1_000


def parameter(node: Node, name: str) -> Any:
    """Return a parameter of the application.

    Raises:
        ConfigurationError: where its manifest names none such.
    """
    return _input(node, name).get()


def _input(node: Node, name: str) -> Port:
    port: Port | None = getattr(node.inputs, name, None)
    if port is None:
        cure = "Add it to the code node's inputs in the application's package.json and graph.json."
        problem = Problem(where=f"inputs.{name}", expected="an input of the code node", came="none", cure=cure)
        raise ConfigurationError("Panorama application", [problem])
    return port
