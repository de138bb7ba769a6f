-- question: How many customers were in each zone, minute by minute, and how well was it watched?
-- grain: one zone and minute
-- reads: zone_snapshot, camera_minute
-- window: tumbling, 1 minute
-- lateness: on time only
WITH counted AS (
  SELECT
    store_id, zone_id, zone_kind, lane_id, window_start, window_end, window_time,
    MAX(camera_id) AS camera_id,
    MAX(count_max) AS occupancy_max,
    SUM(person_ms) AS person_ms,
    SUM(CAST(interval_ms AS BIGINT)) AS interval_ms,
    SUM(CAST(entered AS BIGINT)) AS entered,
    SUM(CAST(`left` AS BIGINT)) AS `left`,
    SUM(staff_person_ms) AS staff_person_ms,
    COUNT(*) AS snapshots,
    SUM(CASE WHEN is_late THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END) AS late_snapshots
  FROM TABLE(TUMBLE(TABLE zone_snapshot, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, zone_id, zone_kind, lane_id, window_start, window_end, window_time
)
SELECT
  counted.store_id, counted.zone_id, counted.zone_kind, counted.lane_id,
  counted.window_start, counted.window_end, counted.window_time AS rowtime,
  occupancy_max, person_ms, interval_ms, entered, `left`, staff_person_ms, snapshots, late_snapshots,
  camera_minute.up_share AS camera_up_share
FROM counted
LEFT JOIN camera_minute
  ON counted.store_id = camera_minute.store_id
  AND counted.camera_id = camera_minute.camera_id
  AND counted.window_start = camera_minute.window_start
  AND counted.window_end = camera_minute.window_end
