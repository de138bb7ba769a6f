"""Processes that never outlive the one that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from local import reaper

GRACE_SECONDS = 5.0
LOG_TAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class ManagedProcess:
    """A running program that leads a process group of its own, with its output in a log file."""

    name: str
    log: Path
    _process: subprocess.Popen[bytes]

    @property
    def process_id(self) -> int:
        """The process id, which is the id of its group too."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._process.poll()

    def log_tail(self) -> str:
        """Return the last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the program and to all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process_id, number)

    def wait(self, *, seconds: float) -> None:
        """Wait for its end, at most ``seconds``."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=max(0.0, seconds))


class Supervisor:
    """Starts processes and ends all of them when its block is left.

    They end even if this process is killed: a reaper beside it sees the death and kills their groups.
    """

    def __init__(self) -> None:
        """Prepare a supervisor of nothing; enter it before the first start."""
        self._processes: list[ManagedProcess] = []

    def __enter__(self) -> Self:
        """Start the reaper."""
        self._reaper = subprocess.Popen(
            [sys.executable, "-S", "-E", reaper.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every process, then the reaper."""
        try:
            self.stop_all()
        finally:
            self._reaper.communicate()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        directory: Path,
        log: Path,
    ) -> ManagedProcess:
        """Start ``command`` with exactly ``environment``, its output appended to ``log``."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._tell_reaper(f"+{process.pid}")
        managed = ManagedProcess(name=name, log=log, _process=process)
        self._processes.append(managed)
        return managed

    def first_ended(self) -> ManagedProcess | None:
        """Return a process that ended by itself, or None while all run."""
        return next((each for each in self._processes if each.exit_status is not None), None)

    def stop_all(self) -> None:
        """Ask every process to end, and kill after a grace period what did not."""
        self.stop(*self._processes)

    def stop(self, *processes: ManagedProcess, grace_seconds: float = GRACE_SECONDS) -> None:
        """End the given processes together with everything that they started."""
        for process in processes:
            process.signal_group(signal.SIGTERM)
        deadline = time.monotonic() + grace_seconds
        for process in processes:
            process.wait(seconds=deadline - time.monotonic())
        for process in processes:
            process.signal_group(signal.SIGKILL)
            process.wait(seconds=GRACE_SECONDS)
            self._tell_reaper(f"-{process.process_id}")
        self._processes = [each for each in self._processes if each not in processes]

    def _tell_reaper(self, line: str) -> None:
        assert self._reaper.stdin is not None
        self._reaper.stdin.write(f"{line}\n")
        self._reaper.stdin.flush()
