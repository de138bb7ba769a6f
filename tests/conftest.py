"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import pytest

from local.paths import RUNS
from local.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole local stack, started once for the session: tests share it, so each uses names of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Stack(RUNS / f"tests-{worker}") as running:
        yield running
