"""The producer of a load in real time: a process of its own, which must keep the pace and says how well it did."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, NamedTuple, Self

from botocore.config import Config

from bench.realtime import Due, RealTimeLoad, schedule, templates_of
from edge.publisher import Publisher, PublisherSettings, Record
from local.services import aws_client

TICK_SECONDS = 0.2
"""How often the producer sends what has become due: one call, or a few."""
PATIENCE_SECONDS = 10.0
"""How long after its time the producer still tries to send everything."""
LEAD_MS = 3_000
"""How long after the word to go the stores begin: what they send is put in order meanwhile."""

_RECORD_BYTES = 1024 * 1024
_AGGREGATE_BYTES = 512 * 1024
_MAGIC = bytes.fromhex("f3899ac2")
_HASH_BITS = 128


class ProducerError(RuntimeError):
    """The producer could not send everything; the message says what came of it."""


class Acknowledged(NamedTuple):
    """How far the producer was when a call returned.

    Attributes:
        at_ms: When (milliseconds since 1970-01-01 UTC).
        events: How many events Kinesis had confirmed by then.
        reach_ms: Event time up to which every shard had events.
    """

    at_ms: int
    events: int
    reach_ms: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What the producer did.

    Attributes:
        acknowledged: One entry for each round of calls.
        lag_ms_max: Longest time from when an event was due until it was confirmed, the warm-up left out.
        unsent: Events that were still not sent when the producer gave up.
        cpu_seconds: Processor time of the producer while it sent.
    """

    acknowledged: tuple[Acknowledged, ...]
    lag_ms_max: int
    unsent: int
    cpu_seconds: float


@cache
def shard_of(partition_key: str, shards: int) -> int:
    """Return the number of the shard to which Kinesis sends a key, where the shards have equal shares."""
    return int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest()) * shards >> _HASH_BITS


def aggregate(records: Sequence[Record]) -> Record:
    """Return records of one shard as one record of the Kinesis Producer Library."""
    places = {key: place for place, key in enumerate(dict.fromkeys(record.partition_key for record in records))}
    keys = b"".join(_field(1, key.encode()) for key in places)
    packed = (b"\x08" + _varint(places[record.partition_key]) + _field(3, record.content) for record in records)
    message = keys + b"".join(_field(3, each) for each in packed)
    digest = hashlib.md5(message, usedforsecurity=False).digest()
    return Record(partition_key=records[0].partition_key, content=_MAGIC + message + digest)


def aggregated(records: Sequence[Record], shards: int) -> list[Record]:
    """Return records packed shard by shard, none larger than Kinesis takes; their order within a shard is kept."""
    by_shard: dict[int, list[list[Record]]] = defaultdict(lambda: [[]])
    sizes: dict[int, int] = defaultdict(int)
    for record in records:
        shard = shard_of(record.partition_key, shards)
        if sizes[shard] + record.size_bytes > _AGGREGATE_BYTES:
            by_shard[shard].append([])
            sizes[shard] = 0
        by_shard[shard][-1].append(record)
        sizes[shard] += record.size_bytes
    return [aggregate(pack) for packs in by_shard.values() for pack in packs if pack]


