"""Expressions as Quick Sight writes calculated fields: an aggregate of nothing is null, and so is a division by zero.

https://docs.aws.amazon.com/quick/latest/userguide/calculated-field-reference.html names the functions.
"""

from __future__ import annotations

from collections.abc import Callable

from quicksight.api.errors import DefinitionError
from quicksight.model.expressions import (
    Aggregate,
    Distinct,
    Expression,
    Largest,
    Median,
    Number,
    Only,
    Operation,
    Smallest,
    SquareRoot,
    Sum,
)
from quicksight.model.visuals import Where

Aggregated = Callable[[Aggregate], str]


def calculation(expression: Expression, *, where: tuple[Where, ...] = ()) -> str:
    """Return an expression over the rows of a group, of those only that `where` keeps."""
    return _rendered(expression, lambda aggregate: _aggregate(aggregate, _kept(aggregate.column, where)))


def calculation_within(expression: Expression, column: str) -> str:
    """Return an expression over the rows with the same value of a column, as a value of each row.

    It is worked out after filters and before the visual groups, so that rows can be grouped by it.

    Raises:
        DefinitionError: a median cannot be worked out there.
    """
    return _rendered(expression, lambda aggregate: _aggregate_within(aggregate, column))


def condition(where: Where) -> str:
    """Return what is true for the rows that a condition keeps."""
    return " OR ".join(f"{{{where.column}}} = {literal(value)}" for value in where.values)


def literal(value: str | int) -> str:
    """Return a value as Quick Sight writes it; a flag as 1 or 0."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return str(int(value))


def _rendered(expression: Expression, aggregated: Aggregated) -> str:
    match expression:
        case Number(value=value):
            return _number(value)
        case SquareRoot(of=inner):
            text = _rendered(inner, aggregated)
            return f"sqrt(ifelse({text} < 0, NULL, {text}))"
        case Operation():
            return _operation(expression, aggregated)
        case _:
            return aggregated(expression)


def _operation(expression: Operation, aggregated: Aggregated) -> str:
    left, right = _rendered(expression.left, aggregated), _rendered(expression.right, aggregated)
    if expression.sign == "/" and not (isinstance(expression.right, Number) and expression.right.value):
        right = f"nullIf({right}, 0)"
    return f"({left} {expression.sign} {right})"


def _number(value: float) -> str:
    text = repr(int(value)) if value == int(value) else format(value, ".15g")
    return text if value >= 0 else f"({text})"


def _kept(column: str, where: tuple[Where, ...]) -> str:
    if not where:
        return f"{{{column}}}"
    every = " AND ".join(f"({condition(each)})" for each in where)
    return f"ifelse({every}, {{{column}}}, NULL)"


def _aggregate(aggregate: Aggregate, value: str) -> str:
    match aggregate:
        case Sum():
            return f"sum({value})"
        case Largest():
            return f"max({value})"
        case Smallest():
            return f"min({value})"
        case Distinct():
            return f"nullIf(distinct_count({value}), 0)"
        case Median():
            return f"median({value})"
        case Only():
            return f"ifelse(count({value}) = 1, max({value}), NULL)"


def _aggregate_within(aggregate: Aggregate, column: str) -> str:
    def over(function: str) -> str:
        return f"{function}({{{aggregate.column}}}, [{{{column}}}], PRE_AGG)"

    match aggregate:
        case Sum():
            return over("sumOver")
        case Largest():
            return over("maxOver")
        case Smallest():
            return over("minOver")
        case Distinct():
            return f"nullIf({over('distinctCountOver')}, 0)"
        case Only():
            return f"ifelse({over('countOver')} = 1, {over('maxOver')}, NULL)"
        case Median():
            raise DefinitionError(
                f"expected a colour that Quick Sight can work out for each place, came the median of "
                f"{aggregate.column!r}; colour the map by a sum, a share or a change"
            )
