"""Why a received record was not accepted: a closed list of reasons.

Every received record has exactly one outcome: accepted, or one row in `rejected_v1` with one of these reasons.
Reasons that need one record alone are found by the decoder in the jar; those in `RULES` compare fields with each
other or with the record's arrival and are rendered into the source table.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.events import MAX_CLOCK_LEAD_MS

DECODER_REASONS: dict[str, str] = {
    "not_json": "The record is not one complete JSON object in UTF-8, plain or compressed by zlib.",
    "too_large": "The record, or what it inflates to, is larger than 256 KiB.",
    "unknown_schema": "The schema is not one that this version reads.",
    "unknown_kind": "The kind is not one of the contract.",
    "missing_field": "A required field is absent or null.",
    "wrong_type": "A field holds another type than the contract's.",
    "out_of_range": "A field's value is outside its limits or not one of its choices.",
    "wrong_payload": "The event carries another payload than the one named like its kind.",
    "wrong_event_id": "The event id is not device_id/boot_id/seq.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason that compares fields: `predicate` is SQL over the columns of the source table."""

    reason: str
    doc: str
    predicate: str
    detail: str


_LEAD_SECONDS = MAX_CLOCK_LEAD_MS // 1000

RULES = (
    Rule(
        "future_time",
        f"The event claims to be more than {_LEAD_SECONDS} s later than its arrival: the device's clock is wrong.",
        f"TO_TIMESTAMP_LTZ(event_time_ms, 3) > arrival_time + INTERVAL '{_LEAD_SECONDS}' SECOND",
        f"CONCAT('event_time_ms: expected at most {_LEAD_SECONDS} s after the arrival at ', "
        "CAST(arrival_time AS STRING), ', came ', CAST(TO_TIMESTAMP_LTZ(event_time_ms, 3) AS STRING))",
    ),
    Rule(
        "inconsistent",
        "Fields contradict each other: a visit that ends before it began, or whose event time is not its end.",
        "kind = 'visit' AND (visit.left_ms < visit.entered_ms OR visit.left_ms <> event_time_ms)",
        "'visit: expected entered_ms <= left_ms = event_time_ms'",
    ),
)

DUPLICATE = "duplicate"
LATE = "late"

OUTCOMES: dict[str, str] = {
    DUPLICATE: "An event with this id was accepted before.",
    LATE: "The event came behind the watermark; it is in event_v1 and counted when its day is reconciled.",
}

REASONS: dict[str, str] = DECODER_REASONS | {rule.reason: rule.doc for rule in RULES} | OUTCOMES
