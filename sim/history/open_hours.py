"""The hours in which stores of a chain are open: when they begin, how many visitors to expect, how well watched.

Arrays have one element for each store's open hour, ordered by store and time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import holidays
import numpy as np
import numpy.typing as npt

from sim.history.chain import Chain, Country, day_number
from sim.history.chance import Draw, Floats, Integers, Keys, derived, keys, normal, poisson, uniform
from sim.history.shape import Shape

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
_REMEMBERED_DAYS = 7
_REMEMBRANCE = 0.7
"""Weather of so many days is felt, each day before a share of the next."""
_OUTAGE_SHARE = 0.02
_OUTAGE_HOURS_MAX = 5.0
_EVE_FACTOR = 1.25
_HOLIDAY_FACTOR = 0.75


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Every open hour of some stores and dates.

    `expected` is the number of visitors that a good planner expects; `in_count` those who came while the store was
    watched, which is the first `seen_minutes` of the hour. An hour that nobody watched is not among them.
    """

    chain: Chain
    store: Integers
    day: Integers
    hour: Integers
    window_start_us: Integers
    key: Keys
    expected: Floats
    seen_minutes: Integers
    in_count: Integers
    camera_up_share: Floats
    late_share: Floats

    @property
    def size(self) -> int:
        """How many hours."""
        return len(self.store)


def open_hours(chain: Chain, shape: Shape, stores: range, dates: Sequence[dt.date]) -> OpenHours:
    """Return the open hours of stores on dates."""
    parts = [_of_country(chain, shape, number, stores, dates) for number in range(len(chain.countries))]
    slots = _joined(parts)
    return _filled(chain, slots.at(np.lexsort((slots.start_us, slots.store))))


def store_days(country: Country, dates: Sequence[dt.date]) -> list[tuple[int, int] | None]:
    """Return when stores of a country open and close on each date, as hours; None: closed."""
    free = public_holidays(country, dates)
    return [
        None if country.closes_on_holidays and date in free else country.hours_on(date.isoweekday()) for date in dates
    ]


def public_holidays(country: Country, dates: Sequence[dt.date]) -> Mapping[dt.date, str]:
    """Return the public holidays of the years of some dates, and of the next, by date."""
    return _holidays(country, dates[0].year, dates[-1].year + 1)


class _Slots(NamedTuple):
    """Open hours as the clocks have them: when, in which store, and the share of a mean day's visitors."""

    store: Integers
    day: Integers
    hour: Integers
    start_us: Integers
    share: Floats

    def at(self, places: npt.NDArray[np.integer[Any] | np.bool_]) -> _Slots:
        return _Slots(
            self.store[places], self.day[places], self.hour[places], self.start_us[places], self.share[places]
        )


def _joined(parts: Sequence[_Slots]) -> _Slots:
    whole = np.empty(0, np.int64)
    return _Slots(
        store=np.concatenate([whole, *(part.store for part in parts)]),
        day=np.concatenate([whole, *(part.day for part in parts)]),
        hour=np.concatenate([whole, *(part.hour for part in parts)]),
        start_us=np.concatenate([whole, *(part.start_us for part in parts)]),
        share=np.concatenate([np.empty(0), *(part.share for part in parts)]),
    )


def _of_country(chain: Chain, shape: Shape, number: int, stores: range, dates: Sequence[dt.date]) -> _Slots:
    country = chain.countries[number]
    ours = np.array([store for store in stores if chain.country_of[store] == number], dtype=np.int64)
    clock = _clock_hours(country, shape, dates)
    place = np.tile(np.arange(len(clock.day)), len(ours))
    store = np.repeat(ours, len(clock.day))
    day = clock.day[place]
    weather = np.exp(0.08 * _lasting(keys(chain.seed, number, Draw.WEATHER), day))
    everywhere = _Slots(store, day, clock.hour[place], clock.start_us[place], clock.share[place] * weather)
    is_trading = (day >= chain.opened[store]) & (day <= chain.closed[store])
    return everywhere.at(is_trading)


def _clock_hours(country: Country, shape: Shape, dates: Sequence[dt.date]) -> _Slots:
    """Return the open hours of any store of a country."""
    free = public_holidays(country, dates)
    return _joined(
        [
            _day_hours(country, shape, date, np.arange(*opening), _day_factor(shape, free, date))
            for date, opening in zip(dates, store_days(country, dates), strict=True)
            if opening is not None
        ]
    )


