"""Numbers as the lab tells them, on the terminal and on its page."""

from __future__ import annotations

from alert_lab.outcome import LabResult, RuleResult
from alert_lab.verdicts import Precision

NONE = "–"
THIN_SPACE = "\u202f"
_WHOLE_FROM = 10


def number(value: float | None) -> str:
    """Return a number: whole from 10 on, else with one decimal unless it is whole; a dash for none.

    >>> number(12.4), number(3.25), number(3.0), number(None)
    ('12', '3.2', '3', '–')
    """
    if value is None:
        return NONE
    rounded = round(value) if abs(value) >= _WHOLE_FROM else round(value, 1)
    return f"{rounded:,.1f}".removesuffix(".0").replace(",", THIN_SPACE)


def percent(share: float | None) -> str:
    """Return a share in whole percent.

    >>> percent(0.5) == f"50{THIN_SPACE}%", percent(None)
    (True, '–')
    """
    return NONE if share is None else f"{round(100 * share)}{THIN_SPACE}%"


def missed(result: RuleResult | LabResult) -> str:
    """Return the missed minutes among those over the target.

    >>> from alert_lab.outcome import LabResult
    >>> missed(LabResult("now", 1, (), (), over_minutes=40, missed_minutes=3))
    '3 of 40'
    """
    if result.missed_minutes is None or result.over_minutes is None:
        return NONE
    return f"{number(result.missed_minutes)} of {number(result.over_minutes)}"


def true_share(precision: Precision) -> str:
    """Return how many of the judged were true.

    >>> true_share(Precision(8, 10)), true_share(Precision(0, 0))
    ('8 of 10', '–')
    """
    return f"{precision.true} of {precision.judged}" if precision.judged else NONE


def limits(precision: Precision) -> str:
    """Return the 95 % limits of the share that is true.

    >>> limits(Precision(8, 10)) == f"49–94{THIN_SPACE}%", limits(Precision(0, 0))
    (True, '–')
    """
    found = precision.limits
    return NONE if found is None else f"{round(100 * found[0])}–{round(100 * found[1])}{THIN_SPACE}%"


def headline(results: tuple[LabResult, ...]) -> str:
    """Return the first answer in one sentence: alerts a day, and minutes over the target that nobody was told of."""
    first, *others = results
    if not others:
        return f"{_alerts(first)}{_missing(first)}."
    return " ".join(_named(other, first) for other in others)


def _alerts(result: LabResult) -> str:
    per_day = result.per_day(result.alerts)
    return f"{number(per_day)} {'alert' if per_day == 1 else 'alerts'} a day"


def _missing(result: LabResult) -> str:
    if result.missed_minutes is None or not result.over_minutes:
        return ""
    return f", and {missed(result)} minutes over the target went untold"


def _named(other: LabResult, first: LabResult) -> str:
    told = f"“{other.name}” raises {_alerts(other)} instead of {number(first.per_day(first.alerts))}"
    if other.missed_minutes is None or first.missed_minutes is None:
        return f"{told}."
    before = "as now" if other.missed_minutes == first.missed_minutes else f"instead of {number(first.missed_minutes)}"
    return f"{told} and leaves {missed(other)} minutes over the target untold, {before}."
