"""Quiet hours and shifts, in a person's own time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from contracts.recipients import Recipient
from contracts.rules import WEEKDAYS


def zone_of(recipient: Recipient, store_time_zone: str) -> ZoneInfo:
    """Return the zone a person's times are told in: their own, else the store's."""
    return ZoneInfo(recipient.time_zone or store_time_zone)


def is_quiet(recipient: Recipient, zone: ZoneInfo, now_ms: int) -> bool:
    """Whether the person wants quiet now."""
    local = _local(zone, now_ms)
    stretches = (recipient.quiet_hours or {}).get(WEEKDAYS[local.weekday()], ())
    clock = f"{local:%H:%M}"
    return any(start <= clock < end for start, _, end in (stretch.partition("-") for stretch in stretches))


def shift_start_ms(recipient: Recipient, zone: ZoneInfo, now_ms: int) -> int:
    """Return when the person's shift began: shifts of `shift_hours` follow each other from local midnight."""
    local = _local(zone, now_ms)
    hour = local.hour - local.hour % recipient.shift_hours
    return int(local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0).timestamp() * 1000)


def _local(zone: ZoneInfo, now_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(now_ms / 1000, zone)
