"""Rows as the local page reads them: JSON by columns, text as codes, numbers to nine digits.

A table is `{"rows": n, "columns": {name: column}}`. A column of text is `{"names": [...], "codes": [...]}` with -1 for
null; one of numbers is a list with null in it; a boolean is 1 or 0. All is done by arrays: a lake has millions of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import compute

SIGNIFICANT_DIGITS = 9
_DECIMALS_MAX = 22
"""Powers of ten are whole numbers of a double up to this one."""
_arrow: Any = compute
Offsets = npt.NDArray[np.int64]


def table_json(rows: pa.Table) -> str:
    """Return all rows as one table."""
    (only,) = _tables(rows, np.array([0, rows.num_rows]))
    return only


def tables_by(rows: pa.Table, column: str) -> Iterator[tuple[str, str]]:
    """Give each value of a column of text and the table of its rows, which must stand together."""
    if rows.num_rows == 0:
        return
    values = _coded(rows[column])
    codes = values.indices.to_numpy(zero_copy_only=False)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1, [len(codes)]]).astype(np.int64)
    names = values.dictionary.take(pa.array(codes[starts[:-1]])).to_pylist()
    yield from zip(names, _tables(rows, starts), strict=True)


def rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return numbers rounded to nine significant digits, so that they are written short.

    >>> rounded(np.array([1 / 3, 123456789.123, -0.0001234567891, 0.0]))
    array([ 3.33333333e-01,  1.23456789e+08, -1.23456789e-04,  0.00000000e+00])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        magnitude = np.floor(np.log10(np.abs(values)))
        decimals = np.clip(np.nan_to_num(SIGNIFICANT_DIGITS - 1 - magnitude, posinf=0.0), -300, _DECIMALS_MAX)
        up, down = 10.0 ** np.maximum(decimals, 0), 10.0 ** np.maximum(-decimals, 0)
        found = np.round(values * up / down) / up * down
    return np.where(np.isfinite(found), found, values)


def _tables(rows: pa.Table, offsets: Offsets) -> Iterator[str]:
    """Give a table for each stretch of rows that two offsets bound."""
    columns = [[f"{json.dumps(name)}: {said}" for said in _column(rows[name], offsets)] for name in rows.column_names]
    for number, count in enumerate(np.diff(offsets)):
        said = ",\n".join(column[number] for column in columns)
        yield f'{{"rows": {count}, "columns": {{\n{said}\n}}}}'


def _column(values: pa.ChunkedArray, offsets: Offsets) -> Sequence[str]:
    if pa.types.is_string(values.type) or pa.types.is_dictionary(values.type):
        return list(_text(_coded(values), offsets))
    return [f"[{said}]" for said in _joined(_numbers(values), offsets)]


def _text(values: pa.DictionaryArray, offsets: Offsets) -> Iterator[str]:
    """Give names and codes of each stretch; a stretch has only the names that it needs."""
    codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    every = values.dictionary.to_pylist()
    local, used = np.empty_like(codes), []
    for first, end in pairwise(offsets):
        found, inverse = np.unique(codes[first:end], return_inverse=True)
        has_null = len(found) > 0 and found[0] == -1
        local[first:end] = inverse - has_null
        used.append([every[code] for code in found if code >= 0])
    for names, said in zip(used, _joined(pa.array(local), offsets), strict=True):
        yield f'{{"names": {json.dumps(names, ensure_ascii=False)}, "codes": [{said}]}}'


def _coded(values: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = values.combine_chunks()
    return whole if pa.types.is_dictionary(whole.type) else _arrow.dictionary_encode(whole)


def _numbers(values: pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks()
    if pa.types.is_boolean(whole.type):
        return whole.cast(pa.int8())
    if pa.types.is_integer(whole.type):
        return whole
    found = whole.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return pa.array(rounded(found), mask=~np.isfinite(found))


def _joined(values: pa.Array, offsets: Offsets) -> list[str]:
    """Return the values of each stretch by commas."""
    said = _arrow.fill_null(values.cast(pa.string()), "null")
    stretches = pa.LargeListArray.from_arrays(pa.array(offsets), said)
    joined: list[str] = _arrow.binary_join(stretches, ",").to_pylist()
    return joined
