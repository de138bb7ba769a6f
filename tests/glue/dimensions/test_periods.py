"""Periods and what they are compared with."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tables import PERIOD_KINDS
from glue.dimensions.calendar import calendar_days
from glue.dimensions.periods import Period, asked_period, periods
from glue.dimensions.problems import DimensionError

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2026, 12, 31)
BY_ID = {period.period_id: period for period in periods(FIRST, LAST)}
DATES = st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("period_id", "kind", "dates", "baseline"),
    [
        ("2026-11", "month", "2026-11-01 2026-11-30", "2025-11-01 2025-11-30"),
        ("2024-02", "month", "2024-02-01 2024-02-29", "2023-02-01 2023-02-28"),
        ("2025-02", "month", "2025-02-01 2025-02-28", "2024-02-01 2024-02-29"),
        ("2026-Q4", "quarter", "2026-10-01 2026-12-31", "2025-10-01 2025-12-31"),
        ("2026", "year", "2026-01-01 2026-12-31", "2025-01-01 2025-12-31"),
        ("2026-W43", "iso_week", "2026-10-19 2026-10-25", "2025-10-20 2025-10-26"),
        ("R2026-W01", "retail_week", "2026-02-01 2026-02-07", "2025-02-02 2025-02-08"),
        ("R2024-W01", "retail_week", "2024-02-04 2024-02-10", "2023-02-05 2023-02-11"),
        ("R2023-W53", "retail_week", "2024-01-28 2024-02-03", "2023-01-29 2023-02-04"),
        ("R2025-M10", "retail_month", "2025-11-02 2025-11-29", "2024-11-03 2024-11-30"),
        ("R2025-Q4", "retail_quarter", "2025-11-02 2026-01-31", "2024-11-03 2025-02-01"),
        ("R2025-fall", "season", "2025-08-03 2026-01-31", "2024-08-04 2025-02-01"),
    ],
)
def test_period_and_its_baseline(period_id: str, kind: str, dates: str, baseline: str) -> None:
    """Rule: months, quarters and years are compared with the same dates, weeks with the same weekdays a year before."""
    expected = [dt.date.fromisoformat(date) for date in f"{dates} {baseline}".split()]
    assert BY_ID[period_id] == Period(period_id, kind, *expected)


def test_all_kinds_of_the_contract_come() -> None:
    """Rule: every kind of period but the asked one is made, and ids are unique over all kinds."""
    found = list(periods(FIRST, LAST))
    assert {period.period_kind for period in found} == set(PERIOD_KINDS) - {"asked"}
    assert len(BY_ID) == len(found)


@settings(deadline=None, max_examples=50)
@given(DATES, st.integers(0, 1200))
def test_periods_are_whole_and_do_not_overlap(first: dt.date, days: int) -> None:
    """Rule: periods lie within the range; those of a kind follow each other without a gap."""
    last = first + dt.timedelta(days=days)
    found = list(periods(first, last))
    assert all(first <= period.start_date <= period.end_date <= last for period in found)
    for kind in PERIOD_KINDS:
        ends = [period.end_date for period in found if period.period_kind == kind]
        starts = [period.start_date for period in found if period.period_kind == kind]
        assert starts[1:] == [end + dt.timedelta(days=1) for end in ends[:-1]]


@settings(deadline=None, max_examples=50)
@given(DATES, st.integers(0, 400))
def test_incomplete_periods_are_left_out(first: dt.date, days: int) -> None:
    """Rule: a retail month comes exactly when all of its days lie in the range."""
    last = first + dt.timedelta(days=days)
    around = list(calendar_days(first - dt.timedelta(days=40), last + dt.timedelta(days=40)))
    outside = {(day.retail_year, day.retail_month) for day in around if not first <= day.calendar_date <= last}
    whole = {(day.retail_year, day.retail_month) for day in around} - outside
    found = {period.period_id for period in periods(first, last) if period.period_kind == "retail_month"}
    assert found == {f"R{year}-M{month:02}" for year, month in whole}


@settings(deadline=None, max_examples=50)
@given(DATES, st.integers(0, 370))
def test_asked_period_is_compared_by_weekday(start: dt.date, days: int) -> None:
    """Rule: without a baseline, the same number of days with the same weekdays a year before."""
    asked = asked_period(start, start + dt.timedelta(days=days))
    assert (asked.period_id, asked.period_kind) == ("asked", "asked")
    assert asked.start_date - asked.baseline_start_date == dt.timedelta(days=364)
    assert asked.end_date - asked.baseline_end_date == dt.timedelta(days=364)


def test_asked_baseline_is_taken_as_it_is() -> None:
    """Rule: who names a baseline gets it, whatever its length."""
    baseline = (dt.date(2019, 3, 1), dt.date(2019, 3, 10))
    asked = asked_period(dt.date(2026, 3, 1), dt.date(2026, 3, 31), baseline=baseline)
    assert (asked.baseline_start_date, asked.baseline_end_date) == baseline


def test_asked_dates_in_the_wrong_order_are_all_named() -> None:
    """Rule: both the period's and the baseline's dates are judged, at once."""
    with pytest.raises(DimensionError) as caught:
        asked_period(LAST, FIRST, baseline=(LAST, FIRST))
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["period", "baseline"]


def test_asked_period_of_years_needs_a_baseline() -> None:
    """Rule: a period that would be compared with much of itself is refused, with the cure."""
    with pytest.raises(DimensionError, match=r"expected at most 371 days, came 1461 .* give a baseline"):
        asked_period(FIRST, LAST)
