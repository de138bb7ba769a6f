"""What the job consists of: functions, shared views in the order of their dependence, and the tables it fills."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.tables import FACT_TABLES

TABLE_OPTIONS = {
    # Windows are cut in UTC; store-local time is the readers' business.
    "table.local-time-zone": "UTC",
    # How long an idle key is remembered: a boot's numbers, a track's last stay, a lane's state.
    "table.exec.state.ttl": "6 h",
    # Rows are handed from operator to operator as they are; none of ours keeps one, or changes one it was given.
    "pipeline.object-reuse": "true",
    # A shard without records must not hold the others' windows open.
    "table.exec.source.idle-timeout": "30 s",
}
STATE_OPTIONS = ("table.local-time-zone", "table.exec.state.ttl")
"""Those of the options that what is kept in state depends on."""

PYTHON_OPTIONS = {
    # Rows go to the alert policy's process in bundles; by default one waits for a second for more.
    "python.fn-execution.bundle.time": "100",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A job in names: Java functions of the jar, views and tables of `sql/flink`.

    A batch job takes a file from `sql/flink/batch` where there is one of that name, and reads the rows of a stretch of
    the instant called `reads_by`. One that `has_alerts` hands the rows of the view `alert_signal` to the alert policy,
    in Python, which fills `alerts`.
    """

    name: str
    views: tuple[str, ...]
    tables: tuple[str, ...]
    functions: tuple[tuple[str, str], ...] = ()
    has_alerts: bool = False
    reads_by: str | None = None

    @property
    def is_batch(self) -> bool:
        """Whether the job reads what is stored, and ends."""
        return self.reads_by is not None


_FACT_FUNCTIONS = (
    ("FOLLOW_PEOPLE", "storetraffic.functions.FollowPeople"),
    ("ZONE_SUMS", "storetraffic.functions.ZoneSums"),
    ("ZONE_OF", "storetraffic.functions.ZoneOf"),
    ("LANE_ZONES", "storetraffic.functions.LaneZones"),
    ("LANE_PRESENCE", "storetraffic.functions.LanePresence"),
    ("LANES_OPEN", "storetraffic.functions.LanesOpen"),
    ("DURATION_HISTOGRAM", "storetraffic.functions.DurationHistogram"),
)
_FACT_VIEWS = (
    "event",
    "watch",
    "camera_health",
    "camera_minute",
    "device_minute",
    "store_minute",
    "stay",
    "followed",
    "visit",
    "journey_change",
    "journey",
    "lane_open",
)
_FACT_TABLES = tuple(table.name for table in FACT_TABLES)

STORE_TRAFFIC = Job(
    name="store_traffic",
    functions=(
        ("SEEN_BEFORE", "storetraffic.functions.SeenBefore"),
        ("ZONE_CHANGES", "storetraffic.functions.ZoneChanges"),
        ("ZONES_TEXT", "storetraffic.functions.ZonesText"),
        ("RULES_OF", "storetraffic.alerts.RulesOf"),
        *_FACT_FUNCTIONS,
    ),
    views=("sequenced", "distinct_event", *_FACT_VIEWS, "snapshot", "store_window", "alert_signal"),
    tables=("event_v1", "rejected_v1", *_FACT_TABLES, "live_zone"),
    has_alerts=True,
)
RECONCILE = Job(
    name="reconcile", functions=_FACT_FUNCTIONS, views=_FACT_VIEWS, tables=_FACT_TABLES, reads_by="event_time"
)
ACCOUNT = Job(name="account", views=(), tables=("accounting_hour_v1",), reads_by="arrival_time")
BATCH_JOBS = {job.name: job for job in (RECONCILE, ACCOUNT)}
