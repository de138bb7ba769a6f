"""Whether a camera still gives pictures of the scene that its zones were drawn on: frozen, dark, moved, too slow."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from contracts.events import CameraState
from edge.errors import Problem
from edge.heads import Picture
from edge.sources import Frame
from edge.toml_file import Table

SMALL_SIZE = (160, 90)
"""Width and height of the picture that darkness and shifts are judged on."""
FREEZE_STEP = 7
"""Every how many pixels freezing is judged: unscaled ones, as averages hide a live sensor's noise. No multiple of 8 or
16, so that all places within a codec's blocks are looked at."""
REENCODED_LEVELS = 2
"""Two encodings of one still differ by up to this many of 256 levels."""
NEARLY_ALL = 0.9995
FLAT_LEVELS = 4.0
DARK_LEVEL = 16.0
DARK_HIGHLIGHT = 40.0
INTERVALS_KEPT = 64
BLOCK = 10
"""Side of the blocks in pixels of the small picture."""
BLOCK_POWER = 0.15
"""Sum of squares of the edges of a block, from which it holds any that are more than noise."""
MIN_BLOCKS = 6
ALIKE = 0.5

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHealthSettings:
    """When a picture is called bad.

    Attributes:
        frozen_ms: How long pictures are the same in every pixel.
        nearly_frozen_ms: How long they are the same but for what an encoder changes in a still.
        dark_ms: How long they are black, or so even that the lens must be covered or blinded.
        moved_ms: How long the scene is another than the one learnt.
        moved_share: Shift that counts as moved, in shares of the picture's size.
        alike_share: Share of the scene's parts that must look as they did; fewer, and it is shifted or another scene.
        learn_ms: How long the reference is learnt.
        follow_ms: Time constant with which the reference follows daylight.
        relearn_ms: After how long a moved camera's new scene becomes the reference; None waits for `relearn`.
        slow_share: Share of the expected rate below which the pictures are too slow.
    """

    frozen_ms: int = 10_000
    nearly_frozen_ms: int = 60_000
    dark_ms: int = 2_000
    moved_ms: int = 10_000
    moved_share: float = 0.02
    alike_share: float = 0.25
    learn_ms: int = 3_000
    follow_ms: int = 600_000
    relearn_ms: int | None = None
    slow_share: float = 0.5

    def problems(self) -> list[Problem]:
        """Return everything that contradicts itself, by its key in a store file."""
        spans = {
            "frozen_ms": self.frozen_ms,
            "nearly_frozen_ms": self.nearly_frozen_ms,
            "dark_ms": self.dark_ms,
            "moved_ms": self.moved_ms,
            "learn_ms": self.learn_ms,
            "follow_ms": self.follow_ms,
            "relearn_ms": 1 if self.relearn_ms is None else self.relearn_ms,
        }
        shares = {"moved_share": self.moved_share, "alike_share": self.alike_share, "slow_share": self.slow_share}
        return [
            *(_problem(key, "1 or more", value) for key, value in spans.items() if value < 1),
            *(
                _problem(key, "more than 0 and less than 1", value)
                for key, value in shares.items()
                if not 0 < value < 1
            ),
        ]


def _problem(key: str, expected: str, came: float) -> Problem:
    return Problem(where=f"picture_health.{key}", expected=expected, came=str(came), cure="Change it.")


def picture_health_settings(table: Table) -> PictureHealthSettings:
    """Return the settings of a store file's table `[picture_health]`; what is wrong in it is noted."""
    default = PictureHealthSettings()
    names = [name for name in PictureHealthSettings.__dataclass_fields__ if name != "relearn_ms"]
    table.only(*names, "relearn_ms")
    settings = PictureHealthSettings(
        frozen_ms=table.get_or("frozen_ms", default.frozen_ms),
        nearly_frozen_ms=table.get_or("nearly_frozen_ms", default.nearly_frozen_ms),
        dark_ms=table.get_or("dark_ms", default.dark_ms),
        moved_ms=table.get_or("moved_ms", default.moved_ms),
        moved_share=table.get_or("moved_share", default.moved_share),
        alike_share=table.get_or("alike_share", default.alike_share),
        learn_ms=table.get_or("learn_ms", default.learn_ms),
        follow_ms=table.get_or("follow_ms", default.follow_ms),
        relearn_ms=table.get("relearn_ms", int) if "relearn_ms" in table.values else None,
        slow_share=table.get_or("slow_share", default.slow_share),
    )
    table.problems.add_all(settings.problems())
    return settings


