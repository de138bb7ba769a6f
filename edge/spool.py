"""Holds events until Kinesis has them: in memory while they are fresh, on the disk within a second, through any crash.

An event is in one of two flows. It is live for its first seconds, and belongs to the backlog after that. Each flow
goes out in the order of arrival, and so by `seq`; live goes first. An event that is acknowledged before it would be
committed is never written. What is lost because of a limit goes by kind in a fixed order and is counted, durably.

Two threads use it, beside those that append: one calls `commit` all the time, one takes batches and settles them. The
file is never waited for by who appends.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from contracts.events import MAX_EVENT_BYTES, WATERMARK_DELAY_MS, Event, record_of
from edge.errors import ConfigurationError, Problem
from edge.publisher import Record
from edge.spool_file import DEAD_ROWS, DeadLetter, Entry, Held, Removed, SpoolFile, Tally, is_damage, open_or_set_aside
from edge.spool_memory import Fresh, FreshEntries
from edge.toml_file import Table

MIB = 1024 * 1024
HOUR_MS = 3_600_000
LARGEST_COMMIT_MS = 900
"""Events are durable within a second, the commit's own time included."""
CLOCK_SET_MS = 5_000
"""A wall clock that moves by this much against the running time was set, or the machine slept."""
EXPIRY_SECONDS = 60.0
FIRST_EXPIRY_SECONDS = 600.0
"""A box that starts may have a wrong clock until the network sets it: nothing is too old before."""
DISK_RETRY_SECONDS = 5.0
TELL_SECONDS = 60.0
UNKNOWN_KIND = "unknown"
"""Of events in a file that cannot be read any more."""

