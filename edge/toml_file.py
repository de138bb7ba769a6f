"""Reads a TOML file so that every problem in it is told at once: its line, what was expected, what came, the cure."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from edge.errors import ConfigurationError, Problem

_Kind = TypeVar("_Kind")
_NAMES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")


@dataclass(slots=True)
class Problems:
    """Collects what is wrong with one file."""

    lines: Mapping[str, int] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, *, expected: str, came: object, cure: str) -> None:
        """Note a problem at a key path such as `zones[2].polygon`."""
        named = (path, path.rpartition("[")[0], path.rpartition(".")[0])
        line = next((self.lines[each] for each in named if each in self.lines), None)
        where = f"line {line}, {path}" if line else path
        self.found.append(Problem(where=where, expected=expected, came=_shown(came), cure=cure))

    def add_all(self, problems: Collection[Problem]) -> None:
        """Note problems that were found elsewhere and are named by their key path."""
        for problem in problems:
            self.add(problem.where, expected=problem.expected, came=problem.came, cure=problem.cure)

    def raise_if_any(self, subject: str) -> None:
        """Raise `ConfigurationError` with everything that was noted."""
        if self.found:
            raise ConfigurationError(subject, self.found)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file; reading a wrong value notes a problem and returns None."""

    values: Mapping[str, Any]
    path: str
    problems: Problems
    is_given: bool = True
    """Whether the file has it: an empty table may switch something on."""

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def only(self, *known: str) -> None:
        """Note keys that are not among `known`."""
        for key in self.values.keys() - set(known):
            near = difflib.get_close_matches(key, known, n=1)
            cure = f"Did you mean `{near[0]}`?" if near else "Remove it."
            self.problems.add(self.at(key), expected=f"one of {', '.join(known)}", came=key, cure=cure)

    def get(self, key: str, kind: type[_Kind], *, doc: str = "") -> _Kind | None:
        """Return a value of that kind; note where it is missing or of another kind, and return None."""
        if key not in self.values:
            expected = doc or _NAMES[kind]
            self.problems.add(self.at(key), expected=expected, came="nothing", cure=f"Add `{key} = …`.")
            return None
        value = self.values[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return cast("_Kind", float(value))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problems.add(self.at(key), expected=doc or _NAMES[kind], came=value, cure="Change its type.")
            return None
        return value

    def get_or(self, key: str, default: _Kind) -> _Kind:
        """Return a value of the kind of `default`, or `default` where it is absent or wrong, which is noted."""
        value = self.get(key, type(default)) if key in self.values else None
        return default if value is None else value

    def choice(self, key: str, choices: Collection[str]) -> str | None:
        """Return a text that must be one of `choices`."""
        value = self.get(key, str, doc=f"one of {', '.join(choices)}")
        if value is not None and value not in choices:
            near = difflib.get_close_matches(value, choices, n=1)
            cure = f"Did you mean `{near[0]}`?" if near else "Choose one of them."
            self.problems.add(self.at(key), expected=f"one of {', '.join(choices)}", came=value, cure=cure)
            return None
        return value

    def table(self, key: str) -> Table:
        """Return a table, empty where it is absent."""
        return Table(self.get_or(key, {}), self.at(key), self.problems, is_given=key in self.values)

    def tables(self, key: str) -> list[Table]:
        """Return a list of tables, empty where it is absent."""
        found: list[Any] = self.get_or(key, [])
        paths = [f"{self.at(key)}[{index}]" for index in range(len(found))]
        for path, each in zip(paths, found, strict=True):
            if not isinstance(each, dict):
                self.problems.add(path, expected="a table", came=each, cure=f"Write `[[{key}]]` above its keys.")
        return [Table(each, p, self.problems) for p, each in zip(paths, found, strict=True) if isinstance(each, dict)]


def read_toml(path: Path, *, what: str) -> Table:
    """Return the file's root table.

    Raises:
        ConfigurationError: where the file is missing, unreadable or not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        cure = "Give the path of an existing file, in UTF-8."
        problem = Problem(where=str(path), expected=f"a readable {what}", came=type(error).__name__, cure=cure)
        raise ConfigurationError(f"{what} {path}", [problem]) from error
    except tomllib.TOMLDecodeError as error:
        problem = Problem(where=path.name, expected="TOML", came=str(error), cure="Correct that line.")
        raise ConfigurationError(f"{what} {path}", [problem]) from error
    return Table(values, "", Problems(line_numbers(text)))


def line_numbers(text: str) -> dict[str, int]:
    """Return the line on which each table and key of a TOML text stands, by key path; the first of them counts."""
    lines: dict[str, int] = {}
    seen: Counter[str] = Counter()
    prefix = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            prefix = header[2] if header[1] == "[" else f"{header[2]}[{seen[header[2]]}]"
            seen[header[2]] += 1
            lines.setdefault(prefix, number)
        elif key := _KEY.match(line):
            lines.setdefault(f"{prefix}.{key[1]}" if prefix else key[1], number)
    return lines


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"  # noqa: PLR2004 - as long as one line of a terminal holds
