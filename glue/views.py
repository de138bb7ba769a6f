"""The views of `sql/athena` and the checks of `sql/checks`: read, ordered, and ready to be given to an engine.

Nothing here runs SQL. Who has an engine (Athena, or DuckDB over the tables) creates the views in the order in which
they come, and then asks the checks: a check returns one row for each violation, and none when it holds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from string import Template

from contracts.quality import grade_sql

_SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"
VIEWS_FOLDER = _SQL_FOLDER / "athena"
CHECKS_FOLDER = _SQL_FOLDER / "checks"
TARGET_WAIT_SECONDS = 180.0
"""The default target of the wait, as in the settings of the job."""
SMALLEST_CELL = 5
"""Figures of fewer people than this are not shown to those outside the store: they could tell of a person."""
_NOW = "current_timestamp"
_NEWEST = "(SELECT max(window_start) FROM zone_minute_v1)"
RECENT_HOURS = 36
"""Hours back from now that hold today of every store, whatever its clock."""
_HEADER_LINE = re.compile(r"-- (?P<name>[a-z]+): (?P<value>.+)")


class ViewError(ValueError):
    """A SQL file cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class View:
    """One question: what its header says, and its SELECT with every placeholder filled in.

    `columns` says what a column is that no table of the contracts has. `order` is how a person wants the rows ordered,
    `chart` how they are drawn: the kind of chart, then its columns.
    `margin_days` is how many days before and after the asked ones the answer depends on; None where it does not say.
    """

    name: str
    question: str
    grain: str
    reads: tuple[str, ...]
    sql: str
    columns: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    chart: str = ""
    margin_days: int | None = None

    @property
    def statement(self) -> str:
        """The statement that creates the view, as Athena and Trino read it."""
        return f"CREATE OR REPLACE VIEW {self.name} AS\n{self.sql}"


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence that must hold, and the SELECT of what violates it.

    `is_warning` marks a sentence that perfect sensors keep, but real cameras may break without a fault of ours.
    """

    name: str
    sentence: str
    reads: tuple[str, ...]
    is_warning: bool
    sql: str


def load_views(
    *,
    target_wait_seconds: float = TARGET_WAIT_SECONDS,
    is_live: bool = False,
    folder: Path = VIEWS_FOLDER,
) -> tuple[View, ...]:
    """Return every view, each after those that it reads.

    Args:
        target_wait_seconds: the longest wait that is within the target.
        is_live: the lake is written now: what is recent is reckoned from the clock, so that an engine reads the latest
            partitions only. Otherwise it is reckoned from the lake's newest minute, and a lake of the past has a today.
        folder: where the files are, one a view.

    Raises:
        ViewError: a header lacks a line, a placeholder has no value, or views read each other in a circle.
    """
    settings = {
        "target_wait_seconds": f"{target_wait_seconds:.3f}e0",
        "smallest_cell": str(SMALLEST_CELL),
        "recent_from": f"({_NOW if is_live else _NEWEST} - INTERVAL '{RECENT_HOURS}' HOUR)",
    }
    views = {path.stem: _view(path, settings) for path in sorted(folder.glob("*.sql"))}
    order = TopologicalSorter({name: set(view.reads) & views.keys() for name, view in views.items()})
    try:
        return tuple(views[name] for name in order.static_order())
    except CycleError as circle:
        raise ViewError(f"{folder}: expected views that build on each other, came a circle: {circle.args[1]}") from None


def load_checks(*, now: dt.datetime | None = None, folder: Path = CHECKS_FOLDER) -> tuple[Check, ...]:
    """Return every check, by name.

    Args:
        now: the instant by which days are due, in UTC; None leaves it to the newest row of the lake.
        folder: where the files are, one a check.

    Raises:
        ViewError: a header lacks a line, or a placeholder has no value.
    """
    settings = {"now": _instant(now)}
    return tuple(_check(path, settings) for path in sorted(folder.glob("*.sql")))


def _instant(instant: dt.datetime | None) -> str:
    said = "NULL" if instant is None else f"'{instant.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}+00:00'"
    return f"CAST({said} AS timestamp(6) with time zone)"


def _view(path: Path, settings: Mapping[str, str]) -> View:
    header = _header(path, ("question", "grain", "reads"))
    return View(
        name=path.stem,
        question=header["question"],
        grain=header["grain"],
        reads=_names(header["reads"]),
        sql=_filled(path, header, settings),
        columns=dict(_documented(path)),
        order=header.get("order", ""),
        chart=header.get("chart", ""),
        margin_days=_margin(path, header.get("margin")),
    )


def _check(path: Path, settings: Mapping[str, str]) -> Check:
    header = _header(path, ("check", "level", "reads"))
    if header["level"] not in ("fail", "warn"):
        raise ViewError(f"{path}: expected the level fail or warn, came {header['level']!r}")
    return Check(
        name=path.stem,
        sentence=header["check"],
        reads=_names(header["reads"]),
        is_warning=header["level"] == "warn",
        sql=_filled(path, header, settings),
    )


def _margin(path: Path, said: str | None) -> int | None:
    if said is None:
        return None
    if not (days := re.fullmatch(r"(\d+) days", said)):
        raise ViewError(f"{path}: expected a margin such as `-- margin: 60 days`, came {said!r}")
    return int(days[1])


def _filled(path: Path, header: Mapping[str, str], settings: Mapping[str, str]) -> str:
    graded = {"quality": grade_sql(_names(header["quality"]))} if "quality" in header else {}
    try:
        return Template(path.read_text(encoding="utf-8")).substitute(dict(settings) | graded)
    except KeyError as unknown:
        known = ", ".join(sorted({*settings, *graded})) or "none"
        raise ViewError(f"{path}: expected placeholders among {known}, came {unknown.args[0]}") from None


def _header(path: Path, required: Iterable[str]) -> dict[str, str]:
    """Return the `-- name: value` lines above the query, those that document columns apart."""
    values = {name: value for name, value in _header_lines(path) if name != "column"}
    if missing := [name for name in required if name not in values]:
        raise ViewError(f"{path}: expected the header lines {', '.join(required)}, came none for {', '.join(missing)}")
    return values


def _documented(path: Path) -> Iterator[tuple[str, str]]:
    """Give the columns that the header documents, as in `-- column: dwell_share = Share of the store's dwell`."""
    for name, value in _header_lines(path):
        if name == "column":
            column, separator, doc = value.partition(" = ")
            if not separator:
                raise ViewError(f"{path}: expected `-- column: name = what it is`, came {value!r}")
            yield column, doc


def _header_lines(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not (said := _HEADER_LINE.fullmatch(line)):
            break
        yield said["name"], said["value"]


def _names(listed: str) -> tuple[str, ...]:
    return tuple(listed.split(", "))
