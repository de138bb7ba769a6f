"""The spool: two flows in order, durable within a commit, limits that lose by kind and count it, disks that fail."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts.events import KINDS, MAX_EVENT_BYTES, Health, Heat, HeatCell, HeatGrid
from edge.errors import ConfigurationError
from edge.identity import new_boot_id, random_boot_id
from edge.spool import Batch, Spool, SpoolSettings, spool_settings
from edge.spool_file import LOSS_ORDER
from edge.toml_file import Problems, Table
from tests.edge.spooling import HAZARD, HEALTH, HEAT, MERGE, Clock, event, events

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024
DAY_SECONDS = 86_400


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the spool is to be; its folder is absent."""
    return tmp_path / "spool" / "events.sqlite"


def opened(path: Path, clock: Clock, settings: SpoolSettings | None = None) -> Spool:
    """Return a spool that runs by that clock."""
    return Spool(path, now_ms=clock.now_ms, monotonic=clock.monotonic, settings=settings)


def seqs(batch: Batch | None) -> list[int]:
    """Return the numbers of the events in a batch."""
    return [json.loads(entry.record.content)["seq"] for entry in batch.entries] if batch else []


def drained(spool: Spool, records: int = 500) -> list[int]:
    """Take and acknowledge everything; return the numbers in the order of sending."""
    sent: list[int] = []
    while batch := spool.take(records=records, size_bytes=5 * MIB):
        sent += seqs(batch)
        spool.settle(batch)
    return sent


def test_every_kind_has_its_place_in_the_order_of_loss() -> None:
    """Health and heat go first, visits and hazards last."""
    assert sorted(LOSS_ORDER) == sorted(KINDS)
    assert set(LOSS_ORDER[:2]) == {"heat", "health"}
    assert LOSS_ORDER[-2:] == ("visit", "hazard")


def test_committed_events_outlive_the_process(path: Path, clock: Clock) -> None:
    """What was committed waits in the next run, in order; the file is good."""
    first = opened(path, clock)
    first.append(events(range(10)))
    first.commit()
    # As after a power cut: no close.
    copy = path.parent / "copy.sqlite"
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).write_bytes(path.with_name(path.name + suffix).read_bytes())
    with opened(copy, clock) as second:
        assert second.status().waiting == 10
        assert drained(second) == list(range(10))
    first.close()
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (0,)


def test_acknowledged_events_are_not_sent_by_the_next_run(path: Path, clock: Clock) -> None:
    """A settled event leaves the file with the next commit; a refused one stays, in its place."""
    with opened(path, clock) as spool:
        spool.append(events(range(6)))
        spool.commit()
        batch = spool.take(records=500, size_bytes=5 * MIB)
        assert batch is not None
        spool.settle(batch, refused={batch.entries[i].position for i in (1, 4)})
        assert spool.waiting == 2
    with opened(path, clock) as spool:
        assert drained(spool) == [1, 4]


def test_events_acknowledged_before_a_commit_are_never_written(path: Path, clock: Clock) -> None:
    """While the network is well the disk is spared."""
    with opened(path, clock) as spool:
        spool.append(events(range(100)))
        drained(spool)
        spool.commit()
        assert spool.status().waiting == 0
        for file in path.parent.iterdir():
            assert b"track_merge" not in file.read_bytes()


def test_live_events_leave_before_a_backlog_that_does_not_fit_one_call(path: Path, clock: Clock) -> None:
    """Each flow keeps its order; the backlog follows in the gaps."""
    with opened(path, clock) as spool:
        spool.append(events(range(20)))
        spool.commit()
        clock.seconds += 60
        spool.append(events(range(20, 23)))
        assert [seqs(batch) for batch in _taken(spool, records=10)] == [
            [20, 21, 22],
            list(range(10)),
            list(range(10, 20)),
        ]
        assert spool.waiting == 0


def _taken(spool: Spool, records: int) -> Iterator[Batch]:
    while batch := spool.take(records=records, size_bytes=5 * MIB):
        yield batch
        spool.settle(batch)


def test_what_fits_one_call_keeps_the_whole_order(path: Path, clock: Clock) -> None:
    """After a short outage nothing overtakes anything."""
    with opened(path, clock) as spool:
        spool.append(events(range(20)))
        spool.commit()
        clock.seconds += 60
        spool.append(events(range(20, 23)))
        assert seqs(spool.take(records=500, size_bytes=5 * MIB)) == list(range(23))


