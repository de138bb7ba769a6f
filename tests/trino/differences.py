"""How two engines' answers differ: all rows and columns, in whatever order the rows come."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from tests.lake_engines import Answer

RELATIVE = 1e-9
"""Doubles are added in another order by each engine, and so differ in their last digits."""
ABSOLUTE = 1e-9
"""The same for what is the difference of large numbers: shares and seconds, not tiny figures."""
NAMED = 5


def differences(first: Answer, second: Answer) -> list[str]:
    """Say how two answers differ, the first few rows of them; empty when they are the same."""
    if first.columns != second.columns:
        return [f"columns {first.columns} and {second.columns}"]
    if len(first.rows) != len(second.rows):
        return [f"{len(first.rows)} and {len(second.rows)} rows", *_apart(first, second)]
    pairs = zip(_ordered(first.rows), _ordered(second.rows), strict=True)
    differing = (_difference(first.columns, *pair) for pair in pairs)
    return list(itertools.islice((said for said in differing if said), NAMED))


def _apart(first: Answer, second: Answer) -> Iterator[str]:
    """Say which rows only one has, by what is no double."""
    exact = [{repr(_exact(row)) for row in answer.rows} for answer in (first, second)]
    for which, only in zip(("first", "second"), (exact[0] - exact[1], exact[1] - exact[0]), strict=True):
        yield from (f"only in the {which}: {row}" for row in sorted(only)[:NAMED])


def _ordered(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Order rows by what is exact, and then by doubles: those are equal up to their last digits in rows that match."""
    return sorted(rows, key=lambda row: (repr(_exact(row)), [_known(value) for value in _doubles(row)]))


def _exact(row: Sequence[Any]) -> list[Any]:
    return [_plain(value) for value in row if not isinstance(value, float)]


def _doubles(row: Sequence[Any]) -> Iterator[float | None]:
    return (value if isinstance(value, float) else None for value in row)


def _known(value: float | None) -> tuple[bool, float]:
    return value is None, 0.0 if value is None else value


def _plain(value: Any) -> Any:
    """Return an instant in UTC; engines show the same one in zones of their own kinds."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value


def _difference(columns: Sequence[str], first: Sequence[Any], second: Sequence[Any]) -> str | None:
    differing = [
        f"{name}: {one!r} and {other!r}"
        for name, one, other in zip(columns, first, second, strict=True)
        if not _is_same(_plain(one), _plain(other))
    ]
    if not differing:
        return None
    place = ", ".join(str(value) for value in _exact(first)[:4])
    return f"at {place}: {'; '.join(differing)}"


def _is_same(first: Any, second: Any) -> bool:
    # A whole number is no double, and a decimal neither: a reader of the view would see another type.
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return math.isclose(first, second, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return bool(first == second)