Flow = Literal["all", "live", "backlog"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """Limits of the spool.

    Attributes:
        max_bytes: Of what waits; the file may be half as much larger. A store of 60 zones makes some 87 MB a day, so
            this is a week of it.
        max_age_ms: Events older than this are given up; their day has long been reconciled.
        commit_ms: How often what is fresh goes to the disk. What a power cut takes is at most this and one commit.
        memory_bytes: Of what is held in memory, which matters only while the disk takes nothing.
        live_ms: How long an event is live: by default the stream's watermark delay, after which it is late anyway.
    """

    max_bytes: int = 640 * MIB
    max_age_ms: int = 7 * 24 * HOUR_MS
    commit_ms: int = 500
    memory_bytes: int = 16 * MIB
    live_ms: int = WATERMARK_DELAY_MS

    def problems(self) -> list[Problem]:
        """Return everything that contradicts the promises of the spool, by its key in a store file."""
        least = {
            "spool.max_megabytes": (self.max_bytes / MIB, 1),
            "spool.max_age_hours": (self.max_age_ms / HOUR_MS, 1),
            "spool.commit_ms": (self.commit_ms, 10),
            "spool.memory_megabytes": (self.memory_bytes / MIB, 1),
            "spool.live_ms": (self.live_ms, 0),
        }
        found = [
            Problem(where=key, expected=f"{limit} or more", came=f"{value:g}", cure="Raise it.")
            for key, (value, limit) in least.items()
            if value < limit
        ]
        if self.commit_ms > LARGEST_COMMIT_MS:
            cure = "Lower it: events must be durable within a second."
            expected = f"at most {LARGEST_COMMIT_MS}"
            found.append(Problem(where="spool.commit_ms", expected=expected, came=str(self.commit_ms), cure=cure))
        return found


def spool_settings(table: Table) -> SpoolSettings:
    """Return the settings of a store file's table `[spool]`; note what is wrong in it."""
    table.only("max_megabytes", "max_age_hours", "commit_ms", "memory_megabytes", "live_ms")
    usual = SpoolSettings()
    settings = SpoolSettings(
        max_bytes=table.get_or("max_megabytes", usual.max_bytes // MIB) * MIB,
        max_age_ms=table.get_or("max_age_hours", usual.max_age_ms // HOUR_MS) * HOUR_MS,
        commit_ms=table.get_or("commit_ms", usual.commit_ms),
        memory_bytes=table.get_or("memory_megabytes", usual.memory_bytes // MIB) * MIB,
        live_ms=table.get_or("live_ms", usual.live_ms),
    )
    table.problems.add_all(settings.problems())
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries to send now, in order of arrival.

    Attributes:
        flow: Which of the two flows they are of, or `all` that waits.
        is_head: Nothing that waits stands before the last of them but they.
    """

    flow: Flow
    entries: tuple[Entry, ...]
    is_head: bool

    @property
    def size_bytes(self) -> int:
        """Size as Kinesis counts it."""
        return sum(entry.record.size_bytes for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolStatus:
    """How the spool is.

    Attributes:
        waiting: Events that Kinesis has not acknowledged.
        waiting_bytes: What they take.
        oldest_ms: Age of the oldest of them in milliseconds, 0 without any.
        in_memory_only: Those that a power cut would take now.
        lost: Events given up by (kind, reason), over all runs; the reasons are those of `spool_file.Tally`.
        disk_problem: Why nothing can be written; None while all is well.
        set_aside: What was wrong with the file that was there at the start; None where it was good.
    """

    waiting: int
    waiting_bytes: int
    oldest_ms: int
    in_memory_only: int
    lost: Mapping[tuple[str, str], int]
    disk_problem: str | None
    set_aside: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What one commit writes, as it was when the commit began."""

    fresh: list[Fresh]
    saved_to: int
    head: int
    settled: set[int]
    dead: list[DeadLetter]
    lost: Tally
    sparing: frozenset[int]
    excess_bytes: int


class Spool:
    """See the module.

    Args:
        path: The file; its folder is made.
        now_ms: Wall clock, milliseconds since 1970-01-01 UTC: it stamps what is written, for its age after a restart.
        monotonic: Running time in seconds; all else is measured by it, so that a clock that is set does no harm.

    Raises:
        ConfigurationError: where the settings contradict themselves, the file cannot be written, or is in use.
    """

    def __init__(
        self,
        path: Path,
        *,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
        settings: SpoolSettings | None = None,
    ) -> None:
        self.settings = settings or SpoolSettings()
        if problems := self.settings.problems():
            raise ConfigurationError(f"spool {path}", problems)
        self.arrived = threading.Event()
        """Set by each append; who waits for it clears it."""
        self._path = path
        self._now_ms = now_ms
        self._monotonic = monotonic
        # Taken in this order. Whoever holds `_memory` waits for nothing.
        self._disk = threading.Lock()
        self._memory = threading.Lock()
        # Under `_memory`:
        self._fresh = FreshEntries(live_seconds=self.settings.live_ms / 1_000)
        self._next_position = 1
        self._rows = 0
        self._row_bytes = 0
        self._head = 0  # all up to here is settled or lost
        self._settled: set[int] = set()  # behind the head; their rows are still to be deleted
        self._taken: frozenset[int] = frozenset()
        self._dead: list[DeadLetter] = []
        self._lost: Tally = Counter()
        # Under `_disk`:
        self._file: SpoolFile | None = None
        self._is_closed = False
        self._disk_problem: str | None = None
        self._set_aside: str | None = None
        self._deleted_to = 0
        self._written_lost: Tally = Counter()
        self._told_lost: Tally = Counter()
        self._next_try, self._next_tell = 0.0, 0.0
        self._next_expiry = monotonic() + FIRST_EXPIRY_SECONDS
        self._run_from = 1
        self._clocks = (now_ms(), monotonic())
        self._open(monotonic())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def append(self, events: Sequence[Event]) -> None:
        """Take events, in the order in which they will leave. Never fails and never waits for the disk.

        One device's events come from one thread: their order is that of the calls.
        """
        written = [(event.kind, *_written(event)) for event in events]
        came = self._monotonic()
        with self._memory:
            for kind, record, problem in written:
                entry = Entry(position=self._next_position, kind=kind, record=record)
                self._next_position += 1
                if problem:
                    self._bury(entry, problem)
                else:
                    self._fresh.add(entry, came)
            self._lost += self._fresh.keep_within(self.settings.memory_bytes, sparing=self._taken)
        self.arrived.set()

    def commit(self) -> None:
        """Write what is fresh, delete what is settled, keep the limits: one transaction, on the disk at the end.

        A disk that is full or broken is told by `status`, and tried again every few seconds.
        """
        now = self._monotonic()
        with self._disk:
            if not self._is_closed and now >= self._next_try and (self._file or self._reopened(now)):
                try:
                    self._write(now)
                    self._mended()
                except sqlite3.Error as error:
                    self._failed(error, now)
            self._tell_losses(now)

    def take(self, *, records: int, size_bytes: int, with_backlog: bool = True) -> Batch | None:
        """Return what to send now; None where nothing waits. It must be given back by `settle` before the next `take`.

        All that waits, where it fits: then order is total. Otherwise the live, and only without any the backlog.
        """
        now = self._monotonic()
        with self._memory:
            live = self._fresh.live(now)
            has_backlog = self._rows > 0 or len(live) < len(self._fresh)
            if live and not (has_backlog and with_backlog and self._fits(records, size_bytes)):
                flow: Flow = "live" if has_backlog else "all"
                return self._taking(flow, _first(live, records, size_bytes), is_head=not has_backlog)
        return self._take_from_disk(records, size_bytes, now) if with_backlog else None

    def settle(self, batch: Batch, *, refused: Collection[int] = (), dead: Mapping[int, str] | None = None) -> None:
        """Give a batch back: all of it is acknowledged but what was refused, which waits again, and what is dead.

        Args:
            batch: What `take` gave.
            refused: Positions of the entries that wait again.
            dead: Reasons why entries can never be sent, by position.
        """
        with self._memory:
            for entry in batch.entries:
                if entry.position not in refused:
                    self._leave(entry)
                if dead and entry.position in dead:
                    self._bury(entry, dead[entry.position])
            if batch.is_head:
                waiting = [entry.position for entry in batch.entries if entry.position in refused]
                self._head = max(self._head, min(waiting) - 1 if waiting else batch.entries[-1].position)
                self._settled = {position for position in self._settled if position > self._head}
            self._taken = frozenset()

    def register_boot(self, boot_id: str) -> bool:
        """Note a boot id durably; return False where this device used it before. Without a disk every id is new."""
        with self._disk:
            if self._file is None:
                return True
            try:
                return self._file.register_boot(boot_id, now_ms=self._now_ms())
            except sqlite3.Error as error:
                self._failed(error, self._monotonic())
                return True

    @property
    def waiting(self) -> int:
        """Events that Kinesis has not acknowledged; it never waits for a commit."""
        with self._memory:
            return self._rows + len(self._fresh.unsaved())

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Return the newest dead letters, oldest first."""
        with self._disk:
            stored = self._file.dead_letters() if self._file else ()
            with self._memory:
                return (*stored, *self._dead)

    def status(self) -> SpoolStatus:
        """Return how the spool is now. It may wait for a commit."""
        now = self._monotonic()
        with self._disk:
            stored_ms = self._oldest_stored_ms()
            with self._memory:
                unsaved = self._fresh.unsaved()
                return SpoolStatus(
                    waiting=self._rows + len(unsaved),
                    waiting_bytes=self._row_bytes + sum(each.entry.size_bytes for each in unsaved),
                    oldest_ms=max([0, stored_ms, *(round((now - each.came) * 1_000) for each in unsaved[:1])]),
                    in_memory_only=len(unsaved),
                    lost=dict(self._lost),
                    disk_problem=self._disk_problem,
                    set_aside=self._set_aside,
                )

    def close(self) -> None:
        """Commit what is left and close the file; what still waits is sent by the next run."""
        with self._disk:
            self._next_try = 0.0
        self.commit()
        with self._disk:
            self._is_closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def _fits(self, records: int, size_bytes: int) -> bool:
        """Whether one call takes all that waits; what is both in memory and on the disk counts twice."""
        return self._rows + len(self._fresh) <= records and self._row_bytes + self._fresh.size_bytes <= size_bytes

    def _taking(self, flow: Flow, entries: Sequence[Entry], *, is_head: bool) -> Batch | None:
        if not entries:
            return None
        self._taken = frozenset(entry.position for entry in entries)
        return Batch(flow=flow, entries=tuple(entries), is_head=is_head)

    def _take_from_disk(self, records: int, size_bytes: int, now: float) -> Batch | None:
        """Return the head of all that waits, where it fits, else of the backlog."""
        with self._disk:
            with self._memory:
                self._fresh.drop_stored(now, sparing=self._taken)
                live = self._fresh.live(now)
                flow: Flow = "all" if self._fits(records, size_bytes) else "backlog"
                below = live[0].position if live and flow == "backlog" else self._next_position
                waiting, saved_to = self._fresh.below(below), self._fresh.saved_to
                head, settled = self._head, set(self._settled)
            stored = self._stored(after=head, below=min(below, saved_to + 1), settled=settled)
            unsaved = (entry for entry in waiting if entry.position > saved_to)
            try:
                entries, is_head = _first(chain(stored, unsaved), records, size_bytes), True
            except sqlite3.Error as error:
                self._failed(error, now)
                entries, is_head = _first(waiting, records, size_bytes), False
            with self._memory:
                return self._taking(flow, entries, is_head=is_head)

    def _stored(self, *, after: int, below: int, settled: Collection[int]) -> Iterator[Entry]:
        if self._file is not None:
            yield from (entry for entry in self._file.read(after=after, below=below) if entry.position not in settled)

    def _leave(self, entry: Entry) -> None:
        self._fresh.forget(entry.position)
        if entry.position <= self._fresh.saved_to:
            self._settled.add(entry.position)
            self._rows -= 1
            self._row_bytes -= entry.size_bytes

    def _bury(self, entry: Entry, reason: str) -> None:
        content = entry.record.content
        self._dead.append(DeadLetter(position=entry.position, kind=entry.kind, reason=reason, content=content))
        self._lost[entry.kind, "unsendable"] += 1
        del self._dead[:-DEAD_ROWS]

    def _write(self, now: float) -> None:
        now_ms = self._now_ms()
        shift_ms = self._clock_shift_ms(now_ms, now)
        is_expiry_due = now >= self._next_expiry
        change = self._change(now)
        if self._file is None or not (shift_ms or is_expiry_due or self._has_work(change)):
            return
        removed: list[Removed] = []
        with self._file.transaction():
            self._file.delete(through=change.head, positions=change.settled)
            if shift_ms:
                self._file.shift_clock(since=self._run_from, milliseconds=shift_ms)
            self._file.insert((each.entry, now_ms - round((now - each.came) * 1_000)) for each in change.fresh)
            if change.dead:
                self._file.bury(change.dead, now_ms=now_ms)
            if is_expiry_due:
                before_ms = now_ms - self.settings.max_age_ms
                removed.append(self._file.expire(before_ms=before_ms, sparing=change.sparing))
            if (excess := change.excess_bytes - sum(each.bytes for each in removed)) > 0:
                removed.append(self._file.shed(free_bytes=excess, sparing=change.sparing))
            self._file.write_lost(sum((each.tally for each in removed), change.lost))
        self._clocks = (now_ms, now)
        self._next_expiry = now + EXPIRY_SECONDS if is_expiry_due else self._next_expiry
        with self._memory:
            self._take_over(change, removed)

    def _change(self, now: float) -> _Change:
        with self._memory:
            self._fresh.drop_stored(now, sparing=self._taken)
            fresh = self._fresh.unsaved()
            size_bytes = self._row_bytes + sum(each.entry.size_bytes for each in fresh)
            return _Change(
                fresh=fresh,
                saved_to=self._next_position - 1,
                head=self._head,
                settled=set(self._settled),
                dead=list(self._dead),
                lost=self._lost.copy(),
                # What is live may be on its way, and be acknowledged while this commit runs.
                sparing=self._taken | {entry.position for entry in self._fresh.live(now)},
                excess_bytes=size_bytes - self.settings.max_bytes,
            )

    def _has_work(self, change: _Change) -> bool:
        return bool(
            change.fresh
            or change.settled
            or change.dead
            or change.excess_bytes > 0
            or change.head > self._deleted_to
            or change.lost != self._written_lost
        )

    def _take_over(self, change: _Change, removed: Sequence[Removed]) -> None:
        """Make what was committed what is known; meanwhile entries may have come, been settled or been lost."""
        self._fresh.saved_to = change.saved_to
        for each in change.fresh:
            position = each.entry.position
            if position in self._fresh:
                self._rows += 1
                self._row_bytes += each.entry.size_bytes
            elif position > self._head:
                self._settled.add(position)
        self._settled -= change.settled
        self._deleted_to = change.head
        written = {letter.position for letter in change.dead}
        self._dead = [letter for letter in self._dead if letter.position not in written]
        self._written_lost = change.lost
        for each_removed in removed:
            for position in each_removed.positions:
                self._fresh.forget(position)
            self._rows -= len(each_removed.positions)
            self._row_bytes -= each_removed.bytes
            self._lost += each_removed.tally
            self._written_lost = self._written_lost + each_removed.tally

    def _clock_shift_ms(self, now_ms: int, now: float) -> int:
        """Return by how much the wall clock was set since the last call, 0 where it was not."""
        then_ms, then = self._clocks
        shift_ms = round(now_ms - then_ms - (now - then) * 1_000)
        if abs(shift_ms) >= CLOCK_SET_MS:
            return shift_ms
        self._clocks = (now_ms, now)
        return 0

    def _oldest_stored_ms(self) -> int:
        if self._file is None or not self._rows:
            return 0
        try:
            oldest_ms = self._file.oldest_ms(after=self._head)
        except sqlite3.Error:
            return 0
        return 0 if oldest_ms is None else self._now_ms() - oldest_ms

    def _open(self, now: float) -> bool:
        """Open the file, if its disk lets us."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file, problem = open_or_set_aside(self._path, max_bytes=self.settings.max_bytes)
        except OSError as error:
            cure = "Name a folder that can be made, or make it."
            wrong = Problem(where="spool", expected=f"a folder {self._path.parent}", came=str(error), cure=cure)
            raise ConfigurationError(f"spool {self._path}", [wrong]) from error
        except sqlite3.Error as error:
            self._failed(error, now)
            return False
        with self._memory:
            if self._taken:
                # Positions would change, and a batch that is on its way knows them.
                file.close()
                return False
            if problem:
                self._lose_stored()
            self._adopt(file.held)
        self._file = file
        if problem:
            self._set_aside = problem
            _log.error("the spool could not be read and was set aside as %s.broken: %s", self._path.name, problem)
        return True

    def _reopened(self, now: float) -> bool:
        """Open the file once the store is at work: what cannot be used then is told by `status`, and tried again."""
        try:
            return self._open(now)
        except ConfigurationError as error:
            self._failed(error, now)
            return False

    def _lose_stored(self) -> None:
        """Count what was in a file that broke during this run; memory holds the newest of it still."""
        in_memory = len(self._fresh) - len(self._fresh.unsaved())
        if (gone := self._rows - in_memory) > 0:
            self._lost[UNKNOWN_KIND, "damaged"] += gone

    def _adopt(self, held: Held) -> None:
        """Put what came before the file could be opened behind what is in it."""
        offset = held.last_position
        self._fresh.renumber(offset)
        self._dead = [replace(letter, position=letter.position + offset) for letter in self._dead]
        self._next_position += offset
        self._run_from = offset + 1
        self._head, self._deleted_to, self._settled = 0, 0, set()
        self._rows, self._row_bytes = held.rows, held.bytes
        self._lost += held.lost
        self._written_lost = held.lost.copy()
        self._told_lost = held.lost.copy()

    def _failed(self, error: sqlite3.Error | ConfigurationError, now: float) -> None:
        if self._disk_problem is None:
            _log.error("the spool cannot be written, events are kept in memory: %s", error)
        self._disk_problem = str(error)
        self._next_try = now + DISK_RETRY_SECONDS
        if self._file is not None and isinstance(error, sqlite3.Error) and is_damage(error):
            # The next try sets it aside and begins a new one.
            with suppress(sqlite3.Error):
                self._file.close()
            self._file = None

    def _mended(self) -> None:
        if self._disk_problem is not None:
            _log.warning("the spool can be written again")
        self._disk_problem = None

    def _tell_losses(self, now: float) -> None:
        if now < self._next_tell:
            return
        with self._memory:
            lost = self._lost - self._told_lost
            self._told_lost = self._lost.copy()
        if lost:
            self._next_tell = now + TELL_SECONDS
            _log.warning("events lost: %s", ", ".join(f"{n} {kind} ({why})" for (kind, why), n in sorted(lost.items())))


def _written(event: Event) -> tuple[Record, str | None]:
    """Return the event as a record, and why it can never be sent, if so."""
    try:
        content, problem = event.to_bytes(), None
    except (TypeError, ValueError) as error:
        content, problem = repr(event).encode(), f"cannot be written as JSON: {error}"
    if len(content) > MAX_EVENT_BYTES:
        problem = problem or f"has {len(content)} bytes, an event may have {MAX_EVENT_BYTES}"
    return Record(partition_key=f"{event.store_id}/{event.device_id}", content=record_of(content)), problem


def _first(entries: Iterable[Entry], records: int, size_bytes: int) -> list[Entry]:
    """Return as many as a call takes, at least one where there is one."""
    taken: list[Entry] = []
    for entry in entries:
        size_bytes -= entry.record.size_bytes
        if len(taken) == records or (taken and size_bytes < 0):
            break
        taken.append(entry)
    return taken
