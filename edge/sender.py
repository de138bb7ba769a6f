"""Sends what waits in the spool to Kinesis, live events first, for as long as the store runs.

One call at a time. What was refused waits again and goes with the next call, which waits longer after each failure.
An event that Kinesis can never take is put aside as a dead letter, so that nothing waits behind it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from edge.errors import ConfigurationError, Problem
from edge.publisher import CONNECTION_FAILED, KinesisClient, error_code, put_once
from edge.spool import Batch, Spool
from edge.spool_file import Entry
from edge.toml_file import Table

MIB = 1024 * 1024
CALL_RECORDS = 500
CALL_BYTES = 5 * MIB
"""Limits of one `PutRecords` call, content and partition keys (Kinesis Data Streams API reference)."""
UNUSABLE = frozenset({"InvalidArgumentException", "SerializationException", "ValidationException"})
"""Error codes of a call that one unusable record, or an unusable call, brings."""
SEARCH_CALLS = 64
"""How many calls one step may spend on finding an unusable record: 9 find one among 500."""
IDLE_SECONDS = 1.0
"""How long nothing is looked for when nothing waits; an event that comes ends it."""
TOLD_FROM = 3
"""How many calls in a row must fail to be told in the log: one that is throttled now and then is no news."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """Limits of one call and of patience. The waits are drawn evenly from [0, bound), the bound doubling each time.

    Attributes:
        call_records: Records of one call.
        call_bytes: Their size.
        first_wait_seconds: Bound of the wait after the first failure.
        longest_wait_seconds: Largest bound. After an outage, live events are held up by this at most.
        backlog_wait_seconds: Largest bound for the backlog after it was throttled: live events need the room.
    """

    call_records: int = CALL_RECORDS
    call_bytes: int = CALL_BYTES
    first_wait_seconds: float = 0.1
    longest_wait_seconds: float = 5.0
    backlog_wait_seconds: float = 30.0

    def problems(self) -> list[Problem]:
        """Return everything that Kinesis would not take, by its key in a store file."""
        limits = {
            "sender.call_records": (self.call_records, 1, CALL_RECORDS),
            "sender.call_megabytes": (self.call_bytes / MIB, 1, CALL_BYTES / MIB),
            "sender.first_wait_seconds": (self.first_wait_seconds, 0.01, 10),
            "sender.longest_wait_seconds": (self.longest_wait_seconds, self.first_wait_seconds, 300),
            "sender.backlog_wait_seconds": (self.backlog_wait_seconds, self.first_wait_seconds, 3_600),
        }
        return [
            Problem(where=key, expected=f"from {least:g} to {most:g}", came=f"{value:g}", cure="Choose one of these.")
            for key, (value, least, most) in limits.items()
            if not least <= value <= most
        ]


def sender_settings(table: Table) -> SenderSettings:
    """Return the settings of a store file's table `[sender]`; note what is wrong in it."""
    table.only("call_records", "call_megabytes", "first_wait_seconds", "longest_wait_seconds", "backlog_wait_seconds")
    usual = SenderSettings()
    settings = SenderSettings(
        call_records=table.get_or("call_records", usual.call_records),
        call_bytes=table.get_or("call_megabytes", usual.call_bytes // MIB) * MIB,
        first_wait_seconds=table.get_or("first_wait_seconds", usual.first_wait_seconds),
        longest_wait_seconds=table.get_or("longest_wait_seconds", usual.longest_wait_seconds),
        backlog_wait_seconds=table.get_or("backlog_wait_seconds", usual.backlog_wait_seconds),
    )
    table.problems.add_all(settings.problems())
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderStatus:
    """What was sent since the start.

    Attributes:
        sent: Events that Kinesis acknowledged.
        calls: Calls made.
        retried: Events that were refused and wait or waited again, counted each time.
        throttled: Of these, the ones for which a shard or Kinesis had no room.
        unusable: Events put aside as dead letters.
        problem: Why nothing arrives, such as no connection or no right; None while all is well.
    """

    sent: int = 0
    calls: int = 0
    retried: int = 0
    throttled: int = 0
    unusable: int = 0
    problem: str | None = None


def kinesis_client(session: boto3.Session, *, endpoint_url: str | None = None) -> KinesisClient:
    """Return a client that never repeats a call by itself, which is the sender's task, and never hangs for long.

    Raises:
        BotoCoreError: where the session has no region.
    """
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        tcp_keepalive=True,
    )
    client: KinesisClient = session.client("kinesis", endpoint_url=endpoint_url, config=config)
    return client


@dataclass(frozen=True, slots=True)
class Step:
    """What one step says of the next: wait this long, or shorter where an event's arrival ends it."""

    wait_seconds: float
    until_arrival: bool = False


@dataclass(slots=True)
class _Search:
    """Calls that one step may still make, and what it met."""

    calls_left: int
    problem: str | None = None


