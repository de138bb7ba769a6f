"""`camera_minute_v1`, and how much of a minute cameras were up, for the tables that stand on them.

    up_share = min(1, frames_seen / frames_expected); 0 where no frame was expected
    camera_up_share = mean of up_share over the health events of the camera (or device) in the minute; null without

A health event belongs to the UTC minute of its event time, which is that minute's last millisecond.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator

from contracts import quality
from contracts.events import Health
from contracts.tables import CAMERA_MINUTE
from tests.oracle.facts import Fact
from tests.oracle.rows import Row, mean_or_none, minute_of, row_of, window


class Cameras:
    """What is known of the health of all cameras."""

    def __init__(self, facts: Iterable[Fact[Health]]) -> None:
        self._told: defaultdict[tuple[str, int], list[Fact[Health]]] = defaultdict(list)
        for fact in facts:
            self._told[fact.store_id, minute_of(fact.event_time_ms)].append(fact)

    def up_share_of_camera(self, *, store_id: str, camera_id: str, minute_ms: int) -> float | None:
        """Return `camera_up_share` of one camera, whichever device reports it; None when nothing told."""
        told = self._told[store_id, minute_ms]
        return mean_or_none(up_share(fact.payload) for fact in told if fact.payload.camera_id == camera_id)

    def up_share_of_device(self, *, store_id: str, device_id: str, minute_ms: int) -> float | None:
        """Return `camera_up_share` over all cameras of one device; None when nothing told."""
        told = self._told[store_id, minute_ms]
        return mean_or_none(up_share(fact.payload) for fact in told if fact.device_id == device_id)


def up_share(health: Health) -> float:
    """Return the share of the expected frames that were seen, at most 1; 0 where none was expected."""
    return min(1.0, health.frames_seen / health.frames_expected) if health.frames_expected else 0.0


def camera_rows(facts: Iterable[Fact[Health]]) -> Iterator[Row]:
    """Yield one row for each health event."""
    for fact in facts:
        share = up_share(fact.payload)
        values = {
            "store_id": fact.store_id,
            "device_id": fact.device_id,
            **window(minute_of(fact.event_time_ms)),
            **dataclasses.asdict(fact.payload),
            "up_share": share,
            "quality": quality.grade({"camera_up_share": share}),
        }
        yield row_of(CAMERA_MINUTE, values)
