"""What is asked of the machine before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.resources import GIGABYTE, Machine, ResourceError, require, this_machine

ENOUGH = Machine(cores=2, memory_bytes=8 * GIGABYTE, free_memory_bytes=7 * GIGABYTE, free_disk_bytes=9 * GIGABYTE)


def test_enough_is_enough() -> None:
    """Nothing is said."""
    require(ENOUGH)


def test_everything_that_is_lacking_is_told_at_once() -> None:
    """Disk and memory are named with what was needed, what is free, and the cure."""
    poor = Machine(cores=2, memory_bytes=GIGABYTE, free_memory_bytes=GIGABYTE, free_disk_bytes=GIGABYTE)
    with pytest.raises(ResourceError) as lacking:
        require(poor)
    assert "disk: expected 6.0 GB free, came 1.0 GB; delete" in str(lacking.value)
    assert "memory: expected 6.0 GB free, came 1.0 GB; end" in str(lacking.value)


def test_this_machine_has_something(tmp_path: Path) -> None:
    """The figures are read from the system."""
    machine = this_machine(tmp_path)
    assert machine.cores > 0
    assert 0 < machine.free_memory_bytes <= machine.memory_bytes
    assert machine.free_disk_bytes > 0
