"""What is worked out over the rows that a visual groups together: a small tree, rendered for each target.

Null stands for "not known": aggregates leave it out, an aggregate of nothing is null, an operation with null is null,
and so is a division by zero. Quick Sight, DuckDB and the local page keep to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Z_95 = 1.959963984540054
"""97.5th percentile of the normal distribution, for intervals of 95 %."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of a column."""

    column: str


@dataclass(frozen=True, slots=True)
class Largest:
    """Greatest value of a column."""

    column: str


@dataclass(frozen=True, slots=True)
class Smallest:
    """Least value of a column."""

    column: str


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different values a column has."""

    column: str


@dataclass(frozen=True, slots=True)
class Median:
    """Median of a column: the mean of the two middle values where there are two."""

    column: str


@dataclass(frozen=True, slots=True)
class Only:
    """The value of a column where the group has one row with a value, else null.

    For what cannot be added up, such as a percentile or the limit of an interval: never a mean of such.
    """

    column: str


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class SquareRoot:
    """Square root; null below zero."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and what is done with them."""

    sign: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


Aggregate: TypeAlias = Sum | Largest | Smallest | Distinct | Median | Only
Expression: TypeAlias = Aggregate | Number | SquareRoot | Operation


def plus(left: Expression, right: Expression) -> Operation:
    """Return the sum of two expressions."""
    return Operation("+", left, right)


def minus(left: Expression, right: Expression) -> Operation:
    """Return the difference of two expressions."""
    return Operation("-", left, right)


def times(left: Expression, right: Expression) -> Operation:
    """Return the product of two expressions."""
    return Operation("*", left, right)


def ratio(over: Expression, under: Expression) -> Operation:
    """Return one expression over another; null where the other is zero."""
    return Operation("/", over, under)


def share(column: str, of: str) -> Operation:
    """Return the sum of one column over that of another."""
    return ratio(Sum(column), Sum(of))


def complement(of: Expression) -> Operation:
    """Return what a share leaves of one."""
    return minus(Number(1.0), of)


def change(now: Expression, before: Expression) -> Operation:
    """Return by what share something grew: now / before - 1."""
    return minus(ratio(now, before), Number(1.0))


def wilson(part: Expression, whole: Expression) -> tuple[Expression, Expression]:
    """Return the limits of the 95 % interval of a share: E. B. Wilson, "Probable Inference", JASA 22, 1927."""
    square, p = Number(Z_95 * Z_95), ratio(part, whole)
    widened = plus(Number(1.0), ratio(square, whole))
    middle = ratio(plus(p, ratio(square, times(Number(2.0), whole))), widened)
    variance = plus(ratio(times(p, complement(p)), whole), ratio(square, times(Number(4.0), times(whole, whole))))
    half = ratio(times(Number(Z_95), SquareRoot(variance)), widened)
    return minus(middle, half), plus(middle, half)


def aggregates_of(expression: Expression) -> Iterator[Aggregate]:
    """Give every aggregate that an expression is built on, from left to right."""
    match expression:
        case Operation(left=left, right=right):
            yield from aggregates_of(left)
            yield from aggregates_of(right)
        case SquareRoot(of=inner):
            yield from aggregates_of(inner)
        case Number():
            return
        case _:
            yield expression


def columns_of(expression: Expression) -> frozenset[str]:
    """Return the names of the columns that an expression reads."""
    return frozenset(aggregate.column for aggregate in aggregates_of(expression))
