"""An answer as a table, as CSV and as JSON lines."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from glue.views import View
from storeq.formats.answered import Answered, asked_words
from storeq.formats.lines import csv_lines, json_lines
from storeq.formats.table import Cells, fitting, print_table
from storeq.formats.units import unit_of
from storeq.formats.words import THIN_SPACE, number, said
from storeq.questions import Column, Question
from storeq.scope import DateRange, Scope, asked_period

NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
COLUMNS = (
    Column("store_id", "VARCHAR", "Store"),
    Column("window_start", "TIMESTAMP WITH TIME ZONE", "Start"),
    Column("visits", "BIGINT", "Visits"),
    Column("wait_seconds_mean", "DOUBLE", "Mean wait"),
    Column("coverage", "DOUBLE", "Share that was watched"),
    Column("is_suppressed", "BOOLEAN", "Hidden"),
    Column("flag", "VARCHAR", "Remark"),
)
ROWS: list[dict[str, Any]] = [
    {"store_id": "a", "window_start": NOON, "visits": 12345, "wait_seconds_mean": 147.5, "coverage": 0.998,
     "is_suppressed": False, "flag": None},
    {"store_id": 'b "the\nold", [x]', "window_start": NOON, "visits": None, "wait_seconds_mean": None, "coverage": 0.5,
     "is_suppressed": True, "flag": "unequal coverage"},
    {"store_id": "c", "window_start": None, "visits": 0, "wait_seconds_mean": None, "coverage": None,
     "is_suppressed": False, "flag": None},
]  # fmt: skip
SCHEMA = pa.schema(
    [
        ("store_id", pa.string()),
        ("window_start", pa.timestamp("us", tz="UTC")),
        ("visits", pa.int64()),
        ("wait_seconds_mean", pa.float64()),
        ("coverage", pa.float64()),
        ("is_suppressed", pa.bool_()),
        ("flag", pa.string()),
    ]
)


def answered(rows: list[dict[str, Any]] = ROWS, *, scope: Scope | None = None, chart: str = "") -> Answered:
    """Return an answer with these rows."""
    view = View("visits_of", "How many visits?", "one store and hour", (), "SELECT 1", chart=chart)
    question = Question(view, (view,), (), COLUMNS)
    return Answered(question, scope or Scope(), pa.Table.from_pylist(rows, schema=SCHEMA))


def printed(found: Answered, *, width: int = 120, is_terminal: bool = False) -> str:
    """Return what is printed."""
    console = Console(file=io.StringIO(), width=width, force_terminal=is_terminal, highlight=False)
    print_table(console, found)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_csv_holds_exact_values() -> None:
    """RFC 4180: CRLF, quotes doubled, ISO times, nulls empty; every digit is there."""
    lines = "".join(csv_lines(answered()))
    assert lines.startswith("store_id,window_start,visits,wait_seconds_mean,coverage,is_suppressed,flag\r\n")
    assert "a,2026-03-04T12:00:00Z,12345,147.5,0.998,false,\r\n" in lines
    rows = list(csv.DictReader(io.StringIO(lines, newline="")))
    assert rows[1]["store_id"] == ROWS[1]["store_id"]
    assert rows[2] | {"store_id": ""} == dict.fromkeys(rows[2], "") | {"visits": "0", "is_suppressed": "false"}


def test_json_holds_exact_values() -> None:
    """One object a line, nulls as null, instants with a Z."""
    rows = [json.loads(line) for line in json_lines(answered())]
    assert rows[0] == ROWS[0] | {"window_start": "2026-03-04T12:00:00Z"}
    assert rows[2]["window_start"] is None


def test_a_table_says_numbers_as_people_do() -> None:
    """Thin spaces, m:ss, percent; and a share of nearly all is not all."""
    line = next(line for line in printed(answered()).splitlines() if line.startswith("a "))
    assert f"12{THIN_SPACE}345" in line
    assert "2:28" in line
    assert f"99{THIN_SPACE}%" in line


def test_no_data_is_not_zero_and_few_are_hidden() -> None:
    """What is not known, what is nought, and what is hidden as it is of too few people read differently."""
    text = printed(answered())
    few = next(line for line in text.splitlines() if "unequal coverage" in line)
    none = next(line for line in text.splitlines() if line.startswith("c "))
    assert "<5" in few
    assert "hidden" in few
    assert "no data" in none
    assert " 0 " in none


def test_colours_are_for_terminals_only() -> None:
    """A file gets no escape codes; a terminal gets flags in colour. Names with brackets are no markup."""
    assert "\x1b" not in printed(answered())
    assert "\x1b[33munequal coverage" in printed(answered(), is_terminal=True)
    assert "[x]" in printed(answered(), is_terminal=True)


def test_the_next_useful_command_comes_last() -> None:
    """The end says what tells more, and how it is drawn where it can be."""
    assert "`storeq show visits_of`" in printed(answered()).splitlines()[-1]
    assert "--format chart" in printed(answered(chart="bar x=store_id y=visits")).splitlines()[-1]


def test_many_rows_are_cut_and_told() -> None:
    """The first rows are shown, and how to get the rest."""
    text = printed(answered(ROWS[:1] * 1200))
    assert f"1{THIN_SPACE}200 rows, the first 50 shown: --format csv gives all" in text


@pytest.mark.parametrize("width", [30, 60, 90, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Columns without room are named rather than squeezed: first come those that name the row."""
    every = [Cells(column, ("x" * 12,)) for column in COLUMNS]
    shown = fitting(every, width)
    assert sum(cells.width + 2 for cells in shown) - 2 <= max(width, shown[0].width)
    assert shown[0].column.name == "store_id"


def test_the_scope_is_said_in_words() -> None:
    """Dates as people write them, and the stores."""
    advent = DateRange(dt.date(2026, 11, 29), dt.date(2026, 12, 24))
    said_of = asked_words(Scope(period=asked_period(advent), stores=("a", "b")))
    assert said_of == "29 November to 24 December 2026; a, b"
    assert asked_words(Scope(period_name="season", region="north")) == "periods season; region north"
    assert asked_words(Scope(stores=("a", "b", "c", "d"))) == "all dates; 4 stores"


@pytest.mark.parametrize(
    ("name", "type_", "unit"),
    [
        ("wait_seconds_p90_low", "DOUBLE", "seconds"),
        ("dwell_ms", "BIGINT", "ms"),
        ("abandonment_rate", "DOUBLE", "share"),
        ("baseline_coverage", "DOUBLE", "share"),
        ("change_during", "DOUBLE", "change"),
        ("log_change_during", "DOUBLE", "number"),
        ("share_change_points", "DOUBLE", "number"),
        ("visitors", "BIGINT", "count"),
        ("retail_week", "INTEGER", "label"),
        ("iso_weekday", "INTEGER", "weekday"),
        ("dwell_histogram", "STRUCT(lower_ms BIGINT)[]", "nested"),
    ],
)
def test_a_name_tells_the_unit(name: str, type_: str, unit: str) -> None:
    """Units come last in names, statistics after them."""
    assert unit_of(Column(name, type_, "")) == unit


def test_numbers_keep_what_tells_something() -> None:
    """Three digits, a real minus, thin spaces from a thousand on."""
    assert [number(value) for value in (0.0, -0.25, 99.94, 1234.5)] == ["0", "−0.25", "99.9", f"1{THIN_SPACE}235"]
    assert said(6, "weekday") == "Sat"
    assert said(9, "hour") == "9:00"
