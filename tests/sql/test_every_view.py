"""Every view and check on the sample lake, on DuckDB; `tests/trino` holds the same answers against Trino's."""

from __future__ import annotations

import math
from functools import cache

import pytest

from glue.duckdb_lake import connect
from glue.questions import column_docs, undocumented
from glue.views import Check, View
from tests.lake_engines import CHECKS, QUESTIONS, ROLLUPS, TABLE_NAMES, VIEWS, Answer, DuckDbEngine
from tests.lake_sample import lake_sample

named = pytest.mark.parametrize("view", (VIEWS | ROLLUPS).values(), ids=lambda view: view.name)


@cache
def engine() -> DuckDbEngine:
    """Return DuckDB over the sample."""
    return DuckDbEngine(connect(lake_sample(), views=[]))


@cache
def answer(name: str) -> Answer:
    """Return a view's answer on the sample."""
    return engine().ask((VIEWS | ROLLUPS)[name])


@named
def test_view_answers(view: View) -> None:
    """Rule: every question has an answer on the sample, and each of its columns a name of its own."""
    found = answer(view.name)
    assert found.rows, f"{view.name} has no row on the sample: let tests/sample have what it asks about"
    assert len(set(found.columns)) == len(found.columns)


@named
def test_view_gives_numbers(view: View) -> None:
    """Rule: a figure that there is none of is null: a division by zero fails in one engine and not in the other."""
    found = answer(view.name)
    odd = {
        name
        for row in found.rows
        for name, value in zip(found.columns, row, strict=True)
        if isinstance(value, float) and not math.isfinite(value)
    }
    assert odd == set()


@named
def test_view_reads_what_it_says(view: View) -> None:
    """Rule: the header names tables and views that there are."""
    assert set(view.reads) - TABLE_NAMES - VIEWS.keys() == set()


@pytest.mark.parametrize("view", QUESTIONS.values(), ids=lambda view: view.name)
def test_view_documents_its_columns(view: View) -> None:
    """Rule: each column means what a header says or a contract, and a header tells of no column that is not there."""
    assert undocumented(view, column_docs(view, QUESTIONS), answer(view.name).columns) == []


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_check_holds_on_the_sample(check: Check) -> None:
    """Rule: nothing in the sample contradicts itself; a warning may find the poor cameras that are in it on purpose."""
    assert check.is_warning or engine().ask(check).rows == []
