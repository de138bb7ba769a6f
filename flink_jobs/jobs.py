"""What the job consists of: functions, shared views in the order of their dependence, and the tables it fills."""

from __future__ import annotations

from dataclasses import dataclass

TABLE_OPTIONS = {
    # Windows are cut in UTC; store-local time is the readers' business.
    "table.local-time-zone": "UTC",
    # How long an idle key is remembered: a boot's numbers, a track's last stay, a lane's state.
    "table.exec.state.ttl": "6 h",
    # A shard without records must not hold the others' windows open.
    "table.exec.source.idle-timeout": "30 s",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A job in names: Java functions of the jar, views in `sql/flink/views`, tables in `sql/flink`."""

    name: str
    functions: tuple[tuple[str, str], ...]
    views: tuple[str, ...]
    tables: tuple[str, ...]


STORE_TRAFFIC = Job(
    name="store_traffic",
    functions=(
        ("SEEN_BEFORE", "storetraffic.functions.SeenBefore"),
        ("VISIT_SO_FAR", "storetraffic.functions.VisitSoFar"),
        ("LANE_OPEN_MS", "storetraffic.functions.LaneOpen"),
    ),
    views=(
        "sequenced",
        "distinct_event",
        "event",
        "zone_snapshot",
        "zone_minute",
        "stay",
        "visit",
        "lane_stay",
        "queue_stay",
        "journey",
        "lane_open",
    ),
    tables=(
        "event_v1",
        "rejected_v1",
        "zone_minute_v1",
        "visit_v1",
        "dwell_minute_v1",
        "journey_v1",
        "lane_minute_v1",
        "traffic_minute_v1",
        "camera_minute_v1",
        "hazard_v1",
        "heat_minute_v1",
        "live_zone",
    ),
)
