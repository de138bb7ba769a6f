"""The declared cases of the SQL, `tests/sql/cases`, as they came out of the real pipeline by every runner."""

from __future__ import annotations

import pytest

from contracts.tables import FACT_TABLES
from demo.lake import LakeReader
from tests.e2e.conftest import Run
from tests.sql.case_files import Case, comparable, load_cases

pytestmark = pytest.mark.e2e

CASES = pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.name)
FACTS = {table.name for table in FACT_TABLES}


@CASES
def test_as_streamed(run: Run, case: Case) -> None:
    """What the case says must come out is what its store has, row for row."""
    for table, expected in case.expect.items():
        require_equal(run.lake, case, table, expected, run.cases_start_ms)


@CASES
def test_stopped_and_restored(restored: Run, case: Case) -> None:
    """The same comes out by one task instead of two, stopped with a savepoint in the middle and going on from it."""
    for table, expected in case.expect.items():
        require_equal(restored.lake, case, table, expected, restored.cases_start_ms)


@CASES
def test_in_batch(run: Run, batch: LakeReader, case: Case) -> None:
    """The same comes out when the stored events are counted in batch, but that late ones count too."""
    for table, expected in (case.expect | case.reconciled).items():
        if table in FACTS:
            require_equal(batch, case, table, expected, run.cases_start_ms)


def require_equal(lake: LakeReader, case: Case, table: str, expected: list[dict[str, object]], start_ms: int) -> None:
    """Compare the named columns of the case's rows."""
    columns = list(expected[0]) if expected else []
    rows = lake.rows(f"SELECT * FROM {table} WHERE store_id = '{case.store_id}'")
    measured = comparable(rows, columns, start_ms)
    assert measured == comparable(expected, columns, start_ms), f"{case.rule} ({table})"
