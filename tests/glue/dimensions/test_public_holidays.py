"""Public holidays by place."""

from __future__ import annotations

import datetime as dt

import pytest

from glue.dimensions.public_holidays import Place, place_names, public_holidays, subdivisions_of

YEARS = range(2024, 2028)


def _names(*places: Place, year: int = 2026) -> set[tuple[str | None, str, str]]:
    found = public_holidays(places, range(year, year + 1))
    return {(holiday.subdivision, f"{holiday.holiday_date:%m-%d}", holiday.name) for holiday in found}


def test_what_is_free_everywhere_comes_once_and_the_rest_by_subdivision() -> None:
    """Rule: no subdivision where all places of the country are free, else the subdivision that is."""
    found = _names(Place("DE", "BY"), Place("DE", "BE"))
    assert (None, "04-06", "Easter Monday") in found
    assert ("BY", "01-06", "Epiphany") in found
    assert ("BE", "03-08", "Women's Day") in found
    assert len({(date, name) for _, date, name in found}) == len(found)


def test_national_holiday_that_a_subdivision_lacks_does_not_come_for_it() -> None:
    """Rule: a place has the holidays without a subdivision and its own, even where a state lacks a national one."""
    places = [Place("US", "AK"), Place("US", "CA"), Place("DE", "BY")]
    found = list(public_holidays(places, YEARS))
    for place in places:
        own = {
            (holiday.holiday_date, holiday.name)
            for holiday in found
            if holiday.country == place.country and holiday.subdivision in (None, place.subdivision)
        }
        assert own == {(date, name) for date, names in place_names(place, YEARS).items() for name in names}


@pytest.mark.parametrize(
    ("place", "name", "is_movable"),
    [
        (Place("DE", "BY"), "Easter Monday", True),
        (Place("DE", "BY"), "Christmas Day", False),
        (Place("US", "CA"), "Thanksgiving Day", True),
        (Place("US", "CA"), "Presidents' Day", True),
        (Place("US", "CA"), "Independence Day", False),
        (Place("TR"), "Eid al-Fitr", True),
        (Place("GB", "ENG"), "May Day", True),
    ],
)
def test_movable_holidays_are_those_whose_date_differs(place: Place, name: str, is_movable: bool) -> None:  # noqa: FBT001
    """Rule: what falls on another date in other years is movable, even when only one year is asked for."""
    found = {holiday.name: holiday.is_movable for holiday in public_holidays([place], range(2026, 2027))}
    assert found[name] is is_movable


def test_names_are_the_same_every_year() -> None:
    """Rule: names are English, and an estimated date does not change them."""
    names = place_names(Place("AE"), range(2020, 2030))
    eids = [date.year for date, given in names.items() if "Eid al-Fitr" in given]
    assert set(eids) == set(range(2020, 2030))
    assert not [name for given in names.values() for name in given if "estimated" in name]


def test_date_of_two_holidays_has_both_names() -> None:
    """Rule: where two holidays fall on one date, each has its row."""
    assert place_names(Place("DE"), range(2008, 2009))[dt.date(2008, 5, 1)] == ("Ascension Day", "Labor Day")


def test_unknown_country_has_no_subdivisions() -> None:
    """Rule: a country that the library does not know is told apart from one without subdivisions."""
    assert subdivisions_of("XX") is None
    assert "BY" in (subdivisions_of("DE") or ())
