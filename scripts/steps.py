"""Runs set-up steps, each only when what it depends on has changed.

A step is done when the stamp under ``build/stamps`` holds the fingerprint of its inputs and every output
exists. Standard library only, and Python 3.9: this runs before any environment exists.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

LOG_TAIL_LINES = 15


class SetupError(Exception):
    """Set-up cannot go on; the message says what is wrong and how to cure it."""


@dataclass(frozen=True)
class Log:
    """The log file of one step, to which all its commands write."""

    path: Path

    def run(self, command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> None:
        """Run ``command`` to its end with its output in the log.

        Raises:
            SetupError: it failed; the message carries the end of its output.
        """
        with self.path.open("a", encoding="utf-8") as log:
            log.write("$ " + " ".join(map(str, command)) + "\n")
            log.flush()
            status = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                check=False,
            ).returncode
        if status != 0:
            tail = self.path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
            raise SetupError(
                f"`{Path(command[0]).name}` ended with status {status}; the end of {self.path}:\n    "
                + "\n    ".join(tail)
            )


@dataclass(frozen=True)
class Step:
    """One thing that set-up makes.

    Attributes:
        title: what it makes, as shown to a person.
        inputs: files and folders whose contents decide whether it must run again.
        outputs: what must exist once it has run.
        run: makes the outputs.
        settings: anything else that decides whether it must run again.
    """

    title: str
    inputs: Sequence[Path]
    outputs: Sequence[Path]
    run: Callable[[Log], None]
    settings: str = ""
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the name of the stamp and of the log."""
        object.__setattr__(self, "name", "-".join(self.title.lower().replace(".", "").split()))

    def fingerprint(self) -> str:
        """Return a hash that changes with the settings and with any input."""
        return fingerprint(self.inputs, settings=self.settings)


def fingerprint(inputs: Iterable[Path], *, settings: str = "") -> str:
    """Return a hash over the names and contents of all files at or below ``inputs``."""
    digest = hashlib.sha256(settings.encode())
    for path in _files(inputs):
        digest.update(path.as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.rglob("*") if entry.is_file())
        elif path.exists():
            yield path


def run_steps(steps: Iterable[Step], *, stamps: Path, logs: Path) -> int:
    """Run every step that is not done and return how many ran.

    Raises:
        SetupError: a step failed; its stamp is not written, so the next run tries it again.
    """
    stamps.mkdir(parents=True, exist_ok=True)
    logs.mkdir(parents=True, exist_ok=True)
    return sum(_run_if_needed(step, stamp=stamps / step.name, logs=logs) for step in steps)


def _run_if_needed(step: Step, *, stamp: Path, logs: Path) -> bool:
    fingerprint_now = step.fingerprint()
    if _is_done(step, stamp, fingerprint_now):
        return False
    log = Log(logs / f"setup-{step.name}.log")
    log.path.write_text("", encoding="utf-8")
    stamp.unlink(missing_ok=True)
    with _Line(step.title):
        step.run(log)
        _require_outputs(step)
    stamp.write_text(fingerprint_now, encoding="utf-8")
    return True


def _is_done(step: Step, stamp: Path, fingerprint_now: str) -> bool:
    return (
        stamp.exists()
        and stamp.read_text(encoding="utf-8") == fingerprint_now
        and all(output.exists() for output in step.outputs)
    )


def _require_outputs(step: Step) -> None:
    missing = [str(output) for output in step.outputs if not output.exists()]
    if missing:
        raise SetupError(f"it ran without an error but did not make {', '.join(missing)}.")


class _Line:
    """One line of progress: the title while the step runs, its seconds once it is over."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> None:
        self._start = time.monotonic()
        if sys.stdout.isatty():
            print(f"  … {self._title}", end="", flush=True)

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        seconds = time.monotonic() - self._start
        mark = _coloured("✓", "32") if error_type is None else _coloured("✗", "31")
        start_of_line = "\r" if sys.stdout.isatty() else ""
        print(f"{start_of_line}  {mark} {self._title:<32}{seconds:>7.1f} s", flush=True)


def _coloured(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() else text
