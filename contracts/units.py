"""The unit of each number, read off its name: units come last in names, and what is counted has a plain one."""

from __future__ import annotations

from contracts.fields import Field
from contracts.types import DATE, DOUBLE, INSTANT, INTEGER, LONG

INSTANTS_MS = frozenset({"entered_ms", "left_ms"})
"""Epochs of events that stand beside durations in `_ms`."""
_BY_NAME: dict[str, tuple[str, ...]] = {
    "customers": (
        *("count", "count_max", "entered", "left", "occupancy_mean", "occupancy_max", "in_count", "out_count"),
        *("queue_length_mean", "queue_length_max"),
    ),
    "staff": ("staff_in_count", "staff_out_count"),
    "visits": ("visits", "pass_throughs", "staff_visits", "lost_visits"),
    "journeys": ("joined", "served", "served_over_target", "abandoned", "censored"),
    "records": ("received", "accepted", "late", "duplicate", "rejected"),
    "events": ("spooled_events",),
    "frames": ("frames_expected", "frames_seen", "frames_dropped", "decode_errors"),
    "cells": ("grid_w", "grid_h"),
    "share, 0 to 1": ("confidence", "coverage", "x", "y", "w", "h"),
    "share": ("little_gap",),
    "degrees": ("latitude", "longitude"),
    "of the rule's measure": ("value", "limit_value", "worst_value"),
    "number": ("cell_index", "index", "revision", "rule_version", "seq", "position", "iso_weekday"),
    "hour, 0 to 23": ("hour_of_day",),
    "calendar": (
        *("year", "quarter", "month", "iso_year", "iso_week"),
        *("retail_year", "retail_quarter", "retail_month", "retail_week"),
    ),
}
_UNIT_OF = {name: unit for unit, names in _BY_NAME.items() for name in names}
_BY_SUFFIX = (
    ("person_ms", "person-milliseconds"),
    ("_ms", "milliseconds"),
    ("_ms_max", "milliseconds"),
    ("_ms_p50", "milliseconds"),
    ("_seconds", "seconds"),
    ("_hours", "hours"),
    ("_bytes", "bytes"),
    ("_m2", "square metres"),
    ("_share", "share, 0 to 1"),
)


def unit_of(field: Field) -> str:
    """Return the unit of a column; empty for what has none, as texts and flags.

    Raises:
        KeyError: a number whose name tells no unit.
    """
    if field.type == INSTANT:
        return "UTC"
    if field.type == DATE:
        return "date"
    if field.type not in (INTEGER, LONG, DOUBLE):
        return ""
    if field.name in INSTANTS_MS:
        return "milliseconds since 1970-01-01 UTC"
    return _UNIT_OF.get(field.name) or _unit_by_suffix(field.name)


def _unit_by_suffix(name: str) -> str:
    for suffix, unit in _BY_SUFFIX:
        if name.endswith(suffix):
            return unit
    raise KeyError(f"{name}: expected a unit at the end of its name, came none; name it in contracts/units.py")
