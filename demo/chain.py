"""A scenario's store as a chain of one: what the lake knows of it, besides what was measured."""

from __future__ import annotations

import datetime as dt

from glue.dimensions.chain import Chain, ExceptionalDays, Lane, Store, Zone
from glue.dimensions.hours import WEEKDAYS, Hours
from sim.scenario import Scenario

COUNTRY = "DE"
"""A scenario does not say in which country its made-up store is; only names of holidays depend on it."""
REGION = "demo"


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
        opening_hours={WEEKDAYS[place.business_day.weekday()]: hours},
        opened_on=place.business_day,
        closed_on=place.business_day,
        closed_on_holidays=(),
        zones=tuple(
            Zone(zone_id=zone.zone_id, zone_kind=zone.zone_kind, name=_titled(zone.zone_id), lane_id=zone.lane_id)
            for zone in scenario.zones
        ),
        lanes=tuple(
            Lane(lane_id=lane.lane_id, name=_titled(lane.lane_id), position=number)
            for number, lane in enumerate(scenario.lanes, start=1)
        ),
    )
    return Chain(stores=(store,), exceptional_days=(ExceptionalDays(dates=(place.business_day,), hours=hours),))


def _hours(opening: dt.time, hours: float) -> Hours:
    opens = opening.hour * 60 + opening.minute
    return Hours(opens, min(opens + round(hours * 60), 24 * 60))


def _titled(name: str) -> str:
    return name.replace("-", " ").capitalize()
