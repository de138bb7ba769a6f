"""Going over to another package: from a snapshot where the plan is the same, by replay where it changed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from flink_jobs import upgrade
from glue.business_day import BusinessDay
from glue.rewind import rewind
from local.paths import RUNS
from local.pipeline import Pipeline, lake_of, reconciler, start_pipeline
from local.stack import Stack
from tests.conftest import FLINK_OPTIONS
from tests.e2e.conftest import Undisturbed, put
from tests.e2e.packages import STORE, Package, all_records, events, facts, make_package, written

# Several jobs after one another, and packages made, before the first of these begins.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

RESTORE_SECONDS = 60
TRAFFIC = "traffic_minute_v1.sql"
CUSTOMERS_ONLY = "direction = 'in' AND NOT is_staff"
"""What this checkout counts; a package that counts everybody stands for a plan that is to change."""


@dataclass(frozen=True, slots=True)
class Rescaled:
    """A job that went on from snapshots, by another package and more tasks each time."""

    tables: dict[str, pa.Table]
    restore_seconds: tuple[float, ...]
    load_per_core: float
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A job whose plan changed: what lay in the lake before the store's day was counted again, and after."""

    before: dict[str, pa.Table]
    after: dict[str, pa.Table]
    taken_back: int


@pytest.fixture(scope="module")
def commented(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A package that differs in its bytes and not in its plan."""
    return make_package(
        tmp_path_factory.mktemp("commented"), sql=TRAFFIC, old="-- question:", new="-- asked: x\n-- question:"
    )


@pytest.fixture(scope="module")
def other_plan(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A package that counts staff as customers: the same operators, another condition."""
    return make_package(tmp_path_factory.mktemp("other"), sql=TRAFFIC, old=CUSTOMERS_ONLY, new="direction = 'in'")


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack of their own for six jobs after one another, with a slot more than there are cores: for three tasks."""
    memory = {"taskmanager.memory.process.size": "6656m", "taskmanager.memory.jvm-metaspace.size": "1536m"}
    with Stack(RUNS / "tests-upgrade", task_slots=3, config_overrides=FLINK_OPTIONS | memory) as running:
        yield running


@pytest.fixture(scope="module")
def rescaled(own_stack: Stack, package: Package, commented: Package) -> Rescaled:
    """One third of the records by each of 1, 2 and 3 tasks, the later two by the other package."""
    records, _ = all_records()
    thirds = [records[len(records) * third // 3 : len(records) * (third + 1) // 3] for third in range(3)]
    pipeline = start_pipeline(
        own_stack, stream="rescaled", database="rescaled", shards=1, parallelism=1, package=package.folder
    )
    seconds = []
    failures: tuple[str, ...] = ()
    for tasks, third in enumerate(thirds, start=1):
        if tasks > 1:
            savepoint = pipeline.stop()
            started = monotonic()
            pipeline = pipeline.resume(savepoint, parallelism=tasks, package=commented.folder)
            own_stack.flink.wait_until_running(pipeline.job_id)
            seconds.append(monotonic() - started)
        put(pipeline, third)
        pipeline.wait_until_read(len(third))
        failures += own_stack.flink.exceptions(pipeline.job_id)
    load_per_core = max(1.0, os.getloadavg()[1] / (os.cpu_count() or 1))
    pipeline.drain()
    listed = ", ".join(f"{each:.1f} s" for each in seconds)
    print(f"restored by 2 and 3 tasks after {listed}, with {load_per_core:.1f} programs a core")
    return Rescaled(written(pipeline), tuple(seconds), load_per_core, failures)


@pytest.fixture(scope="module")
def replayed(own_stack: Stack, package: Package, other_plan: Package) -> Replayed:
    """Half of the records by the old plan; then from an instant among them, and the rest, by the new one."""
    records, _ = all_records()
    quarter, half = records[: len(records) // 4], records[: len(records) // 2]
    pipeline = start_pipeline(
        own_stack, stream="replayed", database="replayed", shards=1, parallelism=1, package=other_plan.folder
    )
    put(pipeline, quarter)
    pipeline.wait_until_read(len(quarter))
    put(pipeline, half[len(quarter) :])
    pipeline.wait_until_read(len(half))
    pipeline.stop()
    instant = arrival_of(pipeline, half[len(quarter)].event["event_id"])
    taken = rewind(lake_of(own_stack, pipeline.database), instant)
    pipeline = pipeline.replay(instant, package=package.folder, parallelism=1)
    put(pipeline, records[len(half) :])
    pipeline.wait_until_read(len(records) - len(quarter))
    pipeline.drain()
    before = written(pipeline)
    day = dt.datetime.fromtimestamp(records[0].event["event_time_ms"] / 1000, dt.UTC).date()
    reconciler(pipeline).reconcile(STORE, BusinessDay(day, ZoneInfo("UTC")))
    return Replayed(before, written(pipeline), {each.table: each.rows for each in taken}["event_v1"])


def arrival_of(pipeline: Pipeline, event_id: str) -> dt.datetime:
    """Return when an event arrived in the stream."""
    rows = written(pipeline)["event_v1"]
    instant: dt.datetime = rows.filter(pc.equal(rows["event_id"], event_id))["arrival_time"][0].as_py()
    return instant


def test_the_same_plan_may_go_on(package: Package, commented: Package, capsys: pytest.CaptureFixture[str]) -> None:
    """Another comment is another zip and the same plan: the check lets it go on from the snapshot, both ways."""
    assert package.archive.read_bytes() != commented.archive.read_bytes()
    assert upgrade.main([str(package.archive), str(commented.archive)]) == 0
    assert upgrade.main([str(commented.archive), str(package.archive)]) == 0
    assert "may be restored" in capsys.readouterr().out


def test_restored_within_a_minute(rescaled: Rescaled) -> None:
    """From the command to every task running, state and all; longer where other programs share the processors."""
    assert rescaled.failures == ()
    assert max(rescaled.restore_seconds) <= RESTORE_SECONDS * rescaled.load_per_core


def test_restored_is_undisturbed(rescaled: Rescaled, undisturbed: Undisturbed) -> None:
    """Snapshots, another package and other numbers of tasks change not one row of any table of facts or events."""
    assert facts(rescaled.tables) == facts(undisturbed.tables)
    assert events(rescaled.tables) == events(undisturbed.tables)


def test_another_plan_is_refused(other_plan: Package, package: Package, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is deployed: which operator changed, what it keeps, for which table, and what to do instead."""
    assert upgrade.main([str(other_plan.archive), str(package.archive)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Do not deploy")
    assert "for traffic_minute_v1" in told
    assert "is_staff" in told
    assert "zone_minute_v1" not in told
    assert "docs/upgrade-and-rollback.md" in told


def test_replayed_is_undisturbed(replayed: Replayed, undisturbed: Undisturbed) -> None:
    """Read again from an instant and counted again, the store's day is as if the new plan had always been there."""
    assert replayed.taken_back > 0
    assert facts(replayed.after, store_id=STORE) == facts(undisturbed.tables, store_id=STORE)


def test_replay_keeps_each_event_once(replayed: Replayed, undisturbed: Undisturbed) -> None:
    """What the old job kept from the instant on gave way to what the new one read: no event is lost or twice there."""
    assert events(replayed.before) == events(undisturbed.tables)


def test_the_day_must_be_counted_again(replayed: Replayed, undisturbed: Undisturbed) -> None:
    """The seam of the two jobs is not whole by itself, and rows of the old plan are there: this is why."""
    assert facts(replayed.before, store_id=STORE) != facts(undisturbed.tables, store_id=STORE)


def test_a_folder_is_no_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read is neither the same nor changed."""
    assert upgrade.main([str(tmp_path), str(tmp_path / "none.zip")]) == upgrade.USAGE_ERROR
    assert "make package" in capsys.readouterr().err
