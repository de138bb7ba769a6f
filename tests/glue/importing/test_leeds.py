"""The real trial: eight years of eight cameras in Leeds, by the example mapping, into the lake of the cloud double.

The expected figures are worked out from the file by the standard library alone.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from contracts.tables import TRAFFIC_LOCAL_HOUR
from glue.importing.checking import HOURS_SCHEMA, Checked, Checker
from glue.importing.mapping import ImportMapping, load_mapping
from glue.importing.reading import read_source
from glue.importing.verbs import EXAMPLE_MAPPING, add_verbs
from glue.lake import Lake
from tests.glue.conftest import WAREHOUSE
from tests.glue.importing.conftest import TODAY, found

FILE = "footfall/leeds_footfall_2009_2016_hourly.csv.gz"
FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%b-%y")
LONGEST_IMPORT_SECONDS = 60
"""Of processor time, the cloud double's included: the clock on the wall depends on who else works here."""
GUIDE = Path(__file__).parents[3] / "docs" / "import.md"
SPRINGS = [dt.date(2009, 3, 29), dt.date(2010, 3, 28), dt.date(2011, 3, 27), dt.date(2012, 3, 25)]
AUTUMNS = [dt.date(2013, 10, 27), dt.date(2014, 10, 26), dt.date(2015, 10, 25), dt.date(2016, 10, 30)]
Hour = tuple[str, dt.date, int]


def _date(text: str) -> dt.date:
    for form in FORMATS:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise AssertionError(text)


@pytest.fixture(scope="module")
def path(trial_data: Path) -> str:
    """Where the file is."""
    return str(trial_data / FILE)


@pytest.fixture(scope="module")
def people(path: str) -> dict[Hour, int]:
    """The count of each camera and hour, repeats once, read without any of our code."""
    dates: dict[str, dt.date] = {}
    counted: dict[Hour, int] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Date"] not in dates:
                dates[row["Date"]] = _date(row["Date"])
            counted[row["LocationName"], dates[row["Date"]], int(row["Hour"])] = int(row["InCount"])
    return counted


@pytest.fixture(scope="module")
def mapping() -> ImportMapping:
    """The example mapping, as it is."""
    return load_mapping(EXAMPLE_MAPPING)


@pytest.fixture(scope="module")
def checked(path: str, mapping: ImportMapping) -> Checked:
    """What the check finds, against an empty lake."""
    nothing = HOURS_SCHEMA.empty_table()
    checker = Checker(mapping=mapping, store_zones={}, lake_hours=lambda _: nothing, today=TODAY)
    return checker.check(read_source([path], mapping))


def _of_day(checked: Checked, store_id: str, date: dt.date) -> list[dict[str, Any]]:
    chosen = pc.and_(
        pc.equal(checked.hours["store_id"], store_id), pc.equal(checked.hours["business_date"], pa.scalar(date))
    )
    rows: list[dict[str, Any]] = checked.hours.filter(chosen).to_pylist()
    return rows


def test_repeats_are_equal_and_found(checked: Checked) -> None:
    """Rule: 576 camera-hours come twice: the first three days of July 2016, told alike in both forms of date."""
    repeats = found(checked, "equal_rows")
    assert len(repeats) == 576
    assert {_date(finding["told_time"].split()[0]) for finding in repeats} == {dt.date(2016, 7, d) for d in (1, 2, 3)}
    assert not found(checked, "conflicting_rows")


def test_totals_are_those_of_the_file(checked: Checked, people: dict[Hour, int], mapping: ImportMapping) -> None:
    """Rule: each camera's total is the file's without its repeats; nobody is lost by splitting and moving hours."""
    expected: Counter[str] = Counter()
    for (camera, *_), count in people.items():
        expected[mapping.store.ids[camera]] += count
    got = checked.hours.group_by("store_id").aggregate([("in_count", "sum")]).to_pylist()
    assert {row["store_id"]: row["in_count_sum"] for row in got} == expected
    assert checked.totals.people_imported == expected.total() == 521_135_798


def test_all_dates_are_read(checked: Checked, people: dict[Hour, int]) -> None:
    """Rule: three forms of date are read: every date of the file is in the lake, and no other."""
    assert set(checked.hours["business_date"].unique().to_pylist()) == {date for _, date, _ in people}
    assert not found(checked, "unreadable_date")


@pytest.mark.parametrize("date", SPRINGS)
def test_days_of_23_hours(checked: Checked, people: dict[Hour, int], date: dt.date) -> None:
    """Rule: when clocks are set forward a day has 23 hours and all of its people, also where an hour was made up."""
    hours = _of_day(checked, "leeds-briggate", date)
    assert [row["hour_of_day"] for row in hours] == [hour for hour in range(24) if hour != 1]
    assert sum(row["in_count"] for row in hours) == sum(people["Briggate", date, hour] for hour in range(24))


