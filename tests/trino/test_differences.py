"""What counts as the same answer: the test of the tests in this folder."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.lake_engines import Answer
from tests.trino.differences import differences

NOON = dt.datetime(2026, 1, 30, 12, tzinfo=dt.UTC)


def answer(*rows: tuple[Any, ...]) -> Answer:
    """Return an answer with two columns."""
    return Answer(("store_id", "value"), list(rows))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (answer(("a", 1.0), ("b", 2.0)), answer(("b", 2.0 + 1e-12), ("a", 1.0))),
        (answer(("a", NOON)), answer(("a", NOON.astimezone(ZoneInfo("Asia/Kolkata"))))),
        (answer(("a", None), ("a", 1.0)), answer(("a", 1.0), ("a", None))),
    ],
    ids=["order and last digits", "zone of an instant", "nulls"],
)
def test_the_same_is_the_same(one: Answer, other: Answer) -> None:
    """Rule: the order of rows, the last digits of a double and the zone an instant is shown in make no difference."""
    assert differences(one, other) == []


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (answer(("a", 1.0)), answer(("a", 1.0 + 1e-6)), "at a: value: 1.0 and 1.000001"),
        (answer(("a", 1)), answer(("a", Decimal(1))), "at a, 1: value: 1 and Decimal('1')"),
        (answer(("a", 1)), answer(("a", 1.0)), "value: 1 and 1.0"),
        (answer(("a", None)), answer(("a", 0)), "value: None and 0"),
        (answer(("a", 1)), answer(("a", 1), ("b", 1)), "only in the second: ['b', 1]"),
        (answer(("a", 1)), Answer(("store_id", "count"), [("a", 1)]), "columns"),
    ],
    ids=["double", "decimal", "type", "null", "row", "column"],
)
def test_a_difference_is_named(one: Answer, other: Answer, said: str) -> None:
    """Rule: another value, type, row or column is a difference, and it is told where."""
    assert said in "\n".join(differences(one, other))
