"""Typed settings from TOML: frozen dataclasses are the schema, and every problem is named at once.

A settings class is a frozen dataclass; `Annotated[float, Limits(...)]` bounds a number. Nested classes, tuples,
mappings by name, dates, times of day and literals are read from their natural TOML forms.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Settings = TypeVar("Settings")
_REQUIRED = dataclasses.MISSING
_PLAIN_NAMES: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dt.date: "a date such as 2026-09-21",
    dt.time: "a time of day such as 08:00:00",
}


class SettingsError(Exception):
    """The settings cannot be used; the message lists every problem with its cure."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join([f"{source}: {len(problems)} problem(s)", *(f"  - {problem}" for problem in problems)])
        )


class _Unreadable(Exception):
    """A value was reported as a problem and has no reading."""


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
    problems: list[str] = []
    try:
        settings = _read_class(declared, table, "", problems)
    except _Unreadable:
        settings = None
    if problems or settings is None:
        raise SettingsError(source, problems)
    return settings


def _read_class(declared: type[Settings], table: Any, where: str, problems: list[str]) -> Settings:
    if not isinstance(table, Mapping):
        raise _report(problems, where, "a table of settings", table)
    hints = get_type_hints(declared, include_extras=True)
    attributes = {attribute.name: attribute for attribute in dataclasses.fields(declared)}  # type: ignore[arg-type]
    _report_unknown(table, tuple(attributes), where, problems)
    values: dict[str, Any] = {}
    for name, attribute in attributes.items():
        if name not in table and _has_default(attribute):
            continue
        _read_attribute(attribute, hints[name], table, _join(where, name), problems, values)
    if any(name not in values for name, attribute in attributes.items() if not _has_default(attribute)):
        raise _Unreadable
    return declared(**values)


def _read_attribute(
    attribute: dataclasses.Field[Any],
    hint: Any,
    table: Mapping[str, Any],
    where: str,
    problems: list[str],
    values: dict[str, Any],
) -> None:
    if attribute.name not in table:
        problems.append(f"{where}: expected {_expected(hint)}, came nothing; add the setting")
        return
    try:
        value = _read_value(hint, table[attribute.name], where, problems)
    except _Unreadable:
        return
    values[attribute.name] = value


def _read_value(hint: Any, value: Any, where: str, problems: list[str]) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        return _read_limited(hint, value, where, problems)
    if origin in (Union, types.UnionType):
        (inner,) = (option for option in get_args(hint) if option is not type(None))
        return _read_value(inner, value, where, problems)
    if origin is Literal:
        return value if value in get_args(hint) else _raise(_report(problems, where, _expected(hint), value))
    if origin is tuple:
        return _read_tuple(hint, value, where, problems)
    if origin is Mapping:
        return _read_mapping(hint, value, where, problems)
    if dataclasses.is_dataclass(hint):
        return _read_class(hint, value, where, problems)  # type: ignore[arg-type]
    return _read_plain(hint, value, where, problems)


def _read_tuple(hint: Any, value: Any, where: str, problems: list[str]) -> tuple[Any, ...]:
    arguments = get_args(hint)
    is_open = len(arguments) == 2 and arguments[1] is Ellipsis
    if not isinstance(value, list) or (not is_open and len(value) != len(arguments)):
        raise _report(problems, where, _expected(hint), value)
    inner = [arguments[0]] * len(value) if is_open else list(arguments)
    read_values = []
    for index, (element_hint, element) in enumerate(zip(inner, value, strict=True)):
        try:
            read_values.append(
                _read_value(element_hint, element, f"{where}[{_label(element, index)}]", problems)
            )
        except _Unreadable:
            continue
    if len(read_values) < len(value):
        raise _Unreadable
    return tuple(read_values)


def _read_mapping(hint: Any, value: Any, where: str, problems: list[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _report(problems, where, "a table of names", value)
    inner = get_args(hint)[1]
    return types.MappingProxyType(
        {name: _read_value(inner, part, _join(where, name), problems) for name, part in value.items()}
    )


def _read_plain(hint: type, value: Any, where: str, problems: list[str]) -> Any:
    is_whole_for_float = hint is float and type(value) is int
    if type(value) is not hint and not is_whole_for_float:
        raise _report(problems, where, _expected(hint), value)
    return float(value) if is_whole_for_float else value


def _read_limited(hint: Any, value: Any, where: str, problems: list[str]) -> Any:
    inner, limits = get_args(hint)
    number = _read_value(inner, value, where, problems)
    for each in number if isinstance(number, tuple) else (number,):
        if limits.minimum is not None and not each >= limits.minimum:
            problems.append(f"{where}: expected at least {limits.minimum}, came {each}; raise it")
        if limits.maximum is not None and not each <= limits.maximum:
            problems.append(f"{where}: expected at most {limits.maximum}, came {each}; lower it")
    return number


def _report_unknown(
    table: Mapping[str, Any], names: tuple[str, ...], where: str, problems: list[str]
) -> None:
    for name in table:
        if name not in names:
            problems.append(
                f"{_join(where, name)}: expected one of {', '.join(names)}, came this name; correct or remove it"
            )


def _report(problems: list[str], where: str, expected: str, value: Any) -> _Unreadable:
    problems.append(f"{where or 'the file'}: expected {expected}, came {value!r}; correct it")
    return _Unreadable()


def _raise(error: Exception) -> Any:
    raise error


def _expected(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Annotated:
        return _expected(get_args(hint)[0])
    if origin is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(hint))
    if origin is tuple:
        arguments = get_args(hint)
        return "a list" if arguments[-1] is Ellipsis else f"a list of {len(arguments)}"
    return _PLAIN_NAMES.get(hint, "a table of settings")


def _label(element: Any, index: int) -> str:
    if isinstance(element, Mapping):
        named = [str(part) for name, part in element.items() if name.endswith("_id") and name != "device_id"]
        return named[0] if named else str(index)
    return str(index)


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _has_default(attribute: dataclasses.Field[Any]) -> bool:
    return attribute.default is not _REQUIRED or attribute.default_factory is not _REQUIRED
