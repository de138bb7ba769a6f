"""Waits of everybody who joined a queue: estimated hour by hour, with the limits within which they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from demo.report.charts import Chart, Hour, Legend, Panel, TableView, hours_of
from demo.report.model import Day, Estimate, WaitHour
from demo.report.plots import Label, Plot, Scale, Shape, Tick, Tip, dots, horizontal, nice_ceiling
from demo.report.words import NO_DATA, clock, count, duration, people, percent, place

WAITS_HEIGHT_PX = 168
LATE_HEIGHT_PX = 96
MOST_LABELLED_HOURS = 3
"""Hours beside each other that leave room for the values in writing."""
MOST_NAMED_HOURS = 7
"""Hours beside each other that leave room for their names on a phone."""
MEDIAN_AT, P90_AT, MIDDLE = 0.36, 0.64, 0.5
FEW_JOINED = 10
"""Fewer tell little of an hour, so that no sentence is made of them."""

Point = tuple[float, Estimate]


def estimates_chart(day: Day) -> Chart:
    """Median, 90th percentile and share over the target at each lane, hour by hour, for all who joined."""
    hours = hours_of(day, (each.start_ms for each in day.wait_hours))
    ys = _seconds_scale(day)
    lanes = sorted({each.lane_id for each in day.wait_hours})
    return Chart(
        name="estimates",
        finding=_finding(day),
        axes="Above: the wait in minutes by the hour of joining. Below: the share that waits longer than "
        f"{duration(day.target_wait_seconds)}, and under it how many of those who joined "
        "were served. Local time.",
        layout="pairs",
        panels=tuple(_lane_panel(day, lane_id, hours, ys) for lane_id in lanes),
        table=_table(day),
        legend=(
            Legend("dot-large", "typical wait: half wait longer"),
            Legend("ring-accent", "one in ten waits longer"),
            Legend("interval", "lies here with 95 % confidence"),
            Legend("interval-open", "and no upper limit: too few waited so long"),
            Legend("served-only", "the same among the served only"),
        ),
        empty="Nobody queued in this time.",
    )


def left_out(day: Day) -> str:
    """Return in one sentence whom the wait among the served leaves out."""
    joined = sum(each.joined for each in day.wait_hours)
    gone, lost = (sum(getattr(each, name) for each in day.wait_hours) for name in ("abandoned", "censored"))
    if not joined:
        return "Nobody joined a queue in this time."
    if not gone + lost:
        return f"All {count(joined)} who joined were served, so both waits are the same."
    return (
        f"Of {count(joined)} who joined, {_who(gone)} gave up and {_who(lost)} {'were' if lost > 1 else 'was'} lost "
        "from sight: the wait among the served leaves these out, and so it looks too short where waiting is longest."
    )


def _who(number: int) -> str:
    return people(number) if number else "nobody"


def _seconds_scale(day: Day) -> Scale:
    known = [seconds for each in day.wait_hours for part in (each.median, each.p90) for seconds in part.known]
    served = [each.served_p90 for each in day.wait_hours if each.served_p90 is not None]
    top = max([*known, *served, day.target_wait_seconds])
    return Scale(0, nice_ceiling(top / 60, (1, 2, 4, 6, 8, 10)) * 60)


def _lane_panel(day: Day, lane_id: str, hours: Sequence[Hour], ys: Scale) -> Panel:
    of_lane = {each.start_ms: each for each in day.wait_hours if each.lane_id == lane_id}
    joined, served, gone, lost = (
        sum(getattr(each, name) for each in of_lane.values()) for name in ("joined", "served", "abandoned", "censored")
    )
    placed = [(index, of_lane[hour.start_ms]) for index, hour in enumerate(hours) if hour.start_ms in of_lane]
    return Panel(
        name=place(lane_id),
        figures=f"{count(joined)} joined: {count(served)} served, {count(gone)} gave up, {count(lost)} lost from sight",
        plots=(_waits_plot(day, lane_id, placed, hours, ys), _late_plot(day, lane_id, placed, hours)),
    )


def _waits_plot(
    day: Day, lane_id: str, placed: Sequence[tuple[int, WaitHour]], hours: Sequence[Hour], ys: Scale
) -> Plot:
    xs = Scale(0, len(hours))
    medians = [(index + MEDIAN_AT, each.median) for index, each in placed]
    nineties = [(index + P90_AT, each.p90) for index, each in placed]
    served = [(index + MEDIAN_AT, each.served_median) for index, each in placed if each.served_median is not None]
    served += [(index + P90_AT, each.served_p90) for index, each in placed if each.served_p90 is not None]
    rings = dots(xs, ys, _values(nineties))
    labels = [
        *_value_labels(xs, ys, medians, "left-of", duration),
        *_value_labels(xs, ys, nineties, "right-of", duration),
    ]
    return Plot(
        says=f"Estimated waits at {place(lane_id)}, hour by hour",
        height_px=WAITS_HEIGHT_PX,
        shapes=(
            Shape("target", horizontal(ys, day.target_wait_seconds)),
            *_intervals(xs, ys, [*medians, *nineties]),
            Shape("served-only", dots(xs, ys, served)),
            Shape("dot-large", dots(xs, ys, _values(medians))),
            Shape("ring-accent", rings),
            Shape("ring-hole", rings),
        ),
        y_ticks=tuple(Tick(share, duration(ys.high * share / 100)) for share in (0, 50, 100)),
        labels=(
            Label(0, 100 - ys.share(day.target_wait_seconds) * 100, _target_name(day), "target-name"),
            *(Label(xs.share(x) * 100, 0, "↑", "open-end") for x, part in [*medians, *nineties] if _is_open(part)),
            *(labels if len(hours) <= MOST_LABELLED_HOURS else ()),
        ),
        tips=tuple(Tip(xs.share(index + MIDDLE) * 100, _told(day, each)) for index, each in placed),
    )


def _late_plot(day: Day, lane_id: str, placed: Sequence[tuple[int, WaitHour]], hours: Sequence[Hour]) -> Plot:
    xs, ys = Scale(0, len(hours)), Scale(0, 1)
    shares = [(index + MIDDLE, each.late) for index, each in placed]
    is_roomy = len(hours) <= MOST_LABELLED_HOURS
    served = {index: f"{count(each.served)} of {count(each.joined)}" for index, each in placed}
    return Plot(
        says=f"Share at {place(lane_id)} that waits over the target, hour by hour",
        height_px=LATE_HEIGHT_PX,
        shapes=(*_intervals(xs, ys, shares), Shape("dot-large", dots(xs, ys, _values(shares)))),
        x_ticks=tuple(
            Tick(
                xs.share(index + MIDDLE) * 100,
                clock(hour.from_ms, day.time_zone) + (f": {served.get(index, 'nobody')}" if is_roomy else ""),
            )
            for index, hour in enumerate(hours)
            if index % (len(hours) // MOST_NAMED_HOURS + 1) == 0
        ),
        y_ticks=tuple(Tick(share, percent(share / 100)) for share in (0, 50, 100)),
        labels=tuple(_value_labels(xs, ys, shares, "right-of", percent)) if is_roomy else (),
        tips=tuple(Tip(xs.share(index + MIDDLE) * 100, _late_told(day, each)) for index, each in placed),
    )


def _values(points: Iterable[Point]) -> list[tuple[float, float]]:
    return [(x, part.value) for x, part in points if part.value is not None]


def _is_open(part: Estimate) -> bool:
    """Whether the upper limit is not known though there is a lower one."""
    return part.low is not None and part.high is None


def _intervals(xs: Scale, ys: Scale, points: Sequence[Point]) -> tuple[Shape, Shape]:
    """Return the limits as upright lines: whole where both ends are known, dashed to the top where the upper is not."""
    closed, rising = [], []
    for x, part in points:
        if part.low is None:
            continue
        sure_to = part.high if part.high is not None else part.value
        if sure_to is not None:
            closed.append(f"M{xs.x(x)},{ys.y(part.low)}V{ys.y(sure_to)}")
        if part.high is None:
            rising.append(f"M{xs.x(x)},{ys.y(part.low if sure_to is None else sure_to)}V0")
    return Shape("interval", "".join(closed)), Shape("interval-open", "".join(rising))


def _value_labels(
    xs: Scale, ys: Scale, points: Iterable[Point], look: str, told: Callable[[float], str]
) -> Iterator[Label]:
    for x, value in _values(points):
        yield Label(xs.share(x) * 100, 100 - ys.share(value) * 100, told(value), look)


def _target_name(day: Day) -> str:
    return f"target {duration(day.target_wait_seconds)}"


def _told(day: Day, each: WaitHour) -> str:
    parts = (
        _beside_served("typical wait", each.median, each.served_median),
        _beside_served("one in ten over", each.p90, each.served_p90),
    )
    waits = "; ".join(part for part in parts if part) or "too few were served to tell the wait"
    return f"{_span(day, each)}: {waits}. {_outcomes(each)}"


def _beside_served(name: str, part: Estimate, served: float | None) -> str:
    if part.value is None:
        return ""
    alone = f", {duration(served)} among the served only" if served is not None else ""
    return f"{name} {_ranged(part, duration)}{alone}"


def _late_told(day: Day, each: WaitHour) -> str:
    late = (
        f"{_ranged(each.late, percent)} wait over {duration(day.target_wait_seconds)}"
        if each.late.value is not None
        else "too few were served to tell the share over the target"
    )
    return f"{_span(day, each)}: {late}. {_outcomes(each)}"


def _outcomes(each: WaitHour) -> str:
    return (
        f"{people(each.joined)} joined: {count(each.served)} served, {count(each.abandoned)} gave up, "
        f"{count(each.censored)} lost from sight"
    )


def _span(day: Day, each: WaitHour) -> str:
    (hour,) = hours_of(day, [each.start_ms])
    return f"{clock(hour.from_ms, day.time_zone)} to {clock(hour.until_ms, day.time_zone)}"


def _ranged(part: Estimate, told: Callable[[float], str]) -> str:
    """Return a value with its limits in words."""
    if part.value is None:
        return NO_DATA
    limits = _limits(part, told)
    return f"{told(part.value)} ({limits})" if limits else told(part.value)


def _limits(part: Estimate, told: Callable[[float], str]) -> str:
    if part.low is None:
        return ""
    return f"{told(part.low)} or more" if part.high is None else f"{told(part.low)} to {told(part.high)}"


def _finding(day: Day) -> str:
    told = [each for each in day.wait_hours if each.joined >= FEW_JOINED and each.median.value is not None]
    if not told:
        return "Too few queued in any hour to tell how long everybody would have waited"
    worst = max(told, key=lambda each: each.median.value or 0.0)
    value, limits = duration(worst.median.value), _limits(worst.median, duration)
    between = f" (with 95 % confidence {limits})" if limits else ""
    return f"The typical wait was longest at {place(worst.lane_id)}, {_span(day, worst)}: {value}{between}"


def _table(day: Day) -> TableView:
    headers = (
        *("Lane", "From", "Joined", "Served", "Gave up", "Lost from sight"),
        *("Typical wait", "95 % limits", "One in ten over", "95 % limits", "Wait over target", "95 % limits"),
        *("Typical wait, served only", "One in ten over, served only"),
    )
    return TableView(headers, tuple(_row(day, each) for each in day.wait_hours))


def _row(day: Day, each: WaitHour) -> tuple[str, ...]:
    (hour,) = hours_of(day, [each.start_ms])
    return (
        place(each.lane_id),
        clock(hour.from_ms, day.time_zone),
        *(count(number) for number in (each.joined, each.served, each.abandoned, each.censored)),
        *_value_and_limits(each.median, duration),
        *_value_and_limits(each.p90, duration),
        *_value_and_limits(each.late, percent),
        duration(each.served_median) if each.served_median is not None else "nobody",
        duration(each.served_p90) if each.served_p90 is not None else "nobody",
    )


def _value_and_limits(part: Estimate, told: Callable[[float], str]) -> tuple[str, str]:
    value = told(part.value) if part.value is not None else "not known"
    return value, _limits(part, told) or "not known"
