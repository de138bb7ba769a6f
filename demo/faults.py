"""Records that must not count, sent among the good ones on purpose: repeated ones, and broken ones of every kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.events import MAX_EVENT_BYTES, Event
from edge.publisher import Record

REPEAT_EVERY = 97
"""Each so-manieth event is sent twice, as a device does that lost Kinesis's answer."""
NEVER_MS = 4_070_908_800_000
"""2099-01-01 UTC: a clock far ahead."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that must be rejected for this reason."""

    reason: str
    record: Record


def broken_records(event: Event) -> list[Broken]:
    """Return one record for each way of being broken, made from a good snapshot or visit."""
    text = event.to_json()
    contents = {
        "not_json": text[: len(text) // 2].encode(),
        "too_large": _changed(event, lambda parts: parts.update(note="x" * (MAX_EVENT_BYTES + 1))),
        "unknown_schema": _changed(event, lambda parts: parts.update(schema="inference.v9")),
        "unknown_kind": _changed(event, lambda parts: parts.update(kind="weather")),
        "missing_field": _changed(event, lambda parts: parts.pop("event_time_ms")),
        "wrong_type": _changed(event, lambda parts: parts.update(event_time_ms="noon")),
        "out_of_range": _changed(event, lambda parts: parts.update(event_time_ms=0)),
        "future_time": _changed(event, lambda parts: parts.update(event_time_ms=NEVER_MS)),
    }
    return [Broken(reason, _record(event, content)) for reason, content in contents.items()]


def _changed(event: Event, change: Callable[[dict[str, Any]], object]) -> bytes:
    parts = event.to_dict()
    change(parts)
    return json.dumps(parts).encode()


def _record(event: Event, content: bytes) -> Record:
    return Record(partition_key=Record.of(event).partition_key, content=content)
