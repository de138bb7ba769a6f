"""The tables: their columns, grain, keys and layout. Lake tables are Iceberg; live tables are DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contracts import quality, rejections
from contracts.alerts import Action, Alert
from contracts.events import envelope_struct, payload_fields, payload_struct
from contracts.fields import Field, struct_of
from contracts.types import BOOLEAN, DATE, DOUBLE, INSTANT, INTEGER, LONG, STRING, ListOf, Struct, Type

StoredIn = Literal["lake", "dynamodb"]
Role = Literal["record", "fact", "rollup", "dimension", "live"]
PartitionUnit = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table and what a reader may rely on.

    `grain` says what one row is. `key` names the columns that tell rows apart; with `revision` in the key, the
    highest revision is the valid one. `partition_by` is the column whose day (of an instant, the UTC day) or month the
    files are laid out by. `role` says what the table is for: `record` keeps what came in and what was done, `fact` what
    was worked out from it, `rollup` sums facts by local hour once a day is over, `dimension` describes stores and
    dates, `live` holds what is so now. Rows of a lake table are deleted `retention_days` after their day; None keeps
    them. Where `is_written_by_all` every subtask of the stream writes a file of its own, as one could not keep up; else
    one does.
    Of DynamoDB's tables, the services write those that are not `is_written_by_job`; one that `tells_changes` has a
    stream of them.
    """

    name: str
    doc: str
    grain: str
    columns: tuple[Field, ...]
    key: tuple[str, ...]
    partition_by: str | None = None
    sort_by: tuple[str, ...] = ()
    partition_unit: PartitionUnit = "day"
    stored_in: StoredIn = "lake"
    role: Role = "fact"
    retention_days: int | None = None
    is_written_by_all: bool = False
    is_written_by_job: bool = True
    tells_changes: bool = False

    def column(self, name: str) -> Field:
        """Return a column; raises `KeyError` when the table has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


def _column(name: str, type_: Type, doc: str, *, required: bool = True) -> Field:
    return Field(name, type_, doc, required=required)


def _of_visit(name: str) -> Field:
    return payload_struct("visit").field(name)


STORE_ID = _column("store_id", STRING, "Store")
ZONE_ID = _column("zone_id", STRING, "Zone, unique within its store")
ZONE_KIND = _column("zone_kind", STRING, "What the zone is used for: aisle, queue, service, entrance or other")
LANE_ID = _column("lane_id", STRING, "Checkout lane")
ZONE_LANE_ID = _column("lane_id", STRING, "Checkout lane of a queue or service zone", required=False)
WINDOW_START = _column("window_start", INSTANT, "Start of the window, inclusive")
WINDOW_END = _column("window_end", INSTANT, "End of the window, exclusive")
COVERAGE = _column("coverage", DOUBLE, "Share of the window for which snapshots came: 1 = all of it")
CAMERA_UP_SHARE = _column(
    "camera_up_share",
    DOUBLE,
    "Share of the expected frames that the cameras gave; null when none told of its health",
    required=False,
)
LATE_SHARE = _column(
    "late_share",
    DOUBLE,
    "Share of the snapshots that came behind the watermark; 0 as streamed, known once the day is reconciled",
    required=False,
)
QUALITY = Field("quality", STRING, "How far to trust the row: see docs/metrics.md", choices=quality.GRADES)
REVISION = _column("revision", LONG, "Counts the changes: of rows with the same id, the highest is valid")
HISTOGRAM = ListOf(
    Struct(
        (
            _column("lower_ms", LONG, "Lower bound of the bucket, inclusive; it ends at lower_ms * 11 / 10"),
            _column("count", LONG, "How many"),
        )
    )
)
TRACK_ID = _column("track_id", STRING, "Track, random per boot and rotated daily: no lasting identity")

ALERT_FIELDS = struct_of(Alert).fields
_EPOCHS_OF_ALERTS = frozenset({"started_ms", "raised_ms", "escalated_ms", "ended_ms", "changed_ms", "expires_at"})

OUTCOMES = ("served", "abandoned", "censored")

ARRIVAL = (
    _column("arrival_time", INSTANT, "When Kinesis took the record"),
    _column("shard_id", STRING, "Kinesis shard"),
    _column("sequence_number", STRING, "Kinesis sequence number, unique within the shard"),
)

EVENT = Table(
    name="event_v1",
    doc="Every event that was not rejected, late ones too: the source of a reconciled day.",
    grain="one event",
    columns=(
        *(field for field in envelope_struct().fields if field.name not in ("schema", "event_time_ms")),
        _column("event_time", INSTANT, "When it happened"),
        *ARRIVAL,
        _column("is_late", BOOLEAN, "The event came behind the watermark: not in the stream's facts of its time"),
        *payload_fields(),
        _column(
            "original",
            STRING,
            "The record as received, when it holds fields this version does not know, or elements that were left out",
            required=False,
        ),
        _column(
            "left_out",
            STRING,
            "Elements of lists that broke the contract and do not count: reason, place, what was expected, what came",
            required=False,
        ),
    ),
    role="record",
    retention_days=400,
    key=("event_id",),
    partition_by="event_time",
    sort_by=("store_id", "event_time"),
    is_written_by_all=True,
)

ZONE_MINUTE = Table(
    name="zone_minute_v1",
    doc="Occupancy of each zone, minute by minute.",
    grain="one zone and minute",
    columns=(
        STORE_ID,
        ZONE_ID,
        ZONE_KIND,
        ZONE_LANE_ID,
        WINDOW_START,
        WINDOW_END,
        _column("occupancy_mean", DOUBLE, "Time-weighted mean number of customers: person_ms / interval_ms"),
        _column("occupancy_max", INTEGER, "Most customers at one instant"),
        _column("person_ms", LONG, "Integral of the number of customers, in person-milliseconds"),
        _column("interval_ms", LONG, "Time watched within the window, in milliseconds"),
        _column("entered", LONG, "Customers who entered"),
        _column("left", LONG, "Customers who left"),
        _column("staff_person_ms", LONG, "Integral of the number of staff, in person-milliseconds"),
        COVERAGE,
        CAMERA_UP_SHARE,
        LATE_SHARE,
        QUALITY,
    ),
    retention_days=800,
    key=("store_id", "zone_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "zone_id"),
    is_written_by_all=True,
)

VISIT = Table(
    name="visit_v1",
    doc=(
        "Visits to zones. Stays of one person in one zone less than 30 s apart are one visit. A stay that continues a "
        "visit, or a `track_merge` that joins two, writes it again with the next revision; a visit that was found to "
        "be part of another one says so in `merged_into` and counts no more."
    ),
    grain="one revision of one visit",
    columns=(
        STORE_ID,
        _column("visit_id", STRING, "zone_id/track_id/entered_ms of the visit's first stay"),
        REVISION,
        ZONE_ID,
        ZONE_KIND,
        ZONE_LANE_ID,
        _of_visit("camera_id"),
        TRACK_ID,
        _column("entered_time", INSTANT, "First instant of the visit"),
        _column("left_time", INSTANT, "Last instant of the visit so far"),
        _column("dwell_seconds", DOUBLE, "left_time - entered_time, in seconds"),
        _column("is_pass_through", BOOLEAN, "The visit was shorter than 5 s: counted apart"),
        _column("is_staff", BOOLEAN, "One of the visit's stays was recognised as staff's"),
        _of_visit("end"),
        _column("merged_into", STRING, "Visit of which this one was found to be a part", required=False),
        _column("event_id", STRING, "Event that made this revision"),
    ),
    retention_days=400,
    key=("store_id", "visit_id", "revision"),
    partition_by="left_time",
    sort_by=("store_id", "left_time"),
)

DWELL_MINUTE = Table(
    name="dwell_minute_v1",
    doc=(
        "Visits that ended and their dwell, minute by minute. When a stay or a track merge changes a visit of an "
        "earlier minute, its minute carries the difference, so that sums over any longer time are exact; a single "
        "minute can be negative."
    ),
    grain="one zone and minute in which a visit ended",
    columns=(
        STORE_ID,
        ZONE_ID,
        ZONE_KIND,
        WINDOW_START,
        WINDOW_END,
        _column("visits", LONG, "Customer visits of at least 5 s"),
        _column("pass_throughs", LONG, "Customer visits shorter than 5 s"),
        _column("staff_visits", LONG, "Visits of staff"),
        _column("dwell_ms", LONG, "Sum of dwell over `visits`, in milliseconds"),
        _column("lost_visits", LONG, "Customer visits and pass-throughs that ended because the track was lost"),
        Field("dwell_histogram", HISTOGRAM, "Dwell over `visits` by log-spaced buckets; add buckets to merge rows"),
        COVERAGE,
        CAMERA_UP_SHARE,
        LATE_SHARE,
        _column(
            "lost_share",
            DOUBLE,
            "lost_visits / (visits + pass_throughs); null when the minute only corrects earlier ones",
            required=False,
        ),
        QUALITY,
    ),
    retention_days=800,
    key=("store_id", "zone_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "zone_id"),
)

JOURNEY = Table(
    name="journey_v1",
    doc=(
        "Queue journeys of customers: joined a lane's queue, and then was served, gave up, or was lost from sight. "
        "What comes later, such as a `track_merge`, writes the journey again with a higher revision; a journey that "
        "was found to be part of another one says so in `merged_into` and counts no more."
    ),
    grain="one revision of one queue journey",
    columns=(
        STORE_ID,
        _column("journey_id", STRING, "lane_id/track_id/joined_ms of the journey's first stay in the queue"),
        REVISION,
        LANE_ID,
        TRACK_ID,
        _column("joined_time", INSTANT, "Entered the queue"),
        _column("queue_left_time", INSTANT, "Left the queue"),
        _column("service_start_time", INSTANT, "Entered the service zone; null when not served", required=False),
        _column("service_end_time", INSTANT, "Left the service zone; null when not served", required=False),
        Field("outcome", STRING, "How it ended; censored: the end was not seen", choices=OUTCOMES),
        Field(
            "end",
            STRING,
            "How the stay in the queue ended: of a censored journey, lost from sight or still present (day_end)",
            choices=_of_visit("end").choices,
        ),
        _column("wait_seconds", DOUBLE, "joined_time to service_start_time; null when not served", required=False),
        _column(
            "queue_seconds",
            DOUBLE,
            "joined_time to service_start_time, or to queue_left_time when not served",
        ),
        _column("service_seconds", DOUBLE, "Time in the service zone; null when not served", required=False),
        _column(
            "is_over_target",
            BOOLEAN,
            "Served after more than the target wait; null when not served",
            required=False,
        ),
        _column("merged_into", STRING, "Journey of which this one was found to be a part", required=False),
    ),
    retention_days=400,
    key=("store_id", "journey_id", "revision"),
    partition_by="queue_left_time",
    sort_by=("store_id", "queue_left_time"),
)

LANE_MINUTE = Table(
    name="lane_minute_v1",
    doc=(
        "Queue and service of each checkout lane, minute by minute. A lane has one queue zone and one service zone. A "
        "journey counts once, when nothing can change it any more, in the minute of what was last seen of it: the end "
        "of service, leaving the queue, or a merge."
    ),
    grain="one lane and minute",
    columns=(
        STORE_ID,
        LANE_ID,
        WINDOW_START,
        WINDOW_END,
        _column("queue_length_mean", DOUBLE, "Time-weighted mean number of customers in the queue", required=False),
        _column("queue_length_max", INTEGER, "Most customers in the queue at one instant", required=False),
        _column("queue_person_ms", LONG, "Integral of the queue length, in person-milliseconds"),
        _column("service_person_ms", LONG, "Integral of the customers in service, in person-milliseconds"),
        _column(
            "open_ms",
            LONG,
            "Time the lane was open: from 5 s of presence in the service zone until 30 s without",
        ),
        _column("joined", LONG, "Journeys that ended in this minute, whatever the outcome"),
        _column("served", LONG, "Journeys that were served"),
        _column("abandoned", LONG, "Journeys that gave up"),
        _column("censored", LONG, "Journeys whose outcome was not seen"),
        _column("wait_ms", LONG, "Sum of the waits of the served, in milliseconds"),
        _column("wait_ms_max", LONG, "Longest wait among the served, in milliseconds", required=False),
        _column("served_over_target", LONG, "Served after more than the target wait"),
        _column("queue_ms", LONG, "Sum of the time in the queue over `joined`, in milliseconds"),
        Field("wait_histogram", HISTOGRAM, "Waits of the served by log-spaced buckets; add buckets to merge rows"),
        COVERAGE,
        CAMERA_UP_SHARE,
        LATE_SHARE,
        _column("lost_share", DOUBLE, "censored / joined; null when none joined", required=False),
        _column(
            "little_gap",
            DOUBLE,
            "|L - lambda W| / L over the lane's latest 15 minutes: queue length against arrivals times time in the "
            "queue; null with fewer than 10 journeys",
            required=False,
        ),
        QUALITY,
    ),
    retention_days=800,
    key=("store_id", "lane_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "lane_id"),
)

TRAFFIC_MINUTE = Table(
    name="traffic_minute_v1",
    doc="Line crossings, minute by minute. Minutes without a crossing have no row.",
    grain="one line and minute with a crossing",
    columns=(
        STORE_ID,
        _column("line_id", STRING, "Line, unique within its store"),
        WINDOW_START,
        WINDOW_END,
        _column("in_count", LONG, "Customers who crossed inwards"),
        _column("out_count", LONG, "Customers who crossed outwards"),
        _column("staff_in_count", LONG, "Staff who crossed inwards"),
        _column("staff_out_count", LONG, "Staff who crossed outwards"),
        COVERAGE,
        CAMERA_UP_SHARE,
        LATE_SHARE,
        QUALITY,
    ),
    retention_days=800,
    key=("store_id", "line_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "line_id"),
)

HAZARD = Table(
    name="hazard_v1",
    doc="Hazard candidates for a person to judge.",
    grain="one hazard event",
    columns=(
        STORE_ID,
        *payload_struct("hazard").fields,
        _column("event_time", INSTANT, "When it was seen"),
        _column("event_id", STRING, "Event that reported it"),
    ),
    retention_days=800,
    key=("event_id",),
    partition_by="event_time",
    sort_by=("store_id", "event_time"),
)

CAMERA_MINUTE = Table(
    name="camera_minute_v1",
    doc="Health of each camera, minute by minute.",
    grain="one camera and minute",
    columns=(
        STORE_ID,
        _column("device_id", STRING, "Edge device"),
        WINDOW_START,
        WINDOW_END,
        *payload_struct("health").fields,
        _column("up_share", DOUBLE, "frames_seen / frames_expected, at most 1"),
        QUALITY,
    ),
    retention_days=800,
    key=("store_id", "camera_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "camera_id"),
)

HEAT_MINUTE = Table(
    name="heat_minute_v1",
    doc="Where customers stood in each camera's picture, minute by minute.",
    grain="one camera, minute and cell",
    columns=(
        STORE_ID,
        _column("camera_id", STRING, "Camera"),
        WINDOW_START,
        WINDOW_END,
        _column("grid_w", INTEGER, "Columns of the map"),
        _column("grid_h", INTEGER, "Rows of the map"),
        _column("cell_index", INTEGER, "Row times columns plus column"),
        _column("person_ms", LONG, "Time spent in the cell, over all customers"),
        CAMERA_UP_SHARE,
        QUALITY,
    ),
    retention_days=400,
    key=("store_id", "camera_id", "window_start", "cell_index"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "camera_id"),
)

ALERT = Table(
    name="alert_v1",
    doc=(
        "Every state that an alert was in, as the job told it: raised, escalated, resolved. A failure or a replay "
        "changes nothing: a row is written once for its key."
    ),
    grain="one state of one alert",
    columns=(
        *(field for field in ALERT_FIELDS if field.name not in _EPOCHS_OF_ALERTS),
        _column("started_time", INSTANT, "When the condition began"),
        _column("raised_time", INSTANT, "When it had held for the rule's minimum duration"),
        _column("ended_time", INSTANT, "When it was over, or expired", required=False),
        _column("changed_time", INSTANT, "When this state began"),
    ),
    role="record",
    retention_days=800,
    key=("store_id", "alert_id", "state"),
    partition_by="changed_time",
    sort_by=("store_id", "changed_time"),
)

ALERT_ACTION = Table(
    name="alert_action_v1",
    doc="What people did about alerts: acknowledged, judged, commented.",
    grain="one act",
    columns=(
        *(field for field in struct_of(Action).fields if field.name not in ("acted_ms", "expires_at")),
        _column("acted_time", INSTANT, "When"),
    ),
    role="record",
    retention_days=800,
    key=("store_id", "action_id"),
    partition_by="acted_time",
    sort_by=("store_id", "acted_time"),
)

REJECTED = Table(
    name="rejected_v1",
    doc="Every received record that was not accepted, with the reason.",
    grain="one received record",
    columns=(
        *ARRIVAL,
        Field("reason", STRING, "Why: see the list of reasons", choices=tuple(rejections.REASONS)),
        _column("detail", STRING, "Where in the record, what was expected, what came", required=False),
        _column("store_id", STRING, "Store, when it could be read", required=False),
        _column("device_id", STRING, "Edge device, when it could be read", required=False),
        _column("event_id", STRING, "Event id, when it could be read", required=False),
        _column("event_time", INSTANT, "Event time, when it could be read", required=False),
        _column("size_bytes", INTEGER, "Size of the record", required=False),
        _column("head", STRING, "First 4 KiB of a record that could not be used", required=False),
    ),
    role="record",
    retention_days=90,
    key=("shard_id", "sequence_number"),
    partition_by="arrival_time",
    sort_by=("arrival_time",),
)

ACCOUNTING_HOUR = Table(
    name="accounting_hour_v1",
    doc=(
        "The job's report: what became of the records of each device, hour by hour of arrival. "
        "`python -m glue account` counts a day that is over; received = accepted + rejected + late + duplicate."
    ),
    grain="one device and hour of arrival",
    columns=(
        _column("store_id", STRING, "Store; empty for records that name none"),
        _column("device_id", STRING, "Edge device; empty for records that name none"),
        WINDOW_START,
        WINDOW_END,
        _column("received", LONG, "Records by their place in the stream, counted once each"),
        _column("accepted", LONG, "Events that count, late ones apart"),
        _column("late", LONG, "Events behind the watermark: in event_v1, and counted once the day is reconciled"),
        _column("duplicate", LONG, "Events that had come before"),
        _column("rejected", LONG, "Records that could not be used: rejected_v1 says why"),
        _column("late_share", DOUBLE, "late / (accepted + late); null when there was neither", required=False),
        _column("is_clock_skewed", BOOLEAN, "The device sent times from the future: set its clock"),
    ),
    role="record",
    retention_days=800,
    key=("store_id", "device_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "device_id"),
)

BUSINESS_DATE = _column("business_date", DATE, "Date where the store is")
HOUR_OF_DAY = _column("hour_of_day", INTEGER, "Hour on the clock where the store is, 0 to 23")
LOCAL_HOUR = (
    BUSINESS_DATE,
    HOUR_OF_DAY,
    _column(
        "window_start",
        INSTANT,
        "Start of the hour, inclusive: tells the two apart that a clock set back shows alike",
    ),
    _column("window_end", INSTANT, "End of the hour, exclusive"),
)
_SUMMED = frozenset({"window_start", "window_end", "store_id"})
_QUALITY_SIGNS = frozenset({"coverage", "camera_up_share", "late_share", "lost_share", "quality"})


def _summed(table: Table, *left_out: str) -> tuple[Field, ...]:
    """Return the measures of a table of minutes, as an hour has them too."""
    unwanted = _SUMMED | set(table.key) | set(left_out)
    return tuple(field for field in table.columns if field.name not in unwanted)


TRAFFIC_LOCAL_HOUR = Table(
    name="traffic_local_hour_v1",
    doc=(
        "Line crossings by the store's own hour: summed from the minutes once a day is over, or imported history. An "
        "hour that was watched and in which nobody crossed has a row; an hour without a row was not watched."
    ),
    grain="one line and local hour",
    columns=(
        STORE_ID,
        TRAFFIC_MINUTE.column("line_id"),
        *LOCAL_HOUR,
        *_summed(TRAFFIC_MINUTE),
        _column("source", STRING, "Where the row is from: `minutes`, or `import:` and the name of the import"),
    ),
    role="rollup",
    key=("store_id", "line_id", "window_start"),
    partition_by="business_date",
    partition_unit="month",
    sort_by=("store_id", "business_date", "window_start", "line_id"),
    is_written_by_job=False,
)

ZONE_LOCAL_HOUR = Table(
    name="zone_local_hour_v1",
    doc="Occupancy, visits and dwell of each zone by the store's own hour: summed from the minutes once a day is over.",
    grain="one zone and local hour",
    columns=(
        STORE_ID,
        ZONE_ID,
        ZONE_KIND,
        ZONE_LANE_ID,
        *LOCAL_HOUR,
        *_summed(ZONE_MINUTE, "zone_kind", "lane_id", *_QUALITY_SIGNS),
        *_summed(DWELL_MINUTE, "zone_kind", *_QUALITY_SIGNS),
        COVERAGE,
        CAMERA_UP_SHARE,
        LATE_SHARE,
        DWELL_MINUTE.column("lost_share"),
        QUALITY,
    ),
    role="rollup",
    key=("store_id", "zone_id", "window_start"),
    partition_by="business_date",
    partition_unit="month",
    sort_by=("store_id", "business_date", "window_start", "zone_id"),
    is_written_by_job=False,
)

LANE_LOCAL_HOUR = Table(
    name="lane_local_hour_v1",
    doc="Queue, waits and service of each lane by the store's own hour: summed from the minutes once a day is over.",
    grain="one lane and local hour",
    columns=(STORE_ID, LANE_ID, *LOCAL_HOUR, *_summed(LANE_MINUTE)),
    role="rollup",
    key=("store_id", "lane_id", "window_start"),
    partition_by="business_date",
    partition_unit="month",
    sort_by=("store_id", "business_date", "window_start", "lane_id"),
    is_written_by_job=False,
)

OPENING_HOURS = ListOf(
    Struct(
        (
            _column("iso_weekday", INTEGER, "1 = Monday to 7 = Sunday"),
            _column("opens", STRING, "Local time at which the store opens, such as 08:00"),
            _column("closes", STRING, "Local time at which it closes, such as 20:00; 24:00 is midnight"),
        )
    )
)

OUTLINE = ListOf(
    Struct(
        (
            Field("x", DOUBLE, "From the left edge, as a share of the picture's width", minimum=0, maximum=1),
            Field("y", DOUBLE, "From the top edge, as a share of the picture's height", minimum=0, maximum=1),
        )
    )
)

STORE = Table(
    name="store_v1",
    doc="The stores of the chain: where they are, how large, when open.",
    grain="one store",
    columns=(
        STORE_ID,
        _column("name", STRING, "What people call it"),
        _column("region", STRING, "Region of the chain that it belongs to"),
        _column("country", STRING, "Country as ISO 3166-1 alpha-2, such as DE"),
        _column(
            "subdivision", STRING, "State or province as ISO 3166-2 without the country, such as BY", required=False
        ),
        _column("time_zone", STRING, "Time zone as IANA names it, such as Europe/Berlin"),
        _column("location_kind", STRING, "Such as high_street, mall, retail_park", required=False),
        _column("sales_area_m2", DOUBLE, "Sales area in square metres", required=False),
        _column("opened_on", DATE, "First day of trading", required=False),
        _column("closed_on", DATE, "Last day of trading", required=False),
        Field("opening_hours", OPENING_HOURS, "Regular opening hours; a weekday without an entry is closed"),
        _column("weekly_staff_hours", DOUBLE, "Planned hours of staff in a regular week", required=False),
        Field("latitude", DOUBLE, "Degrees north of the equator (WGS 84)", required=False, minimum=-90, maximum=90),
        Field("longitude", DOUBLE, "Degrees east of Greenwich (WGS 84)", required=False, minimum=-180, maximum=180),
    ),
    role="dimension",
    key=("store_id",),
    sort_by=("store_id",),
    is_written_by_job=False,
)

STORE_DAY = Table(
    name="store_day_v1",
    doc=(
        "Each store's days: open or not, holidays where it is, and the day of the year before with which a fair "
        "comparison compares it."
    ),
    grain="one store and date",
    columns=(
        STORE_ID,
        BUSINESS_DATE,
        _column("day_start", INSTANT, "First instant of the day where the store is"),
        _column("day_end", INSTANT, "First instant after it: 23, 24 or 25 hours later"),
        _column("is_open", BOOLEAN, "The store trades on that day"),
        _column("opens_at", INSTANT, "When it opens; null when closed", required=False),
        _column("closes_at", INSTANT, "When it closes; null when closed", required=False),
        _column("open_hours", DOUBLE, "Hours between opening and closing; 0 when closed"),
        _column("public_holiday", STRING, "Name of the public holiday where the store is", required=False),
        _column("school_holiday", STRING, "Name of the school holiday where the store is", required=False),
        _column(
            "comparable_date",
            DATE,
            "The day a year before to compare with: the same holiday, else the same weekday of the same retail week; "
            "null when there is none, as when that day was a holiday and this one is not",
            required=False,
        ),
    ),
    role="dimension",
    key=("store_id", "business_date"),
    partition_by="business_date",
    partition_unit="month",
    sort_by=("store_id", "business_date"),
    is_written_by_job=False,
)

STAFF_HOUR = Table(
    name="staff_hour_v1",
    doc="Planned staff of each store, hour by hour where the store is.",
    grain="one store, date and hour of the day",
    columns=(
        STORE_ID,
        BUSINESS_DATE,
        HOUR_OF_DAY,
        _column("staff_hours", DOUBLE, "Hours of staff planned within the hour: two people all the time are 2"),
    ),
    role="dimension",
    key=("store_id", "business_date", "hour_of_day"),
    partition_by="business_date",
    partition_unit="month",
    sort_by=("store_id", "business_date", "hour_of_day"),
    is_written_by_job=False,
)

ZONE = Table(
    name="zone_v1",
    doc="The zones of each store: what people call them, what they are for, where they are.",
    grain="one zone",
    columns=(
        STORE_ID,
        ZONE_ID,
        ZONE_KIND,
        ZONE_LANE_ID,
        _column("name", STRING, "What people call it"),
        _column("department", STRING, "Goods that are there, such as dairy", required=False),
        _column("area_m2", DOUBLE, "Area in square metres", required=False),
        _column("camera_id", STRING, "Camera in whose picture the outline lies", required=False),
        Field(
            "outline",
            OUTLINE,
            "Corners of the zone in the picture, in order; none where nobody drew it",
            required=False,
        ),
    ),
    role="dimension",
    key=("store_id", "zone_id"),
    sort_by=("store_id", "zone_id"),
    is_written_by_job=False,
)

LANE = Table(
    name="lane_v1",
    doc="The checkout lanes of each store.",
    grain="one lane",
    columns=(
        STORE_ID,
        LANE_ID,
        _column("name", STRING, "What people call it"),
        _column("lane_kind", STRING, "Such as cashier, self_service, express"),
        _column("position", INTEGER, "Place in the row of lanes, counted from the entrance: 1, 2, …"),
    ),
    role="dimension",
    key=("store_id", "lane_id"),
    sort_by=("store_id", "lane_id"),
    is_written_by_job=False,
)

CALENDAR = Table(
    name="calendar_v1",
    doc=(
        "Dates and the weeks, months and seasons that they belong to: by the ISO 8601 calendar and by the 4-5-4 retail "
        "calendar of the National Retail Federation, whose year begins on the Sunday nearest to 1 February."
    ),
    grain="one date",
    columns=(
        _column("calendar_date", DATE, "The date"),
        _column("year", INTEGER, "Calendar year"),
        _column("quarter", INTEGER, "Calendar quarter, 1 to 4"),
        _column("month", INTEGER, "Calendar month, 1 to 12"),
        _column("iso_year", INTEGER, "Year of the ISO week"),
        _column("iso_week", INTEGER, "ISO week, 1 to 53"),
        _column("iso_weekday", INTEGER, "1 = Monday to 7 = Sunday"),
        _column("retail_year", INTEGER, "Retail year"),
        _column("retail_season", STRING, "spring (February to July) or fall (August to January)"),
        _column("retail_quarter", INTEGER, "Retail quarter, 1 to 4"),
        _column("retail_month", INTEGER, "Retail month, 1 = February to 12 = January"),
        _column("retail_week", INTEGER, "Retail week, 1 to 53"),
        _column(
            "comparable_date",
            DATE,
            "Same weekday of the same retail week a year before; after a year of 53 weeks, moved by a week as the "
            "federation restates it; null for the week 53 itself",
            required=False,
        ),
    ),
    role="dimension",
    key=("calendar_date",),
    sort_by=("calendar_date",),
    is_written_by_job=False,
)

HOLIDAY = Table(
    name="holiday_v1",
    doc="Public and school holidays by country and subdivision.",
    grain="one holiday's date in one country or subdivision",
    columns=(
        _column("country", STRING, "Country as ISO 3166-1 alpha-2"),
        _column("subdivision", STRING, "State or province as ISO 3166-2; null: the whole country", required=False),
        _column("holiday_date", DATE, "The date"),
        Field("holiday_kind", STRING, "Who is free", choices=("public", "school")),
        _column("name", STRING, "Its name, the same every year"),
        _column("is_movable", BOOLEAN, "Its date differs from year to year, as Easter's does"),
    ),
    role="dimension",
    key=("country", "subdivision", "holiday_date", "holiday_kind", "name"),
    sort_by=("country", "holiday_date"),
    is_written_by_job=False,
)

PERIOD_KINDS = (
    "month",
    "quarter",
    "year",
    "iso_week",
    "retail_week",
    "retail_month",
    "retail_quarter",
    "season",
    "asked",
)

PERIOD = Table(
    name="period_v1",
    doc=(
        "The periods that people ask about, each with the one that it is compared with. A view of periods gives rows "
        "for each; `storeq run --from --to` puts one period of its own in their place."
    ),
    grain="one period",
    columns=(
        _column("period_id", STRING, "Such as 2026-11, 2026-Q4, 2026, R2026-W43, R2026-fall"),
        Field("period_kind", STRING, "What sort of period", choices=PERIOD_KINDS),
        _column("start_date", DATE, "First day"),
        _column("end_date", DATE, "Last day, inclusive"),
        _column("baseline_start_date", DATE, "First day of the same period a year before"),
        _column("baseline_end_date", DATE, "Last day of the same period a year before, inclusive"),
    ),
    role="dimension",
    key=("period_id",),
    sort_by=("period_kind", "start_date"),
    is_written_by_job=False,
)

PEAK = Table(
    name="peak_v1",
    doc="Named peaks, such as Christmas or a promotion: the days before, during and after, year by year.",
    grain="one peak and year",
    columns=(
        _column("peak_id", STRING, "Such as christmas-2026"),
        _column("peak_name", STRING, "Name of the peak, the same every year, such as christmas"),
        _column("retail_year", INTEGER, "Retail year of its first day"),
        _column("before_start_date", DATE, "First day of the days before, with which it is compared"),
        _column("before_end_date", DATE, "Last day before, inclusive"),
        _column("start_date", DATE, "First day of the peak"),
        _column("end_date", DATE, "Last day of the peak, inclusive"),
        _column("after_start_date", DATE, "First day after"),
        _column("after_end_date", DATE, "Last day after, inclusive"),
    ),
    role="dimension",
    key=("peak_id",),
    sort_by=("start_date",),
    is_written_by_job=False,
)

PEAK_STORE = Table(
    name="peak_store_v1",
    doc="Which stores a peak concerns, and which are its controls: stores in which nothing special happened.",
    grain="one peak and store",
    columns=(
        _column("peak_id", STRING, "Peak, as in peak_v1"),
        STORE_ID,
        Field("peak_role", STRING, "What the store is for the peak", choices=("treated", "control")),
    ),
    role="dimension",
    key=("peak_id", "store_id"),
    sort_by=("peak_id", "store_id"),
    is_written_by_job=False,
)

LIVE_ZONE = Table(
    name="live_zone",
    doc=(
        "What each zone holds now. An item is written when its values change, and at least once in 5 minutes: "
        "an item older than that means that the zone is not watched."
    ),
    grain="one zone",
    columns=(
        STORE_ID,
        ZONE_ID,
        ZONE_KIND,
        # Flink's DynamoDB connector stops at a null: a live table has no optional columns.
        _column("lane_id", STRING, "Checkout lane of a queue or service zone; empty for other zones"),
        _column("occupancy", INTEGER, "Customers in the zone at the end of the window"),
        _column("occupancy_mean", DOUBLE, "Time-weighted mean over the window of 10 s"),
        _column("occupancy_max", INTEGER, "Most customers at one instant of the window"),
        _column(
            "longest_stay_seconds",
            DOUBLE,
            "Longest stay so far among the customers present",
        ),
        _column("longest_wait_seconds", DOUBLE, "In a queue zone, the longest wait so far; 0 in other zones"),
        COVERAGE,
        QUALITY,
        _column("window_end_ms", LONG, "End of the window (milliseconds since 1970-01-01 UTC)"),
        _column("expires_at", LONG, "When DynamoDB may delete the item (seconds since 1970-01-01 UTC)"),
    ),
    role="live",
    key=("store_id", "zone_id"),
    stored_in="dynamodb",
)

ALERTS = Table(
    name="alerts",
    doc=(
        "What needs attention, as the job knows it. People's acts are in `alert_actions`: a replay writes an alert "
        "again, and never touches what people did. `contracts/alerts.py` says which state follows from both."
    ),
    grain="one alert",
    columns=ALERT_FIELDS,
    role="live",
    key=("store_id", "alert_id"),
    stored_in="dynamodb",
    tells_changes=True,
)

ALERT_ACTIONS = Table(
    name="alert_actions",
    doc="What people did about alerts. Acts are only added: each has the next number of its alert, or is refused.",
    grain="one act",
    columns=struct_of(Action).fields,
    role="live",
    key=("store_id", "action_id"),
    stored_in="dynamodb",
    is_written_by_job=False,
    tells_changes=True,
)

RULES = Table(
    name="rules",
    doc=(
        "Every version of every alert rule, of what each store says of itself (rule `~store`), and, in the partition "
        "`~changes`, what was changed when. The store `*` holds the whole chain's rules."
    ),
    grain="one version of one rule",
    columns=(
        _column("store_id", STRING, "Store; `*` for the whole chain; `~changes` for the list of changes"),
        _column("rule_version", STRING, "rule_id, `#`, and the version with six digits; of a change, when and what"),
        _column("rule_id", STRING, "Rule"),
        _column("version", LONG, "Counts the changes of the rule, from 1"),
        _column("valid_from_ms", LONG, "From when on it holds (milliseconds since 1970-01-01 UTC)"),
        _column("saved_ms", LONG, "When it was saved (milliseconds since 1970-01-01 UTC)"),
        _column("saved_by", STRING, "Who saved it: the user's id, never a name"),
        _column("body", STRING, "The rule as JSON; empty: the rule is gone", required=False),
        _column("changed_store_id", STRING, "Of a change: the store whose rule it was", required=False),
    ),
    role="live",
    key=("store_id", "rule_version"),
    stored_in="dynamodb",
    is_written_by_job=False,
)

RECIPIENTS = Table(
    name="recipients",
    doc="Who is told of alerts, and how. The only table with addresses of people: only what sends to them reads it, "
    "the notifier and the weekly report.",
    grain="one person and store",
    columns=(
        _column("store_id", STRING, "Store; `*` for every store of the chain"),
        _column("person_id", STRING, "The user's id"),
        _column("roles", STRING, "Roles of the person in this store, by commas"),
        _column("is_inside", BOOLEAN, "Works in the store: may be asked to review a hazard that nobody confirmed yet"),
        _column("body", STRING, "Channels, addresses, quiet hours, language, as JSON (contracts/recipients.py)"),
    ),
    role="live",
    key=("store_id", "person_id"),
    stored_in="dynamodb",
    is_written_by_job=False,
)

NOTIFICATIONS = Table(
    name="notifications",
    doc=(
        "What was told to whom: one item for each person, alert, stage and channel, so that nobody is told twice, and "
        "the notifier's counters for cool-downs and ceilings."
    ),
    grain="one message to one person",
    columns=(
        _column("person_id", STRING, "The user's id"),
        _column("notification_id", STRING, "alert_id, stage and channel; or the name of a counter"),
        _column("store_id", STRING, "Store", required=False),
        _column("state", STRING, "sending, sent, held, failed, suppressed or stale", required=False),
        _column("reason", STRING, "Why it was held, suppressed, or failed", required=False),
        _column("changed_ms", LONG, "When this state began (milliseconds since 1970-01-01 UTC)", required=False),
        _column("messages", LONG, "Of a counter: how many messages", required=False),
        _column("expires_at", LONG, "When DynamoDB may delete the item (seconds since 1970-01-01 UTC)"),
    ),
    role="live",
    key=("person_id", "notification_id"),
    stored_in="dynamodb",
    is_written_by_job=False,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        EVENT,
        ZONE_MINUTE,
        VISIT,
        DWELL_MINUTE,
        JOURNEY,
        LANE_MINUTE,
        TRAFFIC_MINUTE,
        HAZARD,
        CAMERA_MINUTE,
        HEAT_MINUTE,
        ALERT,
        ALERT_ACTION,
        REJECTED,
        ACCOUNTING_HOUR,
        TRAFFIC_LOCAL_HOUR,
        ZONE_LOCAL_HOUR,
        LANE_LOCAL_HOUR,
        STORE,
        STORE_DAY,
        STAFF_HOUR,
        ZONE,
        LANE,
        CALENDAR,
        HOLIDAY,
        PERIOD,
        PEAK,
        PEAK_STORE,
        LIVE_ZONE,
        ALERTS,
        ALERT_ACTIONS,
        RULES,
        RECIPIENTS,
        NOTIFICATIONS,
    )
}
FACT_TABLES = (
    ZONE_MINUTE,
    VISIT,
    DWELL_MINUTE,
    JOURNEY,
    LANE_MINUTE,
    TRAFFIC_MINUTE,
    CAMERA_MINUTE,
    HAZARD,
    HEAT_MINUTE,
)
"""What is worked out from events alone: a reconciled day writes these anew."""
ROLLUP_TABLES = (TRAFFIC_LOCAL_HOUR, ZONE_LOCAL_HOUR, LANE_LOCAL_HOUR)
"""What sums closed days by the store's own hours: the views of seasons read these."""
DIMENSION_TABLES = tuple(table for table in TABLES.values() if table.role == "dimension")
LAKE_TABLES = tuple(table for table in TABLES.values() if table.stored_in == "lake")
LIVE_TABLES = tuple(table for table in TABLES.values() if table.stored_in == "dynamodb" and table.is_written_by_job)
"""What the job writes to DynamoDB."""
DYNAMODB_TABLES = tuple(table for table in TABLES.values() if table.stored_in == "dynamodb")
