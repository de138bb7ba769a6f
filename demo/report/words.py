"""Numbers and names as a store's owner reads them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

THIN_SPACE = "\u202f"
NO_DATA = "no data"


def duration(seconds: float | None) -> str:
    """Return m:ss, or h:mm:ss from an hour on.

    >>> duration(147.5), duration(3725), duration(None)
    ('2:28', '1:02:05', 'no data')
    """
    if seconds is None:
        return NO_DATA
    minutes, rest = divmod(round_half_up(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def count(number: float | None) -> str:
    """Return a whole number with thin spaces between thousands.

    >>> count(12345) == f"12{THIN_SPACE}345", count(None)
    (True, 'no data')
    """
    return NO_DATA if number is None else f"{round_half_up(number):,}".replace(",", THIN_SPACE)


def share(part: float, whole: float) -> str:
    """Return a share in whole percent; of nothing there is none.

    >>> share(1, 11) == f"9{THIN_SPACE}%", share(0, 0)
    (True, 'no data')
    """
    return f"{round_half_up(100 * part / whole)}{THIN_SPACE}%" if whole else NO_DATA


def percent(part: float, decimals: int = 0) -> str:
    """Return a share; less than everything is never told as 100 %, nor more than nothing as 0 %.

    >>> (
    ...     percent(0.998) == f"99{THIN_SPACE}%",
    ...     percent(0.001) == f"<1{THIN_SPACE}%",
    ...     percent(0.2044, 1) == f"20.4{THIN_SPACE}%",
    ... )
    (True, True, True)
    """
    step = 10.0**-decimals
    if 0 < 100 * part < step / 2:
        return f"<{step:g}{THIN_SPACE}%"
    shown = min(100 * part, 100 - step) if part < 1 else 100 * part
    return f"{round_half_up(shown / step) * step:.{decimals}f}{THIN_SPACE}%"


def people(number: float) -> str:
    """Return a number of people with its noun.

    >>> people(1), people(8)
    ('1 person', '8 people')
    """
    return "1 person" if number == 1 else f"{count(number)} people"


def place(place_id: str) -> str:
    """Return the name of a zone or lane.

    >>> place("aisle-1"), place("entrance")
    ('Aisle 1', 'Entrance')
    """
    return place_id.replace("-", " ").replace("_", " ").capitalize()


def clock(instant_ms: float, time_zone: str) -> str:
    """Return the store's local time as HH:MM.

    >>> clock(1_789_970_400_000, "Europe/Berlin")
    '08:00'
    """
    return f"{_local(instant_ms, time_zone):%H:%M}"


def day(instant_ms: float, time_zone: str) -> str:
    """Return the store's local date in words.

    >>> day(1_789_970_400_000, "Europe/Berlin")
    'Monday 21 September 2026'
    """
    local = _local(instant_ms, time_zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def round_half_up(number: float) -> int:
    """Round as people do: 2.5 is 3."""
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)


def _local(instant_ms: float, time_zone: str) -> datetime:
    return datetime.fromtimestamp(instant_ms / 1000, ZoneInfo(time_zone))
