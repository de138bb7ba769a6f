"""How values are written, by their unit. Quick Sight has no m:ss, so seconds are said in minutes (decision 0023)."""

from __future__ import annotations

from dataclasses import dataclass

from quicksight.api import Json
from quicksight.model.expressions import Expression, Number, ratio
from quicksight.model.measures import Dimension, Unit

NO_DATA = "no data"
SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class _Style:
    decimals: int
    suffix: str = ""
    is_per_cent: bool = False


_STYLES: dict[Unit, _Style] = {
    "count": _Style(0),
    "decimal": _Style(1),
    "share": _Style(1, is_per_cent=True),
    "change": _Style(1, is_per_cent=True),
    "points": _Style(1, " pp"),
    "seconds": _Style(1, " min"),
    "hours": _Style(1, " h"),
    "index": _Style(2),
}
_DATES = {"date": "D MMM YYYY", "week": "D MMM YYYY", "instant": "D MMM HH:mm"}
GRANULARITY = {"date": "DAY", "week": "DAY", "instant": "MINUTE"}
"""A week is by its Monday; Quick Sight's own weeks begin on Sunday, so its date is taken as a day."""


def number_format(unit: Unit) -> Json:
    """Return the format of a number of that unit, where it is a `NumericFormatConfiguration`."""
    style = _STYLES[unit]
    said: Json = {
        "DecimalPlacesConfiguration": {"DecimalPlaces": style.decimals},
        "NullValueFormatConfiguration": {"NullString": NO_DATA},
        "SeparatorConfiguration": {
            "DecimalSeparator": "DOT",
            "ThousandsSeparator": {"Symbol": "SPACE", "Visibility": "VISIBLE"},
        },
    }
    if style.is_per_cent:
        return {"PercentageDisplayFormatConfiguration": said}
    if style.suffix:
        said["Suffix"] = style.suffix
    return {"NumberDisplayFormatConfiguration": {**said, "NumberScale": "NONE"}}


def shown(expression: Expression, unit: Unit) -> Expression:
    """Return an expression in the unit in which it is shown."""
    return ratio(expression, Number(SECONDS_A_MINUTE)) if unit == "seconds" else expression


def shown_value(value: float, unit: Unit) -> float:
    """Return a constant, such as a target, in the unit in which it is shown."""
    return value / SECONDS_A_MINUTE if unit == "seconds" else value


def unit_word(unit: Unit) -> str:
    """Return what stands behind a title where no number carries the unit; empty for a plain count or per cent."""
    return _STYLES[unit].suffix.strip()


def date_format(dimension: Dimension) -> Json:
    """Return the format of a time axis."""
    return {"DateTimeFormat": _DATES[dimension.kind], "NullValueFormatConfiguration": {"NullString": NO_DATA}}


def whole_number(suffix: str = "") -> Json:
    """Return the format of a number that names something, such as an hour or a length."""
    said: Json = {"DecimalPlacesConfiguration": {"DecimalPlaces": 0}, "NumberScale": "NONE"}
    return {"NumberDisplayFormatConfiguration": {**said, **({"Suffix": suffix} if suffix else {})}}
