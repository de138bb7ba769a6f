-- check: No two rows of a table have the same key; of a visit or journey every revision is there once.
-- level: fail
-- reads: event_v1, rejected_v1, zone_minute_v1, visit_v1, dwell_minute_v1, journey_v1, lane_minute_v1, camera_minute_v1, heat_minute_v1, hazard_v1, accounting_hour_v1, alert_v1, alert_action_v1, traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1, store_v1, store_day_v1, staff_hour_v1, zone_v1, lane_v1, calendar_v1, holiday_v1, period_v1, peak_v1, peak_store_v1
-- traffic_minute_v1 is left out: two devices that watch one line give it a row each.
WITH keyed AS (
  SELECT 'event_v1' AS table_name, event_id AS id, NULL AS part, 0 AS number, NULL AS window_start FROM event_v1
  UNION ALL
  SELECT 'hazard_v1', event_id, NULL, 0, NULL FROM hazard_v1
  UNION ALL
  SELECT 'rejected_v1', shard_id, sequence_number, 0, NULL FROM rejected_v1
  UNION ALL
  SELECT 'zone_minute_v1', store_id, zone_id, 0, window_start FROM zone_minute_v1
  UNION ALL
  SELECT 'visit_v1', store_id, visit_id, revision, NULL FROM visit_v1
  UNION ALL
  SELECT 'dwell_minute_v1', store_id, zone_id, 0, window_start FROM dwell_minute_v1
  UNION ALL
  SELECT 'journey_v1', store_id, journey_id, revision, NULL FROM journey_v1
  UNION ALL
  SELECT 'lane_minute_v1', store_id, lane_id, 0, window_start FROM lane_minute_v1
  UNION ALL
  SELECT 'camera_minute_v1', store_id, camera_id, 0, window_start FROM camera_minute_v1
  UNION ALL
  SELECT 'heat_minute_v1', store_id, camera_id, cell_index, window_start FROM heat_minute_v1
  UNION ALL
  SELECT 'accounting_hour_v1', store_id, device_id, 0, window_start FROM accounting_hour_v1
  UNION ALL
  SELECT 'alert_v1', CONCAT(store_id, '/', alert_id), state, 0, NULL FROM alert_v1
  UNION ALL
  SELECT 'alert_action_v1', store_id, action_id, 0, NULL FROM alert_action_v1
  UNION ALL
  SELECT 'traffic_local_hour_v1', store_id, line_id, 0, window_start FROM traffic_local_hour_v1
  UNION ALL
  SELECT 'zone_local_hour_v1', store_id, zone_id, 0, window_start FROM zone_local_hour_v1
  UNION ALL
  SELECT 'lane_local_hour_v1', store_id, lane_id, 0, window_start FROM lane_local_hour_v1
  UNION ALL
  SELECT 'store_v1', store_id, NULL, 0, NULL FROM store_v1
  UNION ALL
  SELECT 'store_day_v1', store_id, CAST(business_date AS VARCHAR), 0, NULL FROM store_day_v1
  UNION ALL
  SELECT 'staff_hour_v1', store_id, CAST(business_date AS VARCHAR), hour_of_day, NULL FROM staff_hour_v1
  UNION ALL
  SELECT 'zone_v1', store_id, zone_id, 0, NULL FROM zone_v1
  UNION ALL
  SELECT 'lane_v1', store_id, lane_id, 0, NULL FROM lane_v1
  UNION ALL
  SELECT 'calendar_v1', CAST(calendar_date AS VARCHAR), NULL, 0, NULL FROM calendar_v1
  UNION ALL
  SELECT
    'holiday_v1', CONCAT(country, '/', COALESCE(subdivision, ''), '/', CAST(holiday_date AS VARCHAR)),
    CONCAT(holiday_kind, '/', name), 0, NULL
  FROM holiday_v1
  UNION ALL
  SELECT 'period_v1', period_id, NULL, 0, NULL FROM period_v1
  UNION ALL
  SELECT 'peak_v1', peak_id, NULL, 0, NULL FROM peak_v1
  UNION ALL
  SELECT 'peak_store_v1', peak_id, store_id, 0, NULL FROM peak_store_v1
)
SELECT table_name, id, part, number, window_start, count(*) AS times
FROM keyed
GROUP BY table_name, id, part, number, window_start
HAVING count(*) > 1
