"""What a camera, or the simulator, saw at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The confirmed tracks that were seen at one instant; a track that is not listed was not seen, which is no exit.

    Attributes:
        event_time_ms: Instant of capture, milliseconds since 1970-01-01 UTC.
        camera_id: Camera that saw them, or None where one observation covers the whole device.
        track_ids: N identities, unique within the observation.
        foot_points: (N, 2) float64, where the feet stand, in the coordinates of the zones.
        is_staff: (N,) bool.
        at_border: (N,) bool: the visible body touches the edge of the picture, so that vanishing means leaving.
        inference_ms: Time the detector took, or None where there was none.
        party_ids: By track, for those that walk together with others.

    Raises:
        ValueError: where the lengths differ.
    """

    event_time_ms: int
    track_ids: tuple[str, ...]
    foot_points: NDArray[np.float64]
    is_staff: NDArray[np.bool_]
    at_border: NDArray[np.bool_]
    camera_id: str | None = None
    inference_ms: float | None = None
    party_ids: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.track_ids)
        if not (len(self.foot_points) == len(self.is_staff) == len(self.at_border) == count):
            raise ValueError(
                f"expected {count} foot points, staff flags and border flags, one for each track, came "
                f"{len(self.foot_points)}, {len(self.is_staff)} and {len(self.at_border)}"
            )

    @classmethod
    def empty(cls, event_time_ms: int, *, camera_id: str | None = None) -> Observation:
        """Return the observation of an instant at which nobody was seen."""
        nobody = np.zeros(0, dtype=np.bool_)
        return cls(
            event_time_ms=event_time_ms,
            camera_id=camera_id,
            track_ids=(),
            foot_points=np.zeros((0, 2)),
            is_staff=nobody,
            at_border=nobody,
        )
