"""What a file of counts means: which columns hold what, on which clock, and what is done where a row breaks a rule.

A mapping is a TOML file (`leeds.toml` is a commented one). It is refused as a whole, with every problem named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from glue.importing.problems import ImportProblems, nearest, problems_of
from glue.importing.rules import RULES

PER_STORE = "per_store"
"""In place of a time zone: each store's own, from `store_v1`."""
SOURCE_PREFIX = "import:"
IMPORT_NAME = r"^[a-z0-9][a-z0-9_-]*$"
_KNOWN_KEYS_ONLY = ConfigDict(extra="forbid")


def _known_zone(name: str) -> str:
    if name != PER_STORE:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'an IANA time zone such as Europe/London, or "{PER_STORE}"') from None
    return name


def _known_form(form: str) -> str:
    try:
        duckdb.execute("SELECT try_strptime('', ?)", [form])
    except duckdb.InvalidInputException:
        raise ValueError("a form of strptime such as %d/%m/%Y") from None
    return form


Form = Annotated[str, AfterValidator(_known_form)]
Identifier = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS_ONLY)
class FileForm:
    """How the file is written."""

    format: Literal["csv", "parquet"] = "csv"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS_ONLY)
class Time:
    """When an hour was: a date and an hour, or one timestamp, on a clock.

    `clock` says what a timestamp shows: the store's clock, UTC, or a time with its offset. With `hour_labels = "end"`
    the source calls an hour by its end, 1 to 24. `hour_shown_twice` says what the source's row holds of the hour that a
    clock set back shows twice.
    """

    zone: Annotated[str, AfterValidator(_known_zone)]
    date: str | None = None
    date_formats: Annotated[tuple[Form, ...], Field(min_length=1)] = ("%Y-%m-%d",)
    hour: str | None = None
    timestamp: str | None = None
    timestamp_formats: tuple[Form, ...] = ()
    clock: Literal["local", "utc", "offset"] = "local"
    hour_labels: Literal["start", "end"] = "start"
    hour_shown_twice: Literal["holds_both", "first_only", "second_only", "two_rows"] = "holds_both"

    @model_validator(mode="after")
    def _tells_one_time(self) -> Time:
        by_hour = (self.date is not None, self.hour is not None)
        if (self.timestamp is None and not all(by_hour)) or (self.timestamp is not None and any(by_hour)):
            raise ValueError("the columns `date` and `hour`, or the column `timestamp`, and not both")
        if self.timestamp is None and self.clock != "local":
            raise ValueError('a `timestamp` where `clock` is not "local"')
        return self


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS_ONLY)
class LineId:
    """Where a row's line comes from: a constant, or a column."""

    constant: Identifier | None = None
    column: str | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> LineId:
        if (self.constant is None) == (self.column is None):
            raise ValueError("either `column` or `constant`")
        return self


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS_ONLY)
class StoreId:
    """Where a row's store comes from: a constant, or a column whose values are ids, are mapped, or made into ids."""

    constant: Identifier | None = None
    column: str | None = None
    ids: Mapping[str, Identifier] = field(default_factory=dict)
    prefix: str | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> StoreId:
        if (self.constant is None) == (self.column is None):
            raise ValueError("either `column` or `constant`")
        ways = bool(self.ids) + (self.prefix is not None)
        if ways > 1 or (ways and self.constant is not None):
            raise ValueError("`ids` (each value and its store) or `prefix` (put before each value), for a `column`")
        return self


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS_ONLY)
class Counts:
    """The columns that count, by the column of the lake that they become; what no column counts is 0."""

    in_count: str
    out_count: str | None = None
    staff_in_count: str | None = None
    staff_out_count: str | None = None

    @property
    def mapped(self) -> dict[str, str]:
        """The columns of the file by those of the lake."""
        named = {
            "in_count": self.in_count,
            "out_count": self.out_count,
            "staff_in_count": self.staff_in_count,
            "staff_out_count": self.staff_out_count,
        }
        return {measure: column for measure, column in named.items() if column is not None}


@dataclass(frozen=True, slots=True, config=_KNOWN_KEYS_ONLY)
class ImportMapping:
    """One import. With `counts = "both_directions"`, `in_count` holds who came and who went: half of it came."""

    name: Annotated[str, Field(pattern=IMPORT_NAME)]
    time: Time
    store: StoreId
    line: LineId
    columns: Counts
    counts: Literal["by_direction", "both_directions"] = "by_direction"
    file: FileForm = field(default_factory=FileForm)
    rules: Mapping[str, str] = field(default_factory=dict)

    @model_validator(mode="after")
    def _counts_once(self) -> ImportMapping:
        if self.counts == "both_directions" and self.columns.out_count is not None:
            raise ValueError('no `columns.out_count` where `counts = "both_directions"`')
        return self

    @property
    def source(self) -> str:
        """What the lake's rows of this import have in `source`."""
        return f"{SOURCE_PREFIX}{self.name}"

    @property
    def file_columns(self) -> dict[str, str]:
        """The columns of the file, by the columns that the rules know them by."""
        named = {
            "store_value": self.store.column,
            "line_value": self.line.column,
            "date_value": self.time.date,
            "hour_value": self.time.hour,
            "timestamp_value": self.time.timestamp,
        }
        counted = {f"{measure}_value": column for measure, column in self.columns.mapped.items()}
        return {known: column for known, column in named.items() if column is not None} | counted

    def action_of(self, rule: str) -> str:
        """Return what is done with a row that breaks a rule: the mapping's word, or the rule's default."""
        return self.rules.get(rule, RULES[rule].actions[0])


def load_mapping(path: Path) -> ImportMapping:
    """Read a mapping file.

    Raises:
        ImportProblems: it cannot be read, or is no mapping; every problem is named.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ImportProblems(str(path), (f"expected a readable TOML file in UTF-8, came: {error}",)) from error
    except tomllib.TOMLDecodeError as error:
        raise ImportProblems(str(path), (f"expected TOML, came: {error}; correct that line",)) from error
    return mapping_of(table, subject=str(path))


def mapping_of(table: Mapping[str, Any], *, subject: str) -> ImportMapping:
    """Return the mapping that a TOML table describes; raises `ImportProblems` as `load_mapping` does."""
    problems = list(_rule_problems(table.get("rules")))
    try:
        mapping = TypeAdapter(ImportMapping).validate_python(table)
    except ValidationError as error:
        raise ImportProblems(subject, (*problems_of(error, ImportMapping), *problems)) from None
    if problems:
        raise ImportProblems(subject, problems)
    return mapping


def _rule_problems(rules: object) -> Iterator[str]:
    """Give what is wrong with the names and actions of rules: pydantic knows their types only."""
    for name, action in rules.items() if isinstance(rules, dict) else ():
        if name not in RULES:
            yield f"rules.{name}: expected a known rule, came {name!r}; {nearest(name, RULES)}"
        elif action not in RULES[name].actions:
            yield f"rules.{name}: expected one of {', '.join(RULES[name].actions)}, came {action!r}"
