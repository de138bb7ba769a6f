"""What one camera's analysis says about one picture, or about the lack of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from contracts.events import CameraState, Hazard
from edge.observations import Observation
from edge.sources import TrackedFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """One instant of one camera.

    Attributes:
        camera_id: The camera.
        observation: Who was seen; nobody where the picture could not be used.
        state: What the picture was like.
        merges: Pairs of tracks that were recognised as one person: the one that ended, the one that goes on.
        hazards: Candidates for a person to judge.
        frame: The picture and the boxes in it, for who draws or blurs them; it never leaves the machine.
    """

    camera_id: str
    observation: Observation
    state: CameraState = "ok"
    merges: tuple[tuple[str, str], ...] = ()
    hazards: tuple[Hazard, ...] = ()
    frame: TrackedFrame | None = None

    @property
    def event_time_ms(self) -> int:
        """Instant of capture, milliseconds since 1970-01-01 UTC."""
        return self.observation.event_time_ms

    @classmethod
    def blind(cls, event_time_ms: int, camera_id: str, state: CameraState) -> Self:
        """Return the look of a camera that gave nothing usable at an instant."""
        nobody = Observation.empty(event_time_ms, camera_id=camera_id)
        return cls(camera_id=camera_id, observation=nobody, state=state)
