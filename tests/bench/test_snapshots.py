"""The load of snapshots."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

from bench.peers.plain_loop import aggregate
from bench.snapshots import FILES, SnapshotLoad, events, write_snapshots
from contracts.events import Snapshot

LOAD = SnapshotLoad(snapshots=96, stores=4, zones=14)


def _digests(folder: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.jsonl"))]


def test_the_same_load_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two runs on two machines read the same records."""
    for name in "ab":
        (tmp_path / name).mkdir()
        write_snapshots(LOAD, tmp_path / name)
    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")
    assert len(_digests(tmp_path / "a")) == FILES


def test_files_share_no_store_and_are_in_the_order_of_time() -> None:
    """Two readers with a watermark each make nothing late."""
    files = [list(events(LOAD, file)) for file in range(FILES)]
    stores = [{event.store_id for event in file} for file in files]
    assert not stores[0] & stores[1]
    assert all(one.event_time_ms <= next_.event_time_ms for file in files for one, next_ in pairwise(file))
    assert sum(map(len, files)) == LOAD.snapshots


def test_the_number_of_zone_minutes_is_that_of_the_aggregates(tmp_path: Path) -> None:
    """What a load promises is what the plain loop finds."""
    write_snapshots(LOAD, tmp_path)
    assert len(aggregate(tmp_path)) == LOAD.zone_minutes


def test_a_load_that_cannot_be_dealt_evenly_is_refused() -> None:
    """Every store has as many snapshots, and every file as many stores."""
    with pytest.raises(ValueError, match="expected as many snapshots of each store"):
        SnapshotLoad(snapshots=97, stores=4)


def test_one_store_may_be_half_of_the_load() -> None:
    """A skewed load has as many snapshots; the huge store's zones are told apart by their device."""
    load = SnapshotLoad(snapshots=48, stores=4, zones=14, is_skewed=True)
    all_events = [event for file in range(FILES) for event in events(load, file)]
    huge = [event for event in all_events if event.store_id == load.store_of(0)]
    assert len(all_events) == 48
    assert len(huge) == 24
    zones = {
        (event.device_id, zone.zone_id)
        for event in huge
        if isinstance(event.payload, Snapshot)
        for zone in event.payload.zones
    }
    assert len({zone_id for _, zone_id in zones}) == len(zones) == 2 * 14
