"""Named peaks, year by year: the days before, during and after, the stores they concern and those they do not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from glue.dimensions.calendar import DAY, retail_year_of
from glue.dimensions.chain import PeakRule, Store, is_matched
from glue.dimensions.public_holidays import Place, place_names, subdivisions_of

ANCHOR_DOC = "a date such as 12-24, or a public holiday by its English name, such as 'US: Thanksgiving Day'"
_DATE = re.compile(r"(\d\d)-(\d\d)")
_HOLIDAY = re.compile(r"([A-Z]{2})(?:-(\w+))?: *(.+)")


@dataclass(frozen=True, slots=True)
class Peak:
    """A row of `peak_v1`; all dates are included."""

    peak_id: str
    peak_name: str
    retail_year: int
    before_start_date: dt.date
    before_end_date: dt.date
    start_date: dt.date
    end_date: dt.date
    after_start_date: dt.date
    after_end_date: dt.date


@dataclass(frozen=True, slots=True)
class PeakStore:
    """A row of `peak_store_v1`."""

    peak_id: str
    store_id: str
    peak_role: str


def peaks(rules: Iterable[PeakRule], years: range) -> Iterator[Peak]:
    """Yield each peak once for each year that its anchor falls into."""
    return (_peak(rule, anchor) for rule in rules for anchor in anchors_of(rule.anchor, years))


def peak_stores(rules: Iterable[PeakRule], stores: Iterable[Store], years: range) -> Iterator[PeakStore]:
    """Yield the stores of each peak that traded from its first day before to its last day after."""
    known = list(stores)
    for rule in rules:
        for peak in peaks([rule], years):
            trading = (store for store in known if store.is_trading(peak.before_start_date, peak.after_end_date))
            for store in trading:
                if role := _role(rule, store):
                    yield PeakStore(peak.peak_id, store.store_id, role)


def anchors_of(anchor: str, years: range) -> list[dt.date]:
    """Return the dates from which a peak's days are counted, at most one a year; none for what cannot be read."""
    if found := _DATE.fullmatch(anchor):
        return _fixed(int(found[1]), int(found[2]), years)
    if found := _HOLIDAY.fullmatch(anchor):
        return _of_holiday(Place(found[1], found[2]), found[3], years)
    return []


def _fixed(month: int, day: int, years: range) -> list[dt.date]:
    try:
        return [dt.date(year, month, day) for year in years]
    except ValueError:
        return []


def _of_holiday(place: Place, name: str, years: range) -> list[dt.date]:
    subdivisions = subdivisions_of(place.country)
    if subdivisions is None or (place.subdivision and place.subdivision not in subdivisions):
        return []
    first_of_year: dict[int, dt.date] = {}
    for date, names in place_names(place, years).items():
        if name in names:
            first_of_year.setdefault(date.year, date)
    return list(first_of_year.values())


def _peak(rule: PeakRule, anchor: dt.date) -> Peak:
    start, end = anchor + rule.first_day * DAY, anchor + rule.last_day * DAY
    before_end = start - (rule.gap_days + 1) * DAY
    return Peak(
        peak_id=f"{rule.peak_name}-{anchor.year}",
        peak_name=rule.peak_name,
        retail_year=retail_year_of(start),
        before_start_date=before_end - (rule.before_days - 1) * DAY,
        before_end_date=before_end,
        start_date=start,
        end_date=end,
        after_start_date=end + DAY,
        after_end_date=end + rule.after_days * DAY,
    )


def _role(rule: PeakRule, store: Store) -> str | None:
    if rule.concerns(store):
        return "treated"
    return None if is_matched(store.store_id, rule.not_controls) else "control"
