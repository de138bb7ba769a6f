"""Records for the end-to-end test, each with the outcome that it must have."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.events import SCHEMA
from sim.poison import poison
from tests.e2e import dst
from tests.sql.case_files import Given

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


def start_of_cases_ms(events: list[dict[str, Any]]) -> int:
    """Return the full minute at which the declared cases begin, a while after the sample does."""
    first_ms: int = events[0]["event_time_ms"]
    return (first_ms // 60_000 + 5) * 60_000


def on_time(events: list[dict[str, Any]], cases: list[Given]) -> Iterator[Sent]:
    """Yield the sample and its twin on the other shard; duplicates, cases and, halfway, poison in between."""
    newest_ms = 0
    waiting = sorted((given for given in cases if not given.is_late), key=lambda given: given.emitted_ms)
    for index, event in enumerate(events):
        # Before the sample moves past the instant at which an event is sent: else it could be late.
        while waiting and waiting[0].emitted_ms < event["event_time_ms"]:
            yield from _declared(waiting.pop(0), "accepted")
        newest_ms = max(newest_ms, event["event_time_ms"])
        yield _good(event)
        yield _good(_twin(event))
        if index % DUPLICATE_EVERY == 0:
            yield Sent(_key(event), _content(event), "duplicate")
        if index == len(events) // 2:
            yield from _poison(newest_ms)
    assert not waiting, "the sample ends before the cases do"


def _poison(now_ms: int) -> Iterator[Sent]:
    for record in poison(now_ms=now_ms):
        yield Sent("poison-store/poison-device", record.record, record.reason or "accepted")


def _declared(given: Given, outcome: str) -> Iterator[Sent]:
    event = given.event
    record = Sent(f"{event.store_id}/{event.device_id}", event.to_bytes(), outcome)
    yield record
    if given.is_twice:
        yield dataclasses.replace(record, outcome="duplicate")


def in_order(cases: Iterable[Given]) -> list[Sent]:
    """Return the events of cases in the order in which they are sent."""
    return [
        record for given in sorted(cases, key=lambda given: given.emitted_ms) for record in _declared(given, "accepted")
    ]


def late(cases: Iterable[Given]) -> Iterator[Sent]:
    """Yield the events of the cases that come when the watermark has passed them."""
    for given in cases:
        if given.is_late:
            yield from _declared(given, "late")


def late_events(newest_ms: int) -> Iterator[Sent]:
    """Yield good events of other devices that come when the watermark has passed them, some of them by months."""
    yield from (_late_crossing(seq, newest_ms - LATE_BY_MS) for seq in range(3))
    for event in dst.events():
        yield Sent(f"{event.store_id}/{event.device_id}", event.to_bytes(), "late")


def going_on(seq: int, event_time_ms: int) -> list[Sent]:
    """Return one good event for each of the two shards."""
    events = [_crossing(store, f"{store}-door", seq, event_time_ms) for store in (SAMPLE_STORE, TWIN_STORE)]
    # By the key of the store's other device, which is known to fall on its shard.
    return [Sent(f"{event['store_id']}/{event['store_id']}-dev", _content(event), "accepted") for event in events]


def _crossing(store_id: str, device_id: str, seq: int, event_time_ms: int) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "event_id": f"{device_id}/b1/{seq}",
        "kind": "crossing",
        "store_id": store_id,
        "device_id": device_id,
        "boot_id": "b1",
        "seq": seq,
        "event_time_ms": event_time_ms,
        "crossing": {"line_id": device_id, "direction": "in", "track_id": "t", "is_staff": False},
    }


def _late_crossing(seq: int, event_time_ms: int) -> Sent:
    event = _crossing(SAMPLE_STORE, "late-device", seq, event_time_ms)
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
