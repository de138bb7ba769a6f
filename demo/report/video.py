"""The report of one video: who came, from when to when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from demo.accounting import Accounting
from demo.lake import SQL_FOLDER, LakeReader, read_query
from demo.metrics import Metric
from demo.report.charts import Chart, Panel, TableView
from demo.report.numbers import groups_of
from demo.report.page import Page, Section, verdict
from demo.report.plots import Label, Plot, Scale, Shape, Tick, Tip, nice_ceiling, rectangle, steps_area
from demo.report.summary import KeyNumber
from demo.report.words import count, duration, people, place

_LABELLED = "The visits were labelled by hand, to about two pictures. The values come from the lake, by SQL."
_NOT_LABELLED = "Nobody labelled this video, so only the records are compared: those in the lake with those sent."
VISIT_HEIGHT_PX = 28
PRESENT_HEIGHT_PX = 72
MOST_TICKS = 8
_TICK_SECONDS = (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A visit read back from the lake; `number` counts within its zone, seconds from the first picture of the video."""

    zone_id: str
    number: int
    entered_seconds: float
    left_seconds: float
    dwell_seconds: float


def read_visits(lake: LakeReader, *, start_ms: int) -> list[SeenVisit]:
    """Return the visits of customers by zone and in the order of their start, those walking through left out."""
    return [
        SeenVisit(
            zone_id=row["zone_id"],
            number=row["number"],
            entered_seconds=(row["entered_ms"] - start_ms) / 1000,
            left_seconds=(row["left_ms"] - start_ms) / 1000,
            dwell_seconds=row["dwell_seconds"],
        )
        for row in lake.rows(read_query(SQL_FOLDER / "video" / "visits.sql").sql)
    ]


def video_page(
    visits: list[SeenVisit],
    metrics: Iterable[Metric],
    accounting: Accounting,
    *,
    title: str,
    length_seconds: float,
    facts: tuple[tuple[str, str], ...],
) -> Page:
    """Return the page of a video; its visits are judged only where somebody labelled them by hand."""
    judged = list(metrics)
    is_labelled = any(metric.family == "visits" for metric in judged)
    return Page(
        title=title,
        when=f"{duration(length_seconds)} of video",
        headline=headline(visits),
        verdict=verdict(judged, accounting, truth="hand-made labels" if is_labelled else "records that were sent"),
        key_numbers=tuple(key_numbers(visits)),
        sections=(Section("Who came", "plain", (visits_chart(visits, length_seconds),)),),
        accounting=accounting,
        groups=tuple(groups_of(judged)),
        truth_told=_LABELLED if is_labelled else _NOT_LABELLED,
        facts=facts,
    )


def headline(visits: list[SeenVisit]) -> str:
    """Return the sentence that one watched the video for."""
    if not visits:
        return "Nobody stayed for 5 seconds or longer."
    dwells = [visit.dwell_seconds for visit in visits]
    return f"{tally(visits)}, from {duration(min(dwells))} to {duration(max(dwells))} long."


def key_numbers(visits: list[SeenVisit]) -> list[KeyNumber]:
    """Return the numbers that carry the sentence."""
    if not visits:
        return []
    dwells = [visit.dwell_seconds for visit in visits]
    longest = max(visits, key=lambda visit: visit.dwell_seconds)
    numbers = [
        KeyNumber(count(len(visits)), "visits", f"in {people_places(visits)}"),
        KeyNumber(duration(median(dwells)), "typical visit", f"{duration(sum(dwells))} altogether"),
        KeyNumber(duration(longest.dwell_seconds), "longest visit", f"from {duration(longest.entered_seconds)} on"),
    ]
    together = most_at_once(visits)
    return [*numbers, KeyNumber(count(together), "at the same time", "at most")] if together > 1 else numbers


def visit_name(visits: list[SeenVisit]) -> Callable[[SeenVisit], str]:
    """Return how a visit is named: by its number, and by its place where there are several."""
    is_one_place = len({visit.zone_id for visit in visits}) == 1
    return lambda visit: f"{'Visit' if is_one_place else place(visit.zone_id)} {visit.number}"


def tally(visits: list[SeenVisit]) -> str:
    """Return how many visits there were, and to which places where there are several.

    >>> tally([])
    '0 visits'
    """
    noun = "visit" if len(visits) == 1 else "visits"
    of_place = Counter(visit.zone_id for visit in visits)
    places = ", ".join(f"{count(number)} to {place(zone_id)}" for zone_id, number in of_place.items())
    return f"{count(len(visits))} {noun}" + (f": {places}" if len(of_place) > 1 else "")