def _day_hours(country: Country, shape: Shape, date: dt.date, hour: Integers, factor: float) -> _Slots:
    # Clocks change at night: the offset at noon is that of all open hours.
    offset = dt.datetime.combine(date, dt.time(12), tzinfo=country.zone).utcoffset() or dt.timedelta()
    day = np.full(len(hour), day_number(date))
    return _Slots(
        store=np.zeros(len(hour), np.int64),
        day=day,
        hour=hour,
        start_us=day * DAY_US + hour * HOUR_US - offset // dt.timedelta(microseconds=1),
        share=factor * shape.hour[hour] / shape.hour[hour].sum(),
    )


def _day_factor(shape: Shape, free: Mapping[dt.date, str], date: dt.date) -> float:
    regular = float(shape.weekday[date.weekday()] * shape.month[date.month - 1])
    is_eve = date + dt.timedelta(days=1) in free
    return regular * (_HOLIDAY_FACTOR if date in free else _EVE_FACTOR if is_eve else 1.0)


@cache
def _holidays(country: Country, first_year: int, last_year: int) -> Mapping[dt.date, str]:
    years = range(first_year, last_year + 1)
    return dict(holidays.country_holidays(country.code, subdiv=country.subdivision, years=years))


def _filled(chain: Chain, slots: _Slots) -> OpenHours:
    """Return the hours with those who came, without those that nobody watched."""
    day_key = derived(chain.keys[slots.store], slots.day)
    seen = _seen_minutes(day_key, slots.hour)
    is_watched = seen > 0
    slots, day_key, seen = slots.at(is_watched), day_key[is_watched], seen[is_watched]
    key = derived(day_key, slots.hour)
    expected = _expected(chain, slots)
    counted = expected * _sight(chain, slots.store, slots.day) * seen / 60
    return OpenHours(
        chain=chain,
        store=slots.store,
        day=slots.day,
        hour=slots.hour,
        window_start_us=slots.start_us,
        key=key,
        expected=expected,
        seen_minutes=seen,
        in_count=poisson(counted, derived(key, Draw.IN)),
        # Fractions of a power of two: their means are exact in any order.
        camera_up_share=1.0 - np.floor(uniform(derived(day_key, Draw.CAMERA)) ** 8 * 64) / 128,
        late_share=np.floor(uniform(derived(key, Draw.LATE)) ** 6 * 16) / 1024,
    )


def _expected(chain: Chain, slots: _Slots) -> Floats:
    local = np.exp(0.06 * _lasting(derived(chain.keys[slots.store], Draw.LOCAL), slots.day))
    years = (slots.day - day_number(chain.first)) / 365.25
    growth = np.exp(chain.growth_a_year[slots.store] * years)
    expected = chain.visitors_a_day[slots.store] * slots.share * local * growth
    for promotion in chain.promotions:
        expected = expected * promotion.factor(slots.store, slots.day)
    return np.asarray(expected)


def _sight(chain: Chain, store: Integers, day: Integers) -> Floats:
    """Return how much of what happens is counted: a camera that was moved counts more."""
    moved, since = chain.moved_camera
    return np.where((store == moved) & (day >= since), chain.shift_factor, 1.0)


def _seen_minutes(day_key: Keys, hour: Integers) -> Integers:
    """Return how many minutes of each hour were watched: an outage of a day takes some out."""
    has_outage = uniform(derived(day_key, Draw.OUTAGE)) < _OUTAGE_SHARE
    start = 8 + 12 * uniform(derived(day_key, Draw.OUTAGE_START))
    end = start + _OUTAGE_HOURS_MAX * uniform(derived(day_key, Draw.OUTAGE_HOURS))
    lost = np.clip(np.minimum(end, hour + 1) - np.maximum(start, hour), 0, 1)
    return np.where(has_outage, 60 - np.ceil(60 * lost), 60).astype(np.int64)


def _lasting(key: Keys, day: Integers) -> Floats:
    """Return draws like the weather's: of variance 1, each day's related to those before."""
    weights = _REMEMBRANCE ** np.arange(_REMEMBERED_DAYS)
    drawn = [weight * normal(derived(key, day - number)) for number, weight in enumerate(weights)]
    return np.asarray(sum(drawn) / np.sqrt((weights**2).sum()))
