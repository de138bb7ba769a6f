"""The stores of a made-up chain: where they are, how large, when open, and what befell them."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from sim.history.chance import Draw, Floats, Integers, Keys, keys, normal, uniform

Hours = tuple[int, int]
AISLES = ("dairy", "drinks", "fruit", "household")
LANES = 4
VISITORS_A_DAY = 900.0
OPENS_LATE_EVERY = 25
"""One store in so many opens within the history, and one closes."""
SHIFT_FACTOR = 1.35
"""How many more a camera counts after it was moved: as on Leeds' Briggate between 2012 and 2013."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country, or a part of it, with one time zone and one set of opening hours; no hours: closed."""

    code: str
    subdivision: str
    region: str
    time_zone: str
    weight: float
    closes_on_holidays: bool
    weekdays: Hours
    saturday: Hours
    sunday: Hours | None = None

    def hours_on(self, iso_weekday: int) -> Hours | None:
        """Return when stores open and close on a weekday, 1 = Monday."""
        return {6: self.saturday, 7: self.sunday}.get(iso_weekday, self.weekdays)

    @property
    def zone(self) -> ZoneInfo:
        """The clock there."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Promotion:
    """Days on which some stores draw more customers, and fewer on as many days after.

    Attributes:
        name: what it is called, the same every year.
        first, last: its days, both included.
        uplift: how many more come, as a share: 0.2 is a fifth more.
        pulled_forward: how many fewer come on as many days after, as they have come already.
        skips_every: one store in so many takes no part; 0 for none.
    """

    name: str
    first: dt.date
    last: dt.date
    uplift: float
    pulled_forward: float = 0.0
    skips_every: int = 0

    def takes_part(self, store: Integers) -> npt.NDArray[np.bool_]:
        """Say of each store, by its number, whether it takes part."""
        return np.ones(store.shape, np.bool_) if self.skips_every == 0 else store % self.skips_every != 0

    def factor(self, store: Integers, day: Integers) -> Floats:
        """Return by what visitors are multiplied, for stores and days since 1970."""
        first, last = day_number(self.first), day_number(self.last)
        during, after = (day >= first) & (day <= last), (day > last) & (day <= 2 * last - first + 1)
        drawn = np.select([during, after], [1.0 + self.uplift, 1.0 - self.pulled_forward], 1.0)
        return np.where(self.takes_part(store), drawn, 1.0)


@dataclass(frozen=True)
class Chain:
    """So many stores from a first to a last date; arrays have an element for each store, in the order of ids."""

    seed: int
    stores: int
    first: dt.date
    last: dt.date
    promotions: tuple[Promotion, ...] = ()
    shift_factor: float = SHIFT_FACTOR

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """Where the stores are."""
        written = tomllib.loads((files("sim.history") / "countries.toml").read_text(encoding="utf-8"))["country"]
        return tuple(_country(**each) for each in written)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The stores' ids, rising."""
        return tuple(f"store-{number:04}" for number in range(1, self.stores + 1))

    @cached_property
    def keys(self) -> Keys:
        """The key of each store's draws."""
        return keys(self.seed, np.arange(self.stores))

    @cached_property
    def country_of(self) -> Integers:
        """Number of each store's country."""
        bounds = np.cumsum([country.weight for country in self.countries])
        # By place and not by chance: a small chain has stores in several countries too.
        place = (np.arange(self.stores) * 0.618034) % bounds[-1]
        return np.asarray(np.searchsorted(bounds, place, side="right"))

    @cached_property
    def visitors_a_day(self) -> Floats:
        """How many come on a mean day."""
        drawn = normal(keys(self.seed, np.arange(self.stores), Draw.SIZE))
        return np.asarray(VISITORS_A_DAY * np.exp(0.45 * drawn))

    @cached_property
    def growth_a_year(self) -> Floats:
        """By how much the number of visitors grows in a year, as a logarithm."""
        return 0.01 + 0.05 * normal(keys(self.seed, np.arange(self.stores), Draw.GROWTH))

    @cached_property
    def opened(self) -> Integers:
        """First day of trading of each store, in days since 1970; most have always been there."""
        is_new = np.arange(self.stores) % OPENS_LATE_EVERY == OPENS_LATE_EVERY - 1
        return np.where(is_new, self._day_at(0.2 + 0.6 * self._spot), day_number(dt.date(2010, 5, 3)))

    @cached_property
    def closed(self) -> Integers:
        """Last day of trading of each store; most go on."""
        is_gone = np.arange(self.stores) % OPENS_LATE_EVERY == OPENS_LATE_EVERY - 2
        return np.where(is_gone, self._day_at(0.2 + 0.6 * self._spot), day_number(dt.date(2100, 1, 1)))

    @cached_property
    def moved_camera(self) -> tuple[int, int]:
        """Number of the store whose camera over the door was moved, and the day from which it counts more."""
        return 2 % self.stores, int(self._day_at(np.array([0.6]))[0])

    def _day_at(self, share: Floats) -> Integers:
        return day_number(self.first) + (share * (self.last - self.first).days).astype(np.int64)

    @property
    def _spot(self) -> Floats:
        return uniform(keys(self.seed, np.arange(self.stores), Draw.TURN))


def day_number(date: dt.date) -> int:
    """Return the days since 1970-01-01."""
    return (date - dt.date(1970, 1, 1)).days


def _country(
    *, weekdays: list[int], saturday: list[int], sunday: list[int] | None = None, **others: str | float | bool
) -> Country:
    hours = {"weekdays": weekdays, "saturday": saturday, "sunday": sunday}
    pairs = {name: (pair[0], pair[1]) for name, pair in hours.items() if pair}
    return Country(**others, **pairs)  # type: ignore[arg-type]  # as the bundled file has them
