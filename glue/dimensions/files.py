"""Files that people write: TOML and CSV, judged against declared types, with every problem told at once."""

from __future__ import annotations

import csv
import dataclasses
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from glue.dimensions.problems import DimensionError

DECLARED = ConfigDict(extra="forbid")
"""Of a type that a file is read into: a setting that is not declared is a problem, as it is most likely misspelt."""
Declared = TypeVar("Declared")


def read_toml(path: Path) -> Mapping[str, Any]:
    """Return a TOML file as it is written.

    Raises:
        DimensionError: it is no TOML or no UTF-8: where and why.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DimensionError(str(path), [f"expected TOML in UTF-8, came: {error}; correct it there"]) from error


def read_csv(path: Path, declared: type[Declared]) -> list[tuple[int, Declared]]:
    """Return a CSV file's rows, each with the line it is on. Empty lines and lines that begin with # are no rows.

    The header names the fields of the dataclass `declared`; those with a default may be left out or empty.

    Raises:
        DimensionError: with every column or line that is not as declared.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(_numbered(file))
    header = [name.strip() for name in lines[0][1]] if lines else []
    if problems := list(_problems_of_header(header, declared)):
        raise DimensionError(str(path), problems)
    adapter = TypeAdapter(declared)
    judged_lines = [_judged_line(adapter, header, fields, line) for line, fields in lines[1:]]
    if problems := [problem for _, found in judged_lines for problem in found]:
        raise DimensionError(str(path), problems)
    return [row for rows, _ in judged_lines for row in rows]


def judged(declared: TypeAdapter[Declared], written: object, place: str) -> tuple[list[Declared], list[str]]:
    """Return what is written as the declared type, alone in a list, or else every problem."""
    try:
        return [declared.validate_python(written)], []
    except ValidationError as error:
        return [], _sentences(error, place)


def _judged_line(
    declared: TypeAdapter[Declared], header: list[str], fields: list[str], line: int
) -> tuple[list[tuple[int, Declared]], list[str]]:
    if len(fields) > len(header):
        return [], [f"line {line}: expected {len(header)} fields, came {len(fields)}; quote a field with a comma"]
    written = {name: field.strip() for name, field in zip(header, fields, strict=False) if field.strip()}
    try:
        return [(line, declared.validate_strings(written))], []
    except ValidationError as error:
        return [], _sentences(error, f"line {line}")


def _problems_of_header(header: list[str], declared: type[Any]) -> Iterator[str]:
    known = {field.name: field.default is dataclasses.MISSING for field in dataclasses.fields(declared)}
    wanted = f"line 1: expected the columns {', '.join(known)}, came {', '.join(header) or 'none'}"
    if missing := [name for name, is_required in known.items() if is_required and name not in header]:
        yield f"{wanted}; add {', '.join(missing)}"
    if unknown := [name for name in header if name not in known]:
        yield f"{wanted}; remove {', '.join(unknown)}"


def _numbered(file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader("\n" if line.startswith("#") else line for line in file)
    for fields in reader:
        if any(field.strip() for field in fields):
            yield reader.line_num, fields


def _sentences(error: ValidationError, place: str) -> list[str]:
    return [_sentence(found, place) for found in error.errors(include_url=False)]


def _sentence(found: ErrorDetails, place: str) -> str:
    where = ".".join([place, *(str(part) for part in found["loc"] if part != "[key]")])
    match found["type"]:
        case "missing":
            return f"{where}: expected a value, came none; add it"
        case "unexpected_keyword_argument":
            return f"{where}: expected no such setting, came {found['input']!r}; correct its name or remove it"
        case "value_error":
            return f"{where}: {found['msg'].removeprefix('Value error, ')}"
        case _:
            expected = found["msg"].replace("Input should be", "expected").replace("valid tuple", "list")
            return f"{where}: {expected}, came {found['input']!r}; correct it"
