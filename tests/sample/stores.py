"""The stores of the sample: four time zones, one store that is new, one that is small, one with imported history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

FIRST_HOUR, CLOSING_HOUR = 11, 16
"""Every store trades from 11:00 to 16:00 where it is: few hours, so that the sample stays small."""
HISTORY = (
    (dt.date(2024, 10, 20), dt.date(2025, 1, 10)),
    (dt.date(2025, 1, 25), dt.date(2025, 2, 8)),
    (dt.date(2025, 3, 23), dt.date(2025, 4, 7)),
    (dt.date(2025, 10, 20), dt.date(2026, 1, 10)),
    (dt.date(2026, 1, 25), dt.date(2026, 2, 8)),
    (dt.date(2026, 3, 23), dt.date(2026, 4, 7)),
)
"""First and last days: the ends of months, quarters, years, seasons and retail years, and both changes of the clock."""


@dataclass(frozen=True, slots=True)
class Store:
    """A store, and how busy it is."""

    store_id: str
    region: str
    country: str
    subdivision: str
    time_zone: str
    visitors_per_hour: float
    is_open_on_sunday: bool = False
    lines: tuple[str, ...] = ("doors",)
    location_kind: str = "high_street"
    sales_area_m2: float | None = 800.0
    opened_on: dt.date = dt.date(2020, 3, 2)
    position: tuple[float, float] | tuple[None, None] = (None, None)

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.time_zone)

    def instant(self, date: dt.date, hour: int) -> dt.datetime:
        """Return when an hour of the store's clock begins, in UTC."""
        return dt.datetime.combine(date, dt.time(hour), self.zone).astimezone(dt.UTC)


BERLIN = Store(
    "berlin-1",
    "north",
    "DE",
    "BE",
    "Europe/Berlin",
    60,
    lines=("doors", "side-door"),
    location_kind="mall",
    position=(52.52, 13.41),
)
HAMBURG = Store("hamburg-1", "north", "DE", "HH", "Europe/Berlin", 45, opened_on=dt.date(2025, 3, 23))
MUNICH = Store("munich-1", "south", "DE", "BY", "Europe/Berlin", 50)
PUNE = Store(
    "pune-1",
    "asia",
    "IN",
    "MH",
    "Asia/Kolkata",
    7,
    is_open_on_sunday=True,
    sales_area_m2=150.0,
    position=(18.52, 73.86),
)
CHICAGO = Store("chicago-1", "america", "US", "IL", "America/Chicago", 70, is_open_on_sunday=True, sales_area_m2=None)
STORES = (BERLIN, HAMBURG, MUNICH, PUNE, CHICAGO)

ZONES = (
    ("entrance", "entrance", None),
    ("aisle-1", "aisle", None),
    ("aisle-2", "aisle", None),
    ("queue-1", "queue", "lane-1"),
    ("service-1", "service", "lane-1"),
    ("queue-2", "queue", "lane-2"),
    ("service-2", "service", "lane-2"),
)
"""Id, kind and lane of every store's zones."""
DEPARTMENTS = {"aisle-1": "dairy", "aisle-2": "bakery"}
OUTLINE = [{"x": 0.25, "y": 0.9}, {"x": 0.4, "y": 0.1}, {"x": 0.6, "y": 0.1}, {"x": 0.75, "y": 0.9}]
LANES = (("lane-1", "cashier"), ("lane-2", "self_service"))


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Give each date, the last one too."""
    for number in range((last - first).days + 1):
        yield first + dt.timedelta(days=number)


def store_rows() -> Iterator[Row]:
    """Give the rows of store_v1."""
    for store in STORES:
        weekdays = range(1, 8) if store.is_open_on_sunday else range(1, 7)
        times = {"opens": f"{FIRST_HOUR}:00", "closes": f"{CLOSING_HOUR}:00"}
        yield {
            "store_id": store.store_id,
            "name": store.store_id.partition("-")[0].title(),
            "region": store.region,
            "country": store.country,
            "subdivision": store.subdivision,
            "time_zone": store.time_zone,
            "location_kind": store.location_kind,
            "sales_area_m2": store.sales_area_m2,
            "opened_on": store.opened_on,
            "closed_on": None,
            "opening_hours": [{"iso_weekday": weekday, **times} for weekday in weekdays],
            "weekly_staff_hours": 2.0 * (CLOSING_HOUR - FIRST_HOUR) * len(weekdays),
            "latitude": store.position[0],
            "longitude": store.position[1],
        }


def zone_rows() -> Iterator[Row]:
    """Give the rows of zone_v1."""
    for store in STORES:
        for zone_id, kind, lane_id in ZONES:
            yield {
                "store_id": store.store_id,
                "zone_id": zone_id,
                "zone_kind": kind,
                "lane_id": lane_id,
                "name": zone_id.replace("-", " ").title(),
                "department": DEPARTMENTS.get(zone_id),
                "area_m2": 24.0 if kind == "aisle" else None,
                "camera_id": f"cam-{zone_id}" if kind == "aisle" else None,
                "outline": OUTLINE if kind == "aisle" else [],
            }


def lane_rows() -> Iterator[Row]:
    """Give the rows of lane_v1."""
    for store in STORES:
        for position, (lane_id, kind) in enumerate(LANES, start=1):
            yield {
                "store_id": store.store_id,
                "lane_id": lane_id,
                "name": f"Lane {position}",
                "lane_kind": kind,
                "position": position,
            }
