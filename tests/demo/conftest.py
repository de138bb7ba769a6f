"""A short simulated run, planned once, and the lake that a perfect pipeline would make of it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from demo.accounting import Accounting
from demo.lake import LakeReader
from sim.run import PlannedRun, plan
from sim.scenario import load
from tests.demo.synthetic_lake import synthetic_tables
from tests.glue.conftest import cloud, lake, moto_url  # noqa: F401 - fixtures are found by their names

HOURS = 0.4


@pytest.fixture(scope="session")
def planned() -> PlannedRun:
    """Twenty-four minutes of the supermarket."""
    return plan(load("supermarket"), seed=3, hours=HOURS)


@pytest.fixture(scope="session")
def tables(planned: PlannedRun) -> dict[str, pa.Table]:
    """Every table as a perfect pipeline would fill it."""
    return synthetic_tables(planned)


@pytest.fixture(scope="session")
def truthful_lake(tables: dict[str, pa.Table]) -> LakeReader:
    """The tables, read by SQL."""
    return LakeReader(tables)


@pytest.fixture
def accounting() -> Accounting:
    """A run in which everything adds up."""
    return Accounting(
        received=1052,
        in_stream=1052,
        accepted=1040,
        rejected=2,
        late=0,
        duplicate=10,
        reasons=(("duplicate", 10), ("not_json", 2)),
        problems=(),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for what a test writes."""
    return tmp_path / "out"
