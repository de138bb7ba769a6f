"""`dwell_minute_v1`: visits and their dwell, by the UTC minute of the events that ended or changed them.

Each revision of a visit adds what the visit is now and takes away what it was before; of a visit that was merged away
it takes away only.

    visits        customers, dwell >= 5 s           pass_throughs  customers, dwell < 5 s
    staff_visits  staff, of any length              lost_visits    customers of any dwell whose last stay was lost
    dwell_ms and dwell_histogram are over `visits`
    lost_share = lost_visits / (visits + pass_throughs), where that is above 0 and lost_visits is not negative

A minute in which all of this comes to nothing has no row. Coverage, late and camera share are those of the zone's
minute; where it was not watched, coverage is 0 and the others are null.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from contracts.histograms import histogram
from contracts.tables import DWELL_MINUTE
from flink_jobs.settings import MetricSettings
from tests.oracle.rows import Row, add, buckets, graded, minute_of, window
from tests.oracle.visits import VisitRevision, VisitState
from tests.oracle.zones import ZoneMinute

MEASURES = ("coverage", "camera_up_share", "late_share", "lost_share")


class _Sums:
    """What the revisions of one minute come to."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.histogram: Counter[int] = Counter()

    def add(self, visit: VisitState, settings: MetricSettings, *, sign: int) -> None:
        if visit.is_staff:
            self.counts["staff_visits"] += sign
            return
        self.counts["lost_visits"] += sign * (visit.end == "lost")
        if visit.is_pass_through(settings):
            self.counts["pass_throughs"] += sign
            return
        self.counts["visits"] += sign
        self.counts["dwell_ms"] += sign * visit.dwell_ms
        add(self.histogram, histogram([visit.dwell_ms]), sign=sign)

    @property
    def is_nothing(self) -> bool:
        return not any(self.counts.values()) and not any(self.histogram.values())

    @property
    def lost_share(self) -> float | None:
        ended, lost = self.counts["visits"] + self.counts["pass_throughs"], self.counts["lost_visits"]
        return lost / ended if ended > 0 and lost >= 0 else None


def dwell_rows(
    revisions: Iterable[VisitRevision], zone_minutes: Iterable[ZoneMinute], settings: MetricSettings
) -> Iterator[Row]:
    """Yield one row for each zone and minute in which a visit ended or changed."""
    watched = {(minute.store_id, minute.zone_id, minute.minute_ms): minute for minute in zone_minutes}
    grouped: defaultdict[tuple[str, str, int], list[VisitRevision]] = defaultdict(list)
    for change in revisions:
        grouped[change.visit.store_id, change.visit.zone_id, minute_of(change.event_time_ms)].append(change)
    for (store_id, zone_id, minute_ms), changes in grouped.items():
        sums = _sums(changes, settings)
        if sums.is_nothing:
            continue
        values = {
            "store_id": store_id,
            "zone_id": zone_id,
            "zone_kind": max(change.visit.zone_kind for change in changes),
            **window(minute_ms),
            **{name: sums.counts[name] for name in ("visits", "pass_throughs", "staff_visits")},
            **{name: sums.counts[name] for name in ("dwell_ms", "lost_visits")},
            "dwell_histogram": buckets(sums.histogram),
            **_watching(watched.get((store_id, zone_id, minute_ms))),
            "lost_share": sums.lost_share,
        }
        yield graded(DWELL_MINUTE, values, MEASURES)


def _sums(changes: Sequence[VisitRevision], settings: MetricSettings) -> _Sums:
    sums = _Sums()
    for change in changes:
        if change.previous is not None:
            sums.add(change.previous, settings, sign=-1)
        if change.merged_into is None:
            sums.add(change.visit, settings, sign=1)
    return sums


def _watching(minute: ZoneMinute | None) -> Row:
    if minute is None:
        return {"coverage": 0.0, "camera_up_share": None, "late_share": None}
    return {
        "coverage": minute.coverage,
        "camera_up_share": minute.camera_up_share,
        "late_share": minute.late_share,
    }
