-- question: How many people came in and went out, minute by minute?
-- grain: one line and minute with a crossing
-- reads: event
-- writes: traffic_minute_v1
-- window: tumbling, 1 minute
-- lateness: on time only
WITH
crossings AS (
  SELECT
    store_id, rowtime, crossing.line_id AS line_id, crossing.direction AS direction, crossing.is_staff AS is_staff
  FROM event
  WHERE kind = 'crossing'
),
line_minutes AS (
  SELECT
    store_id, line_id, window_start, window_end,
    COUNT(CASE WHEN direction = 'in' AND NOT is_staff THEN 1 END) AS in_count,
    COUNT(CASE WHEN direction = 'out' AND NOT is_staff THEN 1 END) AS out_count,
    COUNT(CASE WHEN direction = 'in' AND is_staff THEN 1 END) AS staff_in_count,
    COUNT(CASE WHEN direction = 'out' AND is_staff THEN 1 END) AS staff_out_count
  FROM TABLE(TUMBLE(TABLE crossings, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, line_id, window_start, window_end
)
SELECT
  store_id, line_id,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  in_count, out_count, staff_in_count, staff_out_count
FROM line_minutes
