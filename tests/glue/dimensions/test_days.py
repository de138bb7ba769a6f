"""Each store's days."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from glue.dimensions.calendar import calendar_day
from glue.dimensions.chain import Chain
from glue.dimensions.chain_file import read_chain
from glue.dimensions.days import StoreDay, store_days
from glue.dimensions.public_holidays import place_names
from glue.dimensions.school_holidays import SchoolHolidays
from tests.glue.dimensions.conftest import STORE, ReadChain
from tests.glue.dimensions.test_chain_file import EXAMPLE

DOC = Path(__file__).parents[3] / "docs" / "dimensions.md"
YEARS = range(2022, 2029)
EVERY_DAY = "[stores.opening_hours]\n" + "".join(
    f'{day} = "08:00-20:00"\n' for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)
AMERICAN = STORE.replace("DE", "US").replace("NW", "CA").replace("Europe/Berlin", "America/Los_Angeles")
ALWAYS_OPEN = "closed_on_holidays = []\n"


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _days(chain: Chain, years: range = YEARS) -> dict[dt.date, StoreDay]:
    (store, *_) = chain.stores
    return {day.business_date: day for day in store_days(chain, (), years) if day.store_id == store.store_id}


def _compared(chain: Chain) -> dict[str, str]:
    return {str(date): str(day.comparable_date) for date, day in _days(chain).items() if day.comparable_date}


def test_every_store_has_every_day_once() -> None:
    """Rule: closed days and those before a store opened have rows too, so that nothing is missed in silence."""
    chain = read_chain(EXAMPLE)
    counted = Counter(day.store_id for day in store_days(chain, (), range(2024, 2026)))
    assert counted == {"store-001": 731, "store-002": 731, "store-003": 731}


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
def test_days_are_as_long_as_the_clock_says(chain_of: ReadChain, date: str, hours: int) -> None:
    """Rule: a day goes from midnight to midnight where the store is; opening hours follow the clock."""
    day = _days(chain_of(f"{STORE}{EVERY_DAY}"))[_day(date)]
    assert day.day_end - day.day_start == dt.timedelta(hours=hours)
    assert day.opens_at is not None
    assert day.opens_at - day.day_start == dt.timedelta(hours=8 - 24 + hours)
    assert day.open_hours == 12


def test_regular_and_exceptional_hours() -> None:
    """Rule: what is said of a date goes before the weekday's hours; without hours the store is closed on it."""
    days = _days(read_chain(EXAMPLE))
    assert days[_day("2026-01-02")].open_hours == 13
    assert days[_day("2026-01-04")].is_open is False
    assert days[_day("2026-12-24")].open_hours == 6
    closed = days[_day("2026-01-03")]
    assert (closed.is_open, closed.opens_at, closed.closes_at, closed.open_hours) == (False, None, None, 0.0)
    assert closed.comparable_date is None
    assert days[_day("2027-01-02")].comparable_date is None


def test_stores_close_on_the_holidays_that_they_name(chain_of: ReadChain) -> None:
    """Rule: closed on all public holidays, or on those that the store names; an exceptional day goes first."""
    closed = _days(chain_of(f"{STORE}{EVERY_DAY}"))
    assert closed[_day("2026-04-06")].public_holiday == "Easter Monday"
    assert not closed[_day("2026-04-06")].is_open
    some = _days(chain_of(f'{STORE}closed_on_holidays = ["Christmas*"]\n{EVERY_DAY}'))
    assert some[_day("2026-04-06")].is_open
    assert not some[_day("2026-12-25")].is_open
    sunday = '[[exceptional_days]]\ndates = [2026-12-25]\nhours = "10:00-12:00"\n'
    assert _days(chain_of(f"{STORE}{EVERY_DAY}{sunday}"))[_day("2026-12-25")].open_hours == 2


def test_holidays_that_fall_together_are_both_named(chain_of: ReadChain) -> None:
    """Rule: a date of two holidays bears both names."""
    days = _days(chain_of(f"{STORE}{EVERY_DAY}"), range(2008, 2009))
    assert days[_day("2008-05-01")].public_holiday == "Ascension Day; Labor Day"


def test_school_holidays_are_those_where_the_store_is(chain_of: ReadChain) -> None:
    """Rule: school holidays of the subdivision and of the whole country count, those of others do not."""
    first, last = _day("2026-07-20"), _day("2026-07-21")
    school = [
        SchoolHolidays(country="DE", subdivision=subdivision, name=name, first=first, last=last)
        for subdivision, name in [("NW", "summer"), ("BY", "other"), (None, "day off")]
    ]
    days = store_days(chain_of(f"{STORE}{EVERY_DAY}"), school, range(2026, 2027))
    named = {day.business_date: day.school_holiday for day in days if day.school_holiday}
    assert named == dict.fromkeys([first, last], "day off; summer")


def test_easter_moves_with_the_days_around_it(chain_of: ReadChain) -> None:
    """Rule: Easter of 2026 (5 April) is compared with that of 2025 (20 April), day by day."""
    compared = _compared(chain_of(f"{STORE}{ALWAYS_OPEN}{EVERY_DAY}"))
    assert {date: compared[date] for date in compared if "2026-04-02" <= date <= "2026-04-07"} == {
        "2026-04-02": "2025-04-17",
        "2026-04-03": "2025-04-18",
        "2026-04-04": "2025-04-19",
        "2026-04-05": "2025-04-20",
        "2026-04-06": "2025-04-21",
        "2026-04-07": "2025-04-22",
    }


