"""Finds people in a picture: an onnxruntime session that a model card describes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnxruntime as ort

from edge import heads
from edge.detections import Detections
from edge.errors import ConfigurationError, Problem
from edge.heads import Picture
from edge.model_cards import ModelCard

MODELS_CURE = "Name the folder that holds it: --models FOLDER, or the environment's STORE_TRAFFIC_DATA with models/."


class Detector:
    """Runs one model on one thread.

    Raises:
        ConfigurationError: where the model is missing, is another file than the card says, or cannot be loaded.
    """

    def __init__(self, card: ModelCard, models_directory: Path) -> None:
        self.card = card
        self._session = _session(card, verified(card, models_directory))
        self._detect = {"yolox": self._yolox, "deim": self._deim}[card.head]
        self._grid = heads.yolox_grid(card.input_size)

    def detect(self, picture: Picture) -> Detections:
        """Return the people in a (H, W, 3) BGR picture, from `low_threshold` on, best first, boxes in its pixels."""
        square, scale = self._square(picture)
        planes = heads.network_input(square, is_rgb=self.card.colour_order == "rgb", divisor=self.card.divisor)
        return self._detect(planes, picture, scale)

    def _square(self, picture: Picture) -> tuple[Picture, float]:
        if self.card.resize == "letterbox":
            return heads.letterbox(picture, self.card.input_size)
        return heads.stretched(picture, self.card.input_size), 1.0

    def _yolox(self, planes: heads.Planes, picture: Picture, scale: float) -> Detections:
        del picture
        (output,) = self._session.run(None, {self._session.get_inputs()[0].name: planes})
        card = self.card
        return heads.yolox_detections(
            output[0],
            self._grid,
            scale=scale,
            class_id=card.person_class,
            threshold=card.low_threshold,
            overlap=card.overlap,
        )

    def _deim(self, planes: heads.Planes, picture: Picture, scale: float) -> Detections:
        del scale
        size = np.array([[picture.shape[1], picture.shape[0]]], dtype=np.int64)
        outputs = self._session.run(["labels", "boxes", "scores"], {"images": planes, "orig_target_sizes": size})
        labels, boxes, scores = (output[0] for output in outputs)
        card = self.card
        return heads.deim_detections(
            labels,
            boxes,
            scores,
            class_id=card.person_class,
            threshold=card.low_threshold,
            overlap=card.overlap,
        )


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


def _session(card: ModelCard, path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    # One thread that does not spin: two spinning ones on a busy machine were slower, and starve other cameras.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(path.as_posix(), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # onnxruntime raises classes of its own for each way in which a file can be wrong.
        cure = "Export the model again as ONNX."
        came = str(error).splitlines()[0]
        raise _unusable(card, path, expected="a model that onnxruntime loads", came=came, cure=cure) from error


def _unusable(card: ModelCard, path: Path, *, expected: str, came: str, cure: str) -> ConfigurationError:
    return ConfigurationError(f"model {card.name}", [Problem(where=str(path), expected=expected, came=came, cure=cure)])
