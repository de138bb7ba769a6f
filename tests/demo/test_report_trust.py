"""The report's sections on how sure its numbers are: grades, waits of everybody, the books, faults."""

from __future__ import annotations

import dataclasses
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from contracts.tables import TABLES
from demo.accounting import Accounting
from demo.audit import Audited
from demo.lake import LakeReader
from demo.metrics import Metric, unjudged
from demo.outputs import result_of, write_report
from demo.report.books import books_of
from demo.report.estimates import estimates_chart, left_out
from demo.report.model import CameraGap, Day, Estimate, PlaceHour, WaitHour, read_day
from demo.report.page import Page, render, simulated_page
from demo.report.trust import caveat, quality_chart, rule
from demo.report.words import THIN_SPACE
from demo.terminal import make_console, print_metrics
from glue.schemas import arrow_schema_of
from glue.views import load_checks
from sim.run import PlannedRun

START_MS = 1_789_970_400_000
"""2026-09-21 08:00 in Berlin."""
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
PERCENT = f"{THIN_SPACE}%"
GOOD = PlaceHour("aisle-1", "aisle", START_MS, "good", 1.0, 1.0, 0.0, 0.0, None)
GAP = CameraGap("cam-1", "down", START_MS + 5 * MINUTE_MS, START_MS + 7 * MINUTE_MS, 0.0, ("aisle-1",))


@pytest.fixture
def store_day(truthful_lake: LakeReader, planned: PlannedRun) -> Day:
    """The synthetic lake's day."""
    return _day(truthful_lake, planned)


def test_waits_of_everybody_are_read_by_lane_and_hour(store_day: Day, planned: PlannedRun) -> None:
    """Rule: each lane and hour of joining has its estimate, and the outcomes add up to those who joined."""
    (truth,) = planned.truth.stores
    assert sum(each.joined for each in store_day.wait_hours) == truth.checkout.joined
    assert all(each.joined == each.served + each.abandoned + each.censored for each in store_day.wait_hours)
    lanes = {journey.lane_id for journey in truth.journeys}
    assert {each.lane_id for each in store_day.wait_hours} == lanes
    assert len(estimates_chart(store_day).panels) == len(lanes)


def test_wait_is_told_with_its_limits() -> None:
    """Rule: every estimate is told with its limits, and beside it the wait among the served alone."""
    day = _small(wait_hours=(_wait_hour(Estimate(370.0, 198.0, 383.0)),))
    (panel,) = estimates_chart(day).panels
    (tip,) = panel.plots[0].tips
    assert "typical wait 6:10 (3:18 to 6:23), 5:54 among the served only" in tip.text
    assert "one in ten over 8:00 (6:40 or more)" in tip.text
    assert "33 people joined: 21 served, 4 gave up, 8 lost from sight" in tip.text
    assert f"75{PERCENT} (55{PERCENT} to 87{PERCENT}) wait over 3:00" in panel.plots[1].tips[0].text
    assert "6:10 (with 95 % confidence 3:18 to 6:23)" in estimates_chart(day).finding


def test_unknown_limit_is_open_and_unknown_value_is_not_drawn() -> None:
    """Rule: without an upper limit the interval runs dashed to the top; what is not known has no dot and no zero."""
    open_ended = _waits_looks(_small(wait_hours=(_wait_hour(Estimate(370.0, 198.0, None)),)))
    assert open_ended["interval-open"].count("V0") == 2
    assert open_ended["dot-large"]
    unknown = _small(wait_hours=(_wait_hour(Estimate(None, None, None)),))
    assert _waits_looks(unknown)["dot-large"] == ""
    assert estimates_chart(unknown).table.rows[0][6:8] == ("not known", "not known")
    assert estimates_chart(unknown).finding.startswith("Too few queued")


