-- check: Every share lies within 0 and 1, every gap is not negative, and every grade is what the rule makes of the row.
-- level: fail
-- reads: zone_minute_v1, dwell_minute_v1, lane_minute_v1, traffic_minute_v1, camera_minute_v1, heat_minute_v1, traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1
-- quality: coverage, camera_up_share, late_share, lost_share, little_gap
-- A measure that a table does not have is null, which does not lower a grade: one rule serves all tables.
WITH measured AS (
  SELECT
    'zone_minute_v1' AS table_name, store_id, zone_id AS id, window_start,
    coverage, camera_up_share, late_share, NULL AS lost_share, NULL AS little_gap, quality
  FROM zone_minute_v1
  UNION ALL
  SELECT
    'dwell_minute_v1', store_id, zone_id, window_start, coverage, camera_up_share, late_share, lost_share, NULL, quality
  FROM dwell_minute_v1
  UNION ALL
  SELECT
    'lane_minute_v1', store_id, lane_id, window_start, coverage, camera_up_share, late_share, lost_share, little_gap,
    quality
  FROM lane_minute_v1
  UNION ALL
  SELECT
    'traffic_minute_v1', store_id, line_id, window_start, coverage, camera_up_share, late_share, NULL, NULL, quality
  FROM traffic_minute_v1
  UNION ALL
  SELECT 'camera_minute_v1', store_id, camera_id, window_start, NULL, up_share, NULL, NULL, NULL, quality
  FROM camera_minute_v1
  UNION ALL
  SELECT 'heat_minute_v1', store_id, camera_id, window_start, NULL, camera_up_share, NULL, NULL, NULL, quality
  FROM heat_minute_v1
  UNION ALL
  SELECT
    'traffic_local_hour_v1', store_id, line_id, window_start, coverage, camera_up_share, late_share, NULL, NULL, quality
  FROM traffic_local_hour_v1
  UNION ALL
  SELECT
    'zone_local_hour_v1', store_id, zone_id, window_start, coverage, camera_up_share, late_share, lost_share, NULL,
    quality
  FROM zone_local_hour_v1
  UNION ALL
  SELECT
    'lane_local_hour_v1', store_id, lane_id, window_start, coverage, camera_up_share, late_share, lost_share,
    little_gap, quality
  FROM lane_local_hour_v1
),
graded AS (
  SELECT *, ${quality} AS grade_by_rule FROM measured
)
SELECT *
FROM graded
WHERE quality <> grade_by_rule
  OR coverage < 0 OR coverage > 1 OR camera_up_share < 0 OR camera_up_share > 1
  OR late_share < 0 OR late_share > 1 OR lost_share < 0 OR lost_share > 1 OR little_gap < 0
