"""With which day of the year before a day is compared.

The rule, in order:

1. A day with a name (a public holiday, or a day of a peak that is compared day by day) is compared with the day of that
   name a year before, wherever it was. Of a name that lasts several days, the second is compared with the second.
2. A day without a name is compared with the day 364 days before, unless that day has a name, or is of a retail week 53
   that has no counterpart.
3. Only days on which the store is open are compared, and only with days on which it was open.

Every earlier day is used at most once: a date goes by one name only, each name's dates are paired one to one, and days
without a name are compared with days without a name.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping

from glue.dimensions.calendar import COMPARABLE_DAYS, DAY, calendar_day

APART_DAYS = 60
"""Dates of one name that are further apart are two occasions of it."""
MOVES_DAYS = 30
"""A holiday moves by at most so much against the weeks of the year: Easter by 21 days, a lunar new year by 20. Half of
`APART_DAYS`, so that no two occasions find the same one before them."""

Pairs = Mapping[dt.date, dt.date]


def same_names_before(names: Mapping[dt.date, str]) -> Pairs:
    """Return for each named date the one of the same name a year before; a date that has none is left out.

    Args:
        names: The one name that each date goes by; it must reach back a year from the dates that are of interest.
    """
    dates_of: defaultdict[str, list[dt.date]] = defaultdict(list)
    for date in sorted(names):
        dates_of[names[date]].append(date)
    return dict(pair for dates in dates_of.values() for pair in _paired(_occasions(dates)))


def comparable_date_of(date: dt.date, names: Mapping[dt.date, str], named_before: Pairs) -> dt.date | None:
    """Return the day to compare with by the rules 1 and 2, whether the store was open or not."""
    if date in names:
        return named_before.get(date)
    aligned = calendar_day(date).comparable_date
    return None if aligned in names else aligned


def _occasions(dates: list[dt.date]) -> list[list[dt.date]]:
    occasions = [[dates[0]]]
    for date in dates[1:]:
        if (date - occasions[-1][-1]).days > APART_DAYS:
            occasions.append([])
        occasions[-1].append(date)
    return occasions


def _paired(occasions: list[list[dt.date]]) -> Iterator[tuple[dt.date, dt.date]]:
    for number, occasion in enumerate(occasions):
        wanted = occasion[0] - COMPARABLE_DAYS * DAY
        near = [earlier for earlier in occasions[:number] if abs(earlier[0] - wanted).days <= MOVES_DAYS]
        for earlier in near:
            yield from zip(occasion, earlier, strict=False)
