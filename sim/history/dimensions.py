"""Rows that describe a chain: its stores, their zones, lanes, days and planned staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.tables import LANE, STAFF_HOUR, STORE, STORE_DAY, ZONE
from sim.history.chain import LANES, Chain, Country, day_number
from sim.history.checkout import open_lanes
from sim.history.floor import ZONES
from sim.history.open_hours import open_hours, public_holidays, store_days
from sim.history.pictures import FLOOR_CAMERA, outline_of
from sim.history.shape import Shape
from sim.history.towns import positions

Row = Mapping[str, Any]
_YEAR = dt.timedelta(days=364)
_M2_PER_VISITOR = 1.6
_FLOOR_STAFF = 2
_STAFF_HOURS_PER_VISITOR = 0.09


def dimension_rows(chain: Chain) -> dict[str, list[Row]]:
    """Return the rows of each table that describes the chain, by the table's name and in its order."""
    return {
        STORE.name: list(_stores(chain)),
        ZONE.name: [_zone(store_id, place) for store_id in chain.ids for place in range(len(ZONES))],
        LANE.name: [_lane(store_id, number) for store_id in chain.ids for number in range(1, LANES + 1)],
        STORE_DAY.name: list(_days(chain)),
    }


def staff_hour_rows(chain: Chain, shape: Shape, dates: Sequence[dt.date]) -> list[Row]:
    """Return the planned staff of dates, as rows of `staff_hour_v1`."""
    hours = open_hours(chain, shape, range(chain.stores), dates)
    staff = open_lanes(hours) + _FLOOR_STAFF
    return [
        dict(zip([column.name for column in STAFF_HOUR.columns], values, strict=True))
        for values in zip(
            [chain.ids[store] for store in hours.store],
            [dt.date(1970, 1, 1) + dt.timedelta(days=int(day)) for day in hours.day],
            hours.hour.tolist(),
            staff.astype(float).tolist(),
            strict=True,
        )
    ]


def _stores(chain: Chain) -> Iterator[Row]:
    for number, (store_id, position) in enumerate(zip(chain.ids, positions(chain), strict=True)):
        country = chain.countries[chain.country_of[number]]
        visitors = float(chain.visitors_a_day[number])
        yield {
            "store_id": store_id,
            "name": f"{country.region.title()} {number + 1}",
            "region": country.region,
            "country": country.code,
            "subdivision": country.subdivision,
            "time_zone": country.time_zone,
            "location_kind": ("high_street", "mall", "retail_park")[number % 3],
            "sales_area_m2": round(visitors * _M2_PER_VISITOR),
            "opened_on": _date(int(chain.opened[number])),
            "closed_on": _date(int(chain.closed[number])) if chain.closed[number] <= day_number(chain.last) else None,
            "opening_hours": list(_opening_hours(country)),
            "weekly_staff_hours": round(7 * visitors * _STAFF_HOURS_PER_VISITOR),
            "latitude": position.latitude,
            "longitude": position.longitude,
        }


def _opening_hours(country: Country) -> Iterator[Row]:
    for weekday in range(1, 8):
        if opening := country.hours_on(weekday):
            opens, closes = (f"{hour:02}:00" for hour in opening)
            yield {"iso_weekday": weekday, "opens": opens, "closes": closes}


def _zone(store_id: str, place: int) -> Row:
    zone = ZONES[place]
    name = zone.zone_id.replace("-", " ").capitalize()
    department = zone.zone_id.removeprefix("aisle-") if zone.zone_kind == "aisle" else None
    return {
        "store_id": store_id,
        "zone_id": zone.zone_id,
        "zone_kind": zone.zone_kind,
        "lane_id": zone.lane_id,
        "name": name,
        "department": department,
        "area_m2": 40.0 if department else 6.0,
        "camera_id": FLOOR_CAMERA,
        "outline": outline_of(place),
    }


def _lane(store_id: str, number: int) -> Row:
    return {
        "store_id": store_id,
        "lane_id": f"lane-{number}",
        "name": f"Lane {number}",
        "lane_kind": "cashier",
        "position": number,
    }


def _days(chain: Chain) -> Iterator[Row]:
    dates = [chain.first + dt.timedelta(days=number) for number in range((chain.last - chain.first).days + 1)]
    by_country = [list(_country_days(country, dates)) for country in chain.countries]
    for number, store_id in enumerate(chain.ids):
        for day in by_country[chain.country_of[number]]:
            is_trading = chain.opened[number] <= day_number(day["business_date"]) <= chain.closed[number]
            yield {"store_id": store_id, **(day if is_trading else day | _CLOSED)}


_CLOSED: Row = {"is_open": False, "opens_at": None, "closes_at": None, "open_hours": 0.0, "comparable_date": None}


def _country_days(country: Country, dates: Sequence[dt.date]) -> Iterator[dict[str, Any]]:
    """Give what a country's stores have in common: a day is compared with the same holiday, else 364 days before."""
    named = public_holidays(country, dates)
    openings = dict(zip(dates, store_days(country, dates), strict=True))
    for date, opening in openings.items():
        before = _before(date, named)
        opens, closes = (_instant(date, hour, country) for hour in opening) if opening else (None, None)
        yield {
            "business_date": date,
            "day_start": _instant(date, 0, country),
            "day_end": _instant(date + dt.timedelta(days=1), 0, country),
            "is_open": opening is not None,
            "opens_at": opens,
            "closes_at": closes,
            "open_hours": float(opening[1] - opening[0]) if opening else 0.0,
            "public_holiday": named.get(date),
            "school_holiday": None,
            "comparable_date": before if opening and before and openings.get(before) else None,
        }


def _before(date: dt.date, named: Mapping[dt.date, str]) -> dt.date | None:
    if date not in named:
        return None if date - _YEAR in named else date - _YEAR
    same = (other for other, name in named.items() if name == named[date] and other.year == date.year - 1)
    return min(same, default=None)


def _instant(date: dt.date, hour: int, country: Country) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(hour), tzinfo=country.zone).astimezone(dt.UTC)


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)
