"""The page and the terminal: the first answer, what is shown of a day, and what is not."""

from __future__ import annotations

import dataclasses
import io
import re

import pytest
from rich.console import Console

from alert_lab.candidates import Candidate
from alert_lab.grid import grid_of
from alert_lab.outcome import LabResult, evaluate
from alert_lab.page import Page, grid_table, key_numbers, lines, render
from alert_lab.recorded import RecordedDay
from alert_lab.report import show
from alert_lab.timeline import timeline_of
from alert_lab.verdicts import Judged
from alert_lab.words import headline
from contracts.rules import Store
from tests.alert_lab.days import MINUTE_MS, START_MS, candidate, day, judged, lane_events, read, rule

WIDE = rule(rule_id="open-a-lane", metric="lanes_open_vs_needed", on_level=1, off_level=0)


def recorded(lanes: int = 2) -> RecordedDay:
    """Return 20 minutes in which lanes have a queue of 5 minutes, with waits of 200 s."""
    lengths = [0.0] * 30 + [6.0] * 30 + [0.0] * 60
    waits = [200.0 if length else 30.0 for length in lengths]
    events = [event for number in range(lanes) for event in lane_events(lengths, waits, lane_id=f"lane-{number + 1}")]
    return day(events, minutes=20)


def page_of(*candidates: Candidate, days: tuple[RecordedDay, ...], past: tuple[Judged, ...] = ()) -> str:
    """Return the page of candidates over days, with the grids of the first one's rules."""
    results = tuple(evaluate(each, days, past) for each in candidates)
    grids = tuple(grid_of(candidates[0], each, days, past) for each in candidates[0].rules)
    return render(Page(results, grids, days, candidates[0]))


def result(name: str, alerts: int, missed: int | None) -> LabResult:
    """Return a result with so many alerts a day and missed minutes of 40."""
    one = evaluate(candidate(rule()), [recorded(1)])
    spans = one.spans[:1] * alerts
    only = dataclasses.replace(one.rules[0], alerts=alerts)
    over = None if missed is None else 40
    return LabResult(name, 1, (only,), spans, over_minutes=over, missed_minutes=missed)


HEADLINES = [
    ((result("now", 12, 3),), "12 alerts a day, and 3 of 40 minutes over the target went untold."),
    ((result("now", 1, None),), "1 alert a day."),
    (
        (result("now", 12, 3), result("late", 7, 9)),
        "“late” raises 7 alerts a day instead of 12 and leaves 9 of 40 minutes over the target untold, instead of 3.",
    ),
    (
        (result("now", 12, 3), result("late", 7, 3)),
        "“late” raises 7 alerts a day instead of 12 and leaves 3 of 40 minutes over the target untold, as now.",
    ),
    ((result("now", 12, None), result("late", 7, 3)), "“late” raises 7 alerts a day instead of 12."),
]


@pytest.mark.parametrize(("results", "sentence"), HEADLINES)
def test_the_first_answer(results: tuple[LabResult, ...], sentence: str) -> None:
    """One sentence: alerts a day and minutes untold, each candidate against the first."""
    assert headline(results) == sentence


def test_the_page_asks_for_nothing_else() -> None:
    """One file: no address, no script, styles and pictures inside."""
    page = page_of(candidate(rule()), days=(recorded(),))
    assert not re.search(r"""(src|href)=["']?(?!data:,)\w+:""", page)
    assert "<script" not in page
    assert "url(" not in page


def test_a_lane_has_a_panel_with_a_strip_for_each_candidate() -> None:
    """Two lanes, two candidates: two panels of two strips; the stricter one says that it has none."""
    page = page_of(candidate(rule()), candidate(rule(minimum_seconds=600), name="strict"), days=(recorded(),))
    assert page.count("<figure") == 2
    assert page.count('class="strip"') == 4
    assert page.count('class="bar"') == 2
    assert page.count("<small>no alert</small>") == 2
    assert "longest 3:20, 5 min over the target" in page


def test_bars_lie_where_alerts_stood() -> None:
    """Of 20 minutes the alert stood from 5:10 to 10:10: a bar from 25.8 % on, a quarter wide."""
    made = recorded(1)
    (panel,) = timeline_of(made, Store(), [evaluate(candidate(rule()), [made])]).panels
    ((bar,),) = (strip.bars for strip in panel.strips)
    assert bar.left == pytest.approx(25.83, abs=0.01)
    assert bar.width == pytest.approx(25.0, abs=0.01)
    assert bar.says == "long-queue: 00:05 to 00:10, worst 6"
    assert not bar.is_wide


