"""Reads files of counts as text, with the number that each row has in its file.

A file on S3 is fetched first: then both are read by the same reader, and a row has the same number here and there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import awswrangler
import numpy as np
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError
from pyarrow import csv, parquet

from glue.importing.mapping import FileForm, ImportMapping
from glue.importing.problems import ImportProblems, nearest

ROLES = (
    "store_value",
    "line_value",
    "date_value",
    "hour_value",
    "timestamp_value",
    "in_count_value",
    "out_count_value",
    "staff_in_count_value",
    "staff_out_count_value",
)
"""What a column of the file can be for; a file lacks some of them, which are null then."""
SOURCE_SCHEMA = pa.schema([("file", pa.string()), ("row", pa.int64()), *((role, pa.string()) for role in ROLES)])
MALFORMED_SCHEMA = pa.schema(
    [("file", pa.string()), ("row", pa.int64()), ("value", pa.string()), ("expected", pa.string())]
)
HEADER_ROWS = 1


@dataclass(frozen=True, slots=True)
class Source:
    """What the files hold.

    `rows` has `SOURCE_SCHEMA`; `malformed` has `MALFORMED_SCHEMA`: the lines that have too few or too many values.
    A row's number counts the header of a CSV as 1, as an editor and a spreadsheet do; a Parquet file's first row is 1.
    """

    rows: pa.Table
    malformed: pa.Table


@dataclass(slots=True)
class _Lines:
    """Takes the lines that the CSV reader cannot split into its columns, and leaves them out."""

    file: str
    found: list[dict[str, object]] = field(default_factory=list)

    def take(self, line: csv.InvalidRow) -> str:
        expected = f"{line.expected_columns} values, came {line.actual_columns}"
        self.found.append({"file": self.file, "row": line.number, "value": line.text, "expected": expected})
        return "skip"


def read_source(paths: Sequence[str], mapping: ImportMapping) -> Source:
    """Read files, local ones or on S3.

    Raises:
        ImportProblems: a file cannot be read, or lacks a column that the mapping names; all are listed.
    """
    read, problems = [], []
    for path in paths:
        try:
            read.append(_read(path, mapping))
        except ImportProblems as error:
            problems += [f"{path}: {problem}" for problem in error.problems]
    if problems:
        raise ImportProblems("files", problems)
    return Source(
        rows=pa.concat_tables([each.rows for each in read]),
        malformed=pa.concat_tables([each.malformed for each in read]),
    )


def _read(path: str, mapping: ImportMapping) -> Source:
    reader = _read_csv if mapping.file.format == "csv" else _read_parquet
    try:
        with _local(path) as local:
            return reader(local, path, mapping)
    except (OSError, LookupError, pa.ArrowInvalid, BotoCoreError, ClientError) as error:
        cure = "check the path, and format, delimiter and encoding in [file]"
        raise ImportProblems(
            path, (f"expected a readable {mapping.file.format} file, came: {error}; {cure}",)
        ) from error


@contextmanager
def _local(path: str) -> Iterator[Path]:
    if not path.startswith("s3://"):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        # The ending tells the reader how it is compressed.
        local = Path(folder) / path.rpartition("/")[2]
        awswrangler.s3.download(path=path, local_file=str(local))
        yield local


def _read_csv(local: Path, path: str, mapping: ImportMapping) -> Source:
    wanted = mapping.file_columns
    _require(_csv_columns(local, mapping.file), wanted.values(), path)
    lines = _Lines(path)
    found = csv.read_csv(
        local,
        # One thread: only then are lines numbered.
        read_options=csv.ReadOptions(use_threads=False, encoding=mapping.file.encoding),
        parse_options=csv.ParseOptions(
            delimiter=mapping.file.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=lines.take,
        ),
        convert_options=csv.ConvertOptions(
            include_columns=sorted(set(wanted.values())), column_types=dict.fromkeys(wanted.values(), pa.string())
        ),
    )
    malformed = pa.Table.from_pylist(lines.found, schema=MALFORMED_SCHEMA)
    numbers = _numbers_without(malformed["row"].to_pylist(), found.num_rows)
    return Source(_source_rows(path, numbers, found, wanted), malformed)


def _read_parquet(local: Path, path: str, mapping: ImportMapping) -> Source:
    wanted = mapping.file_columns
    _require(parquet.read_schema(local).names, wanted.values(), path)
    found = parquet.read_table(local, columns=sorted(set(wanted.values())))
    rows = _source_rows(path, np.arange(1, found.num_rows + 1), found, wanted)
    return Source(rows, MALFORMED_SCHEMA.empty_table())


def _csv_columns(local: Path, form: FileForm) -> list[str]:
    head = csv.open_csv(
        local,
        read_options=csv.ReadOptions(use_threads=False, encoding=form.encoding),
        parse_options=csv.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=lambda _: "skip"
        ),
    )
    names: list[str] = head.schema.names
    return names


def _require(columns: Sequence[str], wanted: Collection[str], path: str) -> None:
    problems = [
        f"expected a column {name!r}, came none; {nearest(name, columns)}" for name in wanted if name not in columns
    ]
    repeated = [f"expected one column {name!r}, came several" for name in wanted if columns.count(name) > 1]
    if problems or repeated:
        raise ImportProblems(path, [*problems, *repeated])


def _numbers_without(malformed: Collection[int], count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number rows from below the header on, leaving out the numbers of lines that are no rows."""
    first = HEADER_ROWS + 1
    numbers = np.arange(first, first + count + len(malformed), dtype=np.int64)
    return np.setdiff1d(numbers, np.fromiter(malformed, dtype=np.int64))


def _source_rows(
    path: str, numbers: np.ndarray[tuple[int], np.dtype[np.int64]], found: pa.Table, wanted: Mapping[str, str]
) -> pa.Table:
    columns = {"file": pa.repeat(path, found.num_rows), "row": pa.array(numbers, pa.int64())}
    for role in ROLES:
        name = wanted.get(role)
        columns[role] = pa.nulls(found.num_rows, pa.string()) if name is None else found[name].cast(pa.string())
    return pa.table(columns, schema=SOURCE_SCHEMA)
