"""The events that leave a store: `inference.v1`.

One Kinesis record is one JSON event of at most 256 KiB, with the partition key `store_id/device_id`. An event is an
envelope and exactly one payload, named like its kind. The contract evolves by optional fields only; anything else
is `inference.v2` (held by `contracts.compat`).

The dataclasses are what the edge fills in and what every renderer reads: a new field is one line here.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from contracts.fields import Field, Means, struct_of
from contracts.types import BOOLEAN, DOUBLE, INTEGER, LONG, Struct

SCHEMA: Literal["inference.v1"] = "inference.v1"
MAX_EVENT_BYTES = 256 * 1024
"""Of the JSON, and of the record if that is compressed."""
COMPRESSED_FROM_BYTES = 1024
"""Longer events are compressed: a snapshot of many zones to about a ninth, and the stream is paid by the byte."""
EARLIEST_TIME_MS = 1_577_836_800_000
"""2020-01-01 UTC: a camera clock before this was never set."""
LATEST_TIME_MS = 4_102_444_800_000
"""2100-01-01 UTC: beyond what any clock could mean. A clock that is merely ahead is told by `MAX_CLOCK_LEAD_MS`."""
MAX_CLOCK_LEAD_MS = 60_000
"""An event may claim to be at most this much later than its arrival at Kinesis."""
WATERMARK_DELAY_MS = 10_000
"""How far event time runs behind the newest event; an event that comes later than this is late."""
REPORT_DELAY_MS = 8_000
"""The edge reports a visit or a snapshot at most this long after its event time."""

ZoneKind = Literal["aisle", "queue", "service", "entrance", "other"]
VisitEnd = Literal["left", "lost", "day_end"]
Direction = Literal["in", "out"]
CameraState = Literal["ok", "frozen", "dark", "down"]

_ID_LENGTH = 128


def _id(doc: str) -> Means:
    return Means(doc, max_length=_ID_LENGTH)


def _count(doc: str) -> Means:
    return Means(doc, INTEGER, minimum=0, maximum=1_000_000)


def _span_ms(doc: str) -> Means:
    return Means(doc, LONG, minimum=0)


def _epoch_ms(doc: str) -> Means:
    return Means(f"{doc} (milliseconds since 1970-01-01 UTC)", LONG, EARLIEST_TIME_MS, LATEST_TIME_MS)


def _share(doc: str) -> Means:
    return Means(doc, DOUBLE, minimum=0.0, maximum=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSnapshot:
    """What one zone held during one interval. Counts are customers; staff appear in `staff_person_ms` only."""

    zone_id: Annotated[str, _id("Zone, unique within its store")]
    zone_kind: Annotated[ZoneKind, Means("What the zone is used for")]
    lane_id: Annotated[str | None, _id("Checkout lane of a queue or service zone")] = None
    camera_id: Annotated[str, _id("Camera that watches the zone")]
    count: Annotated[int, _count("Customers in the zone at the end of the interval")]
    count_max: Annotated[int, _count("Most customers in the zone at one instant of the interval")]
    person_ms: Annotated[int, _span_ms("Integral of the number of customers over the interval")]
    entered: Annotated[int, _count("Customers who entered during the interval")]
    left: Annotated[int, _count("Customers who left during the interval")]
    longest_stay_ms: Annotated[int, _span_ms("Longest stay so far among the customers present at the end")]
    staff_person_ms: Annotated[int, _span_ms("Integral of the number of staff over the interval")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All watched zones of a device over one interval, empty ones too. `event_time_ms` is the interval's start.

    A zone whose camera gave no picture is left out: nobody seen is not nobody there.
    """

    interval_ms: Annotated[int, Means("Length of the interval; intervals are aligned to it", INTEGER, 1000, 60_000)]
    zones: Annotated[tuple[ZoneSnapshot, ...], Means("One entry for every configured zone whose camera gave pictures")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay of one track in one zone. `event_time_ms` is `left_ms`."""

    zone_id: Annotated[str, _id("Zone, unique within its store")]
    zone_kind: Annotated[ZoneKind, Means("What the zone is used for")]
    lane_id: Annotated[str | None, _id("Checkout lane of a queue or service zone")] = None
    camera_id: Annotated[str, _id("Camera that watches the zone")]
    track_id: Annotated[str, _id("Track, random per boot and rotated daily: no lasting identity")]
    entered_ms: Annotated[int, _epoch_ms("First instant in the zone")]
    left_ms: Annotated[int, _epoch_ms("Last instant in the zone")]
    end: Annotated[VisitEnd, Means("How the stay ended: seen to leave, lost from sight, or cut by the end of the day")]
    is_staff: Annotated[bool, Means("The track was recognised as staff", BOOLEAN)]
    facing_ms: Annotated[int | None, _span_ms("Time spent facing the shelf")] = None
    party_id: Annotated[str | None, _id("People who walk together, if any: as random as the track")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One track that was held on one side of a line and then on the other."""

    line_id: Annotated[str, _id("Line, unique within its store")]
    direction: Annotated[Direction, Means("Into or out of what the line bounds")]
    track_id: Annotated[str, _id("Track, random per boot and rotated daily: no lasting identity")]
    is_staff: Annotated[bool, Means("The track was recognised as staff", BOOLEAN)]
    party_id: Annotated[str | None, _id("People who came and walked together, if any")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box in a picture, in shares of its width and height, from the top left corner."""

    x: Annotated[float, _share("Left edge")]
    y: Annotated[float, _share("Top edge")]
    w: Annotated[float, _share("Width")]
    h: Annotated[float, _share("Height")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A candidate for a person to judge: never a fact by itself."""

    hazard_id: Annotated[str, _id("Hazard, unique within its store")]
    camera_id: Annotated[str, _id("Camera that saw it")]
    zone_id: Annotated[str | None, _id("Zone in which it lies")] = None
    label: Annotated[str, Means("What it looks like", max_length=64)]
    confidence: Annotated[float, _share("How sure the detector is")]
    box: Annotated[Box, Means("Where in the picture")]
    clip_id: Annotated[str | None, _id("Clip kept as evidence")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one camera and its analysis did over one minute. `event_time_ms` is the minute's last millisecond.

    Its start would lie behind the watermark by the time the minute is over.
    """

    camera_id: Annotated[str, _id("Camera")]
    state: Annotated[CameraState, Means("What the pictures are like")]
    frames_expected: Annotated[int, _count("Frames that should have been analysed")]
    frames_seen: Annotated[int, _count("Frames that were analysed")]
    inference_ms_p50: Annotated[float, Means("Median time of one inference", DOUBLE, minimum=0.0)]
    spooled_events: Annotated[int, _count("Events waiting on the device to be sent")]
    model_sha256: Annotated[str | None, Means("Digest of the detector's model, if any", max_length=64)] = None
    frames_dropped: Annotated[int | None, _count("Frames left out on purpose: analysis was too slow for them")] = None
    decode_errors: Annotated[int | None, _count("Packets or frames that could not be decoded")] = None
    is_moved: Annotated[bool | None, Means("It looks at another scene than its zones were drawn on", BOOLEAN)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackMerge:
    """Two tracks were recognised as one person."""

    from_track_id: Annotated[str, _id("Track that ends")]
    to_track_id: Annotated[str, _id("Track that goes on")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatGrid:
    """The size of a heat map, in cells."""

    w: Annotated[int, Means("Columns", INTEGER, minimum=1, maximum=1024)]
    h: Annotated[int, Means("Rows", INTEGER, minimum=1, maximum=1024)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One cell that held somebody."""

    index: Annotated[int, Means("Row times columns plus column", INTEGER, minimum=0)]
    person_ms: Annotated[int, _span_ms("Time spent in the cell, over all customers")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Where customers stood in a camera's picture over one minute. `event_time_ms` is its last millisecond."""

    camera_id: Annotated[str, _id("Camera")]
    grid: Annotated[HeatGrid, Means("Size of the map")]
    cells: Annotated[tuple[HeatCell, ...], Means("Cells that held somebody")]


Payload = Snapshot | Visit | Crossing | Hazard | Health | TrackMerge | Heat

PAYLOADS: dict[str, type] = {
    "snapshot": Snapshot,
    "visit": Visit,
    "crossing": Crossing,
    "hazard": Hazard,
    "health": Health,
    "track_merge": TrackMerge,
    "heat": Heat,
}
KINDS = tuple(PAYLOADS)
_KIND_OF = {payload: kind for kind, payload in PAYLOADS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What every event carries beside its payload."""

    schema: Annotated[Literal["inference.v1"], Means("Version of this contract")] = SCHEMA
    event_id: Annotated[str, Means("`device_id/boot_id/seq`, never used twice", max_length=3 * _ID_LENGTH)]
    kind: Annotated[
        Literal["snapshot", "visit", "crossing", "hazard", "health", "track_merge", "heat"],
        Means("Which payload the event carries"),
    ]
    store_id: Annotated[str, _id("Store")]
    device_id: Annotated[str, _id("Edge device, unique in the chain")]
    boot_id: Annotated[str, _id("One run of the device's software")]
    seq: Annotated[int, _span_ms("Number of the event within its boot, from 0, without gaps")]
    event_time_ms: Annotated[int, _epoch_ms("When it happened")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, ready to be sent."""

    store_id: str
    device_id: str
    boot_id: str
    seq: int
    event_time_ms: int
    payload: Payload

    @property
    def kind(self) -> str:
        """Name of the payload."""
        return _KIND_OF[type(self.payload)]

    @property
    def event_id(self) -> str:
        """`device_id/boot_id/seq`."""
        return f"{self.device_id}/{self.boot_id}/{self.seq}"

    def to_dict(self) -> dict[str, Any]:
        """Return the event as it is written in JSON; absent optional fields are left out."""
        return {
            "schema": SCHEMA,
            "event_id": self.event_id,
            "kind": self.kind,
            "store_id": self.store_id,
            "device_id": self.device_id,
            "boot_id": self.boot_id,
            "seq": self.seq,
            "event_time_ms": self.event_time_ms,
            self.kind: _plain(self.payload),
        }

    def to_json(self) -> str:
        """Return the event as one line of compact JSON; raises `ValueError` on NaN or infinity."""
        return json.dumps(self.to_dict(), separators=(",", ":"), allow_nan=False)

    def to_bytes(self) -> bytes:
        """Return the event as JSON in UTF-8."""
        return self.to_json().encode()

    def to_record(self) -> bytes:
        """Return the event as it is put into Kinesis: JSON, compressed by zlib (RFC 1950) where it is long."""
        return record_of(self.to_bytes())


def record_of(content: bytes) -> bytes:
    """Return an event's JSON as it is put into Kinesis."""
    return content if len(content) < COMPRESSED_FROM_BYTES else zlib.compress(content)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if not dataclasses.is_dataclass(value):
        return value
    parts = ((part.name, getattr(value, part.name)) for part in dataclasses.fields(value))
    return {name: _plain(part) for name, part in parts if part is not None}


def envelope_struct() -> Struct:
    """Return the fields that every event carries."""
    return struct_of(Envelope)


def payload_struct(kind: str) -> Struct:
    """Return the fields of one kind's payload."""
    return struct_of(PAYLOADS[kind])


def payload_fields() -> tuple[Field, ...]:
    """Return one optional field per kind: an event carries exactly one of them."""
    return tuple(
        Field(name=kind, type=payload_struct(kind), doc=_first_line(PAYLOADS[kind]), required=False) for kind in KINDS
    )


def _first_line(declared: type) -> str:
    return (declared.__doc__ or "").strip().splitlines()[0]
