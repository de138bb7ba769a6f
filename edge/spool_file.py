"""The spool's file: a SQLite database in WAL mode that one process owns. Not for threads; `edge.spool` locks it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from contracts.events import EARLIEST_TIME_MS
from edge.errors import ConfigurationError, Problem
from edge.publisher import Record

LOSS_ORDER = ("heat", "health", "snapshot", "crossing", "track_merge", "visit", "hazard")
"""Kinds by what goes first when there is no room; the reasons are in docs/decisions/0016-edge-spool.md."""
RANKS: Mapping[str, int] = MappingProxyType({kind: rank for rank, kind in enumerate(LOSS_ORDER)})
ROW_BYTES = 64
"""What a row takes beside its content, in the table and in its index: measured 56 to 64."""
PAGE_BYTES = 4096
FILE_FACTOR = 1.5
"""The file may be this much larger than what is in it: pages are not full."""
WAL_BYTES = 4 * 1024 * 1024
DEAD_ROWS = 256
DEAD_BYTES = 64 * 1024
"""How many dead letters are kept, the newest, and how much of each."""
BOOT_ROWS = 10_000
_DISK_ERRORS = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM})
LAYOUT = 1
"""`PRAGMA user_version` of the tables below."""

Tally = Counter[tuple[str, str]]
"""Lost events by kind and reason.

