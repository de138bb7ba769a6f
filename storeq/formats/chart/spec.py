"""What the `-- chart:` line of a view's header asks for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, get_args

from storeq.errors import StoreqError
from storeq.questions import Column, Question

Kind = Literal["bar", "line", "heat", "scatter", "band"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """The kind of chart and its columns: `y` over `x`, a series for each `by`, an interval from `low` to `high`.

    Of a heat table `x` and `y` name the cells, and `by` is what is in them.
    """

    kind: Kind
    x: Column
    y: Column
    by: Column | None = None
    low: Column | None = None
    high: Column | None = None

    @property
    def measure(self) -> Column:
        """The column whose values are drawn."""
        return self.by if self.kind == "heat" and self.by is not None else self.y

    @property
    def series(self) -> Column | None:
        """The column that tells series apart."""
        return None if self.kind == "heat" else self.by


def chart_of(question: Question) -> ChartSpec:
    """Return how a question's answer is drawn.

    Raises:
        StoreqError: its header says nothing of a chart, or what is no chart of its columns.
    """
    kind, *said = question.view.chart.split() or [""]
    named = dict(part.split("=", 1) for part in said if "=" in part)
    if problems := _problems(question, kind, named):
        raise StoreqError(problems)
    columns = {role: question.column(name) for role, name in named.items()}
    return ChartSpec(kind=next(known for known in KINDS if known == kind), **columns)  # type: ignore[arg-type]


def _problems(question: Question, kind: str, named: dict[str, str]) -> list[str]:
    if not kind:
        return [f"{question.name} says nothing of a chart: ask for --format table, or add `-- chart:` to its header."]
    roles = [field.name for field in dataclasses.fields(ChartSpec)][1:]
    where = f"{question.name}: in `-- chart: {question.view.chart}` "
    problems = [] if kind in KINDS else [f"{where}expected one of {', '.join(KINDS)}, came {kind}."]
    problems += [f"{where}expected {role}=column, came none." for role in ("x", "y") if role not in named]
    problems += [f"{where}expected roles among {', '.join(roles)}, came {role}." for role in named if role not in roles]
    absent = [name for name in named.values() if question.column(name) is None]
    return problems + [f"{where}expected columns of the answer, came {name}." for name in absent]
