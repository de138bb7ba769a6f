"""Typed settings from TOML: frozen dataclasses are the schema, and every problem is named at once.

A settings class is a frozen dataclass; `Annotated[float, Limits(...)]` bounds a number. Nested classes,
tuples, mappings by name, dates, times of day and literals are read from their natural TOML forms.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Settings = TypeVar("Settings")
_PLAIN_NAMES: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dt.date: "a date such as 2026-09-21",
    dt.time: "a time of day such as 08:00:00",
}


class SettingsError(Exception):
    """The settings cannot be used; the message lists every problem with its cure."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{source}: {count} problem{'s' if count > 1 else ''}"
        super().__init__("\n".join([head, *(f"  - {problem}" for problem in self.problems)]))


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a number, or of every number of a list: `Annotated[float, Limits(minimum=0)]`."""

    minimum: float | None = None
    maximum: float | None = None


def read(declared: type[Settings], table: Mapping[str, Any], *, source: str) -> Settings:
    """Return `declared` filled from a TOML table.

    Raises:
        SettingsError: with one line per missing, unknown, mistyped or out-of-range setting.
    """
    reader = _Reader()
    try:
        settings = reader.read_class(declared, table, "")
    except _UnreadableError:
        settings = None
    if reader.problems:
        raise SettingsError(source, reader.problems)
    return settings  # type: ignore[no-any-return]


class _UnreadableError(Exception):
    """A value has been reported as a problem and has no reading."""


_UNREADABLE = object()
"""Stands for a value that was reported, so that what follows it is looked at too."""


class _Reader:
    """Reads values after their type hints and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def read_class(self, declared: Any, table: Any, where: str) -> Any:
        if not isinstance(table, Mapping):
            raise self._refused(declared, table, where)
        hints = get_type_hints(declared, include_extras=True)
        self._report_unknown(table, tuple(hints), where)
        parts = {name: (hint, table[name], _join(where, name)) for name, hint in hints.items() if name in table}
        values = {name: self._attempt(*part) for name, part in parts.items()}
        absent = [each.name for each in dataclasses.fields(declared) if each.name not in table and _is_required(each)]
        for name in absent:
            self._report(_join(where, name), _expected(hints[name]), "nothing", "add the setting")
        if absent or _UNREADABLE in values.values():
            raise _UnreadableError
        return declared(**values)

    def _attempt(self, hint: Any, value: Any, where: str) -> Any:
        try:
            return self._value(hint, value, where)
        except _UnreadableError:
            return _UNREADABLE

    def _value(self, hint: Any, value: Any, where: str) -> Any:
        read_origin = self._by_origin().get(get_origin(hint))
        if read_origin is not None:
            return read_origin(hint, value, where)
        if dataclasses.is_dataclass(hint):
            return self.read_class(hint, value, where)
        return self._plain(hint, value, where)

    def _by_origin(self) -> dict[Any, Callable[[Any, Any, str], Any]]:
        return {
            Annotated: self._limited,
            Union: self._optional,
            types.UnionType: self._optional,
            Literal: self._choice,
            tuple: self._tuple,
            Mapping: self._mapping,
        }

    def _limited(self, hint: Any, value: Any, where: str) -> Any:
        inner, limits = get_args(hint)
        number = self._value(inner, value, where)
        for each in number if isinstance(number, tuple) else (number,):
            if limits.minimum is not None and not each >= limits.minimum:
                self._report(where, f"at least {limits.minimum}", each, "raise it")
            if limits.maximum is not None and not each <= limits.maximum:
                self._report(where, f"at most {limits.maximum}", each, "lower it")
        return number

    def _optional(self, hint: Any, value: Any, where: str) -> Any:
        (inner,) = (option for option in get_args(hint) if option is not type(None))
        return self._value(inner, value, where)

    def _choice(self, hint: Any, value: Any, where: str) -> Any:
        if value not in get_args(hint):
            raise self._refused(hint, value, where)
        return value

    def _tuple(self, hint: Any, value: Any, where: str) -> tuple[Any, ...]:
        first, *others = get_args(hint)
        is_open = others == [Ellipsis]
        if not isinstance(value, list) or (not is_open and len(value) != 1 + len(others)):
            raise self._refused(hint, value, where)
        inner = [first] * len(value) if is_open else [first, *others]
        labels = [_join(where, _label(element, index)) for index, element in enumerate(value)]
        read_values = tuple(map(self._attempt, inner, value, labels))
        return _all_readable(read_values)

    def _mapping(self, hint: Any, value: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self._refused(hint, value, where)
        _, inner = get_args(hint)
        read_values = tuple(self._attempt(inner, part, _join(where, name)) for name, part in value.items())
        return types.MappingProxyType(dict(zip(value, _all_readable(read_values), strict=True)))

    def _plain(self, hint: Any, value: Any, where: str) -> Any:
        if hint is float and type(value) is int:
            return float(value)
        if type(value) is not hint:
            raise self._refused(hint, value, where)
        return value

    def _report_unknown(self, table: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
        for name in table:
            if name not in names:
                expected = f"one of {', '.join(names)}"
                self._report(_join(where, name), expected, "this name", "correct or remove it")

    def _refused(self, hint: Any, value: Any, where: str) -> _UnreadableError:
        self._report(where or "the file", _expected(hint), repr(value), "correct it")
        return _UnreadableError()

    def _report(self, where: str, expected: str, came: object, cure: str) -> None:
        self.problems.append(f"{where}: expected {expected}, came {came}; {cure}")


def _all_readable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if _UNREADABLE in values:
        raise _UnreadableError
    return values


def _expected(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Annotated, Union, types.UnionType):
        return _expected(arguments[0])
    if origin is Literal:
        return "one of " + ", ".join(map(repr, arguments))
    if origin is tuple:
        return "a list" if arguments[-1] is Ellipsis else f"a list of {len(arguments)}"
    return _PLAIN_NAMES.get(hint, "a table of settings")


def _label(element: Any, index: int) -> str:
    """Return the id of a table, or its number in the list."""
    ids = (
        [str(value) for name, value in element.items() if name.endswith("_id")] if isinstance(element, Mapping) else []
    )
    return ids[0] if ids else str(index)


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _is_required(attribute: dataclasses.Field[Any]) -> bool:
    return attribute.default is dataclasses.MISSING and attribute.default_factory is dataclasses.MISSING