class Sender:
    """Drains the spool; use `start` and `stop`, or `step` alone on a thread of one's own.

    Args:
        spool: What is drained.
        client: See `kinesis_client`.
        stream_name: The stream.
        monotonic: Running time in seconds.
        random: Draws evenly from [0, 1).

    Raises:
        ConfigurationError: where the settings cannot be used.
    """

    def __init__(
        self,
        spool: Spool,
        client: KinesisClient,
        stream_name: str,
        *,
        monotonic: Callable[[], float],
        random: Callable[[], float],
        settings: SenderSettings | None = None,
    ) -> None:
        self._settings = settings or SenderSettings()
        if problems := self._settings.problems():
            raise ConfigurationError("sender", problems)
        self._spool = spool
        self._client = client
        self._stream_name = stream_name
        self._monotonic = monotonic
        self._random = random
        self._status = SenderStatus()
        # In a row:
        self._failures = 0
        self._throttles = 0
        self._problems = 0
        self._backlog_from = 0.0
        self._stopped = threading.Event()
        self._threads = (
            threading.Thread(target=self._commit, name="commit events", daemon=True),
            threading.Thread(target=self._send, name="send events", daemon=True),
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def status(self) -> SenderStatus:
        """What was sent since the start. Safe for any thread."""
        return self._status

    def start(self) -> None:
        """Commit and send, on two threads, until `stop`."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the call that is on its way and commit the rest, which the next run sends; close the spool."""
        self._stopped.set()
        self._spool.arrived.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        self._spool.close()

    def step(self) -> Step:
        """Make one call, if anything waits, and return how long to wait before the next. Never fails."""
        # Before looking: what comes after this ends the wait.
        self._spool.arrived.clear()
        held_seconds = self._backlog_from - self._monotonic()
        batch = self._spool.take(
            records=self._settings.call_records,
            size_bytes=self._settings.call_bytes,
            with_backlog=held_seconds <= 0,
        )
        if batch is None:
            return Step(held_seconds if 0 < held_seconds < IDLE_SECONDS else IDLE_SECONDS, until_arrival=True)
        search = _Search(SEARCH_CALLS)
        try:
            codes = self._put(batch.entries, search)
        except Exception as error:
            # A defect of a library must not end the sending for good, nor keep the batch.
            _log.exception("sending failed")
            codes, search.problem = (type(error).__name__,) * len(batch.entries), repr(error)
        return self._settled(batch, codes, search)

    def _put(self, entries: Sequence[Entry], search: _Search) -> tuple[str | None, ...]:
        """Send entries, by halves where a call is refused for what is in it; return the error code of each."""
        if search.calls_left == 0:
            return ("NotTried",) * len(entries)
        search.calls_left -= 1
        try:
            return put_once(self._client, self._stream_name, [entry.record for entry in entries])
        except ClientError as error:
            code = error_code(error)
            if code in UNUSABLE and len(entries) > 1:
                half = len(entries) // 2
                return self._put(entries[:half], search) + self._put(entries[half:], search)
            search.problem = str(error)
            return (code or "ClientError",) * len(entries)
        except BotoCoreError as error:
            search.problem = str(error)
            return (type(error).__name__,) * len(entries)

    def _settled(self, batch: Batch, codes: Sequence[str | None], search: _Search) -> Step:
        refused = {entry.position: code for entry, code in zip(batch.entries, codes, strict=True) if code is not None}
        # While nothing at all is taken it may be the call that is wrong, and no event must be given up for that.
        is_call_good = self._status.sent > 0 or len(refused) < len(batch.entries)
        dead = {
            position: f"Kinesis refused it: {search.problem}"
            for position, code in refused.items()
            if code in UNUSABLE and is_call_good
        }
        waiting = {position: code for position, code in refused.items() if position not in dead}
        self._spool.settle(batch, refused=waiting.keys(), dead=dead)
        self._count(batch, waiting, dead, search)
        return self._next(batch, is_refused=bool(waiting))

    def _next(self, batch: Batch, *, is_refused: bool) -> Step:
        if batch.flow == "backlog":
            # Live events do not wait for it.
            self._throttles = self._throttles + 1 if is_refused else 0
            held_seconds = self._wait_seconds(self._throttles, self._settings.backlog_wait_seconds)
            self._backlog_from = self._monotonic() + held_seconds
            return Step(0.0)
        self._failures = self._failures + 1 if is_refused else 0
        return Step(self._wait_seconds(self._failures, self._settings.longest_wait_seconds))

    def _count(self, batch: Batch, waiting: dict[int, str], dead: dict[int, str], search: _Search) -> None:
        was, kinds = self._status, set(waiting.values())
        problem = search.problem if waiting else None
        if len(waiting) == len(batch.entries):
            problem = problem or ("no connection" if CONNECTION_FAILED in kinds else ", ".join(sorted(kinds)))
        self._tell(problem)
        self._status = SenderStatus(
            sent=was.sent + len(batch.entries) - len(waiting) - len(dead),
            calls=was.calls + SEARCH_CALLS - search.calls_left,
            retried=was.retried + len(waiting),
            throttled=was.throttled + sum(code in _NO_ROOM for code in waiting.values()),
            unusable=was.unusable + len(dead),
            problem=problem,
        )

    def _tell(self, problem: str | None) -> None:
        """Log what lasts, once at its beginning and once at its end."""
        if problem is None and self._problems >= TOLD_FROM:
            _log.warning("events arrive again")
        self._problems = 0 if problem is None else self._problems + 1
        if self._problems == TOLD_FROM:
            _log.warning("events wait: %s", problem)

    def _wait_seconds(self, failures: int, longest: float) -> float:
        if not failures:
            return 0.0
        # Beyond 2^20 every bound is the longest, and a float would overflow one day.
        doubled: float = self._settings.first_wait_seconds * 2 ** min(failures - 1, 20)
        return self._random() * min(longest, doubled)

    def _commit(self) -> None:
        while not self._stopped.wait(self._spool.settings.commit_ms / 1_000):
            self._spool.commit()

    def _send(self) -> None:
        while not self._stopped.is_set():
            step = self.step()
            if step.until_arrival:
                self._spool.arrived.wait(step.wait_seconds)
            elif step.wait_seconds:
                self._stopped.wait(step.wait_seconds)


_NO_ROOM = frozenset({"LimitExceededException", "ProvisionedThroughputExceededException", "ThrottlingException"})