class PictureHealth:
    """Judges the pictures of one camera. Use one object for each camera, on one thread.

    Args:
        settings: When a picture is called bad.
        frames_per_second: Rate that is expected; None expects none.
    """

    def __init__(
        self, settings: PictureHealthSettings | None = None, *, frames_per_second: float | None = None
    ) -> None:
        self._settings = settings or PictureHealthSettings()
        self._expected_ms = 1_000 / frames_per_second if frames_per_second else None
        self._instants: deque[int] = deque(maxlen=INTERVALS_KEPT)
        self._stillness = _Stillness(self._settings)
        self._darkness = _Lasting(self._settings.dark_ms)
        self._scene = _Scene(self._settings)

    def update(self, frame: Frame) -> CameraState:
        """Return what the picture is like; instants never go back."""
        now_ms = frame.event_time_ms
        self._instants.append(now_ms)
        small = _small(frame.picture)
        is_unreadable = _is_unreadable(small)
        is_dark = self._darkness.update(now_ms, is_so=is_unreadable)
        is_frozen = self._stillness.update(now_ms, frame.picture)
        if is_dark:
            return "dark"
        if is_frozen:
            return "frozen"
        if not is_unreadable:
            self._scene.update(now_ms, small)
        return "ok"

    def relearn(self) -> None:
        """Take what comes from now on as the scene that the zones were drawn on."""
        self._scene.relearn()

    @property
    def is_moved(self) -> bool:
        """Whether the camera looks at another scene than it learnt."""
        return self._scene.is_moved

    @property
    def shift(self) -> tuple[float, float] | None:
        """Last measured shift of the scene to the right and down, in shares of the picture; None: none measurable."""
        return self._scene.shift

    @property
    def is_slow(self) -> bool:
        """Whether the pictures come at less than the accepted share of the expected rate."""
        if self._expected_ms is None or len(self._instants) < INTERVALS_KEPT // 8:
            return False
        intervals = [later - earlier for earlier, later in pairwise(self._instants)]
        return float(np.median(intervals)) > self._expected_ms / self._settings.slow_share


