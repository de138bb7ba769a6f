"""What other forms of a snapshot would take: bytes in the stream, processor time at both ends, dollars a month."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bench.inputs import Records
from bench.snapshots import INTERVAL_MS

SAMPLE = 1_000
USD_PER_GB = 0.08 + 0.04
"""Kinesis Data Streams on demand, in and out, us-east-1, list price of 2026-11."""
OPENING_HOURS_A_MONTH = 12 * 30
_VARINT_BASE = 128
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Encoding:
    """One form: bytes of a snapshot, microseconds to write and to unpack it, dollars of the stream a store and month.

    Billed are full KiB of each record. Unpacking is what comes before the fields are read: decompression, or nothing.
    """

    name: str
    bytes_per_snapshot: float
    billed_bytes_per_snapshot: float
    write_us: float
    unpack_us: float

    @property
    def usd_per_store_month(self) -> float:
        """What one device's snapshots cost in Kinesis."""
        snapshots = OPENING_HOURS_A_MONTH * 3_600_000 / INTERVAL_MS
        return snapshots * self.billed_bytes_per_snapshot / 1e9 * USD_PER_GB


def encodings(records: Records) -> list[Encoding]:
    """Return every form of the first snapshots of a load."""
    path = next(iter(sorted(records.folder.glob("*.jsonl"))))
    with path.open("rb") as lines:
        events = [json.loads(line) for line in islice(lines, SAMPLE)]
    plain: dict[str, Callable[[Any], bytes]] = {
        "JSON, zones as rows": _json,
        "JSON, zones as columns": lambda event: _json(_columns(event)),
        "Avro, zones as rows": avro,
    }
    forms = [_measured(name, events, write, lambda record: record) for name, write in plain.items()]
    packed = [_measured(f"{name}, zlib", events, _packing(write), zlib.decompress) for name, write in plain.items()]
    return [form for pair in zip(forms, packed, strict=True) for form in pair]


def _packing(write: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    return lambda event: zlib.compress(write(event))


def avro(value: Any) -> bytes:
    """Return a value in Avro's binary form: zig-zag varints, texts and lists by their length, fields without names.

    A snapshot's only optional field that is a text is `lane_id`, so that a null is a union's first branch.
    """
    match value:
        case None:
            return b"\x00"
        case int():
            return _varint(value)
        case str():
            return _varint(len(value.encode())) + value.encode()
        case Mapping():
            return b"".join(map(avro, _with_lane(value).values()))
        case Iterable():
            return _varint(len(list(value))) + b"".join(map(avro, value)) + b"\x00"
    raise TypeError(f"expected a value of an event, came {type(value).__name__}")


def _with_lane(parts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"lane_id": None, **parts} if "zone_id" in parts else parts


def _varint(value: int) -> bytes:
    rest = (value << 1) ^ (value >> 63)
    written = bytearray()
    while rest >= _VARINT_BASE:
        written.append(rest % _VARINT_BASE + _VARINT_BASE)
        rest //= _VARINT_BASE
    written.append(rest)
    return bytes(written)


def _columns(event: dict[str, Any]) -> dict[str, Any]:
    zones = event["snapshot"]["zones"]
    names = dict.fromkeys(name for zone in zones for name in zone)
    columns = {name: [zone.get(name) for zone in zones] for name in names}
    return {**event, "snapshot": {**event["snapshot"], "zones": columns}}


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _measured(
    name: str, events: list[dict[str, Any]], write: Callable[[Any], bytes], unpack: Callable[[bytes], bytes]
) -> Encoding:
    begin = time.process_time()
    written = [write(event) for event in events]
    between = time.process_time()
    for record in written:
        unpack(record)
    end = time.process_time()
    return Encoding(
        name=name,
        bytes_per_snapshot=sum(map(len, written)) / len(events),
        billed_bytes_per_snapshot=sum(-(-len(record) // _KIB) * _KIB for record in written) / len(events),
        write_us=1e6 * (between - begin) / len(events),
        unpack_us=1e6 * (end - between) / len(events),
    )
