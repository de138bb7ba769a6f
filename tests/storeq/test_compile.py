"""A question and its scope become one statement: what is in it, and that nothing else gets in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from glue.dialect import sql_for
from glue.views import load_views
from storeq.compile import Place, compile_question
from storeq.engines.duckdb import DuckDB
from storeq.errors import StoreqError
from storeq.questions import Library
from storeq.scope import DateRange, Scope, asked_period

HERE = Path(__file__).parent
LIBRARY = Library(load_views(folder=HERE / "views"))
ATHENA = Place("store_traffic", "awsdatacatalog")
ADVENT = DateRange(dt.date(2026, 11, 29), dt.date(2026, 12, 24))
HOSTILE = ("x' OR '1'='1", "x'; DROP TABLE store_v1; --", 'x"', "x\\' --", "/* x */", "''", "\u2019 OR 1=1", "x\ny")


def test_a_statement_reads_as_this() -> None:
    """The asked period, the tables of the dates and stores, the views as they are written, and the order."""
    scope = Scope(period=asked_period(ADVENT), stores=("store-001", "store-002"), region="north")
    statement = compile_question(LIBRARY.find("lane_period"), scope, ATHENA, limit=10)
    assert statement.sql + "\n" == (HERE / "golden" / "lane_period.sql").read_text(encoding="utf-8")


def test_all_engines_read_the_same_statement() -> None:
    """Athena and Trino get it as it is; DuckDB gets a translation that is one statement too."""
    statement = compile_question(LIBRARY.find("lane_period"), Scope(period=asked_period(ADVENT)), Place("lake"))
    assert sql_for("athena", statement.sql) == sql_for("trino", statement.sql) == statement.sql
    assert len(sqlglot.parse(sql_for("duckdb", statement.sql), read="duckdb")) == 1


def test_the_baseline_is_the_same_weekdays_a_year_before() -> None:
    """364 days before is the same weekday; another baseline is taken as it is named."""
    assert asked_period(ADVENT).baseline == DateRange(dt.date(2025, 11, 30), dt.date(2025, 12, 25))
    other = DateRange(dt.date(2024, 12, 1), dt.date(2024, 12, 24))
    assert asked_period(ADVENT, other).baseline == other


def test_a_margin_is_read_on_both_sides() -> None:
    """A view that says `-- margin: 3 days` gets these days too, and its answer leaves them out."""
    statement = compile_question(LIBRARY.find("lane_day"), Scope(period=asked_period(ADVENT)), Place("lake"))
    assert statement.reads[0].dates == (ADVENT.widened(3),)
    assert "BETWEEN CAST('2026-11-29' AS DATE) AND CAST('2026-12-24' AS DATE)\nORDER BY" in statement.sql


def test_every_day_is_read_for_a_first_and_a_last_day() -> None:
    """Where a view asks for the first day of something, no date is left out; its answer has no dates to choose from."""
    question = LIBRARY.find("lane_life")
    assert compile_question(question, Scope(), Place("lake")).reads[0].dates is None
    with pytest.raises(StoreqError, match="lane_life has no dates to choose from"):
        compile_question(question, Scope(period=asked_period(ADVENT)), Place("lake"))


def test_only_columns_that_the_views_name_are_read() -> None:
    """A column that no view names stays unread."""
    read = compile_question(LIBRARY.find("lane_day"), Scope(), Place("lake")).reads[0]
    assert read.columns == ("store_id", "lane_id", "business_date", "served")


def test_an_unknown_question_names_the_nearest() -> None:
    """A typing error is answered by what was meant."""
    with pytest.raises(StoreqError, match="did you mean lane_period"):
        LIBRARY.find("lane_perod")


@pytest.mark.parametrize("said", HOSTILE)
def test_what_a_person_says_stays_a_literal(sample_engine: DuckDB, said: str) -> None:
    """No name of a store, region or period becomes SQL: it finds nothing, and does nothing."""
    scope = Scope(stores=(said,), region=said, period_name=said)
    statement = compile_question(LIBRARY.find("lane_period"), scope, sample_engine.place)
    assert sample_engine.run(statement).rows.num_rows == 0
    every = compile_question(LIBRARY.find("lane_period"), Scope(), sample_engine.place)
    assert sample_engine.run(every).rows.num_rows > 0


@given(said=st.text(min_size=1))
@settings(max_examples=100, deadline=None)
def test_any_text_comes_back_as_it_was_said(said: str) -> None:
    """Each engine's reader finds the very text as one literal, whatever quotes and backslashes are in it."""
    statement = compile_question(LIBRARY.find("lane_day"), Scope(stores=(said,)), Place("lake"))
    for sql, dialect in ((statement.sql, "trino"), (sql_for("duckdb", statement.sql), "duckdb")):
        (parsed,) = sqlglot.parse(sql, read=dialect)
        assert parsed is not None
        assert said in [literal.this for literal in parsed.find_all(exp.Literal) if literal.is_string]
