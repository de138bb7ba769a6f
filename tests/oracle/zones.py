"""`zone_minute_v1`: what the snapshots of a zone say of a UTC minute. A snapshot belongs to the minute it starts in.

    occupancy_mean  = Σ person_ms / Σ interval_ms           occupancy_max = max count_max
    coverage        = Σ interval_ms / 60 000                late_share    = late snapshots / snapshots
    camera_up_share = that of the zone's camera

Where kind, lane or camera of a zone differ within a minute, the greatest counts. A minute without a snapshot of the
zone has no row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from contracts.events import Snapshot, ZoneSnapshot
from contracts.tables import ZONE_MINUTE
from tests.oracle.cameras import Cameras
from tests.oracle.facts import Fact
from tests.oracle.rows import MINUTE_MS, Row, graded, minute_of, window

MEASURES = ("coverage", "camera_up_share", "late_share")


@dataclass(frozen=True, slots=True)
class Look:
    """What one snapshot says of one zone."""

    store_id: str
    event_time_ms: int
    interval_ms: int
    is_late: bool
    zone: ZoneSnapshot


@dataclass(frozen=True)
class ZoneMinute:
    """All looks at one zone in one minute, at least one, and how much of the minute its camera was up."""

    looks: Sequence[Look]
    camera_up_share: float | None

    @property
    def store_id(self) -> str:
        """Store."""
        return self.looks[0].store_id

    @property
    def zone_id(self) -> str:
        """Zone."""
        return self.looks[0].zone.zone_id

    @cached_property
    def minute_ms(self) -> int:
        """Start of the minute."""
        return minute_of(self.looks[0].event_time_ms)

    @cached_property
    def zone_kind(self) -> str:
        """What the zone is used for."""
        return max(look.zone.zone_kind for look in self.looks)

    @cached_property
    def lane_id(self) -> str | None:
        """Checkout lane, if it has one."""
        return max((look.zone.lane_id for look in self.looks if look.zone.lane_id is not None), default=None)

    @cached_property
    def person_ms(self) -> int:
        """Integral of the number of customers."""
        return sum(look.zone.person_ms for look in self.looks)

    @cached_property
    def interval_ms(self) -> int:
        """Time watched."""
        return sum(look.interval_ms for look in self.looks)

    @cached_property
    def occupancy_max(self) -> int:
        """Most customers at one instant."""
        return max(look.zone.count_max for look in self.looks)

    @property
    def snapshots(self) -> int:
        """How many looks there were."""
        return len(self.looks)

    @property
    def late_snapshots(self) -> int:
        """How many of them came behind the watermark."""
        return sum(look.is_late for look in self.looks)

    @property
    def coverage(self) -> float:
        """Share of the minute that was watched."""
        return self.interval_ms / MINUTE_MS

    @property
    def late_share(self) -> float:
        """Share of the looks that came late."""
        return self.late_snapshots / self.snapshots


def looks_of(snapshots: Iterable[Fact[Snapshot]]) -> Iterator[Look]:
    """Yield what the snapshots say of each of their zones."""
    for fact in snapshots:
        for zone in fact.payload.zones:
            yield Look(fact.store_id, fact.event_time_ms, fact.payload.interval_ms, fact.is_late, zone)


def zone_minutes(looks: Iterable[Look], cameras: Cameras) -> list[ZoneMinute]:
    """Return every minute of every zone that was watched in it."""
    grouped: defaultdict[tuple[str, str, int], list[Look]] = defaultdict(list)
    for look in looks:
        grouped[look.store_id, look.zone.zone_id, minute_of(look.event_time_ms)].append(look)
    return [
        ZoneMinute(group, _camera_up_share(group, cameras, store_id=store_id, minute_ms=minute_ms))
        for (store_id, _, minute_ms), group in grouped.items()
    ]


def zone_rows(minutes: Iterable[ZoneMinute]) -> Iterator[Row]:
    """Yield one row for each zone and minute."""
    for minute in minutes:
        values = {
            "store_id": minute.store_id,
            "zone_id": minute.zone_id,
            "zone_kind": minute.zone_kind,
            "lane_id": minute.lane_id,
            **window(minute.minute_ms),
            "occupancy_mean": minute.person_ms / minute.interval_ms,
            "occupancy_max": minute.occupancy_max,
            "person_ms": minute.person_ms,
            "interval_ms": minute.interval_ms,
            "entered": sum(look.zone.entered for look in minute.looks),
            "left": sum(look.zone.left for look in minute.looks),
            "staff_person_ms": sum(look.zone.staff_person_ms for look in minute.looks),
            "coverage": minute.coverage,
            "camera_up_share": minute.camera_up_share,
            "late_share": minute.late_share,
        }
        yield graded(ZONE_MINUTE, values, MEASURES)


def _camera_up_share(looks: Iterable[Look], cameras: Cameras, *, store_id: str, minute_ms: int) -> float | None:
    camera_id = max(look.zone.camera_id for look in looks)
    return cameras.up_share_of_camera(store_id=store_id, camera_id=camera_id, minute_ms=minute_ms)
