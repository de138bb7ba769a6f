"""Finds people in a picture: an onnxruntime session that a model card describes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from edge import heads
from edge.detections import Detections
from edge.errors import ConfigurationError, Problem
from edge.heads import Picture
from edge.model_cards import ModelCard

OUTPUTS: Mapping[str, list[str] | None] = {
    "yolox": None,
    "deim": ["labels", "boxes", "scores"],
    "nms": ["dets", "labels"],
}
"""Outputs of each head by name; None takes the only one."""
MODELS_CURE = "Name the folder that holds it: --models FOLDER, or the environment's STORE_TRAFFIC_DATA with models/."


@dataclass(frozen=True, slots=True)
class _Outputs:
    """What the network said of a picture, before anything is selected."""

    picture: Picture
    placement: heads.Placement
    arrays: Sequence[NDArray[Any]]


class Detector:
    """Runs one model on one thread.

    Raises:
        ConfigurationError: where the model is missing, is another file than the card says, cannot be loaded, or has
            other inputs and outputs than its head.
    """

    def __init__(self, card: ModelCard, models_directory: Path) -> None:
        self.card = card
        self._session = session(card, verified(card, models_directory))
        _require_head(card, self._session)
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._grid = heads.yolox_grid(card.input_size)
        person = card.person_class
        self._people = heads.Wanted({} if person is None else {person: card.low_threshold}, card.overlap)
        others = {
            n: card.class_thresholds.get(label, card.threshold) for n, label in card.classes.items() if n != person
        }
        self._others = heads.Wanted(others, card.overlap)
        self._last: _Outputs | None = None

    def detect(self, picture: Picture) -> Detections:
        """Return the people in a (H, W, 3) BGR picture, from `low_threshold` on, best first, boxes in its pixels."""
        people = self._select(self._outputs(picture), self._people)
        return replace(people, class_ids=np.zeros(len(people), dtype=np.int64))

    def things(self, picture: Picture) -> Detections:
        """Return everything else that the card has a label for, with its classes.

        A picture that was just looked at for people is not run through the network again.
        """
        return self._select(self._outputs(picture), self._others)

    def _outputs(self, picture: Picture) -> _Outputs:
        if self._last is None or self._last.picture is not picture:
            self._last = self._run(picture)
        return self._last

    def _run(self, picture: Picture) -> _Outputs:
        card = self.card
        if card.resize == "stretch":
            fitted, placement = heads.stretched(picture, card.input_size)
        else:
            is_centred = card.resize == "letterbox-centre"
            fitted, placement = heads.letterbox(picture, card.input_size, padding=card.padding, is_centred=is_centred)
        planes = heads.network_input(
            fitted,
            is_rgb=card.colour_order == "rgb",
            divisor=card.divisor,
            mean=card.mean,
            deviation=card.deviation,
            is_channels_last=card.layout == "nhwc",
        )
        given: dict[str, NDArray[Any]] = {self._inputs[0]: planes}
        if card.head == "deim":
            height, width = picture.shape[:2]
            given = {"images": planes, "orig_target_sizes": np.array([[width, height]], dtype=np.int64)}
        return _Outputs(picture, placement, self._session.run(OUTPUTS[card.head], given))

    def _select(self, outputs: _Outputs, wanted: heads.Wanted) -> Detections:
        if not wanted.thresholds:
            return Detections.together([])
        if self.card.head == "yolox":
            return heads.yolox_detections(outputs.arrays[0][0], self._grid, outputs.placement, wanted)
        if self.card.head == "deim":
            labels, boxes, scores = (array[0] for array in outputs.arrays)
            return heads.labelled_detections(labels, boxes, scores, wanted)
        dets, labels = (array[0] for array in outputs.arrays)
        boxes = outputs.placement.back(np.asarray(dets[:, :4], dtype=np.float32))
        return heads.labelled_detections(labels, boxes, dets[:, 4], wanted)


class Things:
    """The other classes of a detector, as something that finds things."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def detect(self, picture: Picture) -> Detections:
        """Return what is in a (H, W, 3) BGR picture but people."""
        return self._detector.things(picture)


def verified(card: ModelCard, models_directory: Path) -> Path:
    """Return the path of the card's model file, once its digest is checked.

    Raises:
        ConfigurationError: where the file is missing or another one.
    """
    path = models_directory / card.file
    if not path.is_file():
        raise _unusable(card, path, expected=f"the model file {card.file}", came="no such file", cure=MODELS_CURE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != card.sha256:
        cure = "Fetch the file again from its origin, or correct the card if you changed the model on purpose."
        raise _unusable(card, path, expected=f"sha256 {card.sha256}", came=digest, cure=cure)
    return path


def session(card: ModelCard, path: Path) -> ort.InferenceSession:
    """Return a session of one thread that does not spin.

    Raises:
        ConfigurationError: where onnxruntime does not load the file.
    """
    options = ort.SessionOptions()
    # Two spinning threads on a busy machine were slower than one, and starve other cameras.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(path.as_posix(), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # onnxruntime raises classes of its own for each way in which a file can be wrong.
        cure = "Export the model again as ONNX."
        came = str(error).splitlines()[0]
        raise _unusable(card, path, expected="a model that onnxruntime loads", came=came, cure=cure) from error


def head_of(loaded: ort.InferenceSession) -> str | None:
    """Return the head whose outputs a model has, if any."""
    names = {each.name for each in loaded.get_outputs()}
    named = next((head for head, wanted in OUTPUTS.items() if wanted and set(wanted) <= names), None)
    shapes = [each.shape for each in loaded.get_outputs()]
    is_grid = len(shapes) == 1 and len(shapes[0]) == 3  # noqa: PLR2004 - [1, A, 5 + C]
    return named or ("yolox" if is_grid else None)


def _require_head(card: ModelCard, loaded: ort.InferenceSession) -> None:
    found = head_of(loaded)
    if found != card.head:
        names = ", ".join(each.name for each in loaded.get_outputs())
        cure = f'Write head = "{found}".' if found else f"Export it with the outputs of one of {', '.join(OUTPUTS)}."
        expected = f"the outputs of a {card.head} head"
        raise _unusable(card, Path(card.file), expected=expected, came=f"the outputs {names}", cure=cure)


def _unusable(card: ModelCard, path: Path, *, expected: str, came: str, cure: str) -> ConfigurationError:
    return ConfigurationError(f"model {card.name}", [Problem(where=str(path), expected=expected, came=came, cure=cure)])
