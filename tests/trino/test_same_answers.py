"""One SQL, two engines: every view and check gives the same on Trino and, translated, on DuckDB."""

from __future__ import annotations

import pytest

from glue.views import Check, View
from tests.lake_engines import CHECKS, ROLLUPS, VIEWS, DuckDbEngine, TrinoEngine
from tests.trino.differences import differences

pytestmark = pytest.mark.trino


@pytest.mark.parametrize("question", [*VIEWS.values(), *ROLLUPS.values(), *CHECKS.values()], ids=lambda each: each.name)
def test_answers_are_the_same(trino: TrinoEngine, duckdb: DuckDbEngine, question: View | Check) -> None:
    """Rule: all rows and columns are equal: whole numbers, texts, dates and instants exactly, doubles to 1e-9."""
    assert differences(trino.ask(question), duckdb.ask(question)) == []
