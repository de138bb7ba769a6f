"""What would be done to a table, told before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["create", "change", "none", "refuse"]


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table's way to its contract. `steps` are sentences: what is done, or why it is refused and the cure."""

    name: str
    action: Action
    steps: tuple[str, ...] = ()


def decided(name: str, steps: list[str], refusals: list[str]) -> TablePlan:
    """Return the plan of a table that exists: one refusal refuses the whole table."""
    if refusals:
        return TablePlan(name, "refuse", tuple(refusals))
    return TablePlan(name, "change" if steps else "none", tuple(steps))
