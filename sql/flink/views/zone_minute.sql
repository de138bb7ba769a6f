-- question: How many customers were in each zone, minute by minute?
-- grain: one zone and minute
-- reads: zone_snapshot
-- window: tumbling, 1 minute
-- lateness: on time only
SELECT
  store_id, zone_id, zone_kind, lane_id, window_start, window_end, window_time AS rowtime,
  MAX(count_max) AS occupancy_max,
  SUM(person_ms) AS person_ms,
  SUM(CAST(interval_ms AS BIGINT)) AS interval_ms,
  SUM(CAST(entered AS BIGINT)) AS entered,
  SUM(CAST(`left` AS BIGINT)) AS `left`,
  SUM(staff_person_ms) AS staff_person_ms
FROM TABLE(TUMBLE(TABLE zone_snapshot, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
GROUP BY store_id, zone_id, zone_kind, lane_id, window_start, window_end, window_time
