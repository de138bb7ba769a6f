"""How many days before and after the asked ones an answer depends on, table by table."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from contracts.tables import TABLES
from glue.views import View
from storeq.questions import Question

EVERY_DAY = 3650
"""A margin of this many days or more says that every day counts."""
_LAID_OUT_BY = frozenset(table.partition_by for table in TABLES.values())


def margins_of(question: Question, statements: Mapping[str, exp.Expr]) -> dict[str, int]:
    """Return the margin of everything that a question reads, in days; margins add up from view to view.

    Args:
        question: with its parts, each after those that it reads.
        statements: the parsed SQL of each part.
    """
    margins = {question.name: 0}
    for view in reversed(question.parts):
        reach = margins[view.name] + _own_margin(view, statements[view.name])
        for read in view.reads:
            margins[read] = max(margins.get(read, 0), reach)
    return margins


def _own_margin(view: View, statement: exp.Expr) -> int:
    if view.margin_days is not None:
        return view.margin_days
    return EVERY_DAY if _seeks_ends(statement) else 0


def _seeks_ends(statement: exp.Expr) -> bool:
    """Whether a view asks for the first or last day of something, and so for days that nobody knows beforehand."""
    return any(
        isinstance(end.this, exp.Column) and end.this.name.lower() in _LAID_OUT_BY
        for end in statement.find_all(exp.Min, exp.Max)
    )