def most_at_once(visits: list[SeenVisit]) -> int:
    """Return how many were there at the same time at most; 0 when nobody came."""
    return max((number for _, _, number in presence(visits)), default=0)


def people_places(visits: list[SeenVisit]) -> str:
    """Return the places that were visited, in words."""
    return ", ".join(sorted({place(visit.zone_id) for visit in visits}))


def visits_chart(visits: list[SeenVisit], length_seconds: float) -> Chart:
    """Each visit as a bar over the video's time, and how many were there at once."""
    xs = Scale(0, max(length_seconds, max((visit.left_seconds for visit in visits), default=0)))
    name = visit_name(visits)
    bars = tuple(_visit_panel(name(visit), visit, xs, is_last=visit is visits[-1]) for visit in visits)
    together = most_at_once(visits)
    at_once = (Panel("At once", f"{people(together)} at most", (_present_plot(visits, xs),)),) if together > 1 else ()
    return Chart(
        name="visits",
        finding=_finding(together),
        axes="Each bar is one visit; time in the video.",
        layout="strips",
        panels=(*at_once, *bars),
        table=TableView(
            ("Visit", "Place", "Entered", "Left", "Length"), tuple(_row(name(visit), visit) for visit in visits)
        ),
        empty="Nobody was seen for long enough. Is somebody in the picture, at least 50 pixels high?",
    )


def _finding(together: int) -> str:
    if together > 1:
        return f"Up to {people(together)} were there at the same time"
    return "They came one after another" if together else "Nobody came"


def presence(visits: list[SeenVisit]) -> list[tuple[float, float, int]]:
    """Return `(start, end, people)` between any two instants at which somebody came or went."""
    instants = sorted({instant for visit in visits for instant in (visit.entered_seconds, visit.left_seconds)})
    return [
        (start, end, sum(visit.entered_seconds <= start and end <= visit.left_seconds for visit in visits))
        for start, end in pairwise(instants)
    ]


def _present_plot(visits: list[SeenVisit], xs: Scale) -> Plot:
    spans = presence(visits)
    ys = Scale(0, nice_ceiling(max(number for _, _, number in spans)))
    return Plot(
        says="People at the same time",
        height_px=PRESENT_HEIGHT_PX,
        shapes=(Shape("area", steps_area(xs, ys, [span for span in spans if span[2]])),),
        labels=(Label(0, 0, f"{ys.high:g}", "after"),),
        tips=tuple(
            Tip(xs.share((start + end) / 2) * 100, f"{duration(start)} to {duration(end)}: {people(number)}")
            for start, end, number in spans
        ),
    )


def _visit_panel(name: str, visit: SeenVisit, xs: Scale, *, is_last: bool) -> Panel:
    ys = Scale(0, 1)
    bar = rectangle(xs, ys, left=visit.entered_seconds, right=visit.left_seconds, bottom=0.2, top=0.8)
    said = f"{duration(visit.entered_seconds)} to {duration(visit.left_seconds)}"
    plot = Plot(
        says=f"{name}: {said}",
        height_px=VISIT_HEIGHT_PX,
        shapes=(Shape("baseline", "M0,500H1000"), Shape("bar", bar)),
        x_ticks=_ticks(xs) if is_last else (),
        tips=(
            Tip(xs.share((visit.entered_seconds + visit.left_seconds) / 2) * 100, f"{place(visit.zone_id)}, {said}"),
        ),
    )
    return Panel(name, duration(visit.dwell_seconds), (plot,))


def _ticks(xs: Scale) -> tuple[Tick, ...]:
    every = next((step for step in _TICK_SECONDS if xs.high / step <= MOST_TICKS), _TICK_SECONDS[-1])
    return tuple(
        Tick(xs.share(seconds) * 100, duration(seconds), bool((seconds // every) % 2))
        for seconds in range(0, int(xs.high) + 1, every)
    )


def _row(name: str, visit: SeenVisit) -> tuple[str, ...]:
    return (
        name,
        place(visit.zone_id),
        duration(visit.entered_seconds),
        duration(visit.left_seconds),
        f"{visit.dwell_seconds:.1f} s",
    )
