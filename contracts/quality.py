"""How far to trust a number: one grade for every aggregated row, by one rule, the same in every engine.

The grade is the worst that any of the row's measures allows; a measure that is null, or that a table does not have,
does not lower it. No coverage at all is the grade `none`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

GOOD, FAIR, POOR, NONE = GRADES = ("good", "fair", "poor", "none")


@dataclass(frozen=True, slots=True)
class Measure:
    """One sign of quality: the bounds within which it allows `good` and, failing that, `fair`."""

    column: str
    doc: str
    good: float
    fair: float
    is_better_high: bool


MEASURES = (
    Measure("coverage", "Share of the window for which snapshots came", 0.95, 0.80, is_better_high=True),
    Measure("camera_up_share", "Share of the expected frames that the cameras gave", 0.90, 0.70, is_better_high=True),
    Measure("late_share", "Share of the snapshots that came late", 0.01, 0.05, is_better_high=False),
    Measure(
        "lost_share", "Fragmentation: share of what ended because a track was lost", 0.10, 0.25, is_better_high=False
    ),
    Measure("little_gap", "Little check: gap between L and lambda W over 15 minutes", 0.20, 1.00, is_better_high=False),
)
WATCHED = ("coverage", "camera_up_share")
"""Where one of these is 0, nothing was seen: the grade is `none`."""


def grade(measures: Mapping[str, float | None]) -> str:
    """Return the grade of a row; `measures` maps columns of `MEASURES` to values."""
    known = {name: value for name, value in measures.items() if value is not None}
    if any(known.get(name) == 0 for name in WATCHED):
        return NONE
    judged = [(measure, known[measure.column]) for measure in MEASURES if measure.column in known]
    if all(_is_within(measure, value, measure.good) for measure, value in judged):
        return GOOD
    return FAIR if all(_is_within(measure, value, measure.fair) for measure, value in judged) else POOR


def grade_sql(columns: Collection[str]) -> str:
    """Return the rule as a SQL expression over the columns that a row has; any engine reads it.

    Raises:
        ValueError: a column is none of `MEASURES`, or there is none.
    """
    judged = [measure for measure in MEASURES if measure.column in columns]
    if not judged or len(judged) != len(columns):
        names = ", ".join(measure.column for measure in MEASURES)
        raise ValueError(f"quality: expected one or more of {names}, came {', '.join(columns) or 'none'}")
    unseen = " OR ".join(f"COALESCE({name}, 1) = 0" for name in WATCHED if name in columns)
    none = f"WHEN {unseen} THEN '{NONE}' " if unseen else ""
    good = " AND ".join(_within_sql(measure, measure.good) for measure in judged)
    fair = " AND ".join(_within_sql(measure, measure.fair) for measure in judged)
    return f"CASE {none}WHEN {good} THEN '{GOOD}' WHEN {fair} THEN '{FAIR}' ELSE '{POOR}' END"


def _is_within(measure: Measure, value: float, bound: float) -> bool:
    return value >= bound if measure.is_better_high else value <= bound


def _within_sql(measure: Measure, bound: float) -> str:
    operator, harmless = (">=", 1) if measure.is_better_high else ("<=", 0)
    return f"COALESCE({measure.column}, {harmless}) {operator} {bound}"
