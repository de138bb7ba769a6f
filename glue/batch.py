"""Runs a batch job of `flink_jobs` in a process and an environment of its own, and ends with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT_TAIL_LINES = 30

PropertyGroups = Mapping[str, Mapping[str, str]]


class BatchError(Exception):
    """A batch job could not be run; the message carries the end of its output."""


def _stated(group: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in group.items() if value}


@dataclass(frozen=True, slots=True)
class FlinkBatch:
    """How to run a batch job.

    Attributes:
        python: The interpreter of the environment with apache-flink.
        jar: The jar of connectors and functions.
        environment: Variables of the process: the endpoints and credentials of AWS.
    """

    python: Path = ROOT / ".venv-flink/bin/python"
    jar: Path = ROOT / "build/jar/store-traffic.jar"
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def run(self, job: str, groups: PropertyGroups) -> None:
        """Run a job of `flink_jobs` to its end.

        Raises:
            BatchError: the interpreter or the jar is missing, or the job failed.
        """
        for needed in (self.python, self.jar):
            if not needed.exists():
                raise BatchError(f"Expected {needed}, but it is not there. Run `make setup`, or name another.")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as properties:
            json.dump(
                [{"PropertyGroupId": name, "PropertyMap": dict(group)} for name, group in groups.items()], properties
            )
            properties.flush()
            self._run(["--batch", job, "--properties", properties.name, "--jar", str(self.jar)], job)

    def _run(self, arguments: list[str], job: str) -> None:
        ended = subprocess.run(
            [str(self.python), "-m", "flink_jobs", *arguments],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ended.returncode != 0:
            lines = ended.stdout.decode(errors="replace").splitlines()
            # Of Java's stack traces, what happened and not where.
            told = [line for line in lines if not re.match(r"\s+(at |\.\.\. \d+ more)", line)]
            tail = "\n".join(told[-OUTPUT_TAIL_LINES:])
            raise BatchError(f"Expected the job {job} to run, but it ended with status {ended.returncode}:\n{tail}")
