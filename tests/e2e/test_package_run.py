"""The package as the managed service runs it: unpacked in an empty folder, with nothing of this checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.paths import FLINK_PYTHON, ROOT
from tests.e2e.conftest import Undisturbed
from tests.e2e.packages import Package, on_time_cases
from tests.sql.case_files import Case, comparable

# Several jobs after one another, and packages made, before the first of these begins.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_there_is_only_the_zip(package: Package, tmp_path: Path) -> None:
    """The folder is outside of the checkout, and Flink's Python finds none of our code by itself."""
    assert ROOT not in package.folder.parents
    command: list[str | Path] = [FLINK_PYTHON, "-c", "import flink_jobs"]
    ended = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert "No module named 'flink_jobs'" in ended.stderr


def test_the_job_never_failed(undisturbed: Undisturbed) -> None:
    """Every record is read and the job ends by its own will."""
    assert undisturbed.failures == ()
    assert undisturbed.tables["event_v1"].num_rows == undisturbed.sent_once
    assert undisturbed.tables["rejected_v1"].num_rows == undisturbed.sent - undisturbed.sent_once


@pytest.mark.parametrize("case", on_time_cases(), ids=lambda case: case.name)
def test_declared_cases_pass(undisturbed: Undisturbed, case: Case) -> None:
    """What a case says must come out of the pipeline comes out of the package's run, row for row."""
    for table, expected in case.expect.items():
        if table not in undisturbed.tables:
            continue
        columns = list(expected[0]) if expected else []
        rows = [row for row in undisturbed.tables[table].to_pylist() if row["store_id"] == case.store_id]
        measured = comparable(rows, columns, undisturbed.cases_start_ms)
        assert measured == comparable(expected, columns, undisturbed.cases_start_ms), f"{case.rule} ({table})"