def _small(picture: Picture) -> NDArray[np.uint8]:
    resized = cv2.resize(picture, SMALL_SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(resized, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


class _Lasting:
    """Whether something has been so for long enough, without a break."""

    def __init__(self, span_ms: int) -> None:
        self._span_ms = span_ms
        self._since_ms: int | None = None

    def update(self, now_ms: int, *, is_so: bool) -> bool:
        if not is_so:
            self._since_ms = None
            return False
        self._since_ms = now_ms if self._since_ms is None else self._since_ms
        return now_ms - self._since_ms >= self._span_ms


def _is_unreadable(small: NDArray[np.uint8]) -> bool:
    """Whether a picture shows nothing: black, or one even tone, as a covered or a blinded lens gives."""
    mean, deviation = cv2.meanStdDev(small)
    is_black = float(mean[0, 0]) < DARK_LEVEL and float(np.percentile(small, 98)) < DARK_HIGHLIGHT
    return is_black or float(deviation[0, 0]) < FLAT_LEVELS


class _Stillness:
    """Whether pictures repeat, compared with the first of them: noise that creeps below one level adds up to one."""

    def __init__(self, settings: PictureHealthSettings) -> None:
        self._same = _Lasting(settings.frozen_ms)
        self._nearly = _Lasting(settings.nearly_frozen_ms)
        self._first: NDArray[np.int16] | None = None
        self._before: NDArray[np.int16] | None = None

    def update(self, now_ms: int, picture: Picture) -> bool:
        pixels = picture[::FREEZE_STEP, ::FREEZE_STEP, 1].astype(np.int16)
        is_same = self._before is not None and np.array_equal(self._before, pixels)
        is_near = self._first is not None and (is_same or _is_nearly_same(self._first, pixels))
        self._before = pixels
        if not is_near:
            self._first = pixels
        is_frozen = self._same.update(now_ms, is_so=is_same)
        return self._nearly.update(now_ms, is_so=is_near) or is_frozen


def _is_nearly_same(first: NDArray[np.int16], pixels: NDArray[np.int16]) -> bool:
    if first.shape != pixels.shape:
        return False
    return float((np.abs(first - pixels) <= REENCODED_LEVELS).mean()) >= NEARLY_ALL


class _Scene:
    """Compares the edges of the scene with those it learnt, once a second."""

    CHECK_MS = 1_000

    def __init__(self, settings: PictureHealthSettings) -> None:
        self._settings = settings
        self._window = cv2.createHanningWindow(SMALL_SIZE, cv2.CV_32F)
        self.relearn()

    def relearn(self) -> None:
        self.is_moved = False
        self.shift: tuple[float, float] | None = None
        self._reference: Grey | None = None
        self._began_ms: int | None = None
        self._checked_ms: int | None = None
        self._changed = _Lasting(self._settings.moved_ms)
        self._moved_since_ms = 0

    def update(self, now_ms: int, small: NDArray[np.uint8]) -> None:
        if self._reference is None or self._began_ms is None:
            self._reference, self._began_ms, self._checked_ms = _edges(small), now_ms, now_ms
            return
        passed_ms = now_ms - (self._checked_ms or 0)
        is_learning = now_ms - self._began_ms < self._settings.learn_ms
        if passed_ms < (self._settings.learn_ms // 10 if is_learning else self.CHECK_MS):
            return
        self._checked_ms = now_ms
        edges = _edges(small)
        is_other = not is_learning and self._is_other(edges, self._reference)
        if not is_other:
            span_ms = self._settings.learn_ms if is_learning else self._settings.follow_ms
            self._reference += (edges - self._reference) * np.float32(min(1.0, passed_ms / span_ms))
        self._judge(now_ms, is_other=is_other)

    def _is_other(self, edges: Grey, reference: Grey) -> bool:
        """Whether hardly a part of the scene is as it was, as where the camera turned: people hide some, never all."""
        if _alike_share(reference, edges) >= self._settings.alike_share:
            self.shift = (0.0, 0.0)
            return False
        (right, down), _ = cv2.phaseCorrelate(reference, edges, self._window)
        is_explained = _alike_share(reference, _moved_back(edges, right, down)) >= self._settings.alike_share
        shift = (right / SMALL_SIZE[0], down / SMALL_SIZE[1])
        self.shift = shift if is_explained else None
        return not is_explained or max(map(abs, shift)) >= self._settings.moved_share

    def _judge(self, now_ms: int, *, is_other: bool) -> None:
        was_moved = self.is_moved
        self.is_moved = self._changed.update(now_ms, is_so=is_other)
        if self.is_moved and not was_moved:
            self._moved_since_ms = now_ms
        span_ms = self._settings.relearn_ms
        if self.is_moved and span_ms is not None and now_ms - self._moved_since_ms >= span_ms:
            self.relearn()


def _edges(small: NDArray[np.uint8]) -> Grey:
    """Return the strength of edges in [0, 1]: relative to the light around them."""
    grey = cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.0)
    around = cv2.blur(grey, (21, 21)) + 8.0
    strength = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / around
    return np.asarray(np.minimum(strength, 1.0), dtype=np.float32)


def _alike_share(one: Grey, other: Grey) -> float:
    """Return the share of blocks, among those of `one` that hold edges, whose edges correlate (Pearson)."""
    a, b = _blocks(one), _blocks(other)
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    power = (a * a).sum(axis=1)
    holds_edges = power > BLOCK_POWER
    if holds_edges.sum() < MIN_BLOCKS:
        return 1.0
    correlation = (a * b).sum(axis=1) / np.sqrt(np.maximum(power * (b * b).sum(axis=1), 1e-12))
    return float((correlation[holds_edges] >= ALIKE).mean())


def _blocks(picture: Grey) -> Grey:
    """Return (blocks, pixels of each)."""
    down, across = SMALL_SIZE[1] // BLOCK, SMALL_SIZE[0] // BLOCK
    return picture.reshape(down, BLOCK, across, BLOCK).transpose(0, 2, 1, 3).reshape(down * across, BLOCK * BLOCK)


def _moved_back(edges: Grey, right: float, down: float) -> Grey:
    matrix = np.array([[1.0, 0.0, -right], [0.0, 1.0, -down]])
    return np.asarray(cv2.warpAffine(edges, matrix, SMALL_SIZE, borderMode=cv2.BORDER_REPLICATE), dtype=np.float32)
