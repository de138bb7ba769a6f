"""The table of every metric beside its truth, grouped and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from demo.metrics import Metric
from demo.report.words import NO_DATA, THIN_SPACE, count, place

_NAMES = {
    "visits": "Visits",
    "pass_throughs": "Walked through in under 5 s",
    "staff_visits": "Visits of staff",
    "staff_pass_throughs": "Staff who walked through",
    "dwell_seconds": "Length of each visit",
    "dwell_seconds_mean": "Length of a visit, mean",
    "dwell_seconds_median": "Length of a visit, median",
    "joined": "Joined the queue",
    "served": "Served",
    "abandoned": "Gave up",
    "censored": "Not seen to the end",
    "served_over_target": "Served after the target",
    "over_target_share": "Share served after the target",
    "wait_seconds_mean": "Wait, mean",
    "wait_seconds_median": "Wait, median",
    "wait_seconds_p90": "Wait, one in ten over",
    "service_seconds_mean": "Time at the till, mean",
    "abandoned_wait_seconds_median": "Wait of those who gave up, median",
    "lane_open_seconds": "Lane open",
    "traffic_in": "Came in",
    "traffic_out": "Went out",
    "traffic_staff_in": "Staff in",
    "traffic_staff_out": "Staff out",
    "store_occupancy_end": "In the store at the end",
    "occupancy_max": "Most in a place at once",
    "queue_length_max": "Most in a queue at once",
    "occupancy_mean": "People in a place, each minute",
    "queue_length_mean": "People in a queue, each minute",
    "live_occupancy": "Live page at the end: people in a place",
    "live_occupancy_mean": "Live page while it ran: people in a place",
    "records_accepted": "Records accepted",
    "records_late": "Records late",
    "records_duplicate": "Records sent twice",
    "records_rejected": "Records rejected",
    "rows_dropped": "Rows dropped without a word",
    "wait_error_share": "Error of a lane's mean wait, over all lanes",
    "queue_length_error": "Error of a minute's queue length, over all lanes",
}
_BY_MINUTE = "minutes_"
_RIGHT = "✓"


@dataclass(frozen=True, slots=True)
class Line:
    """One metric in words; `mark` is empty where it is not judged."""

    place: str
    value: str
    truth: str
    error: str
    mark: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics of one family. `judged` says what is right: equal, or within an allowance; `mark` sums them up."""

    name: str
    judged: str
    largest_error: str
    mark: str
    is_wrong: bool
    lines: tuple[Line, ...]


def groups_of(metrics: Iterable[Metric]) -> list[Group]:
    """Return the metrics by family, in the order of the names above; a new family comes last."""
    ordered = sorted(metrics, key=lambda metric: (*_rank(metric.family), metric.family))
    return [_group(family, list(members)) for family, members in groupby(ordered, key=lambda metric: metric.family)]


def family_name(family: str) -> str:
    """Return a family in words; one that is new here reads as its name."""
    if family.startswith(_BY_MINUTE):
        return f"{family_name(family.removeprefix(_BY_MINUTE))}, summed over the minutes"
    return _NAMES.get(family, family.replace("_", " ").capitalize())


def shown(value: float | None, unit: str) -> str:
    """Return a value with its unit."""
    if value is None:
        return NO_DATA
    if unit == "s":
        return f"{value:,.2f}{THIN_SPACE}s".replace(",", THIN_SPACE)
    if unit == "share":
        return f"{100 * value:.1f}{THIN_SPACE}%"
    return count(value) if float(value).is_integer() else f"{value:,.3f}"


def _rank(family: str) -> tuple[int, bool]:
    whole = family.removeprefix(_BY_MINUTE)
    return (list(_NAMES).index(whole) if whole in _NAMES else len(_NAMES)), family != whole


def _group(family: str, members: list[Metric]) -> Group:
    errors = [metric.error for metric in members if metric.error is not None]
    wrong = sum(not metric.is_right for metric in members)
    return Group(
        name=family_name(family),
        judged=_judged(members),
        largest_error=shown(max(errors), members[0].unit) if errors else NO_DATA,
        mark=f"{wrong} wrong" if wrong else _RIGHT if any(metric.is_judged for metric in members) else "",
        is_wrong=bool(wrong),
        lines=tuple(_line(metric) for metric in members),
    )


def _judged(members: list[Metric]) -> str:
    if not any(metric.is_judged for metric in members):
        return "not judged"
    least, most = (choose(metric.allowance for metric in members) for choose in (min, max))
    if not least:
        return "equal, but for waits on the target" if most else "equal"
    unit = members[0].unit
    allowed = f"within {shown(least, unit) if unit == 'share' else f'{least:g} {unit}'}"
    return f"{allowed} in each minute" if members[0].minutes else allowed


def _line(metric: Metric) -> Line:
    where = place(metric.place) if metric.place else "Store"
    return Line(
        place=f"{where}, {metric.minutes} values" if metric.minutes else where,
        value=shown(metric.value, metric.unit),
        truth=shown(metric.truth, metric.unit),
        error=shown(metric.error, metric.unit),
        mark=_mark(metric),
        is_wrong=not metric.is_right,
    )


def _mark(metric: Metric) -> str:
    if not metric.is_judged:
        return ""
    return _RIGHT if metric.is_right else "wrong"