def test_documented_example_holds(chain_of: ReadChain) -> None:
    """Rule: the table of docs/dimensions.md says what the code does."""
    days = _days(chain_of(f"{STORE}{ALWAYS_OPEN}{EVERY_DAY}"))
    rows = re.findall(
        r"^\| (2026-\d\d-\d\d), \w+ \|.*?\| (2025-\d\d-\d\d|nothing)", DOC.read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == 8
    for date, compared_with in rows:
        assert str(days[_day(date)].comparable_date or "nothing") == compared_with


def test_usual_day_is_not_compared_with_easter(chain_of: ReadChain) -> None:
    """Rule: whose counterpart by weekday was a holiday, and is none itself, is compared with nothing."""
    compared = _compared(chain_of(f"{STORE}{ALWAYS_OPEN}{EVERY_DAY}"))
    assert compared["2026-04-15"] == "2025-04-16"
    assert not [date for date in compared if "2026-04-16" <= date <= "2026-04-21"]
    assert compared["2026-04-22"] == "2025-04-23"


def test_christmas_is_compared_by_date_and_the_days_around_it_by_weekday(chain_of: ReadChain) -> None:
    """Rule: 24 to 26 December are compared with their dates, whatever the weekday; the Monday after with a Monday."""
    compared = _compared(chain_of(f"{STORE}{ALWAYS_OPEN}{EVERY_DAY}"))
    for day in (24, 25, 26):
        assert compared[f"2026-12-{day}"] == f"2025-12-{day}"
    assert compared["2026-12-28"] == "2025-12-29"
    assert "2026-12-23" not in compared


def test_thanksgiving_and_black_friday_are_compared_with_each_other(chain_of: ReadChain) -> None:
    """Rule: in 2024 Thanksgiving was a week later in the retail year than in 2023; the days around it go with it."""
    compared = _compared(chain_of(f"{AMERICAN}{ALWAYS_OPEN}{EVERY_DAY}"))
    assert compared["2024-11-28"] == "2023-11-23"
    assert compared["2024-11-29"] == "2023-11-24"
    assert compared["2024-12-02"] == "2023-11-27"
    assert "2024-11-22" not in compared


def test_leap_day_is_compared_by_weekday(chain_of: ReadChain) -> None:
    """Rule: 29 February, and the days after it, are compared with the same weekday."""
    compared = _compared(chain_of(f"{STORE}{ALWAYS_OPEN}{EVERY_DAY}"))
    assert (compared["2024-02-29"], compared["2024-03-01"]) == ("2023-03-02", "2023-03-03")
    assert compared["2025-02-28"] == "2024-03-01"


def test_week_53_has_no_counterpart_and_the_next_year_is_restated(chain_of: ReadChain) -> None:
    """Rule: the retail year 2023 has 53 weeks; its last has no counterpart, and is itself one for week 52 of 2024."""
    compared = _compared(chain_of(f"{STORE}{ALWAYS_OPEN}{EVERY_DAY}"))
    assert not [date for date in compared if "2024-01-28" <= date <= "2024-02-03"]
    assert compared["2024-02-05"] == "2023-02-06"
    assert compared["2025-01-27"] == "2024-01-29"


def test_store_is_not_compared_with_days_before_it_opened(chain_of: ReadChain) -> None:
    """Rule: a store has no comparison until it is open for a year, and none after it closed for good."""
    life = "opened_on = 2025-03-03\nclosed_on = 2026-06-30\n"
    days = _days(chain_of(f"{STORE}{life}{ALWAYS_OPEN}{EVERY_DAY}"))
    compared = [str(date) for date, day in days.items() if day.comparable_date]
    assert (compared[0], compared[-1]) == ("2026-03-02", "2026-06-30")
    assert [day.is_open for date, day in days.items() if str(date) in ("2025-03-02", "2025-03-03")] == [False, True]
    assert not days[_day("2026-07-01")].is_open


@pytest.mark.parametrize("store", [STORE, AMERICAN], ids=["Germany", "California"])
@pytest.mark.parametrize("closed", ["", ALWAYS_OPEN], ids=["closed on holidays", "always open"])
def test_fair_days_over_seven_years(chain_of: ReadChain, store: str, closed: str) -> None:
    """Rule: each earlier day once; only open days with open days; names with the same names, others by weekday."""
    chain = chain_of(f"{store}{closed}{EVERY_DAY}")
    days = _days(chain)
    names = place_names(chain.stores[0].place, range(YEARS[0] - 1, YEARS[-1] + 1))
    pairs = {date: day.comparable_date for date, day in days.items() if day.comparable_date}
    assert max(Counter(pairs.values()).values()) == 1
    assert all(days[earlier].is_open for earlier in pairs.values() if earlier in days)
    for date, earlier in pairs.items():
        assert days[date].is_open
        assert bool(names.get(date)) == bool(names.get(earlier))
        if names.get(date):
            assert set(names[date]) & set(names[earlier])


def test_first_year_is_compared_with_the_year_before_it(chain_of: ReadChain) -> None:
    """Rule: which years are asked for changes no comparison; days before the first year are known too."""
    chain = chain_of(f"{STORE}{EVERY_DAY}")
    alone = _days(chain, range(2026, 2027))
    among_others = _days(chain)
    assert all(among_others[date] == day for date, day in alone.items())
    assert alone[_day("2026-04-04")].comparable_date == _day("2025-04-19")


def test_most_days_are_compared(chain_of: ReadChain) -> None:
    """Rule: without a week 53, at least 95 of 100 open days have a counterpart."""
    days = _days(chain_of(f"{STORE}{EVERY_DAY}"), range(2025, 2028))
    is_compared = [day.comparable_date is not None for day in days.values() if day.is_open]
    assert sum(is_compared) / len(is_compared) > 0.95
    assert all(calendar_day(day.business_date).retail_week != 53 for day in days.values())
