"""Bad records for tests: every way to break the contract, each with the reason it must be rejected for.

A record is made by breaking one thing of a good event, so that the reason is the only one that applies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contracts.events import EARLIEST_TIME_MS, SCHEMA

OVERSIZED_BYTES = 300 * 1024
NESTING = 100_000
YEAR_2099_MS = 4_070_908_800_000
DEVICE_ID = "poison-device"

EventTable = dict[str, Any]
Break = Callable[[EventTable, np.random.Generator], None]
Spoil = Callable[[bytes, np.random.Generator], bytes]


@dataclass(frozen=True, slots=True)
class PoisonRecord:
    """One Kinesis record; `reason` is the code it must be rejected with, None when it must be accepted."""

    name: str
    record: bytes = field(repr=False)
    reason: str | None


def poison(*, now_ms: int, seed: int = 7, store_id: str = "poison-store", rounds: int = 1) -> list[PoisonRecord]:
    """Return `rounds` times every case, each round with other values, in a seeded order.

    Args:
        now_ms: event time at which the records are put between others, milliseconds since 1970-01-01 UTC;
            times that are not broken lie up to 7 s before it.
        seed: decides the values and the order.
        store_id: a store of its own, because the good ones among the records are counted.
        rounds: how many of each case.

    Raises:
        ValueError: `now_ms` lies less than two minutes after the earliest time the contract believes.
    """
    earliest_ms = EARLIEST_TIME_MS + 120_000
    if now_ms < earliest_ms:
        raise ValueError(f"expected now_ms >= {earliest_ms}, came {now_ms}; give milliseconds since 1970")
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 5])))
    good = _Good(store_id=store_id, now_ms=now_ms, boot_id=f"boot-{random.integers(2**32):08x}", random=random)
    records = [case for _ in range(rounds) for case in _round(good, random)]
    return [records[index] for index in random.permutation(len(records))]


@dataclass(slots=True)
class _Good:
    """Makes good events, none like another."""

    store_id: str
    now_ms: int
    boot_id: str
    random: np.random.Generator
    seq: int = -1

    def visit(self) -> EventTable:
        left_ms = self.now_ms - int(self.random.integers(500, 7_000))
        payload = {
            "zone_id": "aisle-1",
            "zone_kind": "aisle",
            "camera_id": "cam-aisle-1",
            "track_id": f"{self.random.integers(2**32):08x}",
            "entered_ms": left_ms - int(self.random.integers(6_000, 90_000)),
            "left_ms": left_ms,
            "end": "left",
            "is_staff": False,
        }
        return self._event("visit", left_ms, payload)

    def crossing(self) -> EventTable:
        payload = {
            "line_id": "doors",
            "direction": "in",
            "track_id": f"{self.random.integers(2**32):08x}",
            "is_staff": False,
        }
        return self._event("crossing", self.now_ms - int(self.random.integers(500, 7_000)), payload)

    def hazard(self) -> EventTable:
        box = {"x": 0.2, "y": 0.3, "w": 0.1, "h": 0.1}
        payload = {
            "hazard_id": f"hazard-{self.seq}",
            "camera_id": "cam-aisle-1",
            "label": "spill",
            "confidence": float(self.random.uniform(0.3, 0.9)),
            "box": box,
        }
        return self._event("hazard", self.now_ms - int(self.random.integers(500, 7_000)), payload)

    def _event(self, kind: str, event_time_ms: int, payload: EventTable) -> EventTable:
        self.seq += 1
        return {
            "schema": SCHEMA,
            "event_id": f"{DEVICE_ID}/{self.boot_id}/{self.seq}",
            "kind": kind,
            "store_id": self.store_id,
            "device_id": DEVICE_ID,
            "boot_id": self.boot_id,
            "seq": self.seq,
            "event_time_ms": event_time_ms,
            kind: payload,
        }


def _round(good: _Good, random: np.random.Generator) -> Iterator[PoisonRecord]:
    for name, (reason, break_it) in _BROKEN_VISITS.items():
        event = good.visit()
        break_it(event, random)
        yield PoisonRecord(name, _bytes(event), reason)
    for name, (reason, spoil) in _SPOILT_BYTES.items():
        yield PoisonRecord(name, spoil(_bytes(good.visit()), random), reason)
    yield PoisonRecord("hazard of NaN confidence", _with_value(good.hazard(), "confidence", b"NaN"), "not_json")
    yield PoisonRecord("hazard surer than sure", _with_value(good.hazard(), "confidence", b"1.5"), "out_of_range")
    yield PoisonRecord(
        "crossing of unknown direction", _with_value(good.crossing(), "direction", b'"up"'), "out_of_range"
    )
    yield PoisonRecord("crossing with a good twin", _bytes(good.crossing()), None)
    yield PoisonRecord("good neighbour", _bytes(good.visit()), None)


def _with_value(event: EventTable, name: str, value: bytes) -> bytes:
    """Return the event with the text of one payload value replaced, which JSON itself might not allow."""
    event[event["kind"]][name] = "@"
    return _bytes(event).replace(b'"@"', value)


def _bytes(event: EventTable) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()


def _set(path: str, value: Any) -> Break:
    """Return a break that sets the value at `path`, such as `visit/zone_id`."""

    def set_value(event: EventTable, _: np.random.Generator) -> None:
        table, name = _parent(event, path)
        table[name] = value

    return set_value


def _drop(path: str) -> Break:
    def drop(event: EventTable, _: np.random.Generator) -> None:
        table, name = _parent(event, path)
        del table[name]

    return drop


def _parent(event: EventTable, path: str) -> tuple[EventTable, str]:
    *tables, name = path.split("/")
    for table in tables:
        event = event[table]
    return event, name


def _move_to(event_time_ms: int) -> Break:
    """Return a break that moves a visit in time as a whole, as a wrong clock does."""

    def move(event: EventTable, _: np.random.Generator) -> None:
        dwell_ms = event["visit"]["left_ms"] - event["visit"]["entered_ms"]
        event["event_time_ms"] = event["visit"]["left_ms"] = event_time_ms
        event["visit"]["entered_ms"] = max(0, event_time_ms - dwell_ms)

    return move


def _end_before_entry(event: EventTable, _: np.random.Generator) -> None:
    event["visit"]["entered_ms"] = event["visit"]["left_ms"] + 1_000


def _event_time_off_end(event: EventTable, _: np.random.Generator) -> None:
    event["event_time_ms"] -= 1_000


def _foreign_event_id(event: EventTable, _: np.random.Generator) -> None:
    event["event_id"] = f"other-device/{event['boot_id']}/{event['seq']}"


def _other_payload(event: EventTable, _: np.random.Generator) -> None:
    event["crossing"] = {"line_id": "doors", "direction": "in", "track_id": "a", "is_staff": False}
    del event["visit"]


def _two_payloads(event: EventTable, _: np.random.Generator) -> None:
    event["crossing"] = {"line_id": "doors", "direction": "in", "track_id": "a", "is_staff": False}


def _wrapped_in_list(record: bytes, _: np.random.Generator) -> bytes:
    return b"[" + record + b"]"


def _twice(record: bytes, _: np.random.Generator) -> bytes:
    return record + record


def _truncated(record: bytes, random: np.random.Generator) -> bytes:
    return record[: int(random.integers(1, len(record) - 1))]


def _not_utf8(record: bytes, _: np.random.Generator) -> bytes:
    return record.replace(b"aisle-1", b"aisle-\xff\xfe", 1)


def _oversized(record: bytes, _: np.random.Generator) -> bytes:
    """Pad a good event beyond the limit by a field that would be ignored."""
    padding = b'{"padding":"' + b"x" * (OVERSIZED_BYTES - len(record) - 13) + b'",'
    return padding + record[1:]


def _nested_inside(record: bytes, _: np.random.Generator) -> bytes:
    depth = b'{"deep":' + b"[" * NESTING + b"]" * NESTING + b","
    return depth + record[1:]


def _instead(record: bytes) -> Spoil:
    """Return a spoil that puts another record in the place of the good one."""
    return lambda _good, _random: record


def _random_bytes(_: bytes, random: np.random.Generator) -> bytes:
    return b"\x00" + random.bytes(200)


_BROKEN_VISITS: dict[str, tuple[str | None, Break]] = {
    "unknown kind": ("unknown_kind", _set("kind", "wave")),
    "unknown schema version": ("unknown_schema", _set("schema", "inference.v9")),
    "schema missing": ("missing_field", _drop("schema")),
    "store missing": ("missing_field", _drop("store_id")),
    "sequence number null": ("missing_field", _set("seq", None)),
    "track missing": ("missing_field", _drop("visit/track_id")),
    "zone of wrong type": ("wrong_type", _set("visit/zone_id", 3)),
    "time as text": ("wrong_type", _set("event_time_ms", "2026-09-21T08:00:00Z")),
    "sequence number with a fraction": ("wrong_type", _set("seq", 7.5)),
    "flag as number": ("wrong_type", _set("visit/is_staff", 0)),
    "payload as list": ("wrong_type", _set("visit", [])),
    "unknown end of a visit": ("out_of_range", _set("visit/end", "flew")),
    "empty store": ("out_of_range", _set("store_id", "")),
    "event time in 1970": ("out_of_range", _move_to(86_400_000)),
    "event time in 2099": ("future_time", _move_to(YEAR_2099_MS)),
    "left before entered": ("inconsistent", _end_before_entry),
    "event time is not the end": ("inconsistent", _event_time_off_end),
    "payload of another kind": ("wrong_payload", _other_payload),
    "two payloads": ("wrong_payload", _two_payloads),
    "id of another device": ("wrong_event_id", _foreign_event_id),
    "unknown field, kept": (None, _set("visit/mood", {"glad": 1})),
}

_SPOILT_BYTES: dict[str, tuple[str | None, Spoil]] = {
    "empty record": ("not_json", _instead(b"")),
    "plain text": ("not_json", _instead(b"hello, stream")),
    "a number": ("not_json", _instead(b"3")),
    "a list of events": ("not_json", _wrapped_in_list),
    "two events in one record": ("not_json", _twice),
    "truncated": ("not_json", _truncated),
    "random bytes": ("not_json", _random_bytes),
    "not UTF-8": ("not_json", _not_utf8),
    "deeply nested": ("not_json", _instead(b"[" * NESTING)),
    "deeply nested unknown field, kept": (None, _nested_inside),
    "300 KB": ("too_large", _oversized),
}
