"""What a chain says of its stores, as frozen values; `chain_file` reads and judges them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sized
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints
from pydantic.dataclasses import dataclass

from contracts.events import ZoneKind
from glue.dimensions.files import DECLARED
from glue.dimensions.hours import HoursText, Weekday
from glue.dimensions.public_holidays import Place, subdivisions_of

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Positive = Annotated[float, Field(gt=0)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Corner = tuple[Share, Share]
"""A point of a camera's picture, in shares of its width and height from the upper left corner."""
FEWEST_CORNERS = 3
Globs = tuple[Text, ...]
"""Patterns of the shell, such as store-0*."""
Given = TypeVar("Given", bound=Sized)


def _some(given: Given) -> Given:
    if not given:
        raise ValueError("expected at least one, came none; add one")
    return given


def _area(corners: tuple[Corner, ...]) -> tuple[Corner, ...]:
    if 0 < len(corners) < FEWEST_CORNERS:
        raise ValueError(f"expected at least {FEWEST_CORNERS} corners, came {len(corners)}; add some or leave it out")
    return corners


def _zone_name(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"expected a time zone as IANA names it, came {name!r}; such as Europe/Berlin") from None
    return name


def _country(code: str) -> str:
    if subdivisions_of(code) is None:
        raise ValueError(f"expected a country as ISO 3166-1 alpha-2, came {code!r}; such as DE")
    return code


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class Zone:
    """A zone of a store; its `outline` are its corners in order in the picture of `camera_id`."""

    zone_id: Id
    zone_kind: ZoneKind
    name: Text
    lane_id: Id | None = None
    department: Text | None = None
    area_m2: Positive | None = None
    camera_id: Id | None = None
    outline: Annotated[tuple[Corner, ...], AfterValidator(_area)] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class Lane:
    """A checkout lane; `position` counts from the entrance."""

    lane_id: Id
    name: Text
    position: Annotated[int, Field(ge=1)]
    lane_kind: Literal["cashier", "self_service", "express"] = "cashier"


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class Shift:
    """So many people work on these weekdays within these hours."""

    weekdays: Annotated[tuple[Weekday, ...], AfterValidator(_some)]
    hours: HoursText
    people: Positive


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class Store:
    """A store of the chain. A weekday without hours is closed; `closed_on_holidays` are globs of holidays' names."""

    store_id: Id
    name: Text
    region: Text
    country: Annotated[str, AfterValidator(_country)]
    time_zone: Annotated[str, AfterValidator(_zone_name)]
    opening_hours: Annotated[Mapping[Weekday, HoursText], AfterValidator(_some)]
    subdivision: Text | None = None
    location_kind: Text | None = None
    sales_area_m2: Positive | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    opened_on: dt.date | None = None
    closed_on: dt.date | None = None
    closed_on_holidays: Globs = ("*",)
    weekly_staff_hours: Positive | None = None
    staff: tuple[Shift, ...] = ()
    zones: tuple[Zone, ...] = ()
    lanes: tuple[Lane, ...] = ()

    @property
    def place(self) -> Place:
        """Where the store's holidays are those of."""
        return Place(self.country, self.subdivision)

    def is_trading(self, first: dt.date, last: dt.date) -> bool:
        """Say whether the store is one of the chain's from the first to the last of two dates."""
        is_opened = self.opened_on is None or self.opened_on <= first
        return is_opened and (self.closed_on is None or last <= self.closed_on)


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class ExceptionalDays:
    """Dates on which some stores have other hours than usual; without hours they are closed."""

    dates: Annotated[tuple[dt.date, ...], AfterValidator(_some)]
    stores: Globs = ("*",)
    hours: HoursText | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=DECLARED)
class PeakRule:
    """When a peak is, year by year, and which stores it concerns.

    Days are counted from the `anchor`: a date such as 12-24, or a public holiday such as `US: Thanksgiving Day` or
    `US-CA: Cesar Chavez Day`. The peak lasts from `first_day` to `last_day`; the `before_days` before it end
    `gap_days` before it begins. It concerns the stores that match all that is given of `stores`, `regions` and
    `countries`; the others are its controls, but those that match `not_controls`.
    A day of `day_by_day` is compared with the same day of the peak a year before, whatever its weekday.
    """

    peak_name: Id
    anchor: Text
    first_day: int
    last_day: int
    before_days: Annotated[int, Field(ge=1, le=180)] = 28
    gap_days: Annotated[int, Field(ge=0, le=180)] = 0
    after_days: Annotated[int, Field(ge=1, le=180)] = 14
    day_by_day: tuple[int, ...] = ()
    stores: Globs = ("*",)
    regions: Globs = ("*",)
    countries: Globs = ("*",)
    not_controls: Globs = ()

    def concerns(self, store: Store) -> bool:
        """Say whether something special happens in the store."""
        return (
            is_matched(store.store_id, self.stores)
            and is_matched(store.region, self.regions)
            and is_matched(store.country, self.countries)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """All that one file says; `peaks` holds the chain's own and those that ship with the product."""

    stores: tuple[Store, ...]
    exceptional_days: tuple[ExceptionalDays, ...] = ()
    peaks: tuple[PeakRule, ...] = field(default=())


def is_matched(name: str, globs: Collection[str]) -> bool:
    """Say whether one of the patterns fits a name, letter by letter."""
    return any(fnmatchcase(name, glob) for glob in globs)
