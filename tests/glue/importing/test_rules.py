"""Each rule finds what breaks it, tells the row, and does with it what the mapping says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from glue.importing.checking import Checked
from glue.importing.rules import RULES
from tests.glue.importing.conftest import Check, changed, found

HEADER = "store,date,hour,people"
GOOD_ROW = "north,2015-06-01,10,7"

BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "unreadable_row": ("north,2015-06-01,11", {}),
    "unknown_store": ("south,2015-06-01,11,3", {"store": {"ids": {"north": "north"}}}),
    "missing_line": (
        "north,2015-06-01,11,3",
        {"line": {"constant": None, "column": "door"}},
    ),
    "unreadable_date": ("north,31/02/2015,11,3", {}),
    "implausible_date": ("north,2026-09-02,11,3", {}),
    "unreadable_hour": ("north,2015-06-01,noon,3", {}),
    "hour_out_of_range": ("north,2015-06-01,24,3", {}),
    "unreadable_count": ("north,2015-06-01,11,many", {}),
    "negative_count": ("north,2015-06-01,11,-3", {}),
    "fractional_count": ("north,2015-06-01,11,3.5", {}),
    "hour_not_shown": ("north,2015-03-29,1,3", {}),
    "hour_not_shown_empty": ("north,2015-03-29,1,0", {}),
    "hour_shown_twice": ("north,2015-10-25,1,8", {}),
    "second_hour_missing": ("north,2015-10-25,1,8", {"time": {"hour_shown_twice": "two_rows"}}),
    "equal_rows": (GOOD_ROW, {}),
    "conflicting_rows": ("north,2015-06-01,10,8", {}),
}
"""By rule: a row, third in its file, that breaks it, and what the mapping says other than usual."""


def _with_row(check: Check, rule: str, action: str | None = None) -> Checked:
    row, tables = BROKEN[rule]
    lines = (HEADER, GOOD_ROW, row)
    if rule == "missing_line":
        lines = (f"{HEADER},door", f"{GOOD_ROW},left", f"{row},")
    rules = {"rules": {rule: action}} if action else {}
    return check(*lines, mapping=changed(**tables, **rules))


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_row_is_told(check: Check, rule: str) -> None:
    """Rule: each finding tells the row as an editor numbers it and what was expected; the rule's default is done."""
    (finding,) = found(_with_row(check, rule), rule)
    assert finding["row"] == 3
    assert finding["expected"]
    assert finding["action"] == RULES[rule].actions[0]


@pytest.mark.parametrize("rule", BROKEN)
def test_only_the_broken_rule_is_told(check: Check, rule: str) -> None:
    """Rule: a row that breaks one rule is not told of for others: what follows looks at rows that stand."""
    checked = _with_row(check, rule)
    assert {finding["rule"] for finding in checked.findings.to_pylist()} == {rule}


@pytest.mark.parametrize("rule", [rule for rule in BROKEN if "reject" in RULES[rule].actions])
def test_a_rejected_row_keeps_the_import_out(check: Check, rule: str) -> None:
    """Rule: where a rule rejects, the import is not clean."""
    assert not _with_row(check, rule, "reject").is_clean


@pytest.mark.parametrize("rule", [rule for rule in BROKEN if "leave_out" in RULES[rule].actions])
def test_a_row_left_out_is_told_and_the_others_come(check: Check, rule: str) -> None:
    """Rule: a row that the mapping leaves out is in the report; what else the file has is imported."""
    checked = _with_row(check, rule, "leave_out")
    is_repeat = RULES[rule].stage == "repeat"
    assert checked.is_clean
    assert checked.totals.rows_left_out == len(found(checked, rule)) == (2 if is_repeat else 1)
    assert [row["in_count"] for row in checked.hours.to_pylist()] == ([] if is_repeat else [7])


def test_every_rule_is_tried(check: Check) -> None:
    """Rule: each rule about single rows has its broken row here; those about whole series and the lake have tests."""
    about_series = {rule.name for rule in RULES.values() if rule.stage in ("series", "lake")}
    assert set(BROKEN) == set(RULES) - about_series - {"not_an_hour"}
    assert check(HEADER, GOOD_ROW).findings.num_rows == 0


def test_all_is_told_at_once(check: Check) -> None:
    """Rule: a broken row hides no other one."""
    checked = check(HEADER, "north,2015-06-01,10,x", "north,2015-06-01,25,1", "north,2015-03-29,1,3", "a,b")
    told = {(finding["rule"], finding["row"]) for finding in checked.findings.to_pylist()}
    assert told == {("unreadable_count", 2), ("hour_out_of_range", 3), ("hour_not_shown", 4), ("unreadable_row", 5)}


