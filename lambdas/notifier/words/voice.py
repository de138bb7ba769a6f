"""One language and one time zone: how a phrase is filled, and how numbers, durations and times are written."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal, format_percent

from contracts.recipients import Language

_MINUTE = 60
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Voice:
    """How one person is spoken to."""

    language: Language
    zone: ZoneInfo

    def say(self, key: str, **values: str) -> str:
        """Return the phrase `section.name`, filled in."""
        text: str = _phrase(self.language, key)
        return text.format(**values)

    def count(self, key: str, number: float, **values: str) -> str:
        """Return the phrase in the form that belongs to a number, which is `{n}` in it."""
        form = Locale(self.language).plural_form(_half_up(number))
        forms: dict[str, str] = _phrase(self.language, key)
        return forms.get(form, forms["other"]).format(n=self.whole(number), **values)

    def knows(self, key: str) -> bool:
        """Whether the language has a phrase."""
        section, _, name = key.partition(".")
        return name in _phrases(self.language).get(section, {})

    def whole(self, number: float) -> str:
        """Return a number without decimals, with the language's separators."""
        return str(format_decimal(_half_up(number), locale=self.language))

    def number(self, number: float) -> str:
        """Return a number with one decimal where it has one."""
        return str(format_decimal(round(number, 1), format="#,##0.#", locale=self.language))

    def share(self, number: float) -> str:
        """Return a share as a percentage."""
        return str(format_percent(number, format="#,##0 %", locale=self.language))

    def duration(self, seconds: float) -> str:
        """Return a duration as m:ss, or h:mm:ss."""
        whole = max(0, _half_up(seconds))
        hours, rest = divmod(whole, _HOUR)
        tail = f"{rest % _MINUTE:02d}"
        return f"{hours}:{rest // _MINUTE:02d}:{tail}" if hours else f"{rest // _MINUTE}:{tail}"

    def time(self, time_ms: int, *, now_ms: int) -> str:
        """Return a time of day, with its date when that is not today's."""
        local = self.local(time_ms)
        clock = f"{local:%H:%M}"
        if local.date() == self.local(now_ms).date():
            return clock
        return f"{clock} ({format_skeleton('MMMd', local, tzinfo=self.zone, locale=self.language)})"

    def local(self, time_ms: int) -> dt.datetime:
        """Return an instant in the person's zone."""
        return dt.datetime.fromtimestamp(time_ms / 1000, self.zone)


def _half_up(number: float) -> int:
    return math.floor(number + 0.5)


def _phrase(language: Language, key: str) -> Any:
    section, _, name = key.partition(".")
    return _phrases(language)[section][name]


@lru_cache(maxsize=8)
def _phrases(language: Language) -> dict[str, dict[str, Any]]:
    source = files("lambdas.notifier.words").joinpath("phrases", f"{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