def test_long_day_names_only_hours_that_fit() -> None:
    """Rule: on a long day some hours have no name on the axis, and every one has its tip and its row."""
    hour = _wait_hour(Estimate(370.0, 198.0, 383.0))
    hours = tuple(dataclasses.replace(hour, start_ms=START_MS + number * HOUR_MS) for number in range(12))
    chart = estimates_chart(dataclasses.replace(_small(wait_hours=hours), end_ms=START_MS + 12 * HOUR_MS))
    plot = chart.panels[0].plots[1]
    assert [tick.label for tick in plot.x_ticks] == ["08:00", "10:00", "12:00", "14:00", "16:00", "18:00"]
    assert len(plot.tips) == len(chart.table.rows) == 12


def test_those_left_out_are_counted() -> None:
    """Rule: the section says whom the wait among the served leaves out, and nothing false where it leaves out none."""
    assert "33 who joined, 4 people gave up and 8 people were lost" in left_out(
        _small(wait_hours=(_wait_hour(Estimate(370.0, 198.0, 383.0)),))
    )
    all_served = dataclasses.replace(_wait_hour(Estimate(1.0, None, None)), joined=2, served=2, abandoned=0, censored=0)
    assert "All 2 who joined were served" in left_out(_small(wait_hours=(all_served,)))


def test_each_place_and_hour_has_its_grade(store_day: Day) -> None:
    """Rule: every lane and every other place has a cell for each hour, with the grade in words."""
    heat = quality_chart(store_day).heat
    assert heat is not None
    places = {each.place_id for each in store_day.places} | {each.place_id for each in store_day.lanes}
    assert len(heat.rows) == len(places)
    cells = [cell for _, row in heat.rows for cell in row]
    assert all(cell is not None and cell.grade in ("good", "fair", "poor", "none") for cell in cells)


def test_part_of_an_hour_says_so(store_day: Day) -> None:
    """Rule: an hour that the run cuts short is not painted as badly watched, and the page says why it is graded low."""
    chart = quality_chart(store_day)
    assert chart.heat is not None
    assert {cell.look for _, row in chart.heat.rows for cell in row if cell} == {"grade-part"}
    assert any("although those minutes were watched" in note for note in chart.notes)


def test_reason_for_a_worse_grade_is_told() -> None:
    """Rule: what kept an hour from being good stands in its cell, and the rule with every bound above."""
    fair = dataclasses.replace(GOOD, quality="fair", lost_share=0.1111)
    chart = quality_chart(_small(place_hours=(fair,)))
    assert chart.heat is not None
    (_, (cell,)) = chart.heat.rows[0]
    assert cell is not None
    assert (cell.grade, cell.figures, cell.why) == (
        "fair",
        f"100{PERCENT} · 100{PERCENT}",
        f"lost from sight 11.1{PERCENT}",
    )
    assert all(f"{bound}{PERCENT}" in rule() for bound in (95, 90, 1, 10, 20, 80, 70, 5, 25, 100))


def test_camera_that_was_down_is_told_first() -> None:
    """Rule: what a camera missed stands beside the first answer and is named unknown, not zero."""
    day = _small(place_hours=(GOOD,), camera_gaps=(GAP,), cameras=1, camera_minutes=60)
    assert caveat(day) == "Cam 1 did not see for 2 minutes: what happened there then is in no number here."
    (note,) = quality_chart(day).notes
    assert note.startswith("Cam 1 gave no picture from 08:05 to 08:07, 2 minutes. What happened at Aisle 1 then")
    assert "not known, not zero" in note
    html = render(_page(day, []))
    assert html.index("<h1>") < html.index('class="caveat"') < html.index("<h2>")


def test_silence_of_the_cameras_is_no_good_news() -> None:
    """Rule: without a word of the cameras' health nothing is claimed, and minutes without one are counted."""
    assert "not known" in quality_chart(_small(place_hours=(GOOD,))).notes[0]
    some = _small(place_hours=(GOOD,), cameras=2, camera_minutes=100)
    assert any(note.startswith("In 20 of 120 minutes a camera told nothing") for note in quality_chart(some).notes)


