"""Public holidays by country and subdivision, from the library `holidays`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import holidays

ENGLISH = "en_US"
SPAN_YEARS = 12
"""So many years before and after are looked at to tell whether a holiday moves: some are new, some move seldom."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A country (ISO 3166-1 alpha-2), or a state or province of it (ISO 3166-2 without the country)."""

    country: str
    subdivision: str | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """A row of `holiday_v1`."""

    country: str
    subdivision: str | None
    holiday_date: dt.date
    holiday_kind: str
    name: str
    is_movable: bool


Names = Mapping[dt.date, tuple[str, ...]]
"""What each date is called; a date without a name has no entry."""


def public_holidays(places: Collection[Place], years: range) -> Iterator[Holiday]:
    """Yield the public holidays of places.

    What is free in all of a country's places comes once, without a subdivision; the rest comes for each place that has
    it. So a place's holidays are those of its country without a subdivision and those of its own.
    """
    for country in sorted({place.country for place in places}):
        found = {place: _dated(place_names(place, years)) for place in places if place.country == country}
        everywhere = set.intersection(*found.values())
        movable = set.union(*(_movable(place, years) for place in found))
        yield from _rows(Place(country), everywhere, movable)
        for place in sorted(found, key=lambda place: place.subdivision or ""):
            yield from _rows(place, found[place] - everywhere, movable) if place.subdivision else ()


@cache
def place_names(place: Place, years: range) -> Names:
    """Return the public holidays of a place by date, with names that are the same every year.

    Names are English where the library has them, else the country's own.
    """
    found = holidays.country_holidays(
        place.country, subdiv=place.subdivision, years=years, language=_language_of(place.country)
    )
    return {date: tuple(_settled(name) for name in found.get_list(date)) for date in sorted(found)}


def subdivisions_of(country: str) -> Collection[str] | None:
    """Return a country's subdivisions; None when the library does not know the country."""
    return _countries().get(country)


@cache
def _countries() -> Mapping[str, Collection[str]]:
    return holidays.list_supported_countries(include_aliases=False)


@cache
def _language_of(country: str) -> str | None:
    # A country without languages has one set of names, English ones.
    return ENGLISH if ENGLISH in holidays.country_holidays(country).supported_languages else None


def _settled(name: str) -> str:
    """Return the name without the remark that its date is still an estimate, which goes once it is certain."""
    return name.replace(" (estimated)", "").replace(", estimated)", ")")


def _dated(names: Names) -> set[tuple[dt.date, str]]:
    return {(date, name) for date, given in names.items() for name in given}


def _rows(place: Place, dated: Iterable[tuple[dt.date, str]], movable: Collection[str]) -> Iterator[Holiday]:
    for date, name in sorted(dated):
        yield Holiday(place.country, place.subdivision, date, "public", name, is_movable=name in movable)


def _movable(place: Place, years: range) -> set[str]:
    around = range(years[0] - SPAN_YEARS, years[-1] + SPAN_YEARS + 1)
    days: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for date, name in _dated(place_names(place, around)):
        days[name][date.year].add(f"{date:%m-%d}")
    return {name for name, by_year in days.items() if len({frozenset(each) for each in by_year.values()}) > 1}
