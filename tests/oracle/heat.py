"""`heat_minute_v1`: one row for each cell of each heat event, in the UTC minute of its event time.

`camera_up_share` is that of the event's camera in the same store and minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.events import Heat
from contracts.tables import HEAT_MINUTE
from tests.oracle.cameras import Cameras
from tests.oracle.facts import Fact
from tests.oracle.rows import Row, graded, minute_of, window

MEASURES = ("camera_up_share",)


def heat_rows(facts: Iterable[Fact[Heat]], cameras: Cameras) -> Iterator[Row]:
    """Yield one row for each cell."""
    for fact in facts:
        heat, minute_ms = fact.payload, minute_of(fact.event_time_ms)
        share = cameras.up_share_of_camera(store_id=fact.store_id, camera_id=heat.camera_id, minute_ms=minute_ms)
        for cell in heat.cells:
            values = {
                "store_id": fact.store_id,
                "camera_id": heat.camera_id,
                **window(minute_ms),
                "grid_w": heat.grid.w,
                "grid_h": heat.grid.h,
                "cell_index": cell.index,
                "person_ms": cell.person_ms,
                "camera_up_share": share,
            }
            yield graded(HEAT_MINUTE, values, MEASURES)
