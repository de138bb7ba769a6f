-- question: How many customers were in each zone, minute by minute?
-- grain: one zone and minute
-- reads: store_minute
-- writes: zone_minute_v1
-- window: that of store_minute
-- lateness: on time only
-- quality: coverage, camera_up_share, late_share
WITH measured AS (
  SELECT
    store_id, window_start, window_end,
    zone_id, zone_kind, lane_id, count_max, person_ms, interval_ms, entered, `left`, staff_person_ms, camera_up_share,
    interval_ms / 60000e0 AS coverage,
    CAST(late_snapshots AS DOUBLE) / snapshots AS late_share
  FROM store_minute
  CROSS JOIN UNNEST(zones) AS zone (
    zone_id, zone_kind, lane_id, camera_id, `count`, longest_stay_ms, count_max, person_ms, interval_ms, entered, `left`,
    staff_person_ms, snapshots, late_snapshots, last_time_ms, camera_up_share
  )
)
SELECT
  store_id, zone_id, zone_kind, lane_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  CAST(person_ms AS DOUBLE) / interval_ms AS occupancy_mean,
  count_max AS occupancy_max, person_ms, interval_ms, entered, `left`, staff_person_ms,
  coverage, camera_up_share, late_share, ${quality} AS quality
FROM measured
