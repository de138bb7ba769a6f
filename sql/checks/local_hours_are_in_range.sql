-- check: No hour counts less than nobody, is watched for more than all of it, or serves more than joined.
-- level: fail
-- reads: traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1
-- An hour's dwell can be negative: it may only correct an earlier one, as a minute may.
SELECT 'traffic_local_hour_v1' AS table_name, store_id, line_id AS place_id, window_start, coverage
FROM traffic_local_hour_v1
WHERE in_count < 0 OR out_count < 0 OR staff_in_count < 0 OR staff_out_count < 0
  OR coverage < 0 OR coverage > 1 OR hour_of_day < 0 OR hour_of_day > 23
UNION ALL
SELECT 'zone_local_hour_v1', store_id, zone_id, window_start, coverage
FROM zone_local_hour_v1
WHERE person_ms < 0 OR interval_ms < 0 OR entered < 0 OR "left" < 0 OR staff_person_ms < 0
  OR occupancy_mean > occupancy_max
  OR coverage < 0 OR coverage > 1 OR hour_of_day < 0 OR hour_of_day > 23
UNION ALL
SELECT 'lane_local_hour_v1', store_id, lane_id, window_start, coverage
FROM lane_local_hour_v1
WHERE joined <> served + abandoned + censored OR served < 0 OR abandoned < 0 OR censored < 0
  OR served_over_target > served OR wait_ms < 0 OR open_ms < 0 OR open_ms > 5400000
  OR coverage < 0 OR coverage > 1 OR hour_of_day < 0 OR hour_of_day > 23
