"""Values as a person reads them: durations as m:ss, counts with thin spaces, shares in percent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from glue.views import SMALLEST_CELL
from storeq.engines import Answer
from storeq.formats.units import Unit

THIN_SPACE = "\u202f"
NO_DATA = "no data"
FEW = f"<{SMALLEST_CELL}"
HIDDEN = "hidden"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DIGITS = 3
_WITHOUT_UNIT = frozenset({"text", "flag", "date", "weekday", "hour", "label"})


def said(value: Any, unit: Unit) -> str:
    """Return a value in words; what is not known is no zero.

    >>> said(147.5, "seconds"), said(None, "count"), said(0, "count")
    ('2:28', 'no data', '0')
    """
    if value is None:
        return "" if unit in _WITHOUT_UNIT else NO_DATA
    return _SAID[unit](value)


def said_of_few(unit: Unit) -> str:
    """Return what stands for a figure that is not shown, as it is of too few people.

    >>> said_of_few("count"), said_of_few("seconds")
    ('<5', 'hidden')
    """
    return FEW if unit == "count" else HIDDEN


def duration(seconds: float) -> str:
    """Return m:ss, or h:mm:ss from an hour on.

    >>> duration(59.5), duration(3725), duration(-90)
    ('1:00', '1:02:05', '−1:30')
    """
    minutes, rest = divmod(_rounded(abs(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    said = f"{_thousands(hours)}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"−{said}" if seconds < 0 and said != "0:00" else said


def share(value: float) -> str:
    """Return a share in percent; less than everything is never told as all, nor more than nothing as none.

    >>> share(0.998) == f"99{THIN_SPACE}%", share(0.001) == f"<1{THIN_SPACE}%", share(0) == f"0{THIN_SPACE}%"
    (True, True, True)
    """
    percent = 100 * value
    if 0 < percent < 0.5:  # noqa: PLR2004 - rounds to nothing
        return f"<1{THIN_SPACE}%"
    shown = min(_rounded(percent), 99) if 0 <= value < 1 else _rounded(percent)
    return f"{_signed_minus(shown)}{THIN_SPACE}%"


def change(value: float) -> str:
    """Return a change in percent with its sign.

    >>> change(0.125) == f"+12.5{THIN_SPACE}%", change(-0.5) == f"−50.0{THIN_SPACE}%"
    (True, True)
    """
    return f"{100 * value:+.1f}{THIN_SPACE}%".replace("-", "−")


def count(value: float) -> str:
    """Return a whole number with thin spaces between thousands.

    >>> count(12345) == f"12{THIN_SPACE}345"
    True
    """
    return _signed_minus(_rounded(value)) if value < 0 else _thousands(_rounded(value))


def number(value: float) -> str:
    """Return a number with as many digits as tell something.

    >>> number(0.0123), number(3.14159), number(250.4) == "250"
    ('0.0123', '3.14', True)
    """
    if abs(value) >= 10 ** (_DIGITS - 1):
        return count(value)
    return f"{value:.{_DIGITS}g}".replace("-", "−")


def instant(value: dt.datetime) -> str:
    """Return an instant in UTC, to the minute where it is one.

    >>> instant(dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC))
    '2026-03-04 10:00 UTC'
    """
    utc = value.astimezone(dt.UTC) if value.tzinfo else value
    seconds = "" if not (utc.second or utc.microsecond) else f":{utc:%S}"
    return f"{utc:%Y-%m-%d %H:%M}{seconds} UTC" if value.tzinfo else f"{utc:%Y-%m-%d %H:%M}{seconds}"


def took(answer: Answer, engine: str) -> str:
    """Return what an answer took.

    >>> took(Answer(rows=None, seconds=1.24, bytes_read=2_500_000, files_read=3), "duckdb")
    '1.2 s on duckdb, 2.5 MB in 3 files'
    """
    parts = [] if answer.bytes_read is None else [f"{answer.bytes_read / 1e6:,.1f} MB"]
    if answer.files_read is not None:
        parts.append(f"in {answer.files_read:,} {'file' if answer.files_read == 1 else 'files'}")
    return ", ".join(filter(None, (f"{answer.seconds:.1f} s on {engine}", " ".join(parts))))


def _signed_minus(value: int) -> str:
    return f"−{_thousands(-value)}" if value < 0 else _thousands(value)


def _thousands(value: int) -> str:
    return f"{value:,}".replace(",", THIN_SPACE)


def _rounded(value: float) -> int:
    """Round as people do: 2.5 is 3."""
    return int(value + 0.5) if value >= 0 else -int(-value + 0.5)


_SAID: dict[Unit, Callable[[Any], str]] = {
    "text": str,
    "flag": lambda value: "yes" if value else "no",
    "date": lambda value: value.isoformat()[:10],
    "instant": instant,
    "weekday": lambda value: WEEKDAYS[value - 1],
    "hour": lambda value: f"{value}:00",
    "label": str,
    "count": count,
    "number": number,
    "share": share,
    "change": change,
    "seconds": duration,
    "ms": lambda value: duration(value / 1000),
    "nested": lambda value: f"{len(value)} parts" if isinstance(value, list | dict) else str(value),
}
