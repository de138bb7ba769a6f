"""Stores, zones and lanes as rows."""

from __future__ import annotations

from dataclasses import asdict

import pyarrow as pa

from contracts.tables import LANE, STORE, ZONE
from glue.dimensions.chain import Chain, Store, Zone
from glue.dimensions.hours import WEEKDAYS
from glue.dimensions.staff import weekly_hours
from glue.schemas import arrow_schema_of


def store_rows(chain: Chain) -> pa.Table:
    """Return the rows of `store_v1`."""
    schema = arrow_schema_of(STORE)
    # What the table and a store have in common goes by the same names.
    rows = [
        {name: getattr(store, name) for name in schema.names}
        | {
            "opening_hours": _opening_hours(store),
            "weekly_staff_hours": store.weekly_staff_hours or weekly_hours(store),
        }
        for store in chain.stores
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def zone_rows(chain: Chain) -> pa.Table:
    """Return the rows of `zone_v1`."""
    rows = [
        {"store_id": store.store_id} | asdict(zone) | {"outline": _outline(zone)}
        for store in chain.stores
        for zone in store.zones
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(ZONE))


def lane_rows(chain: Chain) -> pa.Table:
    """Return the rows of `lane_v1`."""
    rows = [{"store_id": store.store_id} | asdict(lane) for store in chain.stores for lane in store.lanes]
    return pa.Table.from_pylist(rows, schema=arrow_schema_of(LANE))


def _outline(zone: Zone) -> list[dict[str, float]]:
    # pyiceberg gives an absent list back as an empty one, which would be told as a change each night.
    return [{"x": x, "y": y} for x, y in zone.outline]


def _opening_hours(store: Store) -> list[dict[str, object]]:
    return [
        {"iso_weekday": number, "opens": hours.opens, "closes": hours.closes}
        for number, weekday in enumerate(WEEKDAYS, start=1)
        if (hours := store.opening_hours.get(weekday))
    ]
