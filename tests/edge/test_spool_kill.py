"""SIGKILL at 100 random instants of spooling, sending and committing: a second of events at most, and nothing else.

It takes some 12 seconds, most of them asleep: ten files suffer ten kills each, side by side.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from edge.spool import Spool
from tests.edge.spooling import START_MS

FILES, KILLS = 10, 10
LONGEST_RUN_SECONDS = 1.5
LARGEST_LOSS_SECONDS = 1.0
ROOT = Path(__file__).parents[2]

EventId = tuple[str, int]


@dataclass
class Witness:
    """What was seen of one file over all runs.

    Attributes:
        nonces: What each id stands for.
        told: When each event was taken by the spool, in seconds, by id.
        sent: Ids that Kinesis has.
        boots: Of the runs, in order.
        lost_seconds: Age at the kill of the oldest event that was lost in each run.
    """

    nonces: dict[EventId, str] = field(default_factory=dict)
    told: dict[EventId, float] = field(default_factory=dict)
    sent: set[EventId] = field(default_factory=set)
    boots: list[str] = field(default_factory=list)
    lost_seconds: list[float] = field(default_factory=list)

    def see(self, event_id: EventId, nonce: str) -> None:
        """Note what an id stands for, which never changes."""
        assert self.nonces.setdefault(event_id, nonce) == nonce, f"{event_id} was used twice"

    def hear(self, line: str) -> None:
        """Note what a run tells."""
        kind, *words = line.split()
        if kind == "told":
            event_id = (self.boots[-1], int(words[0]))
            self.see(event_id, words[1])
            self.told[event_id] = float(words[2])
        elif kind == "sent":
            event_id = (words[0], int(words[1]))
            self.see(event_id, words[2])
            self.sent.add(event_id)

    def inspect(self, path: Path, killed: float) -> None:
        """Hold a file, as the kill left it, against what was told."""
        stored = _stored(path)
        for event_id, nonce in stored.items():
            self.see(event_id, nonce)
        for boot_id in self.boots:
            seqs = [seq for boot, seq in stored if boot == boot_id]
            assert seqs == sorted(seqs), "the order of a run was not kept"
        lost = self.told.keys() - stored.keys() - self.sent
        self.lost_seconds.append(max((killed - self.told[event_id] for event_id in lost), default=0.0))
        # They are gone for good, and must not be counted with the next kill.
        for event_id in lost:
            del self.told[event_id]


def _stored(path: Path) -> dict[EventId, str]:
    """Return what waits, in its order, from a copy: the next run is to mend the file itself."""
    copy = path.with_suffix(".copy")
    for suffix in ("", "-wal"):
        if (part := path.with_name(path.name + suffix)).exists():
            shutil.copyfile(part, copy.with_name(copy.name + suffix))
    connection = sqlite3.connect(copy)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = [json.loads(row[0]) for row in connection.execute("SELECT content FROM entries ORDER BY position")]
    finally:
        connection.close()
        for part in path.parent.glob(f"{copy.name}*"):
            part.unlink()
    return {(row["boot_id"], row["seq"]): row["track_merge"]["to_track_id"] for row in rows}


@contextmanager
def _victim(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.edge.spool_victim", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _kill_often(path: Path, seed: int) -> Witness:
    random, witness = Random(seed), Witness()
    with _victim(path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(KILLS):
            process.stdin.write("out\n" if number % 2 else "up\n")
            process.stdin.flush()
            _, pid, boot_id = process.stdout.readline().split()
            witness.boots.append(boot_id)
            # The instant of the kill is what is drawn here: nothing is waited for.
            time.sleep(random.uniform(0, LONGEST_RUN_SECONDS))
            killed = time.monotonic()
            os.kill(int(pid), signal.SIGKILL)
            while (line := process.stdout.readline()) != "dead\n":
                assert line, "the victim's parent ended"
                witness.hear(line)
            witness.inspect(path, killed)
    _drain(path)
    return witness


def _drain(path: Path) -> None:
    """The spool itself reads what the kills left, all of it and in its order."""
    left, taken = list(_stored(path)), []
    with Spool(path, now_ms=lambda: START_MS, monotonic=time.monotonic) as spool:
        while batch := spool.take(records=500, size_bytes=1024 * 1024):
            records = [json.loads(entry.record.content) for entry in batch.entries]
            taken += [(record["boot_id"], record["seq"]) for record in records]
            spool.settle(batch)
    assert taken == left
    assert _stored(path) == {}


@pytest.mark.timeout(120)
def test_a_kill_at_any_instant_loses_a_second_at_most(tmp_path: Path) -> None:
    """No id is used twice, no file is broken, order is kept, and what is older than a second is stored or sent."""
    paths = [tmp_path / f"{number}" / "events.sqlite" for number in range(FILES)]
    with ThreadPoolExecutor(FILES) as pool:
        witnesses = list(pool.map(_kill_often, paths, range(FILES)))
    boots = [boot_id for witness in witnesses for boot_id in witness.boots]
    assert len(set(boots)) == len(boots) == FILES * KILLS
    losses = [seconds for witness in witnesses for seconds in witness.lost_seconds]
    assert max(losses) <= LARGEST_LOSS_SECONDS
    # The test would tell nothing where no kill came between an event and its commit, or none after a commit.
    assert sum(seconds > 0 for seconds in losses) > FILES
    assert sum(len(witness.sent) for witness in witnesses) > 0
    print(f"{len(losses)} kills, lost at most {max(losses):.3f} s of events")
