"""What a column measures, by its name: units come last in names, a statistic after them."""

from __future__ import annotations

from typing import Literal

from storeq.ordering import is_key
from storeq.questions import Column

Unit = Literal[
    "text",
    "flag",
    "date",
    "instant",
    "weekday",
    "hour",
    "label",
    "count",
    "number",
    "share",
    "change",
    "seconds",
    "ms",
    "nested",
]
NUMBERS = frozenset({"count", "number", "share", "change", "seconds", "ms"})
_STATISTICS = frozenset(
    {"mean", "median", "max", "min", "low", "high", "p10", "p25", "p50", "p75", "p90", "p95", "p99"}
)
_BY_WORD: dict[str, Unit] = {
    "seconds": "seconds",
    "ms": "ms",
    "share": "share",
    "rate": "share",
    "coverage": "share",
}
_BY_TYPE: dict[str, Unit] = {"VARCHAR": "text", "BOOLEAN": "flag", "DATE": "date"}
_OF_CLOCK: dict[str, Unit] = {"iso_weekday": "weekday", "hour_of_day": "hour"}
_BY_NAME: dict[str, Unit] = {"service_level": "share", "little_gap": "share", "trend_gap": "change"}
_CHANGES = frozenset({"change", "effect"})
_OF_ITS_OWN = frozenset({"log", "points"})
"""Logarithms and points of percent are no shares, whatever else their name says."""
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"})


def unit_of(column: Column) -> Unit:
    """Return what a column measures.

    >>> unit_of(Column("wait_seconds_p90", "DOUBLE", "")), unit_of(Column("hour_of_day", "INTEGER", ""))
    ('seconds', 'hour')
    """
    is_number = column.type in (*_WHOLE, "DOUBLE", "FLOAT") or column.type.startswith("DECIMAL")
    if not is_number:
        return "instant" if column.type.startswith("TIMESTAMP") else _BY_TYPE.get(column.type, "nested")
    if column.name in _OF_CLOCK:
        return _OF_CLOCK[column.name]
    return "label" if is_key(column) else _BY_NAME.get(column.name) or _by_word(column)


def _by_word(column: Column) -> Unit:
    words = [word for word in column.name.split("_") if word not in _STATISTICS]
    plain: Unit = "count" if column.type in _WHOLE else "number"
    if _OF_ITS_OWN.intersection(words):
        return plain
    if _CHANGES.intersection(words) and column.type == "DOUBLE":
        return "change"
    return _BY_WORD.get(words[-1], plain) if words else plain
