"""Arrays of figures as rows of the contract's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.history.chance import Floats, Integers
from sim.history.durations import LOWER_MS, Durations
from sim.history.grading import GRADES, grades
from sim.history.open_hours import HOUR_US, OpenHours

BUCKET = pa.struct([("lower_ms", pa.int64()), ("count", pa.int64())])
Column: TypeAlias = pa.Array | npt.NDArray[np.generic]


def named(names: Sequence[str | None], number: Integers) -> pa.Array:
    """Return a name for each number, kept once."""
    return pa.DictionaryArray.from_arrays(pa.array(number.ravel().astype(np.int32)), pa.array(names, pa.string()))


def repeated(values: Sequence[str | None], times: int) -> pa.Array:
    """Return the same names one round after another."""
    return named(values, np.tile(np.arange(len(values)), times))


def instants(microseconds: Integers) -> pa.Array:
    """Return instants in UTC."""
    return pa.array(microseconds.ravel()).cast(pa.timestamp("us", tz="UTC"))


def known(values: Floats) -> pa.Array:
    """Return numbers, with null for NaN."""
    flat = values.ravel()
    return pa.array(flat, mask=np.isnan(flat))


def graded(measures: Mapping[str, Floats]) -> pa.Array:
    """Return each row's grade."""
    return named(GRADES, grades(measures).astype(np.int64))


def histograms(durations: Durations) -> pa.Array:
    """Return a histogram for each group, without empty buckets."""
    counts = durations.counts.reshape(-1, durations.counts.shape[-1])
    is_there = counts > 0
    offsets = np.concatenate([[0], np.cumsum(is_there.sum(axis=1))])
    lower = LOWER_MS[durations.buckets.reshape(counts.shape)[is_there]]
    return bucket_lists(offsets, lower, counts[is_there].astype(np.int64))


def bucket_lists(offsets: Integers, lower_ms: Integers, count: Integers) -> pa.Array:
    """Return lists of buckets: list `n` has those from `offsets[n]` up to `offsets[n + 1]`."""
    values = pa.StructArray.from_arrays([pa.array(lower_ms), pa.array(count)], fields=list(BUCKET))
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), values)


def local_hour_columns(hours: OpenHours, places: int) -> dict[str, Column]:
    """Return the columns that say which hour it is, each hour repeated for its places."""
    start = np.repeat(hours.window_start_us, places)
    return {
        "business_date": pa.array(np.repeat(hours.day, places).astype(np.int32)).cast(pa.date32()),
        "hour_of_day": np.repeat(hours.hour, places).astype(np.int32),
        "window_start": instants(start),
        "window_end": instants(start + HOUR_US),
    }


def quotient(above: npt.NDArray[np.generic], below: npt.NDArray[np.generic]) -> Floats:
    """Return a quotient, NaN where it is of nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, np.asarray(above, np.float64) / np.asarray(below, np.float64))
