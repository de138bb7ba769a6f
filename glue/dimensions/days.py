"""Each store's days: when it is open, holidays where it is, and the day of the year before to compare with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from glue.business_day import BusinessDay
from glue.dimensions.calendar import DAY, bounds_of, dates_between
from glue.dimensions.chain import Chain, PeakRule, Store, is_matched
from glue.dimensions.comparison import comparable_date_of, same_names_before
from glue.dimensions.hours import WEEKDAYS, Hours
from glue.dimensions.peaks import anchors_of
from glue.dimensions.public_holidays import Names, Place, place_names
from glue.dimensions.school_holidays import SchoolHolidays

_HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoreDay:
    """A row of `store_day_v1`."""

    store_id: str
    business_date: dt.date
    day_start: dt.datetime
    day_end: dt.datetime
    is_open: bool
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    open_hours: float
    public_holiday: str | None
    school_holiday: str | None
    comparable_date: dt.date | None


@dataclass(frozen=True, slots=True)
class Opening:
    """When a store is open: its regular hours, but for holidays, exceptional days and dates outside its life."""

    store: Store
    holidays: Names
    exceptions: Mapping[dt.date, Hours | None]

    def hours_of(self, date: dt.date) -> Hours | None:
        """Return the hours of a date; None when the store is closed. What is said of the date itself goes first."""
        if not self.store.is_trading(date, date):
            return None
        if date in self.exceptions:
            return self.exceptions[date]
        if any(is_matched(name, self.store.closed_on_holidays) for name in self.holidays.get(date, ())):
            return None
        return self.store.opening_hours.get(WEEKDAYS[date.weekday()])


def store_days(chain: Chain, school: Sequence[SchoolHolidays], years: range) -> Iterator[StoreDay]:
    """Yield each store's days, closed ones and those before it opened too; `school` may hold any places."""
    for store in chain.stores:
        yield from _days_of(store, opening_of(store, chain, years), _school_names(store.place, school), chain, years)


def opening_of(store: Store, chain: Chain, years: range) -> Opening:
    """Return when a store is open in these years and the one before them."""
    exceptions = {
        date: days.hours
        for days in chain.exceptional_days
        if is_matched(store.store_id, days.stores)
        for date in days.dates
    }
    return Opening(store, place_names(store.place, _with_year_before(years)), exceptions)


def names_of(store: Store, holidays: Names, peaks: Iterable[PeakRule], years: range) -> dict[dt.date, str]:
    """Return the one name that each date goes by in comparisons: a holiday's, else the day's of a peak."""
    named = {
        anchor + offset * DAY: f"{rule.peak_name} {offset:+}"
        for rule in peaks
        if rule.concerns(store)
        for anchor in anchors_of(rule.anchor, years)
        for offset in rule.day_by_day
    }
    return named | {date: min(names) for date, names in holidays.items()}


def _days_of(store: Store, opening: Opening, school: Names, chain: Chain, years: range) -> Iterator[StoreDay]:
    zone = ZoneInfo(store.time_zone)
    names = names_of(store, opening.holidays, chain.peaks, _with_year_before(years))
    named_before = same_names_before(names)
    for date in dates_between(*bounds_of(years)):
        hours = opening.hours_of(date)
        opens_at, closes_at = hours.instants(date, zone) if hours else (None, None)
        day = BusinessDay(date, zone)
        comparable = comparable_date_of(date, names, named_before) if hours else None
        yield StoreDay(
            store_id=store.store_id,
            business_date=date,
            day_start=day.start,
            day_end=day.end,
            is_open=hours is not None,
            opens_at=opens_at,
            closes_at=closes_at,
            open_hours=(closes_at - opens_at) / _HOUR if opens_at and closes_at else 0.0,
            public_holiday=_joined(opening.holidays, date),
            school_holiday=_joined(school, date),
            comparable_date=comparable if comparable and opening.hours_of(comparable) else None,
        )


def _with_year_before(years: range) -> range:
    return range(years[0] - 1, years[-1] + 1)


def _school_names(place: Place, school: Iterable[SchoolHolidays]) -> Names:
    there = (row for row in school if row.country == place.country and row.subdivision in (None, place.subdivision))
    names: dict[dt.date, tuple[str, ...]] = {}
    for row in there:
        for date in dates_between(row.first, row.last):
            names[date] = (*names.get(date, ()), row.name)
    return names


def _joined(names: Names, date: dt.date) -> str | None:
    # By order of the alphabet and each once, whatever order the source has them in.
    return "; ".join(sorted(set(names.get(date, ())))) or None
