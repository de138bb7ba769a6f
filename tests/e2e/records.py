"""Records for the end-to-end test, each with the outcome that it must have."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.events import SCHEMA
from sim.poison import poison

SAMPLE_STORE = "sample-000"
# Its key falls on the other of two shards.
TWIN_STORE = "sample-004"
DUPLICATE_EVERY = 20
LATE_BY_MS = 120_000


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as put into Kinesis. `outcome` is accepted, late, duplicate or the reason to reject it for."""

    partition_key: str
    content: bytes
    outcome: str


def sample_events(folder: Path) -> list[dict[str, Any]]:
    """Return the independent sample: events of one store in emission order."""
    with gzip.open(folder / "events/events.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def on_time(events: list[dict[str, Any]]) -> Iterator[Sent]:
    """Yield the sample and a twin of it on the other shard, with duplicates and, halfway, poison in between."""
    newest_ms = 0
    for index, event in enumerate(events):
        newest_ms = max(newest_ms, event["event_time_ms"])
        yield _good(event)
        yield _good(_twin(event))
        if index % DUPLICATE_EVERY == 0:
            yield Sent(_key(event), _content(event), "duplicate")
        if index == len(events) // 2:
            yield from _poison(newest_ms)


def _poison(now_ms: int) -> Iterator[Sent]:
    for record in poison(now_ms=now_ms):
        yield Sent("poison-store/poison-device", record.record, record.reason or "accepted")


def late(events: list[dict[str, Any]]) -> list[Sent]:
    """Return good events of another device that come when the watermark has passed them."""
    newest_ms = max(event["event_time_ms"] for event in events)
    return [_late_crossing(seq, newest_ms - LATE_BY_MS) for seq in range(3)]


def _late_crossing(seq: int, event_time_ms: int) -> Sent:
    event = {
        "schema": SCHEMA,
        "event_id": f"late-device/b1/{seq}",
        "kind": "crossing",
        "store_id": SAMPLE_STORE,
        "device_id": "late-device",
        "boot_id": "b1",
        "seq": seq,
        "event_time_ms": event_time_ms,
        "crossing": {"line_id": "entrance", "direction": "in", "track_id": "t", "is_staff": False},
    }
    return Sent(_key(event), _content(event), "late")


def _twin(event: dict[str, Any]) -> dict[str, Any]:
    twin: dict[str, Any] = json.loads(json.dumps(event).replace(SAMPLE_STORE, TWIN_STORE))
    return twin


def _good(event: dict[str, Any]) -> Sent:
    return Sent(_key(event), _content(event), "accepted")


def _key(event: dict[str, Any]) -> str:
    return f"{event['store_id']}/{event['device_id']}"


def _content(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()
