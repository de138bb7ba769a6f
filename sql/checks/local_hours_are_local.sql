-- check: An hour's date and clock are those of its store, and it lasts an hour or, where a clock moves within it, less.
-- level: fail
-- reads: traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1, store_v1
WITH hours AS (
  SELECT 'traffic_local_hour_v1' AS table_name, store_id, window_start, window_end, business_date, hour_of_day
  FROM traffic_local_hour_v1
  UNION ALL
  SELECT 'zone_local_hour_v1', store_id, window_start, window_end, business_date, hour_of_day
  FROM zone_local_hour_v1
  UNION ALL
  SELECT 'lane_local_hour_v1', store_id, window_start, window_end, business_date, hour_of_day
  FROM lane_local_hour_v1
)
SELECT
  table_name, hours.store_id, store_v1.time_zone, window_start, window_end, business_date, hour_of_day,
  count(*) AS hour_rows
FROM hours
JOIN store_v1 ON hours.store_id = store_v1.store_id
WHERE business_date <> CAST(at_timezone(window_start, store_v1.time_zone) AS date)
  OR hour_of_day <> hour(CAST(at_timezone(window_start, store_v1.time_zone) AS timestamp))
  OR window_end <= window_start OR window_end > window_start + INTERVAL '90' MINUTE
GROUP BY
  table_name, hours.store_id, store_v1.time_zone, window_start, window_end, business_date, hour_of_day
