"""With which day of the year before a day is compared."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from glue.dimensions.calendar import calendar_day, dates_between
from glue.dimensions.comparison import comparable_date_of, same_names_before

FIRST, LAST = dt.date(2023, 1, 1), dt.date(2026, 12, 31)
NAMES = st.dictionaries(st.dates(FIRST, LAST), st.sampled_from("ABCD"), max_size=60)


def _compared(names: dict[dt.date, str]) -> dict[dt.date, dt.date]:
    before = same_names_before(names)
    found = ((date, comparable_date_of(date, names, before)) for date in dates_between(FIRST, LAST))
    return {date: comparable for date, comparable in found if comparable is not None}


@settings(deadline=None, max_examples=50)
@given(NAMES)
def test_every_earlier_day_is_used_at_most_once(names: dict[dt.date, str]) -> None:
    """Rule: whatever the holidays are, no two days are compared with the same one."""
    assert max(Counter(_compared(names).values()).values()) == 1


@settings(deadline=None, max_examples=50)
@given(NAMES)
def test_names_are_compared_with_their_like_and_others_by_weekday(names: dict[dt.date, str]) -> None:
    """Rule: a name with the same name about a year before; a day without a name with one on the same weekday."""
    for date, comparable in _compared(names).items():
        assert names.get(date) == names.get(comparable)
        if date in names:
            assert 364 - 100 < (date - comparable).days < 364 + 100
        else:
            assert comparable == date - dt.timedelta(days=364)


@settings(deadline=None, max_examples=50)
@given(NAMES)
def test_only_holidays_and_week_53_leave_days_without_comparison(names: dict[dt.date, str]) -> None:
    """Rule: a day without a name has no counterpart only when that one has a name, or the day is of a week 53."""
    compared = _compared(names)
    for date in dates_between(FIRST, LAST):
        if date not in names and date not in compared:
            assert date - dt.timedelta(days=364) in names or calendar_day(date).retail_week == 53


def _dates(*texts: str) -> list[dt.date]:
    return [dt.date.fromisoformat(text) for text in texts]


def test_days_of_a_long_holiday_are_paired_in_order() -> None:
    """Rule: the second day of a holiday is compared with its second day; a day more has none."""
    this_year, year_before = _dates("2026-03-20", "2026-03-21", "2026-03-22"), _dates("2025-03-30", "2025-03-31")
    before = same_names_before(dict.fromkeys([*this_year, *year_before], "Eid al-Fitr"))
    assert before == dict(zip(this_year[:2], year_before, strict=True))


def test_holiday_that_comes_twice_a_year_is_compared_with_the_one_of_its_season() -> None:
    """Rule: of several occasions a year, the one about a year before counts."""
    dates = _dates("2025-05-05", "2025-09-15", "2026-05-06", "2026-09-14")
    assert same_names_before(dict.fromkeys(dates, "Bank Holiday")) == dict(zip(dates[2:], dates[:2], strict=True))


def test_new_and_single_holidays_are_compared_with_nothing() -> None:
    """Rule: a name without a counterpart about a year before has none, be it new or after a gap of years."""
    dates = _dates("2022-06-03", "2024-06-03", "2026-01-01")
    assert same_names_before(dict.fromkeys(dates, "Jubilee")) == {}
