from __future__ import annotations

import re

import duckdb
import pytest

from quicksight.api.errors import DefinitionError
from quicksight.api.expressions import calculation, calculation_within
from quicksight.dashboards import DASHBOARDS
from quicksight.model.expressions import Expression, Median, Number, Only, SquareRoot, Sum, change, ratio, share, wilson
from quicksight.model.measures import Measure
from quicksight.model.visuals import Where
from quicksight.query import _sql as duckdb_sql

FUNCTIONS = (
    "CREATE MACRO ifelse(test, yes, no) AS CASE WHEN test THEN yes ELSE no END",
    "CREATE MACRO distinct_count(x) AS count(DISTINCT x)",
)
"""What Quick Sight's functions do, said for DuckDB, so that its formulas can be worked out here."""


def worked_out(text: str, rows: str) -> object:
    """Return the value of a calculated field over rows of the columns a, b and kind."""
    connection = duckdb.connect()
    for function in FUNCTIONS:
        connection.execute(function)
    said = re.sub(r"\{(\w+)\}", r'"\1"', text)
    numbers = f"SELECT CAST(a AS DOUBLE) AS a, CAST(b AS DOUBLE) AS b, kind FROM (VALUES {rows}) AS t (a, b, kind)"
    found = connection.execute(f"SELECT {said} FROM ({numbers})").fetchone()
    assert found is not None
    return found[0]


def measures() -> list[tuple[str, Expression]]:
    """Every expression of every measure of the project, by a name."""
    found: dict[str, Measure] = {
        f"{data_set.name}.{measure.name}": measure
        for dashboard in DASHBOARDS
        for data_set in dashboard.data_sets()
        for measure in data_set.measures
    }
    return [(name, each) for name, measure in sorted(found.items()) for each in measure.expressions()]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Sum("a"), "sum({a})"),
        (Only("a"), "ifelse(count({a}) = 1, max({a}), NULL)"),
        (share("a", "b"), "(sum({a}) / nullIf(sum({b}), 0))"),
        (ratio(Sum("a"), Number(60.0)), "(sum({a}) / 60)"),
        (change(Sum("a"), Sum("b")), "((sum({a}) / nullIf(sum({b}), 0)) - 1)"),
        (SquareRoot(Sum("a")), "sqrt(ifelse(sum({a}) < 0, NULL, sum({a})))"),
        (Number(-0.5), "(-0.5)"),
    ],
)
def test_each_part_has_one_form(expression: Expression, expected: str) -> None:
    """An expression is said in one way, with nulls where the model has them."""
    assert calculation(expression) == expected


@pytest.mark.parametrize(
    "rows",
    [
        "(3.0, 4.0, 'x'), (1.0, 2.0, 'y')",
        "(3.0, 0.0, 'x')",
        "(NULL, NULL, 'x')",
        "(0.0, 5.0, 'x'), (NULL, 1.0, 'x')",
    ],
)
def test_formulas_give_what_duckdb_gives(rows: str) -> None:
    """Quick Sight's formula and DuckDB's SQL are the same figure, over nulls and zeros too."""
    low, high = wilson(Sum("a"), Sum("b"))
    for expression in (share("a", "b"), low, high, Only("a"), Median("a"), SquareRoot(change(Sum("a"), Sum("b")))):
        formula, sql = worked_out(calculation(expression), rows), worked_out(duckdb_sql(expression), rows)
        assert formula == (None if sql is None else pytest.approx(sql, rel=1e-12))


def test_every_measure_can_be_worked_out() -> None:
    """Each measure of the project is a formula that DuckDB reads, given columns of its names."""
    connection = duckdb.connect()
    for function in FUNCTIONS:
        connection.execute(function)
    for name, expression in measures():
        text = calculation(expression)
        columns = sorted(set(re.findall(r"\{(\w+)\}", text)))
        values = ", ".join(f'1.5 AS "{column}"' for column in columns)
        said = re.sub(r"\{(\w+)\}", r'"\1"', text)
        assert connection.execute(f"SELECT {said} FROM (SELECT {values})").fetchone() is not None, name


def test_a_condition_keeps_rows_of_the_aggregate_only() -> None:
    """A figure of some rows is worked out beside figures of others: the condition stands inside the aggregate."""
    text = calculation(share("a", "b"), where=(Where("kind", ("x", "it's")),))
    assert "'it\\'s'" in text
    where = (Where("kind", ("x",)),)
    assert worked_out(calculation(share("a", "b"), where=where), "(1.0, 4.0, 'x'), (9.0, 9.0, 'y')") == 0.25


def test_a_colour_is_worked_out_for_each_place() -> None:
    """What rows are coloured by is a value of each row, over the rows of its place; a median has no such form."""
    text = calculation_within(change(Sum("a"), Sum("b")), "kind")
    assert text == "((sumOver({a}, [{kind}], PRE_AGG) / nullIf(sumOver({b}, [{kind}], PRE_AGG), 0)) - 1)"
    with pytest.raises(DefinitionError, match="median of 'a'; colour the map by"):
        calculation_within(Median("a"), "kind")
