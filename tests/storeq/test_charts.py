"""Charts: what is drawn of an answer, and that it is drawn as its header says."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from contracts.tables import PEAK, PERIOD
from glue.views import View
from storeq.compile import compile_question
from storeq.engines.duckdb import DuckDB
from storeq.errors import StoreqError
from storeq.formats.answered import Answered
from storeq.formats.chart.data import panels_of
from storeq.formats.chart.drawing import MOST_ROWS, draw
from storeq.formats.chart.page import chart_page, chart_svg
from storeq.formats.chart.scales import measure_scale, place_scale
from storeq.formats.chart.spec import chart_of
from storeq.ordering import date_column
from storeq.questions import Column, Question
from storeq.scope import Scope
from tests.storeq.asking import HOLIDAYS, LIBRARY, NAMES

DRAWN = [name for name in NAMES if LIBRARY.find(name).view.chart]
COLUMNS = (
    Column("store_id", "VARCHAR", "Store"),
    Column("zone_id", "VARCHAR", "Zone"),
    Column("business_date", "DATE", "Date"),
    Column("visits", "BIGINT", "Visits"),
    Column("baseline_visits", "BIGINT", "Visits a year before"),
    Column("coverage", "DOUBLE", "Share that was watched"),
)
SCHEMA = pa.schema(
    [
        ("store_id", pa.string()),
        ("zone_id", pa.string()),
        ("business_date", pa.date32()),
        ("visits", pa.int64()),
        ("baseline_visits", pa.int64()),
        ("coverage", pa.float64()),
    ]
)
DAY = dt.date(2026, 11, 1)


def row(day: int = 0, visits: int | None = 10, **changes: Any) -> dict[str, Any]:
    """Return a row of one zone and day."""
    date = DAY + dt.timedelta(days=day)
    return {
        "store_id": "a",
        "zone_id": "dairy",
        "business_date": date,
        "visits": visits,
        "baseline_visits": None,
        "coverage": 1.0,
    } | changes


def answered(chart: str, rows: list[dict[str, Any]]) -> Answered:
    """Return an answer with these rows that is drawn so."""
    view = View("visits_of", "How many visits?", "one zone and date", (), "SELECT 1", chart=chart)
    return Answered(Question(view, (view,), (), COLUMNS), Scope(), pa.Table.from_pylist(rows, schema=SCHEMA))


def drawn(chart: str, rows: list[dict[str, Any]], *, width: int = 960) -> ET.Element:
    """Return the first panel's drawing."""
    found = answered(chart, rows)
    spec = chart_of(found.question)
    return draw(panels_of(found, spec)[0], spec, width).root


def looks(root: ET.Element, tag: str) -> list[str]:
    """Return the classes of all elements of a kind."""
    return [element.get("class", "") for element in root.iter(tag)]


@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_of_the_views_can_be_drawn(sample_engine: DuckDB, name: str) -> None:
    """Each `-- chart:` line names columns of its view, and gives a page and an SVG that are well formed."""
    question = LIBRARY.find(name)
    has_dates = question.reads(PERIOD) or question.reads(PEAK) or date_column(question) is not None
    scope = Scope(period=HOLIDAYS if has_dates else None)
    rows = sample_engine.run(compile_question(question, scope, sample_engine.place)).rows
    page = chart_page(Answered(question, scope, rows))
    assert question.view.question.replace("'", "&#39;") in page
    assert not re.search(r"(src|href)=", page)
    ET.fromstring(chart_svg(Answered(question, scope, rows)))


def test_a_missing_day_and_an_unknown_value_are_gaps() -> None:
    """A line ends before a day without a row, or without a value, and begins again behind it."""
    root = drawn("line x=business_date y=visits", [row(0), row(1), row(2, None), row(3), row(4), row(6), row(7)])
    assert looks(root, "path") == ["line series-0"] * 3


def test_bars_stand_on_zero_beside_the_year_before() -> None:
    """The compared dates are a grey bar behind; a bar is as long as its value."""
    root = drawn("bar x=zone_id y=visits", [row(visits=10, baseline_visits=20)])
    behind, front = root.findall("rect")
    assert (behind.get("class"), front.get("class")) == ("baseline", "series-0")
    assert float(behind.get("width", 0)) == pytest.approx(2 * float(front.get("width", 0)), abs=0.2)


