"""The report: one file that says first what its reader came for."""

from __future__ import annotations

import dataclasses
import doctest
import re
from html.parser import HTMLParser

import pytest

from demo.accounting import Accounting
from demo.lake import LakeReader
from demo.metrics import Metric
from demo.outputs import result_of
from demo.report import words
from demo.report.model import (
    Day,
    Estimate,
    Minute,
    Place,
    PlaceHour,
    Quarter,
    QueueJourney,
    WaitHour,
    read_day,
)
from demo.report.page import render, simulated_page
from demo.report.plots import Scale, nice_ceiling, steps_area
from demo.report.video import SeenVisit, headline, presence, tally, video_page, visit_name
from sim.run import PlannedRun

START_MS = 1_789_970_400_000
"""2026-09-21 08:00 in Berlin."""
MINUTE_MS = 60_000
TITLE = "A small store"


@pytest.fixture
def small_day() -> Day:
    """Ten minutes with one lane, one aisle and three people who queued."""
    minutes = tuple(Minute(START_MS + i * MINUTE_MS, 1.5, 3, 1.0, MINUTE_MS) for i in range(10))
    return Day(
        start_ms=START_MS,
        end_ms=START_MS + 10 * MINUTE_MS,
        time_zone="Europe/Berlin",
        target_wait_seconds=180,
        places=(Place("aisle-1", "aisle", minutes),),
        lanes=(Place("lane-1", "lane", minutes),),
        journeys=(
            QueueJourney("lane-1", START_MS, "served", 60.0),
            QueueJourney("lane-1", START_MS + MINUTE_MS, "served", 240.0),
            QueueJourney("lane-1", START_MS + 2 * MINUTE_MS, "abandoned", 200.0),
        ),
        dwell_seconds={"aisle-1": (10.0, 45.0, 200.0)},
        quarters=(Quarter(START_MS, 1204, 1100),),
        present=((START_MS, 40), (START_MS + 5 * MINUTE_MS, 104)),
        place_hours=(PlaceHour("aisle-1", "aisle", START_MS, "poor", 10 / 60, 1.0, 0.0, 0.0, None),),
        cameras=1,
        camera_minutes=10,
        wait_hours=(
            WaitHour(
                lane_id="lane-1",
                start_ms=START_MS,
                joined=3,
                served=2,
                abandoned=1,
                censored=0,
                median=Estimate(240.0, 60.0, None),
                p90=Estimate(240.0, 60.0, None),
                late=Estimate(2 / 3, 0.1, 0.9),
                served_median=60.0,
                served_p90=240.0,
            ),
        ),
    )


@pytest.fixture
def metrics() -> list[Metric]:
    """Two right metrics and one wrong one."""
    return [
        Metric("visits.aisle-1", 3, 3, 0.0, 0.0, "visits", "visits"),
        Metric("wait_seconds_mean", 150.2, 150.0, 0.2, 1.0, "s", "waits"),
        Metric("served", 3, 2, 1.0, 0.0, "journeys", "journeys"),
    ]


