"""What all tables share: windows of a UTC minute, instants, and rows with exactly the declared columns."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from contracts import quality
from contracts.tables import Table

MINUTE_MS = 60_000
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Row = dict[str, Any]


def minute_of(event_time_ms: int) -> int:
    """Return the start of the UTC minute that holds an instant, both in milliseconds since 1970."""
    return event_time_ms - event_time_ms % MINUTE_MS


def instant(time_ms: int) -> dt.datetime:
    """Return an instant to the millisecond, without a detour over binary fractions."""
    return EPOCH + dt.timedelta(milliseconds=time_ms)


def instant_or_none(time_ms: int | None) -> dt.datetime | None:
    """Return an instant, if there is one."""
    return None if time_ms is None else instant(time_ms)


def window(minute_ms: int) -> Row:
    """Return the columns of a minute's window."""
    return {"window_start": instant(minute_ms), "window_end": instant(minute_ms + MINUTE_MS)}


def row_of(table: Table, values: Mapping[str, Any]) -> Row:
    """Return the values in the order of the table's columns.

    Raises:
        ValueError: a column is missing, or a value has none.
    """
    names = [column.name for column in table.columns]
    if set(names) != values.keys():
        raise ValueError(f"{table.name}: expected each column once, came another set: {set(names) ^ values.keys()}")
    return {name: values[name] for name in names}


def graded(table: Table, values: Mapping[str, Any], measures: Iterable[str]) -> Row:
    """Return a row with its grade, by the named measures among its values."""
    return row_of(table, {**values, "quality": quality.grade({name: values[name] for name in measures})})


def mean_or_none(values: Iterable[float]) -> float | None:
    """Return the mean; None of none."""
    known = list(values)
    return sum(known) / len(known) if known else None


def share_or_none(part: float, whole: float) -> float | None:
    """Return part / whole; None where there is no whole."""
    return part / whole if whole else None


def buckets(counts: Mapping[int, int]) -> list[dict[str, int]]:
    """Return a histogram as a column: rising, without the buckets that hold nothing; counts can be negative."""
    return [{"lower_ms": lower, "count": count} for lower, count in sorted(counts.items()) if count]


def add(total: Counter[int], counts: Mapping[int, int], *, sign: int) -> None:
    """Add one histogram to another, or take it away."""
    for lower, count in counts.items():
        total[lower] += sign * count