def test_what_was_watched_badly_is_faded_and_says_why() -> None:
    """Poor coverage changes how a value looks, never whether it is there."""
    root = drawn("bar x=zone_id y=visits", [row(coverage=0.5)])
    (bar,) = root.findall("rect")
    assert bar.get("class") == "series-0 doubt"
    page = chart_page(answered("bar x=zone_id y=visits", [row(coverage=0.5)]))
    assert "watched 50\u202f% of the time" in page
    assert "faded: take with care" in page


def test_no_data_is_written_not_drawn_as_zero() -> None:
    """A value that is not known has no bar, and says so; nought is a number."""
    root = drawn("bar x=zone_id y=visits", [row(visits=None), row(zone_id="bakery", visits=0)])
    texts = [element.text for element in root.iter("text")]
    assert "no data" in texts
    assert looks(root, "rect") == ["series-0"]


def test_keys_that_the_chart_does_not_use_make_panels() -> None:
    """Two stores are two plots, named, on one scale; a key that tells nothing apart makes none."""
    rows = [row(), row(store_id="b", visits=1000)]
    found = answered("bar x=zone_id y=visits", rows)
    one, two = panels_of(found, chart_of(found.question))
    assert (one.title, two.title) == ("a", "b")
    assert one.extent == two.extent == (10, 1000)


def test_a_wide_heat_table_turns_on_a_phone() -> None:
    """Where cells would be too narrow for their number, rows and columns change places."""
    rows = [row(day) for day in range(20)]
    wide = drawn("heat x=business_date y=zone_id by=visits", rows)
    narrow = drawn("heat x=business_date y=zone_id by=visits", rows, width=340)
    assert len({cell.get("y") for cell in wide.findall("rect")}) == 1
    assert len({cell.get("y") for cell in narrow.findall("rect")}) == 20


def test_names_are_text_never_markup() -> None:
    """A store's name with a tag in it is shown, on the page and in the drawing."""
    found = answered("bar x=zone_id y=visits", [row(zone_id="<script>alert(1)</script>")])
    assert "<script" not in chart_page(found)
    assert "<script" not in chart_svg(found)


def test_long_answers_are_cut_and_told() -> None:
    """A page of hundreds of names draws the first and says so; the table below has them."""
    rows = [row(zone_id=f"zone-{number:03}") for number in range(MOST_ROWS + 5)]
    page = chart_page(answered("bar x=zone_id y=visits", rows))
    assert f"The first {MOST_ROWS} of up to {MOST_ROWS + 5} names are drawn" in page
    assert "zone-044</td>" in page


def test_an_empty_answer_says_what_would_fill_it() -> None:
    """No rows give a page in words, without an empty frame."""
    page = chart_page(answered("line x=business_date y=visits", []))
    assert "There is nothing to draw" in page
    assert 'class="panels' not in page


@pytest.mark.parametrize(
    ("chart", "told"),
    [
        ("", "says nothing of a chart"),
        ("pie x=zone_id y=visits", "expected one of bar, line, heat, scatter, band, came pie"),
        ("bar x=zone_id", "expected y=column, came none"),
        ("bar x=zone_id y=vists", "expected columns of the answer, came vists"),
        ("bar x=zone_id y=visits z=coverage", "expected roles among x, y, by, low, high, came z"),
    ],
)
def test_a_wrong_header_is_told(chart: str, told: str) -> None:
    """What is wrong with a `-- chart:` line is said with what was expected."""
    with pytest.raises(StoreqError, match=told):
        chart_of(answered(chart, []).question)


def test_scales_end_on_round_values() -> None:
    """Counts by round numbers, waits by minutes, shares by percent; dates by days, weeks or months."""
    waits = measure_scale([0, 290], "seconds", start=0, end=100, ticks=5, zero=True)
    assert [tick.text for tick in waits.ticks] == ["0:00", "1:00", "2:00", "3:00", "4:00", "5:00"]
    counts = measure_scale([3, 7], "count", start=0, end=100, ticks=20, zero=True)
    assert [tick.text for tick in counts.ticks] == [str(number) for number in range(8)]
    equal = measure_scale([5, 5], "number", start=0, end=100, ticks=4, zero=False)
    assert equal.low <= 5 <= equal.high
    days = [DAY + dt.timedelta(days=number) for number in range(120)]
    dates = place_scale(days, start=0, end=100, ticks=8, is_instant=False)
    assert [tick.text for tick in dates.ticks] == ["Nov 2026", "Dec", "Jan 2027", "Feb"]
