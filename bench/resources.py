"""What the benchmark needs of the machine, asked before anything starts."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

GIGABYTE = 1_000_000_000
NEEDED_DISK_BYTES = 6 * GIGABYTE
NEEDED_MEMORY_BYTES = 6 * GIGABYTE


class ResourceError(RuntimeError):
    """The machine lacks something; the message says what was expected, what is there, and the cure."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is."""

    cores: int
    memory_bytes: int
    free_memory_bytes: int
    free_disk_bytes: int

    def __str__(self) -> str:
        """Name the machine by cores and memory."""
        return f"{self.cores} cores, {self.memory_bytes / 2**30:.0f} GiB"


def this_machine(folder: Path) -> Machine:
    """Return what this machine has; disk is that of the folder, which must exist."""
    memory = _memory_bytes()
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=memory["MemTotal"],
        free_memory_bytes=memory["MemAvailable"],
        free_disk_bytes=shutil.disk_usage(folder).free,
    )


def require(machine: Machine, *, disk_bytes: int = NEEDED_DISK_BYTES, memory_bytes: int = NEEDED_MEMORY_BYTES) -> None:
    """Check that the machine has enough.

    Raises:
        ResourceError: with everything that is lacking.
    """
    problems = [
        f"{what}: expected {needed / GIGABYTE:.1f} GB free, came {free / GIGABYTE:.1f} GB; {cure}"
        for what, needed, free, cure in (
            ("disk", disk_bytes, machine.free_disk_bytes, "delete build/bench, or files elsewhere"),
            ("memory", memory_bytes, machine.free_memory_bytes, "end other programs"),
        )
        if free < needed
    ]
    if problems:
        raise ResourceError("there is not enough to measure with:\n" + "\n".join(f"- {line}" for line in problems))


def _memory_bytes() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return {fields[0].rstrip(":"): int(fields[1]) * 1024 for fields in lines}
