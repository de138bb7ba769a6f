"""Runs a program to its end and measures what it took: time, processor time, memory, and how busy others were."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 20.0
_SHOWN_CHARACTERS = 300
# Places in /proc/PID/stat, counted from behind the program's name.
_SESSION, _USER, _SYSTEM, _RSS_PAGES = 3, 11, 12, 21


class ProgramError(RuntimeError):
    """A program failed or took too long; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program took, its children included, and the last line it printed."""

    seconds: float
    cpu_seconds: float
    peak_rss_bytes: int
    other_cores: float
    last_line: str


def run(
    command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str] | None = None, limit_seconds: float
) -> Ran:
    """Run a program in a session of its own, whose processes are ended with it.

    Memory is the greatest sum over its processes, looked at a few times a second; processor time that of all of them.

    Raises:
        ProgramError: it failed, or did not end within the limit.
    """
    start, busy, waited_for = time.monotonic(), _busy_seconds(), _children_cpu_seconds()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            list(map(str, command)),
            cwd=cwd,
            env=os.environ | dict(environment or {}),
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        seen = _Seen(process.pid)
        try:
            while process.poll() is None:
                seen.look()
                if time.monotonic() - start > limit_seconds:
                    raise ProgramError(f"did not end within {limit_seconds:.0f} s")
                time.sleep(_LOOK_SECONDS)
        finally:
            _end_group(process.pid)
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise ProgramError(_shown(text))
    seconds = time.monotonic() - start
    own = max(seen.cpu_seconds, _children_cpu_seconds() - waited_for)
    return Ran(
        seconds=seconds,
        cpu_seconds=own,
        peak_rss_bytes=seen.peak_rss_bytes,
        other_cores=max(0.0, (_busy_seconds() - busy - own) / seconds),
        last_line=text.strip().rpartition("\n")[2],
    )


class _Seen:
    """What the processes of a session were seen to take."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._ticks: dict[str, int] = {}
        self.peak_rss_bytes = 0

    @property
    def cpu_seconds(self) -> float:
        return sum(self._ticks.values()) / _TICKS

    def look(self) -> None:
        rss_bytes = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # It has ended.
                continue
            if int(fields[_SESSION]) == self._session:
                self._ticks[stat.parent.name] = int(fields[_USER]) + int(fields[_SYSTEM])
                rss_bytes += int(fields[_RSS_PAGES]) * _PAGE_BYTES
        self.peak_rss_bytes = max(self.peak_rss_bytes, rss_bytes)


def _children_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _end_group(group: int) -> None:
    """End what is left of a process group: asked first, so that a virtual machine writes its profile, then killed."""
    deadline = time.monotonic() + _GRACE_SECONDS
    try:
        os.killpg(group, signal.SIGTERM)
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(_LOOK_SECONDS)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _shown(said: str) -> str:
    """Return the line that says most: the innermost cause, or the last that names an error, or the last."""
    lines = [line.strip() for line in said.strip().splitlines() if line.strip()] or ["it said nothing"]
    causes = [line for line in lines if line.startswith("Caused by:")]
    errors = [line for line in lines if "Error" in line and not line.startswith("at ")]
    return (causes or errors or lines)[-1][:_SHOWN_CHARACTERS]


def _busy_seconds() -> float:
    user, nice, system, _idle, _wait, irq, soft = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + soft) / _TICKS
