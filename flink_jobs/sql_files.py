"""Reads the machine-read header of a SQL file: what it answers, its grain, what it reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from contracts.quality import grade_sql

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql" / "flink"
_REQUIRED = ("question", "grain", "reads", "window", "lateness")


class HeaderError(ValueError):
    """The header of a SQL file lacks something; the message says what."""


@dataclass(frozen=True, slots=True)
class SqlHeader:
    """What a SQL file says of itself; a view writes nothing, and `quality` names the measures that grade a row."""

    question: str
    grain: str
    reads: tuple[str, ...]
    writes: str | None
    window: str
    lateness: str
    quality: tuple[str, ...] = ()


def view_path(name: str, *, is_batch: bool = False) -> Path:
    """Return the file of a shared view."""
    return _batch_path(name, is_batch=is_batch) or SQL_FOLDER / "views" / f"{name}.sql"


def table_path(name: str, *, is_batch: bool = False) -> Path:
    """Return the file of a table's query."""
    return _batch_path(name, is_batch=is_batch) or SQL_FOLDER / f"{name}.sql"


def read_sql(path: Path, settings: Mapping[str, object]) -> str:
    """Return a query with the settings filled in, and the grade of its rows where the header names their measures.

    Raises:
        KeyError: a placeholder is none of the settings.
        HeaderError: the header lacks something.
    """
    measures = read_header(path).quality
    graded = {"quality": grade_sql(measures)} if measures else {}
    return Template(path.read_text()).substitute(dict(settings) | graded)


def _batch_path(name: str, *, is_batch: bool) -> Path | None:
    path = SQL_FOLDER / "batch" / f"{name}.sql"
    return path if is_batch and path.exists() else None


def read_header(path: Path) -> SqlHeader:
    """Read `-- name: value` lines from the top of a file.

    Raises:
        HeaderError: a required line is absent.
    """
    lines = [line.removeprefix("-- ") for line in path.read_text().splitlines() if line.startswith("-- ")]
    values = dict(line.split(": ", maxsplit=1) for line in lines if ": " in line)
    missing = [name for name in _REQUIRED if name not in values]
    if missing:
        raise HeaderError(
            f"{path}: expected the header lines {', '.join(_REQUIRED)}, came none for {', '.join(missing)}"
        )
    return SqlHeader(
        question=values["question"],
        grain=values["grain"],
        reads=tuple(values["reads"].split(", ")),
        writes=values.get("writes"),
        window=values["window"],
        lateness=values["lateness"],
        quality=tuple(values["quality"].split(", ")) if "quality" in values else (),
    )
