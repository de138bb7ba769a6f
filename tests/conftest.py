"""Fixtures for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import RUNS
from local.stack import Stack

FLINK_OPTIONS = {
    # Room for the classes of some ten jobs after one another: their class loaders go late, if at all.
    "taskmanager.memory.process.size": "5120m",
    "taskmanager.memory.jvm-metaspace.size": "1024m",
    "jobmanager.memory.process.size": "1792m",
    "jobmanager.memory.jvm-metaspace.size": "896m",
    # Where others share the cores, a program that is busy for ten seconds is not dead.
    "pekko.ask.timeout": "60 s",
}
"""Of the Flink that tests share. A job leaves memory behind (classes, buffers of its AWS clients), which a service that
runs one application in a process never sees: who runs many jobs starts a stack of its own."""


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole local stack, started once for the session: tests share it, so each uses names of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Stack(RUNS / f"tests-{worker}", config_overrides=FLINK_OPTIONS) as running:
        yield running


@pytest.fixture(scope="session")
def trial_data() -> Path:
    """Return the folder of real models, video and truth; skip where it is absent."""
    root = Path(__file__).parents[1]
    folder = Path(os.environ.get("STORE_TRAFFIC_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no trial data at {folder}: set STORE_TRAFFIC_DATA to the folder with models/, videos/, truth/")
    return folder
