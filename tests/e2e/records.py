"""Records for the end-to-end test, each with the outcome that it must have."""

from __future__ import annotations

import dataclasses
import gzip
import heapq
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from contracts.events import REPORT_DELAY_MS, SCHEMA, WATERMARK_DELAY_MS
from sim.poison import poison
from tests.e2e import dst
from tests.sql.case_files import Given

SAMPLE_STORE = "sample-000"
# Its key falls on the other of two shards.
TWIN_STORE = "sample-004"
POISON_STORE = "poison-store"
SHUFFLED_STORE = "sample-002"
"""The sample once more, as out of order as it may come."""
SHUFFLED_BY_MS = REPORT_DELAY_MS
DUPLICATE_EVERY = 20
LATE_BY_MS = 120_000


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as put into Kinesis. `outcome` is accepted, late, duplicate or the reason to reject it for."""

    partition_key: str
    content: bytes
    outcome: str

    @property
    def event(self) -> dict[str, Any]:
        """The event of a good record, inflated if need be."""
        is_plain = self.content.startswith(b"{")
        return dict(json.loads(self.content if is_plain else zlib.decompress(self.content)))


def sample_events(folder: Path) -> list[dict[str, Any]]:
    """Return the independent sample: events of one store in emission order."""
    with gzip.open(folder / "events/events.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def start_of_cases_ms(events: list[dict[str, Any]]) -> int:
    """Return the full minute at which the declared cases begin, a while after the sample does."""
    first_ms: int = events[0]["event_time_ms"]
    return (first_ms // 60_000 + 5) * 60_000


def on_time(events: list[dict[str, Any]], cases: list[Given]) -> Iterator[Sent]:
    """Yield the sample, its twin on the other shard and its shuffled copy; duplicates, cases and poison in between."""
    newest_ms = 0
    shuffled = _Shuffled()
    waiting = sorted((given for given in cases if not given.is_late), key=lambda given: given.emitted_ms)
    for index, event in enumerate(events):
        # Before the sample moves past the instant at which an event is sent: else it could be late.
        while waiting and waiting[0].emitted_ms < event["event_time_ms"]:
            yield from shuffled.due(before_ms=waiting[0].event.event_time_ms)
            yield from _declared(waiting.pop(0), "accepted")
        newest_ms = max(newest_ms, event["event_time_ms"])
        yield from shuffled.due(before_ms=newest_ms)
        shuffled.hold(_copy(event, SHUFFLED_STORE))
        yield _good(event)
        yield _good(_copy(event, TWIN_STORE))
        if index % DUPLICATE_EVERY == 0:
            yield Sent(_key(event), _content(event), "duplicate")
        if index == len(events) // 2:
            yield from _poison(newest_ms)
    yield from shuffled.due(before_ms=newest_ms + WATERMARK_DELAY_MS)
    assert not waiting, "the sample ends before the cases do"


class _Shuffled:
    """Holds each event back by chance, but never until event time is so far ahead that it would be late."""

    def __init__(self) -> None:
        self._random = Random(7)
        self._held: list[tuple[int, int, Sent]] = []
        self._count = 0

    def hold(self, event: dict[str, Any]) -> None:
        due_ms = event["event_time_ms"] + self._random.randrange(SHUFFLED_BY_MS)
        heapq.heappush(self._held, (due_ms, self._count, _good(event)))
        self._count += 1

    def due(self, *, before_ms: int) -> Iterator[Sent]:
        while self._held and self._held[0][0] <= before_ms:
            yield heapq.heappop(self._held)[2]


def _poison(now_ms: int) -> Iterator[Sent]:
    for record in poison(now_ms=now_ms, store_id=POISON_STORE):
        yield Sent(f"{POISON_STORE}/poison-device", record.record, record.reason or "accepted")
    yield _partly_good(now_ms)


def _partly_good(now_ms: int) -> Sent:
    """Return a snapshot of which one zone is good and one is not."""
    (event,) = (event for event in dst.events() if event.seq == 0)
    device_id, at_ms = f"{POISON_STORE}-partly-good", now_ms // 5_000 * 5_000
    parts = dataclasses.replace(event, store_id=POISON_STORE, device_id=device_id, event_time_ms=at_ms).to_dict()
    (zone,) = parts["snapshot"]["zones"]
    parts["snapshot"]["zones"] = [zone, zone | {"zone_id": "aisle-2", "count": -1}]
    return Sent(f"{POISON_STORE}/poison-device", json.dumps(parts).encode(), "accepted")


def _declared(given: Given, outcome: str) -> Iterator[Sent]:
    event = given.event
    record = Sent(f"{event.store_id}/{event.device_id}", event.to_record(), outcome)
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
        yield Sent(f"{event.store_id}/{event.device_id}", event.to_record(), "late")


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


def _copy(event: dict[str, Any], store_id: str) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(event).replace(SAMPLE_STORE, store_id))
    return copied


def _good(event: dict[str, Any]) -> Sent:
    return Sent(_key(event), _content(event), "accepted")


def _key(event: dict[str, Any]) -> str:
    return f"{event['store_id']}/{event['device_id']}"


def _content(event: dict[str, Any]) -> bytes:
    """Return the twin's events compressed, the others' with spaces, as no edge of ours writes them."""
    if event["store_id"] == TWIN_STORE:
        return zlib.compress(json.dumps(event, separators=(",", ":")).encode())
    return json.dumps(event).encode()