`full` (size limit), `old` (age limit), `memory` (no disk, memory full), `unsendable` (dead letter), `damaged` (the file
broke; their kind is unknown).
"""

_TABLES = """
CREATE TABLE entries (
  position INTEGER PRIMARY KEY, kind TEXT NOT NULL, rank INTEGER NOT NULL, spooled_ms INTEGER NOT NULL,
  partition_key TEXT NOT NULL, content BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_rank ON entries (rank, position);
CREATE TABLE dead (
  position INTEGER PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, died_ms INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE TABLE lost (kind TEXT, reason TEXT, events INTEGER NOT NULL, PRIMARY KEY (kind, reason)) STRICT;
CREATE TABLE boots (number INTEGER PRIMARY KEY, boot_id TEXT NOT NULL UNIQUE, started_ms INTEGER NOT NULL) STRICT;
"""
_SIZE = f"length(content) + length(partition_key) + {ROW_BYTES}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event that waits: its place in the order of arrival, over all runs, and what will be sent."""

    position: int
    kind: str
    record: Record

    @property
    def size_bytes(self) -> int:
        """What it takes in the spool."""
        return self.record.size_bytes + ROW_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An event that can never be sent, and why."""

    position: int
    kind: str
    reason: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Rows that were taken out because of a limit."""

    positions: tuple[int, ...] = ()
    bytes: int = 0
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a file holds when it is opened. `last_position` counts those that were sent, too."""

    rows: int
    bytes: int
    last_position: int
    lost: Tally


class SpoolFile:
    """Rows in order of arrival, dead letters, the tally of losses and the boot ids, in one file.

    A commit is on the disk when it returns (`synchronous=FULL`: the write-ahead log is flushed). After a power cut the
    log is read up to its last whole commit, by its checksums, so the rows are those of a prefix of the commits.

    Raises (every method): sqlite3.Error where the disk is full or broken; nothing is changed then.
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self._path = path
        self._max_pages = int(max_bytes * FILE_FACTOR) // PAGE_BYTES + WAL_BYTES // PAGE_BYTES
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        self.held = self._opened()

    def close(self) -> None:
        """Close the file; the log is merged into it."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of it or nothing; on the disk at the end."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A full disk may have rolled back by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def insert(self, entries: Iterable[tuple[Entry, int]]) -> None:
        """Add entries with the instants at which they came (milliseconds since 1970-01-01 UTC)."""
        self._connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
            (
                (each.position, each.kind, RANKS[each.kind], spooled_ms, each.record.partition_key, each.record.content)
                for each, spooled_ms in entries
            ),
        )

    def delete(self, *, through: int, positions: Collection[int] = ()) -> None:
        """Remove all rows up to and with a position, and single ones behind it."""
        self._connection.execute("DELETE FROM entries WHERE position <= ?", (through,))
        self._connection.executemany("DELETE FROM entries WHERE position = ?", ((each,) for each in positions))

    def read(self, *, after: int, below: int) -> Iterator[Entry]:
        """Yield the rows between two positions, both excluded, in order; read as they are asked for."""
        rows = self._connection.execute(
            "SELECT position, kind, partition_key, content FROM entries WHERE position > ? AND position < ?"
            " ORDER BY position",
            (after, below),
        )
        for position, kind, partition_key, content in rows:
            yield Entry(position=position, kind=kind, record=Record(partition_key=partition_key, content=content))

    def oldest_ms(self, *, after: int) -> int | None:
        """Return when the first row behind a position came (milliseconds since 1970-01-01 UTC)."""
        row = self._connection.execute(
            "SELECT spooled_ms FROM entries WHERE position > ? ORDER BY position LIMIT 1", (after,)
        ).fetchone()
        return row[0] if row else None

    def shift_clock(self, *, since: int, milliseconds: int) -> None:
        """Correct the instants of the rows from a position on, after the system's clock was set."""
        self._connection.execute(
            "UPDATE entries SET spooled_ms = spooled_ms + ? WHERE position >= ?", (milliseconds, since)
        )

    def expire(self, *, before_ms: int, sparing: Collection[int]) -> Removed:
        """Remove the rows at the head that came before an instant; those of a clock that was never set have no age."""
        rows = self._connection.execute(f"SELECT position, kind, {_SIZE}, spooled_ms FROM entries ORDER BY position")
        return self._removed(_while_old(rows, before_ms), "old", sparing)

    def shed(self, *, free_bytes: int, sparing: Collection[int]) -> Removed:
        """Remove rows of at least that size in the order of loss: by kind, and of a kind the oldest."""
        rows = self._connection.execute(f"SELECT position, kind, {_SIZE} FROM entries ORDER BY rank, position")
        return self._removed(_until_freed(rows, free_bytes, sparing), "full", sparing)

    def bury(self, letters: Sequence[DeadLetter], *, now_ms: int) -> None:
        """Keep dead letters for a person to look at; only the newest, and the beginning of each."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO dead VALUES (?, ?, ?, ?, ?)",
            ((each.position, each.kind, each.reason, now_ms, each.content[:DEAD_BYTES]) for each in letters),
        )
        self._connection.execute(
            "DELETE FROM dead WHERE position NOT IN (SELECT position FROM dead ORDER BY position DESC LIMIT ?)",
            (DEAD_ROWS,),
        )

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Return the dead letters that are kept, oldest first."""
        rows = self._connection.execute("SELECT position, kind, reason, content FROM dead ORDER BY position")
        return tuple(DeadLetter(position=p, kind=k, reason=r, content=c) for p, k, r, c in rows)

    def write_lost(self, lost: Tally) -> None:
        """Set the tally of losses."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO lost VALUES (?, ?, ?)", ((kind, reason, n) for (kind, reason), n in lost.items())
        )

    def register_boot(self, boot_id: str, *, now_ms: int) -> bool:
        """Note a boot id; return False where it was there."""
        with self.transaction():
            added = self._connection.execute(
                "INSERT OR IGNORE INTO boots (boot_id, started_ms) VALUES (?, ?)", (boot_id, now_ms)
            )
            self._connection.execute(
                "DELETE FROM boots WHERE number <= (SELECT max(number) FROM boots) - ?", (BOOT_ROWS,)
            )
        return added.rowcount == 1

    def _opened(self) -> Held:
        try:
            return self._prepared()
        except BaseException:
            self._connection.close()
            raise

    def _prepared(self) -> Held:
        run = self._connection.execute
        run(f"PRAGMA page_size = {PAGE_BYTES}")
        # Before the journal mode: the log's index then needs no shared memory, and a second process is refused.
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run(f"PRAGMA journal_size_limit = {WAL_BYTES}")
        run(f"PRAGMA max_page_count = {self._max_pages}")
        layout = run("PRAGMA user_version").fetchone()[0]
        if layout == 0:
            self._connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {LAYOUT}; COMMIT;")
        elif layout != LAYOUT:
            raise sqlite3.DatabaseError(f"layout {layout}, expected {LAYOUT}")
        # The lock is taken by the first write.
        run("BEGIN IMMEDIATE")
        run("COMMIT")
        if (found := run("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        return self._held()

    def _held(self) -> Held:
        run = self._connection.execute
        rows, size, last = run(f"SELECT count(*), total({_SIZE}), coalesce(max(position), 0) FROM entries").fetchone()
        dead = run("SELECT coalesce(max(position), 0) FROM dead").fetchone()[0]
        lost = Counter({(kind, reason): events for kind, reason, events in run("SELECT * FROM lost")})
        return Held(rows=rows, bytes=int(size), last_position=max(last, dead), lost=lost)

    def _removed(self, rows: Iterator[tuple[int, str, int]], reason: str, sparing: Collection[int]) -> Removed:
        chosen = [row for row in rows if row[0] not in sparing]
        self._connection.executemany("DELETE FROM entries WHERE position = ?", ((row[0],) for row in chosen))
        return Removed(
            positions=tuple(row[0] for row in chosen),
            bytes=sum(row[2] for row in chosen),
            tally=Counter((row[1], reason) for row in chosen),
        )


def open_or_set_aside(path: Path, *, max_bytes: int) -> tuple[SpoolFile, str | None]:
    """Open a spool, or a new one where the file cannot be read; return it and what was wrong.

    The broken file is kept beside it, with `.broken` behind its name; of several the newest.

    Raises:
        ConfigurationError: where there is no right to write, no folder, or another process has the spool.
        sqlite3.Error: where the disk is full or broken; a later call may succeed.
    """
    try:
        return SpoolFile(path, max_bytes=max_bytes), None
    except sqlite3.OperationalError as error:
        if _code(error) in _DISK_ERRORS:
            raise
        cure = "Make its folder, give the right to write there, or end the other process that has this spool."
        problem = Problem(where="spool", expected=f"a file to write at {path}", came=str(error), cure=cure)
        raise ConfigurationError(f"spool {path}", [problem]) from error
    except sqlite3.DatabaseError as error:
        for suffix in ("", "-wal", "-shm", "-journal"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.replace(path.with_name(f"{path.name}.broken{suffix}"))
        return SpoolFile(path, max_bytes=max_bytes), str(error)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken, so that it will not mend."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code."""
    return error.sqlite_errorcode & 0xFF


def _while_old(rows: Iterable[tuple[int, str, int, int]], before_ms: int) -> Iterator[tuple[int, str, int]]:
    for position, kind, size, spooled_ms in rows:
        if not EARLIEST_TIME_MS <= spooled_ms < before_ms:
            return
        yield position, kind, size


def _until_freed(
    rows: Iterable[tuple[int, str, int]], free_bytes: int, sparing: Collection[int]
) -> Iterator[tuple[int, str, int]]:
    for row in rows:
        if free_bytes <= 0:
            return
        free_bytes -= 0 if row[0] in sparing else row[2]
        yield row