def test_rows_are_numbered_as_in_the_file(check: Check) -> None:
    """Rule: neither blank lines nor lines that cannot be split move the number of a row."""
    checked = check(HEADER, GOOD_ROW, "", "short", "", "north,2015-06-01,11,x")
    assert [(finding["rule"], finding["row"]) for finding in checked.findings.to_pylist()] == [
        ("unreadable_count", 6),
        ("unreadable_row", 4),
    ]
    assert checked.totals.rows_read == 3


def test_equal_rows_count_once(check: Check) -> None:
    """Rule: of rows that say the same, `keep_first` takes one, and `sum` takes them as two counters of one line."""
    lines = (HEADER, GOOD_ROW, GOOD_ROW, GOOD_ROW)
    kept = check(*lines, mapping=changed(rules={"equal_rows": "keep_first"}))
    summed = check(*lines, mapping=changed(rules={"equal_rows": "sum"}))
    assert kept.hours["in_count"].to_pylist() == [7]
    assert [finding["row"] for finding in found(kept, "equal_rows")] == [3, 4]
    assert summed.hours["in_count"].to_pylist() == [21]
    assert summed.totals.rows_left_out == 0


def test_conflicting_rows_are_told_apart_from_equal_ones(check: Check) -> None:
    """Rule: rows that contradict each other are another matter than rows that repeat each other."""
    lines = (HEADER, GOOD_ROW, "north,2015-06-01,10,9")
    mapping = changed(rules={"equal_rows": "keep_first", "conflicting_rows": "keep_first"})
    checked = check(*lines, mapping=mapping)
    assert not found(checked, "equal_rows")
    assert "row 2 says 7" in found(checked, "conflicting_rows")[0]["expected"]
    assert checked.hours["in_count"].to_pylist() == [7]


def test_a_skipped_hour_can_go_to_the_next(check: Check) -> None:
    """Rule: with `add_to_next`, who was counted in a skipped hour counts in the hour that the clock showed instead."""
    mapping = changed(rules={"hour_not_shown": "add_to_next"})
    checked = check(HEADER, "north,2015-03-29,1,3", "north,2015-03-29,2,4", mapping=mapping)
    (hour,) = checked.hours.to_pylist()
    assert (hour["hour_of_day"], hour["in_count"]) == (2, 7)
    assert hour["window_start"] == dt.datetime(2015, 3, 29, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("holds", "counts"),
    [("holds_both", [4, 3]), ("first_only", [7]), ("second_only", [7])],
    ids=str,
)
def test_the_mapping_says_what_one_row_for_two_hours_holds(check: Check, holds: str, counts: list[int]) -> None:
    """Rule: one row for an hour shown twice is split, the odd one first, or is one of the two, as the mapping says."""
    checked = check(HEADER, "north,2015-10-25,1,7", mapping=changed(time={"hour_shown_twice": holds}))
    assert checked.hours["in_count"].to_pylist() == counts
    starts = [row["window_start"].hour for row in checked.hours.to_pylist()]
    assert starts == {"holds_both": [0, 1], "first_only": [0], "second_only": [1]}[holds]


def test_both_directions_are_halved(check: Check) -> None:
    """Rule: of a count of both directions half came in, the odd one too, and the total is kept."""
    checked = check(HEADER, GOOD_ROW, mapping=changed(counts="both_directions"))
    assert [(row["in_count"], row["out_count"]) for row in checked.hours.to_pylist()] == [(4, 3)]


def test_all_counts_are_read(check: Check) -> None:
    """Rule: counts of who went and of staff come to their columns."""
    columns = {"out_count": "went", "staff_in_count": "staff_came", "staff_out_count": "staff_went"}
    checked = check(f"{HEADER},went,staff_came,staff_went", f"{GOOD_ROW},6,2,1", mapping=changed(columns=columns))
    (hour,) = checked.hours.to_pylist()
    counted = [hour[name] for name in ("in_count", "out_count", "staff_in_count", "staff_out_count")]
    assert counted == [7, 6, 2, 1]


def test_an_hour_is_a_row_of_the_lake(check: Check) -> None:
    """Rule: an imported hour has the local date and hour, its window in UTC, full coverage, and its source."""
    (hour,) = check(HEADER, "north,2015-06-01,0,7").hours.to_pylist()
    assert hour == {
        "store_id": "north",
        "line_id": "door",
        "business_date": dt.date(2015, 6, 1),
        "hour_of_day": 0,
        "window_start": dt.datetime(2015, 5, 31, 23, tzinfo=dt.UTC),
        "window_end": dt.datetime(2015, 6, 1, 0, tzinfo=dt.UTC),
        "in_count": 7,
        "out_count": 0,
        "staff_in_count": 0,
        "staff_out_count": 0,
        "coverage": 1.0,
        "camera_up_share": None,
        "late_share": None,
        "quality": "good",
        "source": "import:old-counters",
    }


