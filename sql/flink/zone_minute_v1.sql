-- question: How many customers were in each zone, minute by minute?
-- grain: one zone and minute
-- reads: zone_minute
-- writes: zone_minute_v1
-- window: tumbling, 1 minute
-- lateness: on time only
SELECT
  store_id, zone_id, zone_kind, lane_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  CAST(person_ms AS DOUBLE) / interval_ms AS occupancy_mean,
  occupancy_max, person_ms, interval_ms, entered, `left`, staff_person_ms,
  interval_ms / 60000e0 AS coverage
FROM zone_minute