def test_gaps_of_cameras_are_read_from_their_health(tables: dict[str, pa.Table], planned: PlannedRun) -> None:
    """Rule: bad minutes in a row are one gap, with the places that the camera watches."""
    (truth,) = planned.truth.stores
    states = ["ok", "down", "down", "ok", "down"]
    schema = arrow_schema_of(TABLES["camera_minute_v1"])
    rows = [
        {
            "store_id": truth.store_id,
            "camera_id": "camera",
            "window_start": _instant(truth.start_ms + minute * MINUTE_MS),
            "state": state,
            "up_share": float(state == "ok"),
            "quality": "good" if state == "ok" else "none",
        }
        for minute, state in enumerate(states)
    ]
    health = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)
    day = _day(LakeReader(tables | {"camera_minute_v1": health}), planned)
    lengths = [(gap.end_ms - gap.start_ms) // MINUTE_MS for gap in day.camera_gaps]
    assert lengths == [2, 1]
    assert "lane-1" in day.camera_gaps[0].places
    assert (day.cameras, day.camera_minutes) == (1, 5)


def test_every_check_of_the_books_is_listed(accounting: Accounting) -> None:
    """Rule: each check stands in the report once, under what it holds, with holds, warns or fails in words."""
    audited = _audited()
    books = books_of(audited)
    sentences = [line.sentence for group in books.groups for line in group.lines]
    assert sorted(sentences) == sorted(each.check.sentence for each in audited)
    marks = [line.mark for group in books.groups for line in group.lines]
    assert (marks.count("fails"), marks.count("warns")) == (1, 1)
    assert "1 fails, 1 warns" in books.finding
    html = render(_page(_small(), [], accounting=accounting, audited=audited))
    assert "zone_id aisle-1, error 3" in html
    assert "1 check of the books fails." in html
    assert "nothing got lost" not in html
    assert "received = accepted + rejected + late + duplicate" in html


def test_report_without_an_audit_claims_none(accounting: Accounting) -> None:
    """Rule: where nobody asked the checks, the page does not say that they hold."""
    html = render(_page(_small(), [], accounting=accounting))
    assert "checks hold" not in html
    assert 'id="faults"' not in html


def test_faults_are_told_in_words() -> None:
    """Rule: what was done on purpose is listed with how often; what did not happen, and mere totals, are not."""
    counts = {"sent": 200, "stays": 50, "id_switches": 5, "camera_down": 1, "outages": 0, "gremlins": 3}
    faults = books_of(fault_counts=counts).faults
    assert [(fault.name, fault.times) for fault in faults] == [
        ("A camera gave no picture for a while", "once"),
        ("Somebody was taken for another person", f"5 of 50 stays in a place, 10{PERCENT}"),
        ("Gremlins", "3 times"),
    ]
    assert books_of(fault_counts={"sent": 200, "outages": 0}).faults == ()
    assert "What went wrong on purpose" in render(_page(_small(), [], fault_counts=counts))


def test_unjudged_metrics_show_their_error_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Rule: with faults no number is called right or wrong, in the report, in report.json and on the terminal."""
    known = unjudged([Metric("served", 3, 2, 1.0, 0.0, "journeys", "journeys")])
    html = render(_page(_small(), known))
    assert "1 number shows its error and is not judged" in html
    row = re.search(r'<tr class="head"><th scope="row">Served</th>.*?</tr>', html)
    assert row is not None
    assert "<td>3</td><td>2</td><td>1</td><td>not judged</td>" in row[0]
    assert "✓" not in row[0]
    assert "wrong" not in row[0]
    told = result_of(known, _accounting(), run={})["metrics"]["served"]
    assert (told["error"], told["is_right"]) == (1.0, None)
    print_metrics(make_console(), known)
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("served"))
    assert line.split() == ["served", "3", "2", "1"]


def test_judged_among_the_unjudged_keep_their_mark() -> None:
    """Rule: what must hold in spite of the faults is judged, and a wrong one still makes the verdict."""
    of_lake = unjudged([Metric("served", 3, 2, 1.0, 0.0, "journeys", "journeys")])
    promised = Metric("wait_error_share", 0.2, 0.0, 0.2, 0.1, "share", "lanes")
    assert not _page(_small(), [*of_lake, promised]).verdict.is_right
    holding = dataclasses.replace(promised, value=0.05, error=0.05)
    page = _page(_small(), [*of_lake, holding])
    assert page.verdict.is_right
    assert page.verdict.text.endswith("The one that must hold all the same did.")


def test_links_lead_to_the_page_of_the_metrics(folder: Path) -> None:
    """Rule: from where the report lies, each link to a metric leads to the page and a heading that are there."""
    path = write_report(folder, _page(_small(), []))
    links = re.findall(r'href="([^"]*metrics\.md)#([^"]+)"', path.read_text(encoding="utf-8"))
    assert len(links) == 2
    for link, anchor in links:
        headings = re.findall(r"^## (.+)$", Path(os.path.normpath(folder.resolve() / link)).read_text("utf-8"), re.M)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def _instant(instant_ms: int) -> datetime:
    return datetime.fromtimestamp(instant_ms / 1000, UTC)


def _waits_looks(day: Day) -> dict[str, str]:
    (panel,) = estimates_chart(day).panels
    return {shape.look: shape.path for shape in panel.plots[0].shapes}


def _wait_hour(median: Estimate) -> WaitHour:
    return WaitHour(
        lane_id="lane-4",
        start_ms=START_MS,
        joined=33,
        served=21,
        abandoned=4,
        censored=8,
        median=median,
        p90=Estimate(480.0, 400.0, None),
        late=Estimate(0.752, 0.549, 0.873),
        served_median=354.0,
        served_p90=405.0,
    )


def _audited() -> list[Audited]:
    """Every check: one fails, one warns, the others hold."""
    checks = load_checks()
    broken = {next(each.name for each in checks if not each.is_warning): ({"zone_id": "aisle-1", "error": 3},)}
    broken |= {next(each.name for each in checks if each.is_warning): ({"zone_id": "aisle-2", "error": 1},)}
    return [Audited(check, broken.get(check.name, ())) for check in checks]


def _small(
    *,
    place_hours: tuple[PlaceHour, ...] = (),
    wait_hours: tuple[WaitHour, ...] = (),
    camera_gaps: tuple[CameraGap, ...] = (),
    cameras: int = 0,
    camera_minutes: int = 0,
) -> Day:
    """Return one whole hour with nothing in it but what is given."""
    return Day(
        start_ms=START_MS,
        end_ms=START_MS + HOUR_MS,
        time_zone="Europe/Berlin",
        target_wait_seconds=180,
        places=(),
        lanes=(),
        journeys=(),
        dwell_seconds={},
        quarters=(),
        present=(),
        place_hours=place_hours,
        camera_gaps=camera_gaps,
        cameras=cameras,
        camera_minutes=camera_minutes,
        wait_hours=wait_hours,
    )


def _day(lake: LakeReader, planned: PlannedRun) -> Day:
    (truth,) = planned.truth.stores
    return read_day(
        lake, time_zone="Europe/Berlin", target_wait_seconds=180, start_ms=truth.start_ms, end_ms=truth.end_ms
    )


def _accounting() -> Accounting:
    return Accounting(received=1, in_stream=1, accepted=1, rejected=0, late=0, duplicate=0, reasons=(), problems=())


def _page(
    day: Day,
    metrics: list[Metric],
    *,
    accounting: Accounting | None = None,
    audited: list[Audited] | None = None,
    fault_counts: dict[str, int] | None = None,
) -> Page:
    return simulated_page(
        day,
        metrics,
        accounting or _accounting(),
        title="A small store",
        facts=(),
        audited=audited or (),
        fault_counts=fault_counts,
    )
