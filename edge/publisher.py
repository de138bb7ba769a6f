"""Puts events into a Kinesis stream, and loses none in silence: each is acknowledged, unsent or oversized."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from botocore import exceptions

from contracts.events import MAX_EVENT_BYTES, Event

THROTTLED = frozenset(
    {
        "InternalFailure",
        "InternalFailureException",
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)
"""Error codes of a whole call after which the same call may succeed."""
CONNECTION_FAILED = "ConnectionFailed"
"""Our own code for a call that found no connection, or lost it."""


class KinesisClient(Protocol):
    """What the publisher needs of a `boto3` Kinesis client."""

    @property
    def put_records(self) -> Callable[..., Any]:
        """The `PutRecords` call of Kinesis Data Streams: StreamName and Records in, Records out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is put into the stream."""

    partition_key: str
    content: bytes

    @property
    def size_bytes(self) -> int:
        """Size as Kinesis counts it: content and partition key."""
        return len(self.content) + len(self.partition_key.encode())

    @classmethod
    def of(cls, event: Event) -> Record:
        """Return the event as a record; one device's events share a shard, and so keep their order."""
        return cls(partition_key=f"{event.store_id}/{event.device_id}", content=event.to_record())


def put_once(client: KinesisClient, stream_name: str, records: Sequence[Record]) -> tuple[str | None, ...]:
    """Make one `PutRecords` call and return the error code of each record, None where it is acknowledged.

    A call that was throttled, or whose connection failed, refuses all its records with that one code.

    Raises:
        ClientError: where the call itself is wrong: no such stream, no right, bad arguments.
    """
    try:
        response = client.put_records(
            StreamName=stream_name,
            Records=[{"Data": record.content, "PartitionKey": record.partition_key} for record in records],
        )
    except (exceptions.ConnectionError, exceptions.HTTPClientError):
        return (CONNECTION_FAILED,) * len(records)
    except exceptions.ClientError as error:
        code = error_code(error)
        if code not in THROTTLED:
            raise
        return (code,) * len(records)
    # An empty code is none: some doubles of Kinesis send it.
    return tuple(result.get("ErrorCode") or None for result in response["Records"])


def error_code(error: exceptions.ClientError) -> str:
    """Return the code that AWS gave."""
    return str(error.response.get("Error", {}).get("Code", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherSettings:
    """Limits of one call and of patience. The waits are drawn evenly from [0, bound), the bound doubling each time."""

    batch_records: int = 500
    batch_bytes: int = 5 * 1024 * 1024
    record_bytes: int = MAX_EVENT_BYTES + 256
    attempts: int = 10
    first_wait_seconds: float = 0.1
    longest_wait_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of the records: received = acknowledged + unsent + oversized.

    Attributes:
        acknowledged: Records that Kinesis confirmed.
        retried: Records sent once more, counted each time.
        unsent: Records that were still refused at the last attempt, and all that stood behind them, in order.
        oversized: Records larger than one record may be.
    """

    acknowledged: int
    retried: int
    unsent: tuple[Record, ...]
    oversized: tuple[Record, ...]


class Publisher:
    """Sends records in batches, one call at a time.

    A batch follows only when all records of the batch before it are acknowledged, and refused records are sent again
    in their order. Within one batch Kinesis itself may accept a later record while it refuses an earlier one: `seq`
    tells, and event time with its watermark makes it harmless.

    Args:
        sleep: Waits that many seconds.
        random: Draws evenly from [0, 1).
    """

    def __init__(
        self,
        client: KinesisClient,
        stream_name: str,
        *,
        sleep: Callable[[float], None],
        random: Callable[[], float],
        settings: PublisherSettings | None = None,
    ) -> None:
        self._client = client
        self._stream_name = stream_name
        self._sleep = sleep
        self._random = random
        self._settings = settings or PublisherSettings()

    def publish(self, events: Sequence[Event]) -> Published:
        """Send events; see `publish_records`."""
        return self.publish_records([Record.of(event) for event in events])

    def publish_records(self, records: Sequence[Record]) -> Published:
        """Send records in order until all are acknowledged or patience ends.

        Raises:
            ClientError: where the call itself is wrong: no such stream, no right, bad arguments.
        """
        limit = self._settings.record_bytes
        fitting = [record for record in records if record.size_bytes <= limit]
        retried = 0
        unsent: list[Record] = []
        for batch in self._batches(fitting):
            # Behind a batch that could not be sent, nothing may overtake it.
            left, again = (batch, 0) if unsent else self._send(batch)
            unsent += left
            retried += again
        return Published(
            acknowledged=len(fitting) - len(unsent),
            retried=retried,
            unsent=tuple(unsent),
            oversized=tuple(record for record in records if record.size_bytes > limit),
        )

    def _batches(self, records: Sequence[Record]) -> Iterator[list[Record]]:
        batch: list[Record] = []
        size_bytes = 0
        for record in records:
            is_full = len(batch) == self._settings.batch_records
            if batch and (is_full or size_bytes + record.size_bytes > self._settings.batch_bytes):
                yield batch
                batch, size_bytes = [], 0
            batch.append(record)
            size_bytes += record.size_bytes
        if batch:
            yield batch

    def _send(self, batch: list[Record]) -> tuple[list[Record], int]:
        """Return the records that are still refused at the last attempt, and how many were sent again."""
        retried = 0
        refused = self._attempt(batch)
        for attempt in range(1, self._settings.attempts):
            if not refused:
                break
            self._sleep(self._wait_seconds(attempt))
            retried += len(refused)
            refused = self._attempt(refused)
        return refused, retried

    def _wait_seconds(self, attempt: int) -> float:
        doubled: float = self._settings.first_wait_seconds * 2 ** (attempt - 1)
        return self._random() * min(self._settings.longest_wait_seconds, doubled)

    def _attempt(self, batch: list[Record]) -> list[Record]:
        """Make one call and return the refused records in their order; all of them where the call was throttled."""
        codes = put_once(self._client, self._stream_name, batch)
        return [record for record, code in zip(batch, codes, strict=True) if code]