@pytest.mark.parametrize("date", AUTUMNS)
def test_days_of_25_hours(checked: Checked, people: dict[Hour, int], date: dt.date) -> None:
    """Rule: when clocks are set back a day has 25 hours, and the row for two of them gives to both."""
    hours = _of_day(checked, "leeds-briggate", date)
    assert [row["hour_of_day"] for row in hours] == [0, 1, *range(1, 24)]
    assert hours[1]["in_count"] + hours[2]["in_count"] == people["Briggate", date, 1]
    assert abs(hours[1]["in_count"] - hours[2]["in_count"]) <= 1
    assert len({row["window_start"] for row in hours}) == 25


def test_hours_that_clocks_skipped(checked: Checked, people: dict[Hour, int]) -> None:
    """Rule: of 63 camera-hours that clocks skipped, those with people go to the hour after, and the others are told."""
    moved, empty = found(checked, "hour_not_shown"), found(checked, "hour_not_shown_empty")
    assert (len(moved), len(empty)) == (21, 42)
    assert all(finding["action"] == "add_to_next" for finding in moved)
    date = dt.date(2012, 3, 25)
    (after,) = (row for row in _of_day(checked, "leeds-briggate", date) if row["hour_of_day"] == 2)
    assert after["in_count"] == people["Briggate", date, 1] + people["Briggate", date, 2]


def test_gaps_are_told(checked: Checked) -> None:
    """Rule: three gaps that all cameras share, and a morning that one lacks, are told from when to when."""
    gaps = Counter((gap["told_time"], gap["value"]) for gap in found(checked, "gap"))
    assert gaps == {
        ("2014-01-31 00:00", "72 hours without a row"): 8,
        ("2014-05-17 00:00", "16 hours without a row"): 1,
        ("2015-07-03 00:00", "72 hours without a row"): 8,
        ("2015-08-31 00:00", "168 hours without a row"): 8,
    }


def test_hours_of_a_camera_that_was_off(checked: Checked) -> None:
    """Rule: a camera's zeros through busy hours are left out: two whole days, and thirteen hours."""
    off = Counter(finding["told_time"].split()[0] for finding in found(checked, "zero_run"))
    assert off == {"27/12/2011": 13, "13/08/2014": 24, "2014-11-30": 24}
    assert not _of_day(checked, "leeds-commercial-st-barratts", dt.date(2014, 8, 13))


def test_nothing_suspects_the_time_zone(checked: Checked) -> None:
    """Rule: a file that is local raises no doubt about it, though its cameras were sometimes set late."""
    told = {finding["rule"] for finding in checked.findings.to_pylist()}
    assert not told & {"quiet_by_day", "counts_in_skipped_hours", "curve_moves_with_clock"}


def test_the_wrong_time_zone_is_found_out(path: str, mapping: ImportMapping) -> None:
    """Rule: the same file said to be of New York is told of: its clocks change on other days."""
    source = read_source([path], mapping)
    nothing = HOURS_SCHEMA.empty_table()
    zone = replace(mapping, time=replace(mapping.time, zone="America/New_York"))
    checked = Checker(mapping=zone, store_zones={}, lake_hours=lambda _: nothing, today=TODAY).check(source)
    assert len(found(checked, "counts_in_skipped_hours")) == 8


def test_the_import_of_eight_years(
    path: str, lake: Lake, people: dict[Hour, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Rule: the whole file is in the lake within a minute of work, in one version, and told as the guide shows it."""
    lake.apply(TRAFFIC_LOCAL_HOUR)
    parser = argparse.ArgumentParser()
    add_verbs(parser.add_subparsers())
    options = parser.parse_args(["import", path, "--mapping", str(EXAMPLE_MAPPING), "--warehouse", WAREHOUSE])
    started = time.process_time()
    assert options.run(options) == 0
    assert time.process_time() - started < LONGEST_IMPORT_SECONDS
    *report, loaded = capsys.readouterr().out.splitlines()
    assert loaded.endswith("0 rows became 553,724")
    assert "\n".join(report) in GUIDE.read_text(encoding="utf-8")
    table = lake.table(TRAFFIC_LOCAL_HOUR)
    assert len(table.metadata.metadata_log) == 1
    assert pc.sum(table.scan(selected_fields=("in_count",)).to_arrow()["in_count"]).as_py() == sum(people.values())
