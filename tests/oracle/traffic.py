"""`traffic_minute_v1`: held crossings of a line, by direction, in the UTC minutes that have one; staff apart.

How well the minute was watched is that of the device that sent the crossings (the greatest id, should two devices
send crossings of one line within a minute):

    coverage        = Σ interval_ms of its snapshots / 60 000; 0 without
    late_share      = late snapshots / snapshots; null without
    camera_up_share = mean over its health events; null without
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from contracts.events import Crossing, Snapshot
from contracts.tables import TRAFFIC_MINUTE
from tests.oracle.cameras import Cameras
from tests.oracle.facts import Fact
from tests.oracle.rows import MINUTE_MS, Row, graded, minute_of, share_or_none, window

MEASURES = ("coverage", "camera_up_share", "late_share")


def traffic_rows(
    crossings: Iterable[Fact[Crossing]], snapshots: Iterable[Fact[Snapshot]], cameras: Cameras
) -> Iterator[Row]:
    """Yield one row for each line and minute with a crossing."""
    sent = _by_device_minute(snapshots)
    grouped: defaultdict[tuple[str, str, int], list[Fact[Crossing]]] = defaultdict(list)
    for fact in crossings:
        grouped[fact.store_id, fact.payload.line_id, minute_of(fact.event_time_ms)].append(fact)
    for (store_id, line_id, minute_ms), group in grouped.items():
        device_id = max(fact.device_id for fact in group)
        looks = sent[store_id, device_id, minute_ms]
        values = {
            "store_id": store_id,
            "line_id": line_id,
            **window(minute_ms),
            **_counts(group),
            "coverage": sum(look.payload.interval_ms for look in looks) / MINUTE_MS,
            "camera_up_share": cameras.up_share_of_device(store_id=store_id, device_id=device_id, minute_ms=minute_ms),
            "late_share": share_or_none(sum(look.is_late for look in looks), len(looks)),
        }
        yield graded(TRAFFIC_MINUTE, values, MEASURES)


def _counts(crossings: Sequence[Fact[Crossing]]) -> Row:
    counts = Counter((fact.payload.is_staff, fact.payload.direction) for fact in crossings)
    return {
        "in_count": counts[False, "in"],
        "out_count": counts[False, "out"],
        "staff_in_count": counts[True, "in"],
        "staff_out_count": counts[True, "out"],
    }


def _by_device_minute(snapshots: Iterable[Fact[Snapshot]]) -> defaultdict[tuple[str, str, int], list[Fact[Snapshot]]]:
    grouped: defaultdict[tuple[str, str, int], list[Fact[Snapshot]]] = defaultdict(list)
    for fact in snapshots:
        grouped[fact.store_id, fact.device_id, minute_of(fact.event_time_ms)].append(fact)
    return grouped
