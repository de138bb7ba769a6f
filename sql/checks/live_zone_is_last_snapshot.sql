-- check: A live zone shows the count of the last snapshot on time in its window.
-- level: fail
-- reads: live_zone, event_v1
-- Live tables are not in the lake: this one is for DuckDB alone (to_timestamp).
WITH
shown AS (
  SELECT store_id, zone_id, occupancy, to_timestamp(window_end_ms / 1000e0) AS window_end
  FROM live_zone
),
looks AS (
  SELECT store_id, zone.zone_id AS zone_id, event_time, zone."count" AS present
  FROM (SELECT * FROM event_v1 WHERE kind = 'snapshot' AND NOT is_late) AS snapshots
  CROSS JOIN UNNEST(snapshot.zones) AS zone
),
ranked AS (
  SELECT
    shown.store_id, shown.zone_id, shown.window_end, occupancy, present,
    row_number() OVER (PARTITION BY shown.store_id, shown.zone_id ORDER BY event_time DESC) AS age
  FROM shown
  LEFT JOIN looks
    ON shown.store_id = looks.store_id AND shown.zone_id = looks.zone_id
    AND looks.event_time >= window_end - INTERVAL '10' SECOND AND looks.event_time < window_end
)
SELECT store_id, zone_id, window_end, occupancy, present
FROM ranked
WHERE age = 1 AND (present IS NULL OR present <> occupancy)
