"""What storeq asks gives what the views give: for the asked dates, of the asked stores, and of no others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.tables import PEAK, PERIOD
from storeq.engines.duckdb import DuckDB
from storeq.ordering import date_column
from storeq.resolve import resolve
from storeq.scope import Scope
from tests.storeq.asking import HOLIDAYS, LIBRARY, NAMES, answer, plain_answer


def _has_dates(name: str) -> bool:
    question = LIBRARY.find(name)
    return question.reads(PERIOD) or question.reads(PEAK) or date_column(question) is not None


DATED = [name for name in NAMES if _has_dates(name)]


@pytest.mark.parametrize("name", NAMES)
def test_without_a_scope_an_answer_is_that_of_the_view(sample_engine: DuckDB, name: str) -> None:
    """Inlined views over narrowed tables give the same rows as views created in a catalog."""
    assert answer(sample_engine, name, Scope()) == plain_answer(name)


@pytest.mark.parametrize("name", DATED)
def test_asked_dates_are_the_same_as_a_row_of_period_v1(sample_engine: DuckDB, name: str) -> None:
    """`--from --to` gives what the view gives when period_v1 has that row: reading fewer dates changes no answer."""
    assert answer(sample_engine, name, Scope(period=HOLIDAYS)) == plain_answer(name, period=HOLIDAYS)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_depends_on_no_other_store(sample_engine: DuckDB, name: str) -> None:
    """Asked of one store, each question gives what it gives on a lake in which there is no other one."""
    assert answer(sample_engine, name, Scope(stores=("berlin-1",))) == plain_answer(name, store="berlin-1")


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_of_an_answer_names_another_store(sample_engine: DuckDB, name: str) -> None:
    """A manager's answer holds no store but the manager's, in whatever column."""
    scope = Scope(stores=("pune-1",), period=HOLIDAYS if name in DATED else None)
    cells = {cell for row in answer(sample_engine, name, scope) for cell in row if isinstance(cell, str)}
    assert not cells & {"berlin-1", "hamburg-1", "munich-1", "chicago-1"}


def test_a_region_is_its_stores(sample_engine: DuckDB) -> None:
    """`--region` is the same as naming each store of it, looked up before or by the statement itself."""
    north = answer(sample_engine, "store_trading_day", Scope(stores=("berlin-1", "hamburg-1")))
    assert north
    assert answer(sample_engine, "store_trading_day", Scope(region="north")) == north
    looked_up = resolve(Scope(region="north"), sample_engine)
    assert looked_up.stores == ("berlin-1", "hamburg-1")
    assert answer(sample_engine, "store_trading_day", looked_up) == north


@pytest.mark.parametrize("name", [name for name in NAMES if LIBRARY.find(name).reads(PERIOD)])
def test_periods_by_name_are_rows_of_period_v1(sample_engine: DuckDB, name: str) -> None:
    """`--period season` gives the rows of these periods, as when nothing was restricted."""
    scope = Scope(period_name="season")
    resolved = resolve(scope, sample_engine)
    wanted = {period.period_id for period in resolved.periods}
    assert wanted
    every = [row for row in plain_answer(name) if wanted.intersection(map(str, row))]
    assert answer(sample_engine, name, resolved) == every
    assert answer(sample_engine, name, replace(resolved, periods=())) == every