def test_report_opens_with_the_answer(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: the first heading says who came and how long they waited, with unit and time; then the verdict."""
    html = _rendered(small_day, metrics, accounting)
    assert "<h1>1\u202f204 people came in between 08:00 and 08:10. Half of the served waited less than 2:30" in html
    assert "1 of 3 numbers differ from the simulated truth." in html
    assert html.index("<h1>") < html.index("1 of 3 numbers") < html.index('class="key-numbers"')


def test_report_asks_for_nothing_else(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: the file works without a network: no address, no import, no file beside it."""
    html = _rendered(small_day, metrics, accounting)
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", html) == []
    assert re.findall(r"""\b(?:src|srcset|poster|data)\s*=\s*["'][^"']""", html) == []
    assert "@import" not in html
    assert "url(" not in html


def test_report_is_well_formed(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: every element that is opened is closed, in order."""
    _Balanced().check(_rendered(small_day, metrics, accounting))


def test_every_chart_has_a_table(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: what is drawn can be read as a table, and is described to those who do not see it."""
    html = _rendered(small_day, metrics, accounting)
    assert html.count('<figure class="chart') == html.count("Show as a table") == 8
    assert html.count('role="img"') == html.count('role="img" aria-label="')


def test_waits_are_told_against_the_target(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: the target line has its name, the outcome of each journey its own sign and words."""
    html = _rendered(small_day, metrics, accounting)
    assert "target 3:00" in html
    assert "08:02: gave up after 3:20" in html
    assert "1 person gave up, half of them before 3:20" in html


def test_poor_coverage_is_faded_and_says_why(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: a value under poor coverage is not drawn like a good one."""
    good, *rest = small_day.lanes[0].minutes
    poor = dataclasses.replace(good, coverage=0.5)
    lanes = (dataclasses.replace(small_day.lanes[0], minutes=(poor, *rest)),)
    html = _rendered(dataclasses.replace(small_day, lanes=lanes), metrics, accounting)
    assert "watched 50% of the time only" in html
    assert '<path class="area-faded"' in html


def test_no_data_is_not_zero(planned: PlannedRun, accounting: Accounting) -> None:
    """Rule: an unwatched store is told as such, and each empty chart says what would fill it."""
    (truth,) = planned.truth.stores
    empty = read_day(
        LakeReader({}),
        time_zone="Europe/Berlin",
        target_wait_seconds=180,
        start_ms=truth.start_ms,
        end_ms=truth.end_ms,
    )
    html = _rendered(empty, [], accounting)
    assert "No data came from the store" in html
    assert "0 people" not in html
    assert html.count('class="empty"') == 8


def test_names_from_outside_are_escaped(small_day: Day, metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: a zone's name is text, whatever it holds."""
    places = (dataclasses.replace(small_day.places[0], place_id="<script>alert(1)</script>"),)
    html = _rendered(dataclasses.replace(small_day, places=places), metrics, accounting)
    assert "<script>alert" not in html.lower()


def test_whole_day_of_the_simulator_is_drawn(
    truthful_lake: LakeReader, planned: PlannedRun, accounting: Accounting
) -> None:
    """Rule: what the lake holds is what is drawn: every lane, every place, no empty chart."""
    (truth,) = planned.truth.stores
    day = read_day(
        truthful_lake,
        time_zone="Europe/Berlin",
        target_wait_seconds=180,
        start_ms=truth.start_ms,
        end_ms=truth.end_ms,
    )
    html = _rendered(day, [], accounting)
    assert day.came_in == truth.traffic.in_count
    assert len(day.journeys) == truth.checkout.joined
    assert 'class="empty"' not in html
    assert all(f"<b>{words.place(lane.lane_id)}</b>" in html for lane in truth.lanes)


def test_video_report(accounting: Accounting) -> None:
    """Rule: the video's page lists each visit in the video's own time, and says that nobody labelled it."""
    visits = [SeenVisit("hall", 1, 6.0, 19.8, 13.8), SeenVisit("hall", 2, 15.0, 45.0, 30.0)]
    html = render(video_page(visits, [], accounting, title="One by one", length_seconds=139.4, facts=()))
    _Balanced().check(html)
    assert "<h1>2 visits, from 0:14 to 0:30 long.</h1>" in html
    assert "Nobody labelled this video" in html
    assert headline([]) == "Nobody stayed for 5 seconds or longer."


def test_visits_to_several_places_are_told_apart() -> None:
    """Rule: who stands in two zones at once is one visit to each, and the number is never told without its place."""
    visits = [SeenVisit("hall", 1, 0, 20, 20), SeenVisit("table", 1, 5, 15, 10)]
    assert tally(visits) == "2 visits: 1 to Hall, 1 to Table"
    assert [visit_name(visits)(visit) for visit in visits] == ["Hall 1", "Table 1"]
    assert visit_name(visits[:1])(visits[0]) == "Visit 1"


def test_presence_counts_who_is_there_at_once() -> None:
    """Rule: between any two instants of coming and going the number present is constant."""
    visits = [SeenVisit("a", 1, 0, 10, 10), SeenVisit("a", 2, 5, 15, 10)]
    assert presence(visits) == [(0, 5, 1), (5, 10, 2), (10, 15, 1)]


def test_gaps_are_drawn_as_gaps() -> None:
    """Rule: minutes that nobody watched break the area; touching ones do not."""
    path = steps_area(Scale(0, 4), Scale(0, 1), [(0, 1, 0.5), (1, 2, 0.5), (3, 4, 0.5)])
    assert path.count("M") == 2


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 4), (4.2, 5), (7, 10), (74, 100), (0.3, 0.4)])
def test_axes_end_on_round_numbers(value: float, top: float) -> None:
    """Rule: an axis ends on the next round number."""
    assert nice_ceiling(value) == pytest.approx(top)


def test_result_for_machines(metrics: list[Metric], accounting: Accounting) -> None:
    """Rule: report.json holds value, truth and error by name, the five numbers of the accounting, and the verdict."""
    result = result_of(metrics, accounting, run={"seed": 7})
    assert result["metrics"]["served"] == {
        "value": 3,
        "truth": 2,
        "error": 1.0,
        "allowance": 0.0,
        "unit": "journeys",
        "source": "journeys",
        "is_right": False,
    }
    assert result["accounting"] == {"received": 1052, "accepted": 1040, "rejected": 2, "late": 0, "duplicate": 10}
    assert result["is_right"] is False


def test_words_are_as_documented() -> None:
    """Rule: the examples in the docstrings of words hold."""
    assert doctest.testmod(words).failed == 0


def _rendered(day: Day, metrics: list[Metric], accounting: Accounting) -> str:
    return render(simulated_page(day, metrics, accounting, title=TITLE, facts=(("Scenario", "small"),)))


class _Balanced(HTMLParser):
    """Fails on an element that is closed out of order, or never."""

    _VOID = frozenset({"meta", "link", "br"})

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def check(self, html: str) -> None:
        """Read a whole document."""
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is open."""
        if tag not in self._VOID and (tag != "path"):
            self._open.append(tag)
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element without content."""

    def handle_endtag(self, tag: str) -> None:
        """Close the last one opened."""
        assert self._open.pop() == tag
