"""Figures with their unit, their interval, and what tells how far to trust them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quicksight.model.expressions import Expression

Unit = Literal["count", "decimal", "share", "change", "points", "seconds", "hours", "index"]
"""How a value is said: `share` and `change` as per cent (a change with its sign), `seconds` as m:ss."""
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a data set.

    Attributes:
        name: identifier, unique among the measures of its data set.
        title: what people call it, such as "Mean wait".
        doc: one sentence that defines it.
        better: which way is better; None where that is nobody's to say.
        low, high: limits of its 95 % interval.
        baseline: the same figure of what it is compared with.
        coverage: the share of the time that it tells of, 0 to 1; below `poor` it is faded and says so.
        people: how many people or rows it is from.
        target: level to reach; None for none.
        synonyms: other words for it, for questions in natural language.
    """

    name: str
    title: str
    expression: Expression
    unit: Unit
    doc: str
    better: Better | None = None
    low: Expression | None = None
    high: Expression | None = None
    baseline: Expression | None = None
    coverage: Expression | None = None
    people: Expression | None = None
    target: float | None = None
    synonyms: tuple[str, ...] = ()

    def expressions(self) -> tuple[Expression, ...]:
        """Return all that is worked out for it: the figure first, then what it is shown with."""
        others = (self.low, self.high, self.baseline, self.coverage, self.people)
        return (self.expression, *(each for each in others if each is not None))


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column that rows are grouped by.

    `kind` says how its values are ordered and written: `name` as text, `number`, `date` and `week` (by its Monday) on a
    time axis, `instant` as a time on the store's clock, `hour` of the day 0 to 23, `weekday` 1 = Monday to 7,
    `month` 1 to 12, `flag`.
    """

    column: str
    title: str
    kind: Literal["name", "number", "date", "week", "instant", "hour", "weekday", "month", "flag"] = "name"
