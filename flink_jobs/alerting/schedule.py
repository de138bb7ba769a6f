"""Whether a rule is to be looked at, in the store's own time."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from contracts.rules import WEEKDAYS, Hours, Rule, Store


def is_due(rule: Rule, store: Store, time_ms: int) -> bool:
    """Whether a rule holds at an instant: within its own hours, or the store's where it has none."""
    if rule.is_always:
        return True
    hours = rule.hours if rule.hours is not None else store.opening_hours
    return hours is None or _within(hours, *_local(store.time_zone, time_ms // 60_000))


def _within(hours: Hours, weekday: str, clock: str) -> bool:
    return any(start <= clock < end for start, _, end in (stretch.partition("-") for stretch in hours.get(weekday, ())))


@lru_cache(maxsize=4096)
def _local(time_zone: str, minute: int) -> tuple[str, str]:
    local = dt.datetime.fromtimestamp(minute * 60, ZoneInfo(time_zone))
    return WEEKDAYS[local.weekday()], f"{local:%H:%M}"
