"""A lake without a pipeline: every table filled from the simulator's truth, as a perfect pipeline would fill it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from contracts.tables import TABLES
from demo.lake import LakeReader
from glue.schemas import arrow_schema_of
from sim.run import PlannedRun
from sim.truth import (
    MINUTE_MS,
    Journey,
    OpenInterval,
    Stay,
    StoreTruth,
    ZoneTruth,
    merged,
    stays_of,
)

Row = dict[str, Any]
EVENT_COUNT = 40


def synthetic_tables(planned: PlannedRun) -> dict[str, pa.Table]:
    """Return every table of the contracts for a planned run of one store."""
    (store,) = planned.stores
    stays = list(stays_of(planned.scenario, store.people))
    rows = {
        "visit_v1": list(_visits(store.truth, stays)),
        "dwell_minute_v1": list(_dwell_minutes(store.truth, stays)),
        "zone_minute_v1": [row for zone in store.truth.zones for row in _zone_minutes(store.truth, zone)],
        "journey_v1": [
            _journey(store.truth, journey, planned.truth.target_wait_seconds) for journey in store.truth.journeys
        ],
        "lane_minute_v1": list(_lane_minutes(store.truth, planned.truth.target_wait_seconds)),
        "traffic_minute_v1": list(_traffic(store.truth)),
        "live_zone": [_live(store.truth, zone) for zone in store.truth.zones],
        "event_v1": [_event(store.truth, number) for number in range(EVENT_COUNT)],
        "rejected_v1": [_rejection(store.truth, "duplicate", 1), _rejection(store.truth, "not_json", 2)],
    }
    return {
        table.name: pa.Table.from_pylist(
            [_padded(table.name, row) for row in rows.get(table.name, [])], schema=arrow_schema_of(table)
        )
        for table in TABLES.values()
    }


def synthetic_lake(planned: PlannedRun) -> LakeReader:
    """Return the tables as they are read by SQL."""
    return LakeReader(synthetic_tables(planned))


def _visits(truth: StoreTruth, stays: Sequence[Stay]) -> Iterator[Row]:
    zones = {zone.zone_id: zone for zone in truth.zones}
    for visit in merged(stays):
        zone = zones[visit.zone_id]
        last = {
            "visit_id": f"{visit.zone_id}/{visit.person_id}/{visit.entered_ms}",
            "revision": 2,
            "zone_id": visit.zone_id,
            "zone_kind": zone.zone_kind,
            "lane_id": zone.lane_id,
            "camera_id": "camera",
            "track_id": visit.person_id,
            "entered_time": _time(visit.entered_ms),
            "left_time": _time(visit.left_ms),
            "dwell_seconds": visit.dwell_ms / 1000,
            "is_pass_through": visit.is_pass_through,
            "is_staff": visit.is_staff,
            "end": "left",
            "event_id": "device/boot/2",
        }
        yield last | {"store_id": truth.store_id}
        # An older revision, which must not count.
        yield last | {"store_id": truth.store_id, "revision": 1, "dwell_seconds": 1.0, "is_pass_through": True}


def _dwell_minutes(truth: StoreTruth, stays: Sequence[Stay]) -> Iterator[Row]:
    kinds = {zone.zone_id: zone.zone_kind for zone in truth.zones}
    for visit in merged(stays):
        is_counted = not visit.is_staff and not visit.is_pass_through
        yield _minute(truth, visit.left_ms) | {
            "zone_id": visit.zone_id,
            "zone_kind": kinds[visit.zone_id],
            "visits": int(is_counted),
            "pass_throughs": int(visit.is_pass_through and not visit.is_staff),
            "staff_visits": int(visit.is_staff),
            "dwell_ms": visit.dwell_ms if is_counted else 0,
            "lost_visits": 0,
        }


def _zone_minutes(truth: StoreTruth, zone: ZoneTruth) -> Iterator[Row]:
    for minute in zone.occupancy:
        yield _minute(truth, minute.start_ms) | {
            "zone_id": zone.zone_id,
            "zone_kind": zone.zone_kind,
            "lane_id": zone.lane_id,
            "occupancy_mean": minute.mean,
            "occupancy_max": minute.maximum,
            "person_ms": round(minute.mean * MINUTE_MS),
            "interval_ms": MINUTE_MS,
            "entered": 0,
            "left": 0,
            "staff_person_ms": 0,
        }


def _journey(truth: StoreTruth, journey: Journey, target_seconds: float) -> Row:
    wait = journey.wait_seconds
    return {
        "store_id": truth.store_id,
        "journey_id": f"{journey.lane_id}/{journey.person_id}/{journey.joined_ms}",
        "lane_id": journey.lane_id,
        "track_id": journey.person_id,
        "joined_time": _time(journey.joined_ms),
        "queue_left_time": _time(journey.queue_left_ms),
        "service_start_time": _time(journey.service_start_ms),
        "service_end_time": _time(journey.service_end_ms),
        "outcome": journey.outcome,
        "wait_seconds": wait,
        "queue_seconds": (journey.queue_left_ms - journey.joined_ms) / 1000 if wait is None else wait,
        "service_seconds": journey.service_seconds,
        "is_over_target": None if wait is None else wait > target_seconds,
    }


def _lane_minutes(truth: StoreTruth, target_seconds: float) -> Iterator[Row]:
    for lane in truth.lanes:
        for minute in lane.queue:
            left = [
                journey
                for journey in truth.journeys
                if journey.lane_id == lane.lane_id
                and minute.start_ms <= journey.queue_left_ms < minute.start_ms + MINUTE_MS
            ]
            waits = [journey.wait_seconds for journey in left if journey.wait_seconds is not None]
            outcomes = [journey.outcome for journey in left]
            yield _minute(truth, minute.start_ms) | {
                "lane_id": lane.lane_id,
                "queue_length_mean": minute.mean,
                "queue_length_max": minute.maximum,
                "queue_person_ms": round(minute.mean * MINUTE_MS),
                "service_person_ms": 0,
                "open_ms": sum(_overlap_ms(minute.start_ms, span) for span in lane.open_intervals),
                "joined": len(left),
                "served": outcomes.count("served"),
                "abandoned": outcomes.count("abandoned"),
                "censored": outcomes.count("censored"),
                "wait_ms": round(sum(waits) * 1000),
                "wait_ms_max": round(max(waits) * 1000) if waits else None,
                "served_over_target": sum(wait > target_seconds for wait in waits),
            }


def _overlap_ms(minute_ms: int, span: OpenInterval) -> int:
    end_ms = minute_ms + MINUTE_MS if span.end_ms is None else span.end_ms
    return max(0, min(minute_ms + MINUTE_MS, end_ms) - max(minute_ms, span.start_ms))


def _traffic(truth: StoreTruth) -> Iterator[Row]:
    for minute in truth.traffic.minutes:
        counts = {
            name: getattr(minute, name) for name in ("in_count", "out_count", "staff_in_count", "staff_out_count")
        }
        yield _minute(truth, minute.start_ms) | {"line_id": "doors"} | counts


def _live(truth: StoreTruth, zone: ZoneTruth) -> Row:
    return {
        "store_id": truth.store_id,
        "zone_id": zone.zone_id,
        "zone_kind": zone.zone_kind,
        "lane_id": zone.lane_id,
        "occupancy": 0,
        "occupancy_mean": 0.0,
        "occupancy_max": 0,
        "longest_stay_seconds": 0.0,
        "window_end_ms": truth.end_ms,
        "expires_at": truth.end_ms // 1000,
    }


def _event(truth: StoreTruth, number: int) -> Row:
    return _arrival(number) | {
        "event_id": f"device/boot/{number}",
        "kind": "crossing",
        "store_id": truth.store_id,
        "device_id": "device",
        "boot_id": "boot",
        "seq": number,
        "event_time": _time(truth.start_ms),
        "is_late": False,
    }


def _rejection(truth: StoreTruth, reason: str, number: int) -> Row:
    return _arrival(number) | {"reason": reason, "store_id": truth.store_id}


def _arrival(number: int) -> Row:
    return {"arrival_time": _time(1_790_000_000_000), "shard_id": "shard-0", "sequence_number": f"{number:08d}"}


def _minute(truth: StoreTruth, instant_ms: int) -> Row:
    start_ms = instant_ms - instant_ms % MINUTE_MS
    return {
        "store_id": truth.store_id,
        "window_start": _time(start_ms),
        "window_end": _time(start_ms + MINUTE_MS),
    }


def _padded(name: str, row: Row) -> Row:
    values = {"coverage": 1.0} | row
    return {column.name: values.get(column.name) for column in TABLES[name].columns}


def _time(instant_ms: int | None) -> datetime | None:
    return None if instant_ms is None else datetime.fromtimestamp(instant_ms / 1000, UTC)