def test_an_area_is_as_high_as_the_wait() -> None:
    """200 s of an axis that ends at 240 s: the top of the area lies at a sixth from above."""
    picture = timeline_of(recorded(1), Store(), [])
    assert picture.title == "store-1, Monday 21 September 2026, 00:00 to 00:20"
    assert picture.highest == "4:00"
    assert picture.target_percent == pytest.approx(25)
    assert "V166.7" in picture.panels[0].over
    assert "V875.0" in picture.panels[0].area


def test_minutes_without_readings_are_gaps() -> None:
    """Nothing is drawn between two stretches that were watched."""
    events = [*lane_events([6.0] * 6, [100.0] * 6)]
    later = [{**event, "event_time_ms": event["event_time_ms"] + 5 * MINUTE_MS} for event in events]
    picture = timeline_of(day(events + later, minutes=10), Store(), [])
    assert picture.panels[0].area.count("M") == 2


def test_without_waits_there_is_no_picture_of_lanes() -> None:
    """A store without queues has its rules and no empty frame."""
    spill = {"hazard_id": "h", "camera_id": "c", "zone_id": "z", "label": "spill", "confidence": 0.8}
    events = [{"kind": "hazard", "event_time_ms": START_MS + 1, "hazard": spill}]
    page = page_of(candidate(rule(metric="hazard.spill", on_level=0.5, off_level=0.5)), days=(day(events),))
    assert "<figure" not in page
    assert "What each rule would have done" in page


def test_names_are_not_markup() -> None:
    """A rule file called like a tag is shown as text."""
    page = page_of(candidate(rule(), name="<b>x</b>"), days=(recorded(1),))
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_the_grid_marks_the_present_and_the_suggested_setting() -> None:
    """One cell is marked as now; the reason is told; a suggestion is marked, where there is one."""
    made = recorded(1)
    grid = grid_of(candidate(rule()), read(rule()), [made], [judged(5, 10, "true")])
    table = grid_table(grid)
    marks = [cell.mark for _, cells in table.rows for cell in cells]
    assert (marks.count("now"), marks.count("suggested")) == (1, 0)
    assert not table.is_suggesting
    suggesting = dataclasses.replace(grid, suggested=grid.cells[0])
    marks = [cell.mark for _, cells in grid_table(suggesting).rows for cell in cells]
    assert marks.count("suggested") == 1


def test_a_rule_whose_settings_do_nothing_has_no_grid() -> None:
    """A table of zeros says nothing."""
    assert 'class="grid"' not in page_of(candidate(rule(on_level=100, off_level=50)), days=(recorded(1),))
    assert 'class="grid"' in page_of(candidate(rule()), days=(recorded(1),))


def test_each_rule_has_a_line_for_each_candidate() -> None:
    """A rule's name stands on its first line; the sums come last."""
    results = [evaluate(each, [recorded(1)]) for each in (candidate(rule()), candidate(rule(), WIDE, name="more"))]
    told = [(line.rule_id, line.candidate) for line in lines(results)]
    assert told == [
        ("long-queue", "now"),
        ("", "more"),
        ("open-a-lane", "more"),
        ("All rules", "now"),
        ("", "more"),
    ]


def test_key_numbers_compare() -> None:
    """One candidate's numbers come with their parts, two with the other's number."""
    (alone, *_) = key_numbers([result("now", 12, 3)])
    assert (alone.value, alone.remark) == ("12", "12 medium")
    alerts, _, missed, true = key_numbers([result("now", 12, 3), result("late", 7, 9)])
    assert (alerts.remark, missed.remark) == ("late: 7", "late: 9")
    assert (true.value, true.remark) == ("–", "nobody judged any yet")


def test_the_terminal_aligns_and_groups() -> None:
    """The first answer, a line for each rule, and the same reason told once for all its rules."""
    console = Console(width=100, file=io.StringIO(), record=True)
    made = (recorded(1),)
    both = candidate(rule(), rule(rule_id="other", on_level=4))
    show(console, (evaluate(both, made),), [grid_of(both, each, made) for each in both.rules])
    shown = console.export_text()
    assert shown.splitlines()[0].startswith("2 alerts a day")
    assert "long-queue, other: Too few verdicts" in shown
    assert max(len(line) for line in shown.splitlines()[2:8]) <= 100
