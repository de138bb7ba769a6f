"""The tables: their columns, grain, keys and layout. Lake tables are Iceberg; live tables are DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contracts import rejections
from contracts.events import envelope_struct, payload_fields, payload_struct
from contracts.fields import Field
from contracts.types import BOOLEAN, DOUBLE, INSTANT, INTEGER, LONG, STRING, Type

StoredIn = Literal["lake", "dynamodb"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table and what a reader may rely on.

    `grain` says what one row is. `key` names the columns that tell rows apart; with `revision` in the key, the
    highest revision is the valid one. `partition_by` is the instant whose UTC day the files are laid out by.
    """

    name: str
    doc: str
    grain: str
    columns: tuple[Field, ...]
    key: tuple[str, ...]
    partition_by: str | None = None
    sort_by: tuple[str, ...] = ()
    stored_in: StoredIn = "lake"

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
COVERAGE = _column("coverage", DOUBLE, "Share of the window in which the zone was watched: 1 = all of it")
TRACK_ID = _column("track_id", STRING, "Track, random per boot and rotated daily: no lasting identity")

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
            "The record as received, when it holds fields this version does not know",
            required=False,
        ),
    ),
    key=("event_id",),
    partition_by="event_time",
    sort_by=("store_id", "event_time"),
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
    ),
    key=("store_id", "zone_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "zone_id"),
)

VISIT = Table(
    name="visit_v1",
    doc=(
        "Visits to zones. Stays of one track in one zone less than 30 s apart are one visit: the later stay writes "
        "the longer visit again with the next revision."
    ),
    grain="one revision of one visit",
    columns=(
        STORE_ID,
        _column("visit_id", STRING, "zone_id/track_id/entered_ms"),
        _column("revision", LONG, "1 for the first stay, one more for each stay that continues the visit"),
        ZONE_ID,
        ZONE_KIND,
        ZONE_LANE_ID,
        _of_visit("camera_id"),
        TRACK_ID,
        _column("entered_time", INSTANT, "First instant of the visit"),
        _column("left_time", INSTANT, "Last instant of the visit so far"),
        _column("dwell_seconds", DOUBLE, "left_time - entered_time, in seconds"),
        _column("is_pass_through", BOOLEAN, "The visit was shorter than 5 s: counted apart"),
        _of_visit("is_staff"),
        _of_visit("end"),
        _column("event_id", STRING, "Event that closed the stay"),
    ),
    key=("store_id", "visit_id", "revision"),
    partition_by="left_time",
    sort_by=("store_id", "left_time"),
)

DWELL_MINUTE = Table(
    name="dwell_minute_v1",
    doc=(
        "Visits that ended and their dwell, minute by minute. When a stay continues a visit of an earlier minute, its "
        "minute carries the difference, so that sums over any longer time are exact; a single minute can be negative."
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
        _column("lost_visits", LONG, "Stays of customers that ended because the track was lost"),
        COVERAGE,
    ),
    key=("store_id", "zone_id", "window_start"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "zone_id"),
)

JOURNEY = Table(
    name="journey_v1",
    doc="Queue journeys of customers: joined a lane's queue, and then was served, gave up, or was lost from sight.",
    grain="one queue journey",
    columns=(
        STORE_ID,
        _column("journey_id", STRING, "lane_id/track_id/joined_ms"),
        LANE_ID,
        TRACK_ID,
        _column("joined_time", INSTANT, "Entered the queue"),
        _column("queue_left_time", INSTANT, "Left the queue"),
        _column("service_start_time", INSTANT, "Entered the service zone; null when not served", required=False),
        _column("service_end_time", INSTANT, "Left the service zone; null when not served", required=False),
        _column(
            "outcome",
            STRING,
            "served, abandoned, or censored (lost from sight, or cut by the end of the day)",
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
    ),
    key=("store_id", "journey_id"),
    partition_by="queue_left_time",
    sort_by=("store_id", "queue_left_time"),
)

LANE_MINUTE = Table(
    name="lane_minute_v1",
    doc="Queue and service of each checkout lane, minute by minute. A journey counts in the minute it left the queue.",
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
        _column("joined", LONG, "Journeys that left the queue in this minute, whatever the outcome"),
        _column("served", LONG, "Journeys that went on to be served"),
        _column("abandoned", LONG, "Journeys that gave up"),
        _column("censored", LONG, "Journeys whose outcome was not seen"),
        _column("wait_ms", LONG, "Sum of the waits of the served, in milliseconds"),
        _column("wait_ms_max", LONG, "Longest wait among the served, in milliseconds", required=False),
        _column("served_over_target", LONG, "Served after more than the target wait"),
        COVERAGE,
    ),
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
    ),
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
    ),
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
    ),
    key=("store_id", "camera_id", "window_start", "cell_index"),
    partition_by="window_start",
    sort_by=("store_id", "window_start", "camera_id"),
)

ALERT = Table(
    name="alert_v1",
    doc="What needed attention, and each change of its state.",
    grain="one state of one alert",
    columns=(
        STORE_ID,
        _column("alert_id", STRING, "Hash of store, place, rule and started_time"),
        _column("rule_id", STRING, "Rule that raised it"),
        _column("place_id", STRING, "Zone, lane or camera"),
        _column("severity", STRING, "How bad: low, medium or high"),
        _column("state", STRING, "raised, acknowledged, resolved, escalated, expired or needs_review"),
        _column("started_time", INSTANT, "When the condition began"),
        _column("changed_time", INSTANT, "When this state began"),
        _column("value", DOUBLE, "Measured value at the change"),
        _column("limit_value", DOUBLE, "Limit it was compared with"),
    ),
    key=("alert_id", "changed_time"),
    partition_by="changed_time",
    sort_by=("store_id", "changed_time"),
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
    key=("shard_id", "sequence_number"),
    partition_by="arrival_time",
    sort_by=("arrival_time",),
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
            "Longest stay so far among the customers present; in a queue, the longest wait",
        ),
        _column("coverage", DOUBLE, "Share of the window in which the zone was watched"),
        _column("window_end_ms", LONG, "End of the window (milliseconds since 1970-01-01 UTC)"),
        _column("expires_at", LONG, "When DynamoDB may delete the item (seconds since 1970-01-01 UTC)"),
    ),
    key=("store_id", "zone_id"),
    stored_in="dynamodb",
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
        REJECTED,
        LIVE_ZONE,
    )
}
LAKE_TABLES = tuple(table for table in TABLES.values() if table.stored_in == "lake")
LIVE_TABLES = tuple(table for table in TABLES.values() if table.stored_in == "dynamodb")