def test_live_events_can_be_taken_alone(path: Path, clock: Clock) -> None:
    """While the backlog is held back, `with_backlog=False` gives what is live, or nothing."""
    with opened(path, clock) as spool:
        spool.append(events(range(5)))
        clock.seconds += 60
        assert spool.take(records=500, size_bytes=5 * MIB, with_backlog=False) is None
        spool.append(events([5]))
        assert seqs(spool.take(records=500, size_bytes=5 * MIB, with_backlog=False)) == [5]


def test_a_call_keeps_its_limits(path: Path, clock: Clock) -> None:
    """Records and bytes of a batch are bounded; one record larger than the bound goes alone."""
    with opened(path, clock) as spool:
        spool.append(events(range(10)))
        size = len(event(0).to_record()) + len("s/d")
        assert [seqs(batch) for batch in _taken(spool, records=4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
        spool.append(events(range(5)))
        batch = spool.take(records=500, size_bytes=3 * size)
        assert seqs(batch) == [0, 1, 2]
        assert batch is not None
        assert batch.size_bytes == 3 * size
        spool.settle(batch)
        assert seqs(spool.take(records=500, size_bytes=1)) == [3]


def test_a_full_spool_loses_by_kind_and_counts_it(path: Path, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Heat goes before health, health before merges, hazards last of all; the tally is durable."""
    big = Heat(camera_id="c" * 120, grid=HeatGrid(w=2, h=2), cells=())
    with opened(path, clock, SpoolSettings(max_bytes=MIB)) as spool:
        spool.append(events(range(10), HAZARD))
        spool.append(events(range(10, 2_000), MERGE))
        spool.append(events(range(2_000, 2_100), big))
        spool.append(events(range(2_100, 2_200), HEALTH))
        spool.commit()
        clock.seconds += 60
        assert not spool.status().lost
        spool.append(events(range(2_200, 4_600), MERGE))
        spool.commit()
        clock.seconds += 60
        with caplog.at_level(logging.WARNING, logger="edge.spool"):
            spool.commit()
        lost = spool.status().lost
        assert spool.status().waiting_bytes <= MIB
        assert lost["heat", "full"] == 100
        assert lost["health", "full"] == 100
        assert lost["track_merge", "full"] > 0
        assert ("hazard", "full") not in lost
        assert "100 health (full)" in caplog.text
        assert spool.waiting + sum(lost.values()) == 4_600
    with opened(path, clock) as again:
        assert again.status().lost == lost
        sent = drained(again)
        assert sent == sorted(sent)
        assert sent[:10] == list(range(10))
        assert len(sent) + sum(lost.values()) == 4_600


def test_events_past_the_age_limit_are_given_up(path: Path, clock: Clock) -> None:
    """Their day has been reconciled; the loss is counted as `old`."""
    with opened(path, clock, SpoolSettings(max_age_ms=DAY_SECONDS * 1_000)) as spool:
        spool.append(events(range(3)))
        spool.commit()
        clock.seconds += DAY_SECONDS / 2
        spool.append(events(range(3, 5)))
        spool.commit()
        clock.seconds += DAY_SECONDS / 2 + 1
        spool.commit()
        assert spool.status().lost == {("track_merge", "old"): 3}
        assert spool.status().oldest_ms == DAY_SECONDS * 500 + 1_000
        assert drained(spool) == [3, 4]


def test_a_wall_clock_that_is_set_ages_nothing(path: Path, clock: Clock) -> None:
    """A box that starts in 1970 or 10 days off and is then set keeps its events."""
    with opened(path, clock, SpoolSettings(max_age_ms=DAY_SECONDS * 1_000)) as spool:
        spool.append(events(range(3)))
        spool.commit()
        clock.set_by_ms = 10 * DAY_SECONDS * 1_000
        clock.seconds += 120
        spool.commit()
        assert spool.status().oldest_ms == 120_000
        assert not spool.status().lost
        assert drained(spool) == [0, 1, 2]


def test_a_start_with_a_clock_in_the_future_loses_nothing(path: Path, clock: Clock) -> None:
    """What earlier runs left has no age before the clock had time to be set."""
    with opened(path, clock) as spool:
        spool.append(events(range(3)))
    wrong = Clock()
    wrong.set_by_ms = 3_650 * DAY_SECONDS * 1_000
    with opened(path, wrong) as spool:
        spool.commit()
        wrong.seconds += 60
        wrong.set_by_ms = 0
        spool.commit()
        wrong.seconds += 3_600
        spool.commit()
        assert not spool.status().lost
        assert drained(spool) == [0, 1, 2]


def test_unsendable_events_become_dead_letters(path: Path, clock: Clock) -> None:
    """Too large, or no JSON: kept with the reason, counted, and nothing waits behind them."""
    cells = tuple(HeatCell(index=i, person_ms=10_000_000_000 + i) for i in range(8_000))
    huge = event(0, Heat(camera_id="c", grid=HeatGrid(w=100, h=100), cells=cells))
    assert len(huge.to_bytes()) > MAX_EVENT_BYTES
    broken = event(
        1,
        Health(
            camera_id="c",
            state="ok",
            frames_expected=1,
            frames_seen=1,
            inference_ms_p50=float("nan"),
            spooled_events=0,
        ),
    )
    with opened(path, clock) as spool:
        spool.append([huge, broken, event(2)])
        assert drained(spool) == [2]
        spool.commit()
    with opened(path, clock) as spool:
        reasons = [letter.reason for letter in spool.dead_letters()]
        assert f"an event may have {MAX_EVENT_BYTES}" in reasons[0]
        assert reasons[1].startswith("cannot be written as JSON")
        assert spool.status().lost == {("heat", "unsendable"): 1, ("health", "unsendable"): 1}


def test_a_dead_letter_of_the_sender_leaves_the_flow(path: Path, clock: Clock) -> None:
    """What Kinesis can never take is settled and kept."""
    with opened(path, clock) as spool:
        spool.append(events(range(3)))
        spool.commit()
        batch = spool.take(records=500, size_bytes=5 * MIB)
        assert batch is not None
        spool.settle(batch, dead={batch.entries[1].position: "refused for ever"})
        spool.commit()
        assert spool.waiting == 0
        assert [letter.reason for letter in spool.dead_letters()] == ["refused for ever"]


@contextmanager
def _full_disk(spool: Spool) -> Iterator[None]:
    """Let the file grow no more: SQLite itself says `database or disk is full`."""
    assert spool._file is not None
    connection = spool._file._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    limit = connection.execute("PRAGMA max_page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    yield
    connection.execute(f"PRAGMA max_page_count = {limit}")


def test_a_full_disk_is_told_and_survived(path: Path, clock: Clock) -> None:
    """Events go on in memory, leave for Kinesis from there, and are written once there is room again."""
    with opened(path, clock) as spool:
        with _full_disk(spool):
            spool.append(events(range(2_000)))
            spool.commit()
            assert spool.status().disk_problem == "database or disk is full"
            assert (spool.status().waiting, spool.status().in_memory_only) == (2_000, 2_000)
            batch = spool.take(records=500, size_bytes=5 * MIB)
            assert seqs(batch) == list(range(500))
            assert batch is not None
            spool.settle(batch)
        clock.seconds += 60
        spool.commit()
        assert spool.status().disk_problem is None
        assert (spool.status().waiting, spool.status().in_memory_only) == (1_500, 0)
    with opened(path, clock) as spool:
        assert drained(spool) == list(range(500, 2_000))


def test_memory_is_bounded_while_the_disk_is_full(path: Path, clock: Clock) -> None:
    """Health goes before hazards, and the tally is written when the disk is well again."""
    settings = SpoolSettings(memory_bytes=MIB)
    with opened(path, clock, settings) as spool:
        with _full_disk(spool):
            for first in range(0, 4_000, 100):
                spool.append(events(range(first, first + 50), HAZARD))
                spool.append(events(range(first + 50, first + 100), HEALTH))
                spool.commit()
            status = spool.status()
            assert status.waiting_bytes <= MIB
            assert status.lost["health", "memory"] > 0
            assert ("hazard", "memory") not in status.lost
            assert status.waiting + sum(status.lost.values()) == 4_000
        clock.seconds += 60
        spool.commit()
    with opened(path, clock, settings) as spool:
        assert spool.status().lost == status.lost
        assert len(drained(spool)) + sum(status.lost.values()) == 4_000


def test_a_disk_that_comes_late_is_taken_into_use(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file cannot be opened at the start, events are kept in memory and go behind what the file holds."""
    with opened(path, clock) as spool:
        spool.append(events(range(3)))

    def full(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("edge.spool.open_or_set_aside", full)
        spool = opened(path, clock)
        spool.append(events(range(3, 6)))
        spool.commit()
        assert spool.status().disk_problem == "database or disk is full"
    clock.seconds += 60
    with spool:
        spool.commit()
        assert spool.status().disk_problem is None
        assert drained(spool) == list(range(6))


def test_a_broken_file_is_set_aside(path: Path, clock: Clock) -> None:
    """A store goes on with a new file, says so, and keeps the broken one."""
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1_000)
    with opened(path, clock) as spool:
        assert spool.status().set_aside == "file is not a database"
        spool.append(events(range(3)))
        spool.commit()
        assert spool.status().in_memory_only == 0
    assert path.with_name("events.sqlite.broken").read_bytes().startswith(b"no database")


def test_a_file_that_breaks_during_a_run_is_replaced(path: Path, clock: Clock) -> None:
    """What memory still holds is written anew; what only the file had is counted as lost."""
    with opened(path, clock) as spool:
        spool.append(events(range(5)))
        spool.commit()
        clock.seconds += 60
        spool.append(events(range(5, 8)))
        spool.commit()
        assert spool._file is not None
        # The log is merged first, so that the file is all there is, and then every page of it is overwritten.
        spool._file._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.write_bytes(b"no database" * 10_000)
        spool._file._connection.execute("PRAGMA shrink_memory")
        spool._file._connection.execute("PRAGMA cache_size = 0")
        spool.append(events(range(8, 10)))
        for _ in range(3):
            spool.commit()
            clock.seconds += 6
        status = spool.status()
        assert status.disk_problem is None
        assert status.set_aside is not None
        assert status.lost == {("unknown", "damaged"): 5}
        assert drained(spool) == [5, 6, 7, 8, 9]


def test_a_second_process_is_refused(path: Path, clock: Clock) -> None:
    """Two writers would send everything twice."""
    with opened(path, clock), pytest.raises(ConfigurationError, match="end the other process"):
        opened(path, clock)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, clock: Clock) -> None:
    """A file stands where the folder should."""
    (tmp_path / "spool").write_text("")
    with pytest.raises(ConfigurationError, match="a folder"):
        opened(tmp_path / "spool" / "events.sqlite", clock)


def test_boot_ids_are_never_given_twice(path: Path, clock: Clock) -> None:
    """Not by a generator that repeats itself, and not over restarts."""
    with opened(path, clock) as spool:
        assert new_boot_id(spool.register_boot, draw=lambda: "a") == "a"
    with opened(path, clock) as spool:
        draws = iter(["a", "a", "b"])
        assert new_boot_id(spool.register_boot, draw=lambda: next(draws)) == "b"
        with pytest.raises(RuntimeError, match="generator is broken"):
            new_boot_id(spool.register_boot, draw=lambda: "a")
    assert len({random_boot_id() for _ in range(1_000)}) == 1_000


def test_settings_are_read_and_judged() -> None:
    """A durable second is no matter of taste."""
    problems = Problems()
    table = Table({"max_megabytes": 64, "max_age_hours": 24, "commit_ms": 200}, "spool", problems)
    settings = spool_settings(table)
    assert (settings.max_bytes, settings.max_age_ms, settings.commit_ms) == (64 * MIB, 86_400_000, 200)
    assert not problems.found
    spool_settings(Table({"commit_ms": 5_000, "max_megabytes": 0, "colour": 1}, "spool", problems))
    assert {problem.where for problem in problems.found} == {"spool.commit_ms", "spool.max_megabytes", "spool.colour"}


def test_empty_spool_gives_nothing(path: Path, clock: Clock) -> None:
    """Nothing to take, nothing to tell."""
    with opened(path, clock) as spool:
        assert spool.take(records=500, size_bytes=5 * MIB) is None
        spool.append([event(0, HEAT)])
        status = spool.status()
        assert (status.waiting, status.in_memory_only, status.disk_problem) == (1, 1, None)
