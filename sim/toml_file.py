"""Settings files: a bundled one by its name or any by its path; every problem is told with its line and the cure."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.settings import Settings, SettingsError, read

_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w.-]+)\s*=\s*(.*)$")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_PLACE = re.compile(r"^([^:]+): expected ")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file that is TOML; what it means is still to be judged."""

    source: str
    table: Mapping[str, Any]
    lines: Mapping[str, int]

    def read(self, declared: type[Settings]) -> Settings:
        """Return the file as settings.

        Raises:
            SettingsError: with one line per missing, unknown, mistyped or out-of-range setting.
        """
        try:
            return read(declared, self.table, source=self.source)
        except SettingsError as error:
            raise self.refused(error.problems) from None

    def refused(self, problems: Sequence[str]) -> SettingsError:
        """Return the error that tells problems of the form `place: expected …`, each with its line."""
        return SettingsError(self.source, [self._with_line(problem) for problem in problems])

    def _with_line(self, problem: str) -> str:
        found = _PLACE.match(problem)
        line = self._line_of(found[1]) if found else None
        return problem if line is None else f"line {line}, {problem}"

    def _line_of(self, place: str) -> int | None:
        """Return the line of a setting, or of the nearest table around it."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place.rpartition(".")[0]
        return None


def bundled_names(package: str) -> tuple[str, ...]:
    """Return the names of the TOML files that ship in a package, sorted."""
    found = (entry.name for entry in files(package).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def open_toml(name_or_path: str, *, package: str) -> TomlFile:
    """Read a file that ships in `package`, or the one at a path.

    Raises:
        SettingsError: there is no such file, or it is not TOML: the line and the cure.
    """
    text = _text(name_or_path, package)
    try:
        return TomlFile(source=name_or_path, table=tomllib.loads(text), lines=_lines_of(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(name_or_path, [_syntax_problem(text, error)]) from error


def _text(name_or_path: str, package: str) -> str:
    known = bundled_names(package)
    if name_or_path in known:
        return files(package).joinpath(f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        expected = f"expected one of {', '.join(known)} or the path of a TOML file, came {name_or_path!r}"
        raise SettingsError(name_or_path, [f"{expected}; name one of these"])
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        came = f"the byte 0x{content[error.start]:02x}"
        raise SettingsError(name_or_path, [f"line {line}: expected UTF-8, came {came}; save it as UTF-8"]) from error


def _syntax_problem(text: str, error: tomllib.TOMLDecodeError) -> str:
    lines = text.rstrip().splitlines() or [""]
    found = _AT_LINE.search(str(error))
    number = min(int(found[1]), len(lines)) if found else len(lines)
    reason = _AT_LINE.sub("", str(error)).strip()
    return f"line {number}: expected TOML, came {lines[number - 1].strip()!r} ({reason}); correct that line"


def _lines_of(text: str) -> dict[str, int]:
    """Return the line of every table and setting, tables of a list by number and by their id."""
    lines: dict[str, int] = {}
    for place, number in _places(text):
        lines.setdefault(place, number)
    return lines


def _places(text: str) -> Iterator[tuple[str, int]]:
    counts: Counter[str] = Counter()
    tables: list[str] = [""]
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = header[2]
            is_listed = header[1] == "[["
            tables = [f"{name}.{counts[name]}" if is_listed else name]
            counts[name] += is_listed
            yield tables[0], number
        elif setting := _KEY.match(line):
            if setting[1].endswith("_id") and len(tables) == 1 and counts[tables[0].rpartition(".")[0]]:
                # Problems name a table of a list by its first id, see `sim.settings`.
                tables.append(f"{tables[0].rpartition('.')[0]}.{setting[2].split('#')[0].strip().strip(chr(34))}")
                yield tables[1], number
            yield from ((f"{table}.{setting[1]}".lstrip("."), number) for table in tables)
