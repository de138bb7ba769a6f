"""Hours on clocks that are changed: every hour of a day is accounted for, and no count is lost or made up."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue.business_day import BusinessDay
from glue.importing.checking import HOURS_SCHEMA, Checked, Checker
from glue.importing.mapping import mapping_of
from glue.importing.reading import MALFORMED_SCHEMA, SOURCE_SCHEMA, Source
from tests.glue.importing.conftest import TODAY, changed

ZONES = ("Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York")
CHANGES = {
    "Europe/London": (dt.date(2015, 3, 29), dt.date(2015, 10, 25)),
    "Asia/Kolkata": (dt.date(2015, 3, 29),),
    "Australia/Lord_Howe": (dt.date(2015, 10, 4), dt.date(2015, 4, 5)),
    "America/New_York": (dt.date(2015, 3, 8), dt.date(2015, 11, 1)),
}
QUARTER = dt.timedelta(minutes=15)
Window = tuple[dt.datetime, dt.datetime, int]
"""First instant, end, and the hour that the clock shows."""
days = st.sampled_from(ZONES).flatmap(
    lambda zone: st.tuples(
        st.just(ZoneInfo(zone)),
        st.sampled_from(CHANGES[zone]) | st.dates(dt.date(2000, 1, 1), dt.date(2025, 12, 31)),
    )
)


def _windows(date: dt.date, zone: ZoneInfo) -> list[Window]:
    """Return the hours of a local day, by looking at the clock each quarter of an hour."""
    day = BusinessDay(date, zone)
    instants = [day.start + each * QUARTER for each in range(int((day.end - day.start) / QUARTER))]
    shown = [(at, at.astimezone(zone)) for at in instants]
    grouped = (list(same) for _, same in groupby(shown, key=lambda pair: (pair[1].hour, pair[1].utcoffset())))
    return [(same[0][0], same[-1][0] + QUARTER, same[0][1].hour) for same in grouped]


def _check(zone: ZoneInfo, rows: list[dict[str, Any]], **time: Any) -> Checked:
    """Check rows of one line, given by the values of their columns."""
    mapping = mapping_of(changed(time={"zone": zone.key, **time}), subject="mapping")
    numbered = [{"file": "f", "row": number, "store_value": "s", **row} for number, row in enumerate(rows, start=2)]
    source = Source(pa.Table.from_pylist(numbered, schema=SOURCE_SCHEMA), MALFORMED_SCHEMA.empty_table())
    nothing = HOURS_SCHEMA.empty_table()
    return Checker(mapping=mapping, store_zones={}, lake_hours=lambda _: nothing, today=TODAY).check(source)


def _told(hours: pa.Table) -> list[Window]:
    return [(row["window_start"], row["window_end"], row["hour_of_day"]) for row in hours.to_pylist()]


@settings(max_examples=15, deadline=None)
@given(day=days, counts=st.lists(st.integers(0, 500), min_size=26, max_size=26))
def test_a_row_for_each_hour_shown_becomes_the_whole_day(day: tuple[ZoneInfo, dt.date], counts: list[int]) -> None:
    """Rule: one row for each hour that the clock showed gives every hour of the day, and each label keeps its total."""
    zone, date = day
    windows = _windows(date, zone)
    labels = dict(zip(sorted({hour for *_, hour in windows}), counts, strict=False))
    rows = [
        {"date_value": str(date), "hour_value": str(hour), "in_count_value": str(count)}
        for hour, count in labels.items()
    ]
    hours = _check(zone, rows).hours
    assert _told(hours) == windows
    assert set(hours["business_date"].to_pylist()) == {date}
    kept: dict[int, int] = {}
    for row in hours.to_pylist():
        kept[row["hour_of_day"]] = kept.get(row["hour_of_day"], 0) + row["in_count"]
    assert kept == labels


@settings(max_examples=15, deadline=None)
@given(day=days, counts=st.lists(st.integers(0, 500), min_size=26, max_size=26))
def test_two_rows_for_an_hour_shown_twice_keep_their_counts(day: tuple[ZoneInfo, dt.date], counts: list[int]) -> None:
    """Rule: a source with a row for each of two hours that show alike is taken as it is, in the order of its rows."""
    zone, date = day
    windows = _windows(date, zone)
    rows = [
        {"date_value": str(date), "hour_value": str(hour), "in_count_value": str(count)}
        for (*_, hour), count in zip(windows, counts, strict=False)
    ]
    checked = _check(zone, rows, hour_shown_twice="two_rows")
    assert checked.findings.num_rows == 1  # The store is in no store_v1.
    assert _told(checked.hours) == windows
    assert checked.hours["in_count"].to_pylist() == counts[: len(windows)]


@settings(max_examples=15, deadline=None)
@given(
    day=days, counts=st.lists(st.integers(0, 500), min_size=26, max_size=26), clock=st.sampled_from(["utc", "offset"])
)
def test_instants_come_to_the_hours_that_they_begin(
    day: tuple[ZoneInfo, dt.date], counts: list[int], clock: str
) -> None:
    """Rule: times in UTC or with an offset need no guess: each hour keeps its count, also where clocks change."""
    zone, date = day
    windows = _windows(date, zone)
    told = [start if clock == "utc" else start.astimezone(zone) for start, *_ in windows]
    rows = [
        {
            "timestamp_value": f"{at:%Y-%m-%dT%H:%M:%S}{'' if clock == 'utc' else at.isoformat()[-6:]}",
            "in_count_value": str(count),
        }
        for at, count in zip(told, counts, strict=False)
    ]
    checked = _check(zone, rows, date=None, hour=None, timestamp="at", clock=clock)
    assert _told(checked.hours) == windows
    assert checked.hours["in_count"].to_pylist() == counts[: len(windows)]


@pytest.mark.parametrize(
    ("zone", "date", "hours", "minutes"),
    [
        ("Europe/London", dt.date(2015, 3, 29), 23, 23 * 60),
        ("Europe/London", dt.date(2015, 10, 25), 25, 25 * 60),
        ("Australia/Lord_Howe", dt.date(2015, 10, 4), 24, 23 * 60 + 30),
        ("Australia/Lord_Howe", dt.date(2015, 4, 5), 25, 24 * 60 + 30),
        ("Asia/Kolkata", dt.date(2015, 3, 29), 24, 24 * 60),
        ("Pacific/Chatham", dt.date(2015, 4, 5), 26, 25 * 60),
    ],
)
def test_days_have_the_hours_that_they_had(zone: str, date: dt.date, hours: int, minutes: int) -> None:
    """Rule: days are as long as they were, by the hour, the half hour, and where clocks change within an hour."""
    labels = sorted({hour for *_, hour in _windows(date, ZoneInfo(zone))})
    rows = [{"date_value": str(date), "hour_value": str(hour), "in_count_value": "9"} for hour in labels]
    told = _told(_check(ZoneInfo(zone), rows).hours)
    assert len(told) == hours
    assert sum((end - start).total_seconds() for start, end, _ in told) == minutes * 60