def test_hours_called_by_their_end(check: Check) -> None:
    """Rule: with `hour_labels = "end"`, 1 to 24 are the hours that begin at 0 to 23."""
    mapping = changed(time={"hour_labels": "end"})
    checked = check(HEADER, "north,2015-06-01,1,7", "north,2015-06-01,24:00,8", "north,2015-06-01,0,9", mapping=mapping)
    assert checked.hours["hour_of_day"].to_pylist() == [0, 23]
    assert [finding["row"] for finding in found(checked, "hour_out_of_range")] == [4]


@pytest.mark.parametrize(
    ("clock", "told", "read"),
    [
        ("local", "2015-06-01 11:00", "read"),
        ("local", "2015-06-01T11:00:00+01:00", "refused"),
        ("utc", "2015-06-01 10:00", "read"),
        ("utc", "2015-06-01T10:00:00Z", "read"),
        ("utc", "2015-06-01T11:00:00+01:00", "refused"),
        ("offset", "2015-06-01T11:00:00+01:00", "read"),
        ("offset", "2015-06-01T12:00+02", "read"),
        ("offset", "2015-06-01 11:00", "refused"),
    ],
)
def test_a_timestamp_is_read_on_the_clock_that_the_mapping_tells(
    check: Check, clock: str, told: str, read: str
) -> None:
    """Rule: local times, UTC and offsets give the same hour; a timestamp of another clock than told is refused."""
    time = {"date": None, "hour": None, "timestamp": "at", "clock": clock}
    checked = check("store,at,people", f"north,{told},7", mapping=changed(time=time))
    assert bool(found(checked, "unreadable_date")) is (read == "refused")
    hours = [(row["hour_of_day"], row["window_start"].hour) for row in checked.hours.to_pylist()]
    assert hours == ([(11, 10)] if read == "read" else [])


@pytest.mark.parametrize(("clock", "zone"), [("local", "Europe/London"), ("utc", "Asia/Kolkata")])
def test_what_is_no_hour_of_the_clock(check: Check, clock: str, zone: str) -> None:
    """Rule: a row that begins within an hour is refused, as are hours of UTC where clocks are half an hour off."""
    time = {"date": None, "hour": None, "timestamp": "at", "clock": clock, "zone": zone}
    told = "10:30" if clock == "local" else "10:00"
    checked = check("store,at,people", f"north,2015-06-01 {told},7", mapping=changed(time=time))
    assert [finding["row"] for finding in found(checked, "not_an_hour")] == [2]
    assert not checked.is_clean


def test_store_ids_are_made_of_a_prefix(check: Check) -> None:
    """Rule: with a prefix, a store's value becomes an id of small letters, digits and hyphens."""
    checked = check(HEADER, "St. Mary's  Rd,2015-06-01,10,7", mapping=changed(store={"prefix": "uk-"}))
    assert checked.hours["store_id"].to_pylist() == ["uk-st-mary-s-rd"]


def test_each_store_has_its_own_zone(check: Check) -> None:
    """Rule: with `per_store` the zone is that of `store_v1`; a store that is not there is told, and where to add it."""
    lines = (HEADER, "north,2015-06-01,10,7", "east,2015-06-01,10,8", "nowhere,2015-06-01,10,9")
    zones = {"north": "Europe/London", "east": "Asia/Kolkata"}
    checked = check(*lines, mapping=changed(time={"zone": "per_store"}), zones=zones)
    starts = {row["store_id"]: row["window_start"].strftime("%H:%M") for row in checked.hours.to_pylist()}
    assert starts == {"north": "09:00", "east": "04:30"}
    (finding,) = found(checked, "unknown_store")
    assert finding["value"] == "nowhere"
    assert "add it to the chain file" in finding["expected"]


def test_a_store_that_is_not_described_is_warned_of(check: Check) -> None:
    """Rule: a store that `store_v1` lacks is told, and does not keep the import out."""
    checked = check(HEADER, "south,2015-06-01,10,7")
    assert [finding["store_id"] for finding in found(checked, "store_not_described")] == ["south"]
    assert checked.is_clean


def test_hours_that_the_lake_has_are_refused(check: Check) -> None:
    """Rule: what was measured, or came by another import, is not counted twice; the other source is told."""
    checked = check(HEADER, GOOD_ROW, "north,2015-06-01,11,8")
    (measured, _) = checked.hours.to_pylist()
    again = check(HEADER, GOOD_ROW, "north,2015-06-01,11,8", lake_hours=[{**measured, "source": "minutes"}])
    (finding,) = found(again, "already_in_lake")
    assert (finding["row"], finding["value"]) == (2, "7")
    assert "7 from minutes" in finding["expected"]
    assert not again.is_clean
