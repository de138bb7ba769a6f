"""The one error of this package: everything that is wrong with what was given, and the cures."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 20
"""More problems than these are counted: a file with the wrong separator has one on each of its lines."""


class DimensionError(ValueError):
    """A file or its rows cannot be used; `problems` are sentences: what was expected, what came, the cure."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        more = len(problems) - SHOWN
        lines = [*problems[:SHOWN], *([f"and {more} more"] if more > 0 else [])]
        super().__init__(f"{source} cannot be used:\n" + "\n".join(f"- {line}" for line in lines))
        self.problems = tuple(problems)
