"""Charts of the checkout: queue and waits lane by lane, and how the queueing ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from demo.report.charts import (
    QUARTER_MS,
    Chart,
    Legend,
    Panel,
    TableView,
    count_ticks,
    spans_of,
    time_scale,
    time_ticks,
    watched,
)
from demo.report.model import Day, Place, QueueJourney
from demo.report.plots import (
    SIDE,
    Label,
    Plot,
    Scale,
    Shape,
    Tick,
    Tip,
    dots,
    horizontal,
    nice_ceiling,
    rectangle,
    steps_area,
)
from demo.report.words import clock, count, duration, people, place, share

QUEUE_HEIGHT_PX = 88
WAIT_HEIGHT_PX = 120
BAR_HEIGHT_PX = 36
NARROWEST_LABELLED_PERCENT = 7
_FULL_MINUTE_SHARE = 0.5
"""A minute counts as open on the chart when the lane was open for half of it."""


def lanes_chart(day: Day) -> Chart:
    """Queue length and waits of each lane over time."""
    top_people = max((minute.maximum for lane in day.lanes for minute in lane.minutes), default=1)
    top_seconds = max((journey.queue_seconds for journey in day.journeys), default=0.0)
    people_scale = Scale(0, nice_ceiling(top_people, (1, 2, 4, 6, 8, 10)))
    seconds_scale = Scale(0, nice_ceiling(max(top_seconds, day.target_wait_seconds) / 60, (1, 2, 4, 6, 8, 10)) * 60)
    return Chart(
        name="lanes",
        finding=_waits_finding(day),
        axes="Above: people in the queue, mean of each minute and most at one instant. "
        "Below: each customer's wait in minutes, at the time of joining. Local time.",
        layout="pairs",
        panels=tuple(_lane_panel(day, lane, people_scale, seconds_scale) for lane in day.lanes),
        table=_lanes_table(day),
        legend=(
            Legend("area", "in the queue, mean"),
            Legend("area-soft", "most at one instant"),
            Legend("bar-open", "lane open"),
            Legend("dot", "served within the target"),
            Legend("ring", "served later"),
            Legend("cross", "gave up"),
        ),
        empty="No lane is watched. Draw a queue zone and a service zone for each lane to fill this.",
    )


def outcomes_chart(day: Day) -> Chart:
    """How the queueing ended at each lane."""
    most = max((len(_of_lane(day.journeys, lane.place_id)) for lane in day.lanes), default=0)
    return Chart(
        name="outcomes",
        finding=_outcomes_finding(day),
        axes="Customers who joined each lane's queue.",
        layout="strips",
        panels=tuple(_outcome_panel(day, lane.place_id, Scale(0, max(1, most))) for lane in day.lanes if day.journeys),
        table=_outcomes_table(day),
        legend=tuple(Legend(look, words) for _, look, words in _OUTCOMES),
        empty="Nobody queued in this time.",
    )


_OUTCOMES = (
    ("in_time", "fill", "served within the target"),
    ("later", "fill-amber", "served later"),
    ("abandoned", "fill-red", "gave up"),
    ("censored", "fill-grey", "not seen to the end"),
)


def outcome_counts(day: Day, journeys: list[QueueJourney]) -> dict[str, int]:
    """Return how many journeys ended in each of the four ways of the chart."""
    counts = {key: 0 for key, _, _ in _OUTCOMES}
    for journey in journeys:
        counts[_fate(day, journey)] += 1
    return counts


def _fate(day: Day, journey: QueueJourney) -> str:
    if journey.outcome != "served":
        return journey.outcome
    return "in_time" if journey.queue_seconds <= day.target_wait_seconds else "later"


def _lane_panel(day: Day, lane: Place, people_scale: Scale, seconds_scale: Scale) -> Panel:
    journeys = _of_lane(day.journeys, lane.place_id)
    counts = outcome_counts(day, journeys)
    served = counts["in_time"] + counts["later"]
    return Panel(
        name=place(lane.place_id),
        figures=f"{count(len(journeys))} joined, {count(served)} served, {count(counts['abandoned'])} gave up",
        plots=(_queue_plot(day, lane, people_scale), _waits_plot(day, lane.place_id, journeys, seconds_scale)),
    )


def _queue_plot(day: Day, lane: Place, ys: Scale) -> Plot:
    xs = time_scale(day)
    return Plot(
        says=f"Queue of {place(lane.place_id)}: {lane.mean:.1f} people on average",
        height_px=QUEUE_HEIGHT_PX,
        shapes=(
            Shape("area-soft", steps_area(xs, ys, spans_of(lane.minutes, "maximum", is_covered=True))),
            Shape("area", steps_area(xs, ys, spans_of(lane.minutes, "mean", is_covered=True))),
            Shape("area-faded", steps_area(xs, ys, spans_of(lane.minutes, "maximum", is_covered=False))),
            Shape("bar-open", "".join(_open_bars(day, lane))),
        ),
        y_ticks=count_ticks(ys.high),
        tips=tuple(
            Tip(
                xs.share(minute.start_ms) * 100,
                f"{clock(minute.start_ms, day.time_zone)}: {minute.mean:.1f} in the queue on average, "
                f"{minute.maximum} at most{watched(minute)}",
            )
            for minute in lane.minutes
        ),
    )


def _open_bars(day: Day, lane: Place) -> Iterator[str]:
    """Yield a thin bar under the axis for each stretch in which the lane was open."""
    xs, ys = time_scale(day), Scale(0, 1)
    for minute in lane.minutes:
        if minute.open_ms >= _FULL_MINUTE_SHARE * 60_000:
            end_ms = minute.start_ms + 60_000
            yield rectangle(xs, ys, left=minute.start_ms, right=end_ms, bottom=-0.09, top=-0.04)


def _waits_plot(day: Day, lane_id: str, journeys: list[QueueJourney], ys: Scale) -> Plot:
    xs = time_scale(day)
    target = day.target_wait_seconds

    def points(fate: str) -> list[tuple[float, float]]:
        return [(each.joined_ms, each.queue_seconds) for each in journeys if _fate(day, each) == fate]

    return Plot(
        says=f"Waits at {place(lane_id)}, {count(len(journeys))} customers",
        height_px=WAIT_HEIGHT_PX,
        shapes=(
            Shape("target", horizontal(ys, target)),
            Shape("dot", dots(xs, ys, points("in_time"))),
            Shape("ring", dots(xs, ys, points("later"))),
            Shape("ring-hole", dots(xs, ys, points("later"))),
        ),
        x_ticks=time_ticks(day),
        y_ticks=_minute_ticks(ys),
        labels=(
            Label(0, 100 - ys.share(target) * 100, f"target {duration(target)}", "target-name"),
            *(Label(xs.share(x) * 100, 100 - ys.share(y) * 100, "×", "cross") for x, y in points("abandoned")),
        ),
        tips=tuple(
            Tip(xs.share(each.joined_ms) * 100, f"{clock(each.joined_ms, day.time_zone)}: {_told(day, each)}")
            for each in journeys
        ),
    )


def _told(day: Day, journey: QueueJourney) -> str:
    words = {"in_time": "waited", "later": "waited", "abandoned": "gave up after", "censored": "last seen after"}
    return f"{words[_fate(day, journey)]} {duration(journey.queue_seconds)}"


def _minute_ticks(ys: Scale) -> tuple[Tick, ...]:
    return tuple(Tick(percent, duration(ys.high * percent / 100)) for percent in (0, 50, 100))


def _outcome_panel(day: Day, lane_id: str, xs: Scale) -> Panel:
    journeys = _of_lane(day.journeys, lane_id)
    counts = outcome_counts(day, journeys)
    shapes, labels, tips, start = [], [], [], 0
    for key, look, words in _OUTCOMES:
        end = start + counts[key]
        percent, middle = xs.share(counts[key]) * 100, xs.share((start + end) / 2) * 100
        shapes.append(Shape(look, f"M{xs.x(start)},0H{xs.x(end)}V{SIDE}H{xs.x(start)}Z"))
        if counts[key]:
            tips.append(
                Tip(middle, f"{count(counts[key])} {words}, {share(counts[key], len(journeys))} of those who joined")
            )
        if percent >= NARROWEST_LABELLED_PERCENT:
            labels.append(Label(middle, 50, count(counts[key]), "on-bar"))
        start = end
    waits = [journey.queue_seconds for journey in journeys if journey.outcome == "served"]
    figures = f"half waited under {duration(median(waits))}" if waits else "nobody was served"
    says = f"{place(lane_id)}: " + ", ".join(f"{counts[key]} {words}" for key, _, words in _OUTCOMES)
    return Panel(
        place(lane_id), figures, (Plot(says, BAR_HEIGHT_PX, tuple(shapes), labels=tuple(labels), tips=tuple(tips)),)
    )


def _waits_finding(day: Day) -> str:
    if not day.lanes:
        return "No lane was watched in this time"
    target = duration(day.target_wait_seconds)
    by_quarter: dict[int, list[float]] = defaultdict(list)
    for journey in day.of_outcome("served"):
        by_quarter[journey.joined_ms - journey.joined_ms % QUARTER_MS].append(journey.queue_seconds)
    if not by_quarter:
        return "Nobody was served at a lane in this time"
    slow = [quarter for quarter, waits in sorted(by_quarter.items()) if median(waits) > day.target_wait_seconds]
    if not slow:
        return f"The typical wait stayed within the target of {target}"
    start, end = clock(slow[0], day.time_zone), clock(slow[-1] + QUARTER_MS, day.time_zone)
    return f"Between {start} and {end} the typical wait was over the target of {target}"


def _outcomes_finding(day: Day) -> str:
    gone = day.of_outcome("abandoned")
    if not day.journeys:
        return "Nobody queued in this time"
    if not gone:
        return f"Nobody of the {count(len(day.journeys))} who queued gave up"
    patience = duration(median(journey.queue_seconds for journey in gone))
    return f"{people(len(gone))} gave up, half of them before {patience}"


def _of_lane(journeys: tuple[QueueJourney, ...], lane_id: str) -> list[QueueJourney]:
    return [journey for journey in journeys if journey.lane_id == lane_id]


def _lanes_table(day: Day) -> TableView:
    quarters = range(day.start_ms - day.start_ms % QUARTER_MS, day.end_ms, QUARTER_MS)
    rows = tuple(_lane_quarter(day, lane, start_ms) for lane in day.lanes for start_ms in quarters)
    headers = ("Lane", "From", "In the queue, mean", "At most", "Served", "Typical wait", "Gave up")
    return TableView(headers, rows)


def _lane_quarter(day: Day, lane: Place, start_ms: int) -> tuple[str, ...]:
    minutes = [minute for minute in lane.minutes if start_ms <= minute.start_ms < start_ms + QUARTER_MS]
    joined = [
        journey
        for journey in _of_lane(day.journeys, lane.place_id)
        if start_ms <= journey.joined_ms < start_ms + QUARTER_MS
    ]
    waits = [journey.queue_seconds for journey in joined if journey.outcome == "served"]
    return (
        place(lane.place_id),
        clock(start_ms, day.time_zone),
        f"{sum(minute.mean for minute in minutes) / len(minutes):.1f}" if minutes else "no data",
        count(max((minute.maximum for minute in minutes), default=None)),
        count(len(waits)),
        duration(median(waits)) if waits else "nobody",
        count(sum(journey.outcome == "abandoned" for journey in joined)),
    )


def _outcomes_table(day: Day) -> TableView:
    rows = []
    for lane in day.lanes:
        counts = outcome_counts(day, _of_lane(day.journeys, lane.place_id))
        rows.append((place(lane.place_id), *(count(counts[key]) for key, _, _ in _OUTCOMES)))
    return TableView(("Lane", *(words.capitalize() for _, _, words in _OUTCOMES)), tuple(rows))
