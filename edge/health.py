"""How well each camera was seen, minute by minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType
from typing import Protocol

from contracts.events import CameraState, Health

MINUTE_MS = 60_000
NO_BLIND: Mapping[str, CameraState] = MappingProxyType({})
"""Every camera gives pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraVitals:
    """What is known of a camera beside its looks; counts are since the start.

    Attributes:
        frames_dropped: Frames left out on purpose.
        decode_errors: Packets or frames that could not be decoded.
        is_moved: Whether it looks at another scene than before.
    """

    frames_dropped: int = 0
    decode_errors: int = 0
    is_moved: bool = False


class Vitals(Protocol):
    """What the machine around a device knows of itself."""

    def camera(self, camera_id: str) -> CameraVitals:
        """Return how a camera does now."""
        ...

    def spooled_events(self) -> int:
        """Return how many events wait to be sent."""
        ...


class HealthLedger:
    """Counts observations per camera and tells each whole or partial minute once it is over.

    A camera that gave nothing in a minute is 'down'; one that was blind for more of its looks than not is what it was
    most often blind from. Without `frames_per_second` nothing is expected, and what was seen counts as expected.
    """

    def __init__(
        self,
        camera_ids: Sequence[str],
        *,
        frames_per_second: float | None,
        model_sha256: str | None,
        vitals: Vitals | None = None,
    ) -> None:
        self._frames_per_second = frames_per_second
        self._model_sha256 = model_sha256
        self._frames_seen = dict.fromkeys(camera_ids, 0)
        self._blind_looks: dict[str, Counter[CameraState]] = {}
        self._inference_ms: dict[str, list[float]] = {camera_id: [] for camera_id in camera_ids}
        self._from_ms: int | None = None
        self._vitals = vitals
        self._told = {camera_id: vitals.camera(camera_id) for camera_id in camera_ids} if vitals else {}

    def observe(
        self,
        now_ms: int,
        *,
        camera_id: str | None,
        inference_ms: float | None,
        blind: Mapping[str, CameraState] = NO_BLIND,
    ) -> Iterator[tuple[int, Health]]:
        """Count an observation (of every camera where `camera_id` is None); yield (last ms, health) of past minutes.

        `blind` names the cameras without a usable picture at this instant, and what is wrong with each.
        """
        if self._from_ms is None:
            self._from_ms = now_ms
        while now_ms >= (end_ms := _minute_end_ms(self._from_ms)):
            yield from self._report(self._from_ms, end_ms)
            self._from_ms = end_ms
        for camera in self._frames_seen if camera_id is None else [camera_id]:
            if camera in blind:
                self._blind_looks.setdefault(camera, Counter())[blind[camera]] += 1
            else:
                self._count(camera, inference_ms)

    def close(self, now_ms: int) -> Iterator[tuple[int, Health]]:
        """Yield (last ms, health) of every minute up to `now_ms`, the last one partial."""
        while self._from_ms is not None and self._from_ms < now_ms:
            end_ms = min(_minute_end_ms(self._from_ms), now_ms)
            yield from self._report(self._from_ms, end_ms)
            self._from_ms = end_ms

    def _count(self, camera_id: str, inference_ms: float | None) -> None:
        self._frames_seen[camera_id] = self._frames_seen.get(camera_id, 0) + 1
        if inference_ms is not None:
            self._inference_ms.setdefault(camera_id, []).append(inference_ms)

    def _report(self, from_ms: int, end_ms: int) -> Iterator[tuple[int, Health]]:
        for camera_id, seen in self._frames_seen.items():
            times_ms = self._inference_ms.get(camera_id)
            health = Health(
                camera_id=camera_id,
                state=self._state(camera_id, seen),
                frames_expected=self._expected(seen, end_ms - from_ms),
                frames_seen=seen,
                inference_ms_p50=median(times_ms) if times_ms else 0.0,
                spooled_events=self._vitals.spooled_events() if self._vitals else 0,
                model_sha256=self._model_sha256,
            )
            yield end_ms - 1, self._with_vitals(health)
        self._frames_seen = dict.fromkeys(self._frames_seen, 0)
        self._blind_looks = {}
        self._inference_ms = {}

    def _with_vitals(self, health: Health) -> Health:
        if self._vitals is None:
            return health
        now = self._vitals.camera(health.camera_id)
        before = self._told.get(health.camera_id, CameraVitals())
        self._told[health.camera_id] = now
        return replace(
            health,
            frames_dropped=now.frames_dropped - before.frames_dropped,
            decode_errors=now.decode_errors - before.decode_errors,
            is_moved=now.is_moved,
        )

    def _state(self, camera_id: str, seen: int) -> CameraState:
        looks = self._blind_looks.get(camera_id)
        if looks and looks.total() > seen:
            return looks.most_common(1)[0][0]
        return "ok" if seen else "down"

    def _expected(self, seen: int, span_ms: int) -> int:
        return seen if self._frames_per_second is None else round(self._frames_per_second * span_ms / 1_000)


def _minute_end_ms(instant_ms: int) -> int:
    return instant_ms - instant_ms % MINUTE_MS + MINUTE_MS
