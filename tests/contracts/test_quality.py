"""The grade of a row: one rule, the same in Python and in SQL."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.quality import FAIR, GOOD, GRADES, MEASURES, NONE, POOR, WATCHED, Measure, grade, grade_sql

NAMES = tuple(measure.column for measure in MEASURES)
ENGINE = duckdb.connect()
EDGES = sorted({0.0, 1.0} | {bound for measure in MEASURES for bound in (measure.good, measure.fair)})
VALUES = st.one_of(st.none(), st.sampled_from(EDGES), st.floats(0, 2))


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1))
def test_sql_says_what_python_says(measures: dict[str, float | None]) -> None:
    """Rule: whatever measures a row has, null or not, both give the same grade."""
    columns = ", ".join(f"CAST(? AS DOUBLE) AS {name}" for name in measures)
    (told,) = ENGINE.execute(
        f"SELECT {grade_sql(measures)} FROM (SELECT {columns})", list(measures.values())
    ).fetchall()
    assert told == (grade(measures),)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.column)
def test_bounds_belong_to_the_better_grade(measure: Measure) -> None:
    """Rule: a value on a bound has the grade of the bound, one beyond it the next."""
    beyond = -1e-9 if measure.is_better_high else 1e-9
    assert grade({measure.column: measure.good}) == GOOD
    assert grade({measure.column: measure.good + beyond}) == FAIR
    assert grade({measure.column: measure.fair}) == FAIR
    assert grade({measure.column: measure.fair + beyond}) == POOR


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.sampled_from(NAMES), st.floats(0, 1))
def test_another_measure_never_raises_the_grade(measures: dict[str, float | None], name: str, value: float) -> None:
    """Rule: the worst measure decides; what is known in addition can only lower the grade."""
    others = {other: value for other, value in measures.items() if other != name}
    assert GRADES.index(grade(others | {name: value})) >= GRADES.index(grade(others))


def test_null_does_not_lower_the_grade() -> None:
    """Rule: what is not known is not held against a row."""
    assert grade(dict.fromkeys(NAMES)) == grade({}) == GOOD


@pytest.mark.parametrize("name", WATCHED)
def test_nothing_seen_is_none(name: str) -> None:
    """Rule: without any coverage, or with all cameras down, a row says nothing."""
    assert grade({name: 0.0, "lost_share": 0.5}) == NONE
    assert grade({name: 1e-9}) == POOR


@pytest.mark.parametrize("columns", [(), ("coverage", "colour")], ids=["none", "unknown"])
def test_unknown_measures_are_refused(columns: tuple[str, ...]) -> None:
    """Rule: a header that names no measure, or one that is none, stops before any row is graded."""
    with pytest.raises(ValueError, match="expected one or more of coverage"):
        grade_sql(columns)
