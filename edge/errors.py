"""What is wrong with what a person gave us, told so that they can put it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXIT_CODE = 2
"""Exit code of every command that stops because of its configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, what was expected, what came, and the cure."""

    where: str
    expected: str
    came: str
    cure: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, came {self.came}. {self.cure}"


class ConfigurationError(Exception):
    """A store file, a card, a model or a setting cannot be used. Holds every problem found, not only the first."""

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(subject, self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{self.subject}: {count} problem{'s' if count > 1 else ''}"
        return "\n".join([head, *(f"  - {problem}" for problem in self.problems)])
