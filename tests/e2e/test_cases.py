"""The declared cases of the SQL, `tests/sql/cases`, as they came out of the real pipeline."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Run
from tests.sql.case_files import Case, comparable, load_cases

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
def test_case(run: Run, case: Case) -> None:
    """What the case says must come out is what its store has, row for row."""
    for table, expected in case.expect.items():
        columns = list(expected[0])
        rows = run.lake.rows(f"SELECT * FROM {table} WHERE store_id = '{case.store_id}'")
        measured = comparable(rows, columns, run.cases_start_ms)
        assert measured == comparable(expected, columns, run.cases_start_ms), f"{case.rule} ({table})"
