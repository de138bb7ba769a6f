"""Charts of the floor: how full each place was, how long people stayed, who came and went."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from demo.report.charts import (
    BLOCK_MS,
    MINUTE_MS,
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
from demo.report.model import Day, Minute, Place, Quarter
from demo.report.plots import (
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
    steps_line,
    vertical,
)
from demo.report.words import clock, count, duration, people, place, share

STRIP_HEIGHT_PX = 48
RANGE_HEIGHT_PX = 28
TALL_HEIGHT_PX = 220
DWELL_BIN_SECONDS = 10
DWELL_TOP_SECONDS = 180
RIGHT_PART = 0.6
"""Words beside a line stand on its left from here on."""


def places_chart(day: Day) -> Chart:
    """How full each place was over time; the fullest first."""
    ranked = sorted(day.places, key=lambda each: each.mean, reverse=True)
    top = max((minute.maximum for each in ranked for minute in each.minutes), default=1)
    return Chart(
        name="places",
        finding=_places_finding(ranked, day),
        axes=f"People in each place, mean of five minutes and most at one instant. Each strip reaches up to {top}. "
        "Local time.",
        layout="strips",
        panels=tuple(_place_panel(day, each, Scale(0, top), is_last=each is ranked[-1]) for each in ranked),
        table=_places_table(day, ranked),
        legend=(Legend("area", "mean of five minutes"), Legend("area-soft", "most at one instant")),
        empty="No place is watched. Draw zones on the camera's picture to fill this.",
    )


def dwell_chart(day: Day) -> Chart:
    """How long visits lasted, all places together."""
    dwells = sorted(seconds for of_place in day.dwell_seconds.values() for seconds in of_place)
    finding = (
        f"Half of the visits lasted less than {duration(median(dwells))}" if dwells else "No visit ended in this time"
    )
    return Chart(
        name="dwell",
        finding=finding,
        axes=f"Visits by their length, in steps of {DWELL_BIN_SECONDS} s; visits under 5 s are counted apart.",
        layout="single",
        panels=(Panel("", "", (_dwell_plot(dwells),)),) if dwells else (),
        table=_dwell_table(day),
        empty="No visit of at least 5 s ended in this time.",
    )


def stay_chart(day: Day) -> Chart:
    """How long visits lasted in each place: the middle eight of ten, and the median."""
    ranked = sorted(day.dwell_seconds.items(), key=lambda item: median(item[1]), reverse=True)
    xs = Scale(0, nice_ceiling(max((_part(seconds, 0.9) for _, seconds in ranked), default=60) / 60) * 60)
    finding = f"People stayed longest at {place(ranked[0][0])}" if ranked else "No visit ended in this time"
    return Chart(
        name="stay",
        finding=finding,
        axes="Length of a visit: the line holds eight of ten visits, the dot is the median.",
        layout="strips",
        panels=tuple(
            _stay_panel(place_id, seconds, xs, is_last=place_id == ranked[-1][0]) for place_id, seconds in ranked
        ),
        table=_dwell_table(day),
        empty="No visit of at least 5 s ended in this time.",
    )


def traffic_chart(day: Day) -> Chart:
    """Who came in and went out in each quarter of an hour, and how many were in the store."""
    busiest = max(day.quarters, key=lambda quarter: quarter.in_count, default=None)
    finding = "Nobody crossed the line at the doors in this time"
    if busiest is not None:
        start, end = clock(busiest.start_ms, day.time_zone), clock(busiest.start_ms + QUARTER_MS, day.time_zone)
        finding = f"Most people came between {start} and {end}: {count(busiest.in_count)}"
    return Chart(
        name="traffic",
        finding=finding,
        axes="People in and out in 15 minutes, and how many were in the store. Local time.",
        layout="single",
        panels=(Panel("", "", (_traffic_plot(day), _present_plot(day))),) if day.quarters else (),
        table=TableView(
            ("From", "In", "Out"),
            tuple(
                (clock(each.start_ms, day.time_zone), count(each.in_count), count(each.out_count))
                for each in day.quarters
            ),
        ),
        legend=(Legend("fill-strong", "in"), Legend("fill-grey", "out"), Legend("line", "in the store")),
        empty="No line is drawn at the doors, or nobody crossed it.",
    )


def _place_panel(day: Day, each: Place, ys: Scale, *, is_last: bool) -> Panel:
    xs = time_scale(day)
    fullest = each.fullest
    blocks = _blocks(each.minutes)
    plot = Plot(
        says=f"{place(each.place_id)}: {each.mean:.1f} people on average",
        height_px=STRIP_HEIGHT_PX,
        shapes=(
            Shape("area-soft", steps_area(xs, ys, spans_of(blocks, "maximum", is_covered=True, length_ms=BLOCK_MS))),
            Shape("area", steps_area(xs, ys, spans_of(blocks, "mean", is_covered=True, length_ms=BLOCK_MS))),
            Shape("area-faded", steps_area(xs, ys, spans_of(blocks, "maximum", is_covered=False, length_ms=BLOCK_MS))),
        ),
        x_ticks=time_ticks(day) if is_last else (),
        tips=tuple(
            Tip(
                xs.share(block.start_ms + BLOCK_MS / 2) * 100,
                f"{clock(block.start_ms, day.time_zone)} to {clock(block.start_ms + BLOCK_MS, day.time_zone)}: "
                f"{block.mean:.1f} people on average, {block.maximum} at most{watched(block)}",
            )
            for block in blocks
        ),
    )
    at_most = f", most {fullest.maximum} at {clock(fullest.start_ms, day.time_zone)}" if fullest else ""
    return Panel(place(each.place_id), f"{each.mean:.1f} on average{at_most}", (plot,))


def _blocks(minutes: tuple[Minute, ...]) -> tuple[Minute, ...]:
    """Return five minutes each as one: single minutes are too restless for a strip."""
    of_block: dict[int, list[Minute]] = {}
    for minute in minutes:
        of_block.setdefault(minute.start_ms - minute.start_ms % BLOCK_MS, []).append(minute)
    return tuple(
        Minute(
            start_ms,
            sum(minute.mean for minute in block) / len(block),
            max(minute.maximum for minute in block),
            sum(minute.coverage for minute in block) / len(block),
        )
        for start_ms, block in sorted(of_block.items())
    )


def _places_finding(ranked: list[Place], day: Day) -> str:
    if not ranked or ranked[0].fullest is None:
        return "No place was watched in this time"
    first, fullest = ranked[0], ranked[0].fullest
    at = clock(fullest.start_ms, day.time_zone)
    return (
        f"{place(first.place_id)} was the fullest place: {first.mean:.1f} people on average, {fullest.maximum} at {at}"
    )


def _dwell_plot(dwells: list[float]) -> Plot:
    bins = [0] * (DWELL_TOP_SECONDS // DWELL_BIN_SECONDS + 1)
    for seconds in dwells:
        bins[min(int(seconds // DWELL_BIN_SECONDS), len(bins) - 1)] += 1
    xs, ys = Scale(0, len(bins)), Scale(0, nice_ceiling(max(bins)))
    middle = median(dwells) / DWELL_BIN_SECONDS
    is_on_right = xs.share(middle) > RIGHT_PART
    return Plot(
        says=f"Histogram of {count(len(dwells))} visits, median {duration(median(dwells))}",
        height_px=TALL_HEIGHT_PX,
        shapes=(
            Shape(
                "bar",
                "".join(rectangle(xs, ys, left=i + 0.06, right=i + 0.94, bottom=0, top=n) for i, n in enumerate(bins)),
            ),
            Shape("median", vertical(xs, min(middle, len(bins)))),
        ),
        x_ticks=tuple(
            Tick(xs.share(seconds / DWELL_BIN_SECONDS) * 100, duration(seconds), bool(seconds % 60))
            for seconds in range(0, DWELL_TOP_SECONDS + 1, 30)
        ),
        y_ticks=count_ticks(ys.high),
        labels=(
            Label(
                min(100.0, xs.share(middle) * 100),
                4,
                f"median {duration(median(dwells))}",
                "before" if is_on_right else "after",
            ),
            Label(100, 100 - ys.share(bins[-1]) * 100, f"{duration(DWELL_TOP_SECONDS)} and longer", "above"),
        ),
        tips=tuple(
            Tip(
                xs.share(index + 0.5) * 100,
                f"{_bin_name(index, len(bins))}: {count(number)} visits, {share(number, len(dwells))}",
            )
            for index, number in enumerate(bins)
        ),
    )


def _bin_name(index: int, bins: int) -> str:
    start = duration(index * DWELL_BIN_SECONDS)
    return f"{start} and longer" if index == bins - 1 else f"{start} to {duration((index + 1) * DWELL_BIN_SECONDS)}"


def _stay_panel(place_id: str, seconds: tuple[float, ...], xs: Scale, *, is_last: bool) -> Panel:
    ys = Scale(0, 1)
    low, middle, high = _part(seconds, 0.1), median(seconds), _part(seconds, 0.9)
    plot = Plot(
        says=f"{place(place_id)}: median {duration(middle)}",
        height_px=RANGE_HEIGHT_PX,
        shapes=(
            Shape("baseline", horizontal(ys, 0.5)),
            Shape("range", f"M{xs.x(low)},{ys.y(0.5)}H{xs.x(high)}"),
            Shape("dot-large", dots(xs, ys, [(middle, 0.5)])),
        ),
        x_ticks=tuple(
            Tick(percent, duration(xs.high * percent / 100), percent % 50 != 0) for percent in (0, 25, 50, 75, 100)
        )
        if is_last
        else (),
        tips=(
            Tip(
                xs.share(middle) * 100,
                f"eight of ten between {duration(low)} and {duration(high)}, median {duration(middle)}",
            ),
        ),
    )
    return Panel(place(place_id), f"{count(len(seconds))} visits, median {duration(middle)}", (plot,))


def _traffic_plot(day: Day) -> Plot:
    xs = time_scale(day)
    top = nice_ceiling(max(max(each.in_count, each.out_count) for each in day.quarters))
    ys = Scale(0, top)
    return Plot(
        says=f"In and out by quarter of an hour, {count(day.came_in)} in altogether",
        height_px=TALL_HEIGHT_PX - 40,
        shapes=(
            Shape(
                "fill-strong", "".join(_quarter_bar(xs, ys, each, each.in_count, first=0.06) for each in day.quarters)
            ),
            Shape(
                "fill-grey", "".join(_quarter_bar(xs, ys, each, each.out_count, first=0.51) for each in day.quarters)
            ),
        ),
        x_ticks=time_ticks(day),
        y_ticks=count_ticks(top),
        tips=tuple(
            Tip(
                xs.share(each.start_ms + QUARTER_MS / 2) * 100,
                f"{clock(each.start_ms, day.time_zone)} to {clock(each.start_ms + QUARTER_MS, day.time_zone)}: "
                f"{count(each.in_count)} in, {count(each.out_count)} out",
            )
            for each in day.quarters
        ),
    )


def _quarter_bar(xs: Scale, ys: Scale, quarter: Quarter, number: int, *, first: float) -> str:
    left = quarter.start_ms + first * QUARTER_MS
    right = min(xs.high, left + 0.43 * QUARTER_MS)
    return rectangle(xs, ys, left=left, right=right, bottom=0, top=number) if right > left else ""


def _present_plot(day: Day) -> Plot:
    xs = time_scale(day)
    most = max((present for _, present in day.present), default=1)
    ys = Scale(0, nice_ceiling(most))
    ends = [minute_ms for minute_ms, _ in day.present[1:]] + [day.end_ms]
    spans = [
        (minute_ms + MINUTE_MS, end_ms + MINUTE_MS, present)
        for (minute_ms, present), end_ms in zip(day.present, ends, strict=True)
    ]
    spans = [(start, min(end, day.end_ms), present) for start, end, present in spans if start < day.end_ms]
    return Plot(
        says=f"People in the store, at most {people(most)}",
        height_px=STRIP_HEIGHT_PX * 2,
        shapes=(Shape("line", steps_line(xs, ys, spans)),),
        x_ticks=time_ticks(day),
        y_ticks=count_ticks(ys.high),
        labels=(Label(100, 6, "people in the store", "before"),),
        tips=tuple(
            Tip(xs.share(start) * 100, f"{clock(start, day.time_zone)}: {people(present)} in the store")
            for start, _, present in spans
        ),
    )


def _places_table(day: Day, ranked: list[Place]) -> TableView:
    rows = []
    for each in ranked:
        for start_ms, end_ms in pairwise(
            range(day.start_ms - day.start_ms % QUARTER_MS, day.end_ms + QUARTER_MS, QUARTER_MS)
        ):
            minutes = [minute for minute in each.minutes if start_ms <= minute.start_ms < end_ms]
            if minutes:
                mean = sum(minute.mean for minute in minutes) / len(minutes)
                coverage = sum(minute.coverage for minute in minutes) / 15
                most = max(minute.maximum for minute in minutes)
                rows.append(
                    (
                        place(each.place_id),
                        clock(start_ms, day.time_zone),
                        f"{mean:.1f}",
                        count(most),
                        share(coverage, 1),
                    )
                )
    return TableView(("Place", "From", "People, mean", "At most", "Watched"), tuple(rows))


def _dwell_table(day: Day) -> TableView:
    rows = (
        (
            place(place_id),
            count(len(seconds)),
            duration(sum(seconds) / len(seconds)),
            duration(_part(seconds, 0.1)),
            duration(median(seconds)),
            duration(_part(seconds, 0.9)),
        )
        for place_id, seconds in sorted(day.dwell_seconds.items())
    )
    return TableView(("Place", "Visits", "Mean", "One in ten under", "Median", "One in ten over"), tuple(rows))


def _part(rising: tuple[float, ...], part: float) -> float:
    """Return the value below which this part of the values lies, in proportion between the two nearest."""
    position = part * (len(rising) - 1)
    below = int(position)
    above = min(below + 1, len(rising) - 1)
    return rising[below] + (position - below) * (rising[above] - rising[below])