def _field(number: int, content: bytes) -> bytes:
    """Return a field of bytes of a protocol buffer."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    groups = []
    while number >= 0x80:  # noqa: PLR2004 - seven bits a byte
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


class Pace:
    """Sends what is due, in rounds, and keeps books of when it was confirmed.

    Args:
        publish: Sends records; raises `ProducerError` when one is not confirmed.
        shards: Of the stream.
        now_ms: The clock (milliseconds since 1970-01-01 UTC).
        sleep: Waits that many seconds.
    """

    def __init__(
        self,
        publish: Callable[[Sequence[Record]], None],
        *,
        shards: int,
        is_aggregated: bool,
        now_ms: Callable[[], int],
        sleep: Callable[[float], None],
    ) -> None:
        self._publish = publish
        self._is_aggregated = is_aggregated
        self._now_ms = now_ms
        self._sleep = sleep
        self._newest_ms = [0] * shards
        self._events = 0

    def send(self, dues: Sequence[Due], *, measured_from_ms: int) -> tuple[list[Acknowledged], int]:
        """Send everything, or what can be sent until `PATIENCE_SECONDS` after the last event was due.

        Returns the books, and the longest lag (ms) of what was due from an instant on.
        """
        books, lag_ms, done, round_ms = [], 0, 0, dues[0].at_ms
        end_ms = dues[-1].at_ms + int(1000 * PATIENCE_SECONDS)
        while done < len(dues) and round_ms < end_ms:
            round_ms = self._wait_until(max(round_ms + int(TICK_SECONDS * 1000), dues[done].at_ms))
            end = bisect_right(dues, round_ms, lo=done, key=lambda due: due.at_ms)
            self._send_round(dues[done:end])
            books.append(Acknowledged(self._now_ms(), self._events, min(self._newest_ms)))
            first = bisect_left(dues, measured_from_ms, lo=done, hi=end, key=lambda due: due.at_ms)
            if first < end:
                lag_ms = max(lag_ms, books[-1].at_ms - dues[first].at_ms)
            done = end
        return books, lag_ms

    def _wait_until(self, at_ms: int) -> int:
        """Return the time it is, at the earliest the one waited for."""
        while (now_ms := self._now_ms()) < at_ms:
            self._sleep((at_ms - now_ms) / 1000)
        return now_ms

    def _send_round(self, dues: Sequence[Due]) -> None:
        records = [due.template.render(due.store_id, due.shift_ms) for due in dues]
        shards = len(self._newest_ms)
        self._publish(aggregated(records, shards) if self._is_aggregated else records)
        self._events += len(records)
        for due, record in zip(dues, records, strict=True):
            shard = shard_of(record.partition_key, shards)
            self._newest_ms[shard] = max(self._newest_ms[shard], due.template.event_time_ms + due.shift_ms)


class Producer:
    """The process that sends a load; it ends with its `with` block."""

    def __init__(self, load: RealTimeLoad) -> None:
        """Describe it; it starts with its block, and simulates the store at once."""
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(target=_produce, args=(load, far_end), name="producer", daemon=True)
        self._far_end = far_end

    def __enter__(self) -> Self:
        """Start the process."""
        self._process.start()
        self._far_end.close()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()

    def start(self, *, url: str, stream_name: str, shards: int) -> int:
        """Let it send to a stream; return from when on it does (milliseconds since 1970-01-01 UTC)."""
        self._receive()
        self._pipe.send((url, stream_name, shards))
        start_ms: int = self._receive()
        return start_ms

    @property
    def has_ended(self) -> bool:
        """Whether it has sent everything, or failed."""
        return self._pipe.poll()

    def result(self) -> Sent:
        """Return what it did, once it has ended; raises `ProducerError` if it failed."""
        sent: Sent = self._receive()
        return sent

    def _receive(self) -> Any:
        try:
            received = self._pipe.recv()
        except EOFError as ended:
            raise ProducerError("the producer ended before it had sent everything; its error stands above") from ended
        if isinstance(received, ProducerError):
            raise received
        return received


def _produce(load: RealTimeLoad, pipe: Connection) -> None:
    """Send a load as the parent says."""
    templates = templates_of(load)
    pipe.send("ready")
    url, stream_name, shards = pipe.recv()
    start_ms = _now_ms() + LEAD_MS
    pipe.send(start_ms)
    dues = schedule(load, templates, start_ms)
    publish = _publishing(url, stream_name)
    pace = Pace(publish, shards=shards, is_aggregated=load.is_aggregated, now_ms=_now_ms, sleep=time.sleep)
    cpu_seconds = time.process_time()
    try:
        books, lag_ms = pace.send(dues, measured_from_ms=start_ms + int(load.warm_up_seconds * 1000))
    except ProducerError as failed:
        pipe.send(failed)
    else:
        unsent = len(dues) - books[-1].events
        pipe.send(Sent(tuple(books), lag_ms, unsent, time.process_time() - cpu_seconds))


def _publishing(url: str, stream_name: str) -> Callable[[Sequence[Record]], None]:
    # What is sent is ours: checking each record's types again would be a good part of the producer's work.
    client = aws_client("kinesis", url=url, config=Config(parameter_validation=False))
    settings = PublisherSettings(record_bytes=_RECORD_BYTES)
    publisher = Publisher(client, stream_name, sleep=time.sleep, random=random.random, settings=settings)

    def publish(records: Sequence[Record]) -> None:
        published = publisher.publish_records(records)
        if published.acknowledged < len(records):
            raise ProducerError(f"Kinesis confirmed {published.acknowledged} of {len(records)} records of a round")

    return publish


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
