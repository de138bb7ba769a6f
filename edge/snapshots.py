"""What every zone held in every interval, told once nothing about the interval can change any more.

A stay covers [entered_ms, left_ms) and an interval [start, start + interval_ms). So for every zone, exactly:
the sum of `person_ms` over the snapshots is the sum of `left_ms - entered_ms` over the customers' visits, and
`count` is the `count` before plus `entered` minus `left`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from contracts.events import Snapshot, ZoneSnapshot
from edge.visits import Change, StayStarted
from edge.zones import Zone


@dataclass(slots=True)
class _Presence:
    entered_ms: int
    left_ms: int | None
    is_staff: bool

    def overlap_ms(self, start_ms: int, end_ms: int) -> int:
        left_ms = end_ms if self.left_ms is None else min(self.left_ms, end_ms)
        return max(0, left_ms - max(self.entered_ms, start_ms))

    def lasts_to(self, end_ms: int) -> bool:
        """Whether the stay holds the last instant before `end_ms`."""
        return self.entered_ms < end_ms and (self.left_ms is None or self.left_ms >= end_ms)


@dataclass(slots=True)
class _ZoneLedger:
    """The stays in one zone that some interval still has to report."""

    zone: Zone
    open: dict[str, _Presence] = field(default_factory=dict)
    closed: list[_Presence] = field(default_factory=list)

    def apply(self, change: Change) -> None:
        if isinstance(change, StayStarted):
            self.open[change.track_id] = _Presence(change.entered_ms, None, change.is_staff)
            return
        presence = self.open.pop(change.track_id)
        presence.left_ms = change.left_ms
        self.closed.append(presence)

    def report(self, start_ms: int, end_ms: int) -> ZoneSnapshot:
        """Return the zone's interval and forget the stays that ended in it."""
        customers = [stay for stay in (*self.open.values(), *self.closed) if not stay.is_staff]
        staff = [stay for stay in (*self.open.values(), *self.closed) if stay.is_staff]
        self.closed = [stay for stay in self.closed if stay.left_ms is None or stay.left_ms >= end_ms]
        at_end = [stay for stay in customers if stay.lasts_to(end_ms)]
        return ZoneSnapshot(
            zone_id=self.zone.zone_id,
            zone_kind=self.zone.zone_kind,
            lane_id=self.zone.lane_id,
            camera_id=self.zone.camera_id,
            count=len(at_end),
            count_max=_count_max(customers, start_ms, end_ms),
            person_ms=sum(stay.overlap_ms(start_ms, end_ms) for stay in customers),
            entered=sum(start_ms <= stay.entered_ms < end_ms for stay in customers),
            left=sum(stay.left_ms is not None and start_ms <= stay.left_ms < end_ms for stay in customers),
            longest_stay_ms=max((end_ms - stay.entered_ms for stay in at_end), default=0),
            staff_person_ms=sum(stay.overlap_ms(start_ms, end_ms) for stay in staff),
        )


def _count_max(stays: Iterable[_Presence], start_ms: int, end_ms: int) -> int:
    """Return the most stays that hold one instant of the interval; who leaves makes room for who enters right then."""
    steps: list[tuple[int, int]] = []
    for stay in stays:
        if stay.overlap_ms(start_ms, end_ms):
            steps.append((max(stay.entered_ms, start_ms), 1))
            steps.append((end_ms if stay.left_ms is None else min(stay.left_ms, end_ms), -1))
    return max(accumulate(step for _, step in sorted(steps)), default=0)


@dataclass(slots=True)
class _Watch:
    """How far one camera has watched: its last look, and the first interval that it has not covered yet."""

    looked_ms: int | None = None
    next_start_ms: int = 0


class SnapshotLedger:
    """Collects stays and tells each observed interval once, in order, when it has settled.

    A zone is left out of an interval in which its camera gave nothing, and an interval in which no camera did is not
    told: no observation is not the same as nobody there. Looks of a camera closer together than `settle_ms` cover the
    time between them. State is plain values, as in `VisitMachine`.
    """

    def __init__(
        self, zones: Sequence[Zone], *, interval_ms: int, settle_ms: int, camera_ids: Iterable[str] = ()
    ) -> None:
        """Take the zones; `camera_ids` names cameras without a zone, whose looks make an interval observed too."""
        self._zones = [_ZoneLedger(zone) for zone in zones]
        self._interval_ms = interval_ms
        self._settle_ms = settle_ms
        self._watches = {camera_id: _Watch() for camera_id in (*(zone.camera_id for zone in zones), *camera_ids)}
        self._due: dict[int, set[str]] = {}
        """By start of the interval, the cameras that watched it."""

    def observe(
        self, now_ms: int, changes: Iterable[Change], *, camera_ids: Collection[str] | None = None
    ) -> Iterator[tuple[int, Snapshot]]:
        """Take an observed instant with its changes; yield (start, snapshot) of every interval that has settled.

        Args:
            now_ms: The instant; never before that of the last call.
            changes: Stays that started or ended.
            camera_ids: Cameras that looked; None means all.
        """
        for camera_id in self._watches if camera_ids is None else self._watches.keys() & camera_ids:
            self._cover(now_ms, camera_id)
        self._apply(changes)
        while self._due and min(self._due) + self._interval_ms + self._settle_ms <= now_ms:
            yield self._report()

    def close(self, changes: Iterable[Change]) -> Iterator[tuple[int, Snapshot]]:
        """Take the last changes, which end every stay, and yield (start, snapshot) of every interval left."""
        self._apply(changes)
        while self._due:
            yield self._report()
        for watch in self._watches.values():
            watch.looked_ms = None

    def _cover(self, now_ms: int, camera_id: str) -> None:
        watch = self._watches[camera_id]
        before_ms, watch.looked_ms = watch.looked_ms, now_ms
        is_continuous = before_ms is not None and now_ms - before_ms <= self._settle_ms
        if not is_continuous:
            watch.next_start_ms = max(watch.next_start_ms, now_ms - now_ms % self._interval_ms)
        while watch.next_start_ms <= now_ms:
            self._due.setdefault(watch.next_start_ms, set()).add(camera_id)
            watch.next_start_ms += self._interval_ms

    def _apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._zones[change.zone_index].apply(change)

    def _report(self) -> tuple[int, Snapshot]:
        start_ms = min(self._due)
        end_ms = start_ms + self._interval_ms
        camera_ids = self._due.pop(start_ms)
        zones = tuple(each.report(start_ms, end_ms) for each in self._zones if each.zone.camera_id in camera_ids)
        return start_ms, Snapshot(interval_ms=self._interval_ms, zones=zones)
