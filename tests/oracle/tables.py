"""The oracle: every table of facts, worked out from the definitions by brute force, with nothing of the SQL.

It is what the declared cases (`tests/sql/cases`) and any other events are held against. Clear rather than quick: a
person's visits and journeys are worked out anew after each of the person's events.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any

from contracts.events import Crossing, Hazard, Health, Heat, Snapshot
from contracts.tables import TABLES
from flink_jobs.settings import MetricSettings
from tests.oracle.cameras import Cameras, camera_rows
from tests.oracle.dwell import dwell_rows
from tests.oracle.facts import facts_of, of_kind
from tests.oracle.hazards import hazard_rows
from tests.oracle.heat import heat_rows
from tests.oracle.journeys import journey_revisions, journey_rows, last_revisions
from tests.oracle.lanes import lane_rows
from tests.oracle.people import steps_by_device
from tests.oracle.rows import Row
from tests.oracle.traffic import traffic_rows
from tests.oracle.visits import visit_revisions, visit_rows
from tests.oracle.zones import looks_of, zone_minutes, zone_rows

DEFAULTS = MetricSettings()


def expected_tables(
    events: Iterable[Mapping[str, Any]],
    settings: MetricSettings = DEFAULTS,
    *,
    late_event_ids: Collection[str] = frozenset(),
) -> dict[str, list[Row]]:
    """Return the rows of each table, all columns of the contract, sorted by the table's key; instants in UTC.

    Args:
        events: what counts, as `Event.to_dict()`: accepted, in any order; a repeated `event_id` counts once, as it
            came first. For what a stream makes of them leave late ones out, for a reconciled day leave them in.
        settings: the choices within the definitions.
        late_event_ids: those among `events` that came behind the watermark; only `late_share` tells.
    """
    facts = facts_of(events, late_event_ids)
    cameras = Cameras(of_kind(facts, Health))
    snapshots = of_kind(facts, Snapshot)
    looks = list(looks_of(snapshots))
    minutes = zone_minutes(looks, cameras)
    devices = steps_by_device(facts, settings)
    visits = [change for steps in devices for change in visit_revisions(steps, settings)]
    journeys = [list(journey_revisions(steps, settings)) for steps in devices]
    final = list(chain.from_iterable(map(last_revisions, journeys)))
    tables: dict[str, Iterable[Row]] = {
        "zone_minute_v1": zone_rows(minutes),
        "visit_v1": visit_rows(visits, settings),
        "dwell_minute_v1": dwell_rows(visits, minutes, settings),
        "journey_v1": chain.from_iterable(journey_rows(of_device, settings) for of_device in journeys),
        "lane_minute_v1": lane_rows(looks, minutes, final, settings),
        "traffic_minute_v1": traffic_rows(of_kind(facts, Crossing), snapshots, cameras),
        "camera_minute_v1": camera_rows(of_kind(facts, Health)),
        "hazard_v1": hazard_rows(of_kind(facts, Hazard)),
        "heat_minute_v1": heat_rows(of_kind(facts, Heat), cameras),
    }
    return {name: _sorted(name, rows) for name, rows in tables.items()}


def _sorted(name: str, rows: Iterable[Row]) -> list[Row]:
    key = TABLES[name].key
    return sorted(rows, key=lambda row: tuple(row[column] for column in key))
