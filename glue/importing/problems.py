"""What keeps an import from starting: every problem of a mapping or a file at once, each with its cure."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Iterator, Sequence
from typing import Any, get_type_hints

from pydantic import ValidationError


class ImportProblems(ValueError):  # noqa: N818 - it is a list of them
    """A mapping or a file cannot be used; the message lists every problem with its cure."""

    def __init__(self, subject: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{subject}: {count} problem{'' if count == 1 else 's'}"
        super().__init__("\n".join([head, *(f"  - {problem}" for problem in self.problems)]))


def problems_of(error: ValidationError, declared: type) -> Iterator[str]:
    """Give one line for each thing that pydantic found wrong with a value of a dataclass."""
    for found in error.errors():
        path = [str(part) for part in found["loc"]]
        yield f"{'.'.join(path) or 'the file'}: {_told(found, path, declared)}"


def nearest(name: str, known: Collection[str]) -> str:
    """Return what to do about a name that is not known: the one that was probably meant, or all there are."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def _told(found: Any, path: Sequence[str], declared: type) -> str:
    kind = found["type"]
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"expected a known key, came {path[-1]!r}; {nearest(path[-1], _keys_at(path[:-1], declared))}"
    if kind in ("missing", "missing_argument"):
        return f"expected a value, came nothing; add `{path[-1]} = …`"
    wanted = str(found["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    came = "a table" if isinstance(found["input"], dict) else repr(found["input"])
    return f"expected {wanted[0].lower()}{wanted[1:]}, came {came}"


def _keys_at(path: Sequence[str], declared: type) -> tuple[str, ...]:
    for part in path:
        declared = get_type_hints(declared)[part]
    return tuple(each.name for each in dataclasses.fields(declared))
