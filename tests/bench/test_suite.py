"""What is measured, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bench import contenders
from bench.contenders import PEERS, Expected
from bench.inputs import Records
from bench.measurement import Measurement
from bench.snapshots import SnapshotLoad, write_snapshots
from bench.suite import FULL, FULL_LAKE, MINUTES, MINUTES_STOCK, Block, measured, ratios, whole


@dataclass(frozen=True, slots=True)
class Fast:
    """A contender that takes no time."""

    name: str = "fast"
    group: str = "x"

    def measure(self, records: Records, expected: Expected | None, *, limit_seconds: float) -> Measurement:
        """Answer rightly when something right is expected."""
        assert expected is not None
        assert limit_seconds > 0
        return Measurement(self.name, self.group, records.count, run_seconds=1.0, cpu_seconds=1.0)


@pytest.fixture
def block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Block:
    """One contender on a few records."""
    monkeypatch.setattr(contenders, "FOLDER", tmp_path)
    records = tmp_path / "records"
    records.mkdir()
    write_snapshots(SnapshotLoad(snapshots=24, stores=2, zones=14), records)
    return Block(lambda: Records(records, 24, 1, 1.0), (Fast(),))


def test_what_no_time_is_left_for_is_a_row(block: Block) -> None:
    """The whole ends in time, and says what it did not do."""
    told = [each for _, each in measured([block], lambda _: None, limit_seconds=0.0)]
    assert [each.failure for each in told] == ["not run: 0 s are over"]


def test_every_contender_is_told(block: Block) -> None:
    """One measurement each, in order."""
    assert [each.name for _, each in measured([block], lambda _: None)] == ["fast"]


def test_every_name_is_used_once() -> None:
    """Ratios are found by name."""
    names = [contender.name for block in whole(1.0) for contender in block.contenders]
    assert len(set(names)) == len(names)
    assert {MINUTES.name, MINUTES_STOCK.name, FULL.name, FULL_LAKE.name, *(peer.name for peer in PEERS)} <= set(names)


def test_ratios_need_both_sides() -> None:
    """What failed on one side has no ratio."""
    ours = Measurement(MINUTES.name, "x", 10, run_seconds=1.0, cpu_seconds=2.0)
    theirs = Measurement(MINUTES_STOCK.name, "x", 10, run_seconds=3.0, cpu_seconds=3.0)
    assert [(round(each.wall, 6), each.is_met) for each in ratios([ours, theirs])] == [(3.0, True)]
    assert ratios([ours]) == []
