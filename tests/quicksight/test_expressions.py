from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from quicksight.model.expressions import (
    Aggregate,
    Expression,
    Number,
    Operation,
    SquareRoot,
    Sum,
    aggregates_of,
    change,
    columns_of,
    complement,
    share,
    wilson,
)

_SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def _value(expression: Expression, sums: Mapping[str, float]) -> float:
    """Work an expression of sums out, as its definition says."""
    match expression:
        case Number(value=value):
            return value
        case SquareRoot(of=inner):
            return math.sqrt(_value(inner, sums))
        case Operation(sign=sign, left=left, right=right):
            return float(_SIGNS[sign](_value(left, sums), _value(right, sums)))
        case Sum(column=column):
            return sums[column]
    raise AssertionError(expression)


@given(whole=st.integers(1, 10_000), part_share=st.floats(0, 1))
def test_wilson_is_the_score_interval(whole: int, part_share: float) -> None:
    """The limits are those of statsmodels' Wilson interval."""
    part = round(part_share * whole)
    low, high = wilson(Sum("part"), Sum("whole"))
    wanted = proportion_confint(part, whole, method="wilson")
    found = [_value(limit, {"part": part, "whole": whole}) for limit in (low, high)]
    assert found == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (share("a", "b"), 0.25),
        (complement(share("a", "b")), 0.75),
        (change(Sum("b"), Sum("a")), 3.0),
    ],
)
def test_what_shares_and_changes_are(expression: Expression, wanted: float) -> None:
    """A share is the sum over the sum, its complement what is left, a change the ratio less one."""
    assert _value(expression, {"a": 2.0, "b": 8.0}) == wanted


def test_what_an_expression_reads() -> None:
    """Its aggregates come from left to right, its columns once."""
    low, _ = wilson(Sum("a"), Sum("b"))
    reads: Sequence[Aggregate] = list(aggregates_of(share("a", "b")))
    assert reads == [Sum("a"), Sum("b")]
    assert columns_of(low) == {"a", "b"}
