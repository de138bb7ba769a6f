"""A scenario's store as a chain of one: what the lake knows of it, besides what was measured."""

from __future__ import annotations

import datetime as dt

from glue.dimensions.chain import Chain, ExceptionalDays, Lane, Store, Zone
from glue.dimensions.hours import WEEKDAYS, Hours
from sim.scenario import Polygon, Scenario, ZonePlan

COUNTRY = "DE"
"""A scenario does not say in which country its made-up store is; only names of holidays depend on it."""
REGION = "demo"
LATITUDE, LONGITUDE = 52.52, 13.405
"""Where the map shows the made-up store."""


def chain_of(scenario: Scenario, store_id: str) -> Chain:
    """Return the chain: its store trades on the simulated day, within the simulated hours."""
    place = scenario.store
    hours = _hours(place.opening, place.hours)
    store = Store(
        store_id=store_id,
        name=place.name,
        region=REGION,
        country=COUNTRY,
        time_zone=place.time_zone,
        latitude=LATITUDE,
        longitude=LONGITUDE,
        opening_hours={WEEKDAYS[place.business_day.weekday()]: hours},
        opened_on=place.business_day,
        closed_on=place.business_day,
        closed_on_holidays=(),
        zones=tuple(_zone(scenario, zone) for zone in scenario.zones),
        lanes=tuple(
            Lane(lane_id=lane.lane_id, name=_titled(lane.lane_id), position=number)
            for number, lane in enumerate(scenario.lanes, start=1)
        ),
    )
    return Chain(stores=(store,), exceptional_days=(ExceptionalDays(dates=(place.business_day,), hours=hours),))


def _zone(scenario: Scenario, zone: ZonePlan) -> Zone:
    view = next(device.view for device in scenario.devices if device.device_id == zone.device_id)
    return Zone(
        zone_id=zone.zone_id,
        zone_kind=zone.zone_kind,
        name=_titled(zone.zone_id),
        lane_id=zone.lane_id,
        camera_id=zone.camera_id,
        outline=_in_picture(zone.polygon, view),
    )


def _in_picture(polygon: Polygon, view: tuple[float, float, float, float]) -> Polygon:
    """Return corners of the floor as shares of a picture that shows all of a device's view, as seen from above."""
    left, bottom, right, top = view
    return tuple(((x - left) / (right - left), (top - y) / (top - bottom)) for x, y in polygon)


def _hours(opening: dt.time, hours: float) -> Hours:
    opens = opening.hour * 60 + opening.minute
    return Hours(opens, min(opens + round(hours * 60), 24 * 60))


def _titled(name: str) -> str:
    return name.replace("-", " ").capitalize()
