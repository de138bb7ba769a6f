"""What was sent, record by record: where Kinesis put it, which event it is, and what the sender meant by it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Literal

import pyarrow as pa

from contracts.events import Event
from edge.publisher import KinesisClient, Record

Fate = Literal["event", "repeat", "broken"]

SENT_SCHEMA = pa.schema(
    [
        pa.field("shard_id", pa.string()),
        pa.field("sequence_number", pa.string()),
        pa.field("event_id", pa.string()),
        pa.field("fate", pa.string()),
    ]
)
DIGEST_BYTES = 16


class Ledger:
    """A Kinesis client that notes what it sends: give it to a `Publisher` in place of the client.

    The sender announces each record; of a record that is sent again, the first place it got is the event's.
    """

    def __init__(self, client: KinesisClient) -> None:
        """Send by a client."""
        self._client = client
        self._announced: dict[bytes, tuple[str | None, Fate]] = {}
        self._rows: list[dict[str, str | None]] = []

    def announce(self, record: Record, event: Event | None) -> Fate:
        """Say what a record is, `event` None for a broken one; returns whether it is its event's first."""
        digest = _digest(record.content)
        if digest in self._announced:
            return "repeat"
        self._announced[digest] = (None, "broken") if event is None else (event.event_id, "event")
        return self._announced[digest][1]

    def put_records(self, **call: Any) -> Any:
        """Make the call, and note the place of each record that Kinesis acknowledged."""
        answer = self._client.put_records(**call)
        for record, placed in zip(call["Records"], answer["Records"], strict=True):
            if not placed.get("ErrorCode"):
                self._note(record["Data"], placed)
        return answer

    def to_arrow(self) -> pa.Table:
        """Return one row for each acknowledged record."""
        return pa.Table.from_pylist(self._rows, schema=SENT_SCHEMA)

    def _note(self, content: bytes, placed: Mapping[str, str]) -> None:
        digest = _digest(content)
        event_id, fate = self._announced[digest]
        self._rows.append(
            {
                "shard_id": placed["ShardId"],
                "sequence_number": placed["SequenceNumber"],
                "event_id": event_id,
                "fate": fate,
            }
        )
        if fate == "event":
            self._announced[digest] = (event_id, "repeat")


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()
