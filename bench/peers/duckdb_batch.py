"""DuckDB over the same files, as a batch: what a database does that may wait for all records."""

from __future__ import annotations

import sys

import duckdb

_QUERY = """
COPY (
  SELECT
    store_id, zone.zone_id, event_time_ms - event_time_ms % 60000 AS minute_ms,
    max(zone.count_max), sum(zone.person_ms)::BIGINT, sum(interval_ms)::BIGINT, sum(zone.entered)::BIGINT,
    sum(zone."left")::BIGINT, sum(zone.staff_person_ms)::BIGINT
  FROM (
    SELECT store_id, event_time_ms, snapshot.interval_ms AS interval_ms, unnest(snapshot.zones) AS zone
    FROM read_json('{records}/*.jsonl', format = 'newline_delimited', columns = {{
      store_id: 'VARCHAR', event_time_ms: 'BIGINT',
      snapshot: 'STRUCT(interval_ms BIGINT, zones STRUCT(zone_id VARCHAR, count_max BIGINT, person_ms BIGINT,
        entered BIGINT, "left" BIGINT, staff_person_ms BIGINT)[])'
    }})
    WHERE snapshot IS NOT NULL
  )
  GROUP BY ALL
) TO '{result}' (HEADER false)"""


def main() -> None:
    """Aggregate the folder of the first argument, on as many threads as the third says, into the file of the second."""
    records, result, threads = sys.argv[1:4]
    with duckdb.connect(config={"threads": int(threads)}) as connection:
        connection.execute(_QUERY.format(records=records, result=result))


if __name__ == "__main__":
    main()
