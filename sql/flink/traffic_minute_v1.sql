-- question: How many people came in and went out, minute by minute?
-- grain: one line and minute with a crossing
-- reads: event, device_minute
-- writes: traffic_minute_v1
-- window: tumbling, 1 minute
-- lateness: on time only
-- quality: coverage, camera_up_share, late_share
WITH
crossings AS (
  SELECT
    store_id, device_id, rowtime, crossing.line_id AS line_id, crossing.direction AS direction,
    crossing.is_staff AS is_staff
  FROM event
  WHERE kind = 'crossing'
),
line_minutes AS (
  SELECT
    store_id, device_id, line_id, window_start, window_end,
    COUNT(CASE WHEN direction = 'in' AND NOT is_staff THEN 1 END) AS in_count,
    COUNT(CASE WHEN direction = 'out' AND NOT is_staff THEN 1 END) AS out_count,
    COUNT(CASE WHEN direction = 'in' AND is_staff THEN 1 END) AS staff_in_count,
    COUNT(CASE WHEN direction = 'out' AND is_staff THEN 1 END) AS staff_out_count
  FROM TABLE(TUMBLE(TABLE crossings, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, device_id, line_id, window_start, window_end
),
measured AS (
  SELECT
    line_minutes.store_id, line_id, line_minutes.window_start, line_minutes.window_end,
    in_count, out_count, staff_in_count, staff_out_count,
    COALESCE(interval_ms, CAST(0 AS BIGINT)) / 60000e0 AS coverage, late_share, camera_up_share
  FROM line_minutes
  LEFT JOIN device_minute
    ON line_minutes.store_id = device_minute.store_id
    AND line_minutes.device_id = device_minute.device_id
    AND line_minutes.window_start = device_minute.window_start
    AND line_minutes.window_end = device_minute.window_end
)
SELECT
  store_id, line_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  in_count, out_count, staff_in_count, staff_out_count,
  coverage, camera_up_share, late_share, ${quality} AS quality
FROM measured
