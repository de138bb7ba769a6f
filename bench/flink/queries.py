"""The small queries that are measured beside the whole job: reading alone, and one-minute aggregates of each zone."""

from __future__ import annotations

from pathlib import Path

from bench.flink.connectors import create_plain_source, csv
from flink_jobs.connectors import FILE_ARRIVAL, create_source, file_options

_RESULT_COLUMNS = """
    store_id STRING, zone_id STRING, window_start TIMESTAMP(3), occupancy_max INT, person_ms BIGINT,
    interval_ms BIGINT, entered BIGINT, `left` BIGINT, staff_person_ms BIGINT"""

# One row at the end says how much was read.
_SCAN = """
    SELECT COUNT(*) AS snapshots, SUM(CARDINALITY(snapshot.zones)) AS zones
    FROM TABLE(TUMBLE(TABLE {source}, DESCRIPTOR(rowtime), INTERVAL '1' DAY))
    GROUP BY window_start, window_end"""

_AGGREGATE = """
    WITH snapshots AS (
      -- Before UNNEST: behind it, each zone would carry, and Flink copy, the whole snapshot.
      SELECT store_id, rowtime, snapshot.interval_ms AS interval_ms, snapshot.zones AS zones
      FROM {source}
      WHERE kind = 'snapshot'
    ),
    zone_snapshot AS (
      SELECT store_id, rowtime, interval_ms, zone_id, count_max, person_ms, entered, `left`, staff_person_ms
      FROM snapshots
      CROSS JOIN UNNEST(zones) AS zone (
        zone_id, zone_kind, lane_id, camera_id, `count`, count_max, person_ms, entered, `left`, longest_stay_ms,
        staff_person_ms
      )
    )
    SELECT
      store_id, zone_id, window_start, MAX(count_max) AS occupancy_max, SUM(person_ms) AS person_ms,
      SUM(CAST(interval_ms AS BIGINT)) AS interval_ms, SUM(CAST(entered AS BIGINT)) AS entered,
      SUM(CAST(`left` AS BIGINT)) AS `left`, SUM(staff_person_ms) AS staff_person_ms
    FROM TABLE(TUMBLE(TABLE zone_snapshot, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
    GROUP BY store_id, zone_id, window_start, window_end"""

# As the job does it: a snapshot stays one row until its window is over.
_AGGREGATE_BY_STORE = """
    WITH snapshots AS (
      SELECT store_id, rowtime, event_time_ms, snapshot.interval_ms AS interval_ms, snapshot.zones AS zones
      FROM {source}
      WHERE kind = 'snapshot'
    ),
    by_store AS (
      SELECT store_id, window_start, ZONE_SUMS(zones, interval_ms, event_time_ms, FALSE) AS zones
      FROM TABLE(TUMBLE(TABLE snapshots, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
      GROUP BY store_id, window_start, window_end
    )
    SELECT
      store_id, zone_id, window_start, count_max AS occupancy_max, person_ms, interval_ms, entered, `left`,
      staff_person_ms
    FROM by_store
    CROSS JOIN UNNEST(zones) AS zone (
      zone_id, zone_kind, lane_id, camera_id, `count`, longest_stay_ms, count_max, person_ms, interval_ms, entered,
      `left`, staff_person_ms, snapshots, late_snapshots, last_time_ms, camera_up_share
    )"""

_QUERIES = {
    "scan": ("snapshots BIGINT, zones BIGINT", _SCAN),
    "aggregate": (_RESULT_COLUMNS, _AGGREGATE),
    "aggregate by store": (_RESULT_COLUMNS, _AGGREGATE_BY_STORE),
}


def statements(query: str, *, records: Path, out: Path, format_name: str) -> tuple[list[str], str]:
    """Return the statements that create source and sink, and the insertion, of one of the queries."""
    columns, select = _QUERIES[query]
    options = ", ".join(f"'{name}' = '{value}'" for name, value in csv(out).items())
    sink = f"CREATE TEMPORARY TABLE measured ({columns}) WITH ({options})"
    return [_source(records, format_name), sink], f"INSERT INTO measured {select.format(source=_NAME[format_name])}"


_NAME = {"inference": "inference", "json": "plain"}


def _source(records: Path, format_name: str) -> str:
    if format_name == "inference":
        return create_source(file_options(records.as_uri(), format_name), FILE_ARRIVAL)
    return create_plain_source(records, format_name)
