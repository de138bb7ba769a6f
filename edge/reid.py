"""Local re-identification, off by default: do two broken tracks look alike? Vectors never leave memory.

An appearance vector is personal data. It lives as long as its track may be stitched, some seconds; it is in no event,
no log, no file, and cannot be pickled. Nobody is recognised on another day, or by another camera.
"""

from __future__ import annotations

import hashlib
from collections import deque
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from edge.errors import ConfigurationError, Problem
from edge.heads import Picture

FILE = "person-reidentification-retail-0248.onnx"
SHA256 = "43891ce644ff6f4c70cce150028e44d6cf3d150cb5a3eb75bf69bfaef0ebe789"
INPUT_HEIGHT, INPUT_WIDTH = 256, 128
SAME = 0.88
"""Cosine from which two are one person, measured on the one-by-one clip."""
DIFFERENT = 0.68
"""Cosine below which they are two."""
VECTORS_KEPT = 4
TRACKS_KEPT = 200
EVERY_MS = 1_000
SMALLEST_HEIGHT = 48
"""In pixels; smaller people look all alike."""

Vector = NDArray[np.float32]


class Appearances:
    """How the tracks of one camera look; one object for each camera, on one thread.

    Args:
        models_directory: Where the model lies.
        longest_ms: How long a track is remembered after it was last seen.

    Raises:
        ConfigurationError: where the model is missing or another file.
    """

    def __init__(self, models_directory: Path, *, longest_ms: int) -> None:
        self._session = _session(models_directory / FILE)
        self._input = self._session.get_inputs()[0].name
        self._longest_ms = longest_ms
        self._vectors: dict[str, deque[Vector]] = {}
        self._seen_ms: dict[str, int] = {}
        self._looked_ms: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._vectors)} tracks>"

    def __getstate__(self) -> NoReturn:
        raise TypeError("appearance vectors never leave memory: they cannot be pickled or copied")

    def see(self, track_id: str, picture: Picture, box: NDArray[np.floating], now_ms: int) -> None:
        """Look at a person; most pictures are passed over, as looks change slowly.

        Args:
            track_id: The tracker's identity.
            picture: (H, W, 3) BGR.
            box: (4,) left, top, right, bottom in pixels.
            now_ms: Instant of the picture.
        """
        self._seen_ms[track_id] = now_ms
        self._forget(now_ms)
        if now_ms - self._looked_ms.get(track_id, -EVERY_MS) < EVERY_MS:
            return
        left, top, right, bottom = (max(0, round(float(value))) for value in box)
        crop = picture[top:bottom, left:right]
        if crop.shape[0] < SMALLEST_HEIGHT or crop.shape[1] < SMALLEST_HEIGHT // 4:
            return
        self._looked_ms[track_id] = now_ms
        self._vectors.setdefault(track_id, deque(maxlen=VECTORS_KEPT)).append(self._vector(crop))

    def alike(self, first: str, second: str) -> bool | None:
        """Return whether two tracks look alike; None where that is not clear."""
        if first not in self._vectors or second not in self._vectors:
            return None
        cosine = float(_mean(self._vectors[first]) @ _mean(self._vectors[second]))
        return True if cosine >= SAME else False if cosine <= DIFFERENT else None

    def _vector(self, crop: Picture) -> Vector:
        resized = cv2.resize(crop, (INPUT_WIDTH, INPUT_HEIGHT)).astype(np.float32)
        (found,) = self._session.run(None, {self._input: resized[None]})
        vector = np.asarray(found, dtype=np.float32).reshape(-1)
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)

    def _forget(self, now_ms: int) -> None:
        old = [key for key, seen_ms in self._seen_ms.items() if now_ms - seen_ms > self._longest_ms]
        old += sorted(self._seen_ms, key=lambda key: self._seen_ms[key])[: max(0, len(self._seen_ms) - TRACKS_KEPT)]
        for key in old:
            for known in (self._seen_ms, self._looked_ms, self._vectors):
                known.pop(key, None)


def _mean(vectors: deque[Vector]) -> Vector:
    mean = np.mean(np.stack(vectors), axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _session(path: Path) -> ort.InferenceSession:
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        cure = "Copy that file into the folder of the models, or switch re-identification off."
        expected = f"{FILE} with sha256 {SHA256}"
        came = "another file" if path.is_file() else "no such file"
        raise ConfigurationError(
            "re-identification", [Problem(where=str(path), expected=expected, came=came, cure=cure)]
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(path.as_posix(), options, providers=["CPUExecutionProvider"])
