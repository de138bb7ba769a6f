"""What is told instead of an answer."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence

NEAREST = 3


class StoreqError(Exception):
    """The question cannot be answered; `problems` are all the reasons, each with its cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class EngineError(StoreqError):
    """The engine cannot be reached, or cannot run the statement."""


class MissingTablesError(EngineError):
    """Tables that the statement reads do not exist; `tables` names them."""

    def __init__(self, tables: Iterable[str], problems: Sequence[str]) -> None:
        super().__init__(problems)
        self.tables = tuple(tables)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return what was probably meant, as a half-sentence; of nothing alike, where to look.

    >>> nearest("lane_huor", ["lane_hour", "zone_hour"])
    'did you mean lane_hour, zone_hour?'
    >>> nearest("x", ["lane_hour"])
    'known: lane_hour'
    >>> nearest("x", [])
    'none is known'
    """
    names = sorted(known)
    if alike := difflib.get_close_matches(word, names, n=NEAREST, cutoff=0.6):
        return f"did you mean {', '.join(alike)}?"
    if not names:
        return "none is known"
    shown = ", ".join(names[:10])
    return f"known: {shown}" + (f" and {len(names) - 10} more" if len(names) > 10 else "")  # noqa: PLR2004


def check_all(*checks: Callable[[], object]) -> None:
    """Make every check, so that all problems are told at once.

    Raises:
        StoreqError: with the problems of all checks that raised one.
    """
    problems: list[str] = []
    for check in checks:
        try:
            check()
        except StoreqError as error:
            problems += error.problems
    if problems:
        raise StoreqError(problems)
