"""How sure the numbers are: the grade of each place and hour, what made it worse, and when a camera did not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.quality import FAIR, GOOD, GRADES, MEASURES, NONE, Measure
from demo.report.charts import Chart, HeatCell, HeatTable, Hour, Legend, TableView, hours_of
from demo.report.model import CameraGap, Day, PlaceHour
from demo.report.words import NO_DATA, clock, count, percent, place

MINUTE_MS = 60_000
LANES = "lane"
MOST_NAMED = 3
"""More cameras than these are counted, not named, where one line must do."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """A measure in words: before its value, in the rule, and as a reason."""

    name: str
    rule: str
    reason: str


_SIGNS = {
    "coverage": _Sign("watched", "it was watched for {bound} of its time", "gaps in watching"),
    "camera_up_share": _Sign("pictures", "its cameras gave {bound} of their pictures", "missing pictures"),
    "late_share": _Sign("came late", "{bound} of the data came late", "late data"),
    "lost_share": _Sign("lost from sight", "{bound} of the people were lost from sight", "people lost from sight"),
    "little_gap": _Sign(
        "queue and arrivals differ by", "queue and arrivals differ by {bound}", "queues that do not match arrivals"
    ),
}
_SHOWN_ANYWAY = ("coverage", "camera_up_share")
"""These two stand in every cell."""
_GRADE_WORDS = {
    "good": "good",
    "fair": "fair: usable, with care",
    "poor": "poor: do not decide by it",
    "none": "none: nothing was seen",
}
_STATES = {
    "down": "gave no picture",
    "frozen": "showed a frozen picture",
    "dark": "saw nothing, for its picture was dark",
    "ok": "gave too few pictures",
}


def quality_chart(day: Day) -> Chart:
    """The grade of each place and hour; lanes first."""
    hours = hours_of(day, (each.start_ms for each in day.place_hours))
    places = sorted({(each.kind != LANES, each.place_id) for each in day.place_hours})
    known = {(each.place_id, each.start_ms): each for each in day.place_hours}
    rows = tuple(
        (place(place_id), tuple(_cell(known.get((place_id, hour.start_ms)), hour) for hour in hours))
        for _, place_id in places
    )
    return Chart(
        name="quality",
        finding=_finding(day),
        axes="In each cell: the grade, then the share of the hour that was watched and the share of their pictures "
        "that the cameras gave meanwhile; below, what else kept it from being good. Local time.",
        layout="heat",
        panels=(),
        heat=HeatTable(tuple(_column(day, hour) for hour in hours), rows) if rows else None,
        table=_table(day),
        legend=(
            *(Legend(f"grade-{grade}", _GRADE_WORDS[grade]) for grade in GRADES),
            *([Legend("grade-part", "only a part of the hour belongs to this report")] if _parts(day) else []),
        ),
        empty="Nothing was watched in this time. Are the cameras running?",
        notes=tuple(_notes(day)),
    )


def rule() -> str:
    """Return the rule of the grades in one sentence, and what it leaves out."""
    *some, last = (_SIGNS[measure.column].rule.format(bound=_bound(measure, measure.good)) for measure in MEASURES)
    fair = _listed([percent(measure.fair) for measure in MEASURES])
    return (
        f"An hour of a place is good when {', '.join(some)}, and {last}; it is fair within wider bounds ({fair}), poor "
        "beyond, and none where nothing was seen: its worst sign decides, and one that is not known does not count. "
        "The grade tells how well was watched, not how many customers there were to go by."
    )


def caveat(day: Day) -> str:
    """Return the one line that belongs beside the first answer; empty when every camera saw all the time."""
    if not day.camera_gaps:
        return ""
    cameras = sorted({gap.camera_id for gap in day.camera_gaps})
    minutes = sum(gap.end_ms - gap.start_ms for gap in day.camera_gaps) // MINUTE_MS
    named = _listed([place(camera_id) for camera_id in cameras])
    who = named if len(cameras) <= MOST_NAMED else f"{count(len(cameras))} cameras"
    return f"{who} did not see for {_minutes(minutes)}: what happened there then is in no number here."


def _cell(each: PlaceHour | None, hour: Hour) -> HeatCell | None:
    if each is None:
        return None
    worse = [measure for measure in _worse(each) if measure.column not in _SHOWN_ANYWAY]
    return HeatCell(
        grade=each.quality,
        figures=f"{_share(each.coverage)} · {_share(each.camera_up_share)}",
        why=", ".join(_sign(each, measure) for measure in worse),
        look=f"grade-{'part' if hour.is_part and each.quality != NONE else each.quality}",
    )


def _column(day: Day, hour: Hour) -> tuple[str, str]:
    name = f"{clock(hour.from_ms, day.time_zone)} to {clock(hour.until_ms, day.time_zone)}"
    return name, f"{hour.minutes:.0f} of 60 min" if hour.is_part else ""


def _worse(each: PlaceHour) -> list[Measure]:
    """Return the signs that keep it from being good."""
    return [measure for measure in MEASURES if _is_beyond(measure, getattr(each, measure.column), measure.good)]


def _is_beyond(measure: Measure, value: float | None, bound: float) -> bool:
    if value is None:
        return False
    return value < bound if measure.is_better_high else value > bound


def _sign(each: PlaceHour, measure: Measure) -> str:
    return f"{_SIGNS[measure.column].name} {percent(getattr(each, measure.column), decimals=1)}"


def _bound(measure: Measure, bound: float) -> str:
    return f"{'at least' if measure.is_better_high else 'at most'} {percent(bound)}"


def _share(value: float | None) -> str:
    return NO_DATA if value is None else percent(value)


def _parts(day: Day) -> list[Hour]:
    return [hour for hour in hours_of(day, (each.start_ms for each in day.place_hours)) if hour.is_part]


def _whole(day: Day) -> list[PlaceHour]:
    parts = {hour.start_ms for hour in _parts(day)}
    return [each for each in day.place_hours if each.start_ms not in parts]


def _finding(day: Day) -> str:
    whole = _whole(day)
    if not day.place_hours:
        return "Nothing was watched in this time"
    if not whole:
        return "No hour lies in this report as a whole, so none can be graded good"
    grades = Counter(each.quality for each in whole)
    if grades[GOOD] == len(whole):
        return "Every whole hour of every place is good"
    others = ", ".join(f"{count(grades[grade])} {grade}" for grade in GRADES[1:] if grades[grade])
    reasons = Counter(measure.column for each in whole if each.quality != GOOD for measure in _worse(each))
    (column, _), *_ = reasons.most_common(1) or [("", 0)]
    because = f", mostly because of {_SIGNS[column].reason}" if column in _SIGNS else ""
    doubtful = grades[FAIR] < len(whole) - grades[GOOD]
    care = "; leave out what is poor or none" if doubtful else ""
    return f"Of {count(len(whole))} whole hours of a place {count(grades[GOOD])} are good, {others}{because}{care}"


def _notes(day: Day) -> Iterator[str]:
    yield from (_gap_told(day, gap) for gap in day.camera_gaps)
    if not day.cameras:
        yield "No camera told of its health in this time: whether they saw all the time is not known."
    elif not day.camera_gaps:
        yield f"Every minute in which a camera told of its health was good, {count(day.cameras)} cameras in all."
    expected = day.cameras * -(-(day.end_ms - day.start_ms) // MINUTE_MS)
    if 0 < day.camera_minutes < expected:
        missing = count(expected - day.camera_minutes)
        yield f"In {missing} of {count(expected)} minutes a camera told nothing of its health; they count neither way."
    yield from (_part_told(day, hour) for hour in _parts(day))


def _gap_told(day: Day, gap: CameraGap) -> str:
    minutes = (gap.end_ms - gap.start_ms) // MINUTE_MS
    when = f"{clock(gap.start_ms, day.time_zone)} to {clock(gap.end_ms, day.time_zone)}, {_minutes(minutes)}"
    where = f" at {_listed([place(each) for each in gap.places])}" if gap.places else " in its view"
    return (
        f"{place(gap.camera_id)} {_STATES.get(gap.state, gap.state)} from {when}. What happened{where} then is in no "
        "number here: it is not known, not zero."
    )


def _part_told(day: Day, hour: Hour) -> str:
    of_hour = [each for each in day.place_hours if each.start_ms == hour.start_ms and each.coverage is not None]
    is_watched = all((each.coverage or 0.0) * 60 >= 0.95 * hour.minutes for each in of_hour)
    start, end = clock(hour.from_ms, day.time_zone), clock(hour.until_ms, day.time_zone)
    return (
        f"Only {hour.minutes:.0f} of 60 minutes of one hour lie in this report, from {start} to {end}: so it is graded "
        + ("low, although those minutes were watched." if is_watched else "low, and those minutes have gaps as well.")
    )


def _minutes(minutes: int) -> str:
    return "1 minute" if minutes == 1 else f"{count(minutes)} minutes"


def _listed(names: Sequence[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} and {last}" if some else last


def _table(day: Day) -> TableView:
    headers = (
        "Place",
        "From",
        "Grade",
        "Watched",
        "Pictures",
        "Late",
        "Lost from sight",
        "Queue gap",
        "Kept from good by",
    )
    return TableView(headers, tuple(_row(day, each) for each in day.place_hours))


def _row(day: Day, each: PlaceHour) -> tuple[str, ...]:
    (hour,) = hours_of(day, [each.start_ms])
    shares = (
        None if (value := getattr(each, measure.column)) is None else percent(value, decimals=1) for measure in MEASURES
    )
    why = ", ".join(_sign(each, measure) for measure in _worse(each))
    return (
        place(each.place_id),
        clock(hour.from_ms, day.time_zone),
        each.quality,
        *(NO_DATA if each_share is None else each_share for each_share in shares),
        why or "nothing",
    )
