-- check: A line's minutes are the crossings in event_v1: those on time, or all once the day was reconciled.
-- level: fail
-- reads: traffic_minute_v1, event_v1
WITH
told AS (
  SELECT
    store_id, line_id, window_start, sum(in_count) AS in_count, sum(out_count) AS out_count,
    sum(staff_in_count) AS staff_in_count, sum(staff_out_count) AS staff_out_count
  FROM traffic_minute_v1
  GROUP BY store_id, line_id, window_start
),
crossings AS (
  SELECT
    store_id, crossing.line_id AS line_id, date_trunc('minute', event_time) AS window_start, is_late,
    CASE WHEN crossing.direction = 'in' AND NOT crossing.is_staff THEN 1 ELSE 0 END AS is_in,
    CASE WHEN crossing.direction = 'out' AND NOT crossing.is_staff THEN 1 ELSE 0 END AS is_out,
    CASE WHEN crossing.direction = 'in' AND crossing.is_staff THEN 1 ELSE 0 END AS is_staff_in,
    CASE WHEN crossing.direction = 'out' AND crossing.is_staff THEN 1 ELSE 0 END AS is_staff_out
  FROM event_v1
  WHERE kind = 'crossing'
),
counted AS (
  SELECT
    store_id, line_id, window_start, count(*) FILTER (WHERE NOT is_late) AS on_time,
    sum(is_in) AS in_all, COALESCE(sum(is_in) FILTER (WHERE NOT is_late), 0) AS in_on_time,
    sum(is_out) AS out_all, COALESCE(sum(is_out) FILTER (WHERE NOT is_late), 0) AS out_on_time,
    sum(is_staff_in) AS staff_in_all, COALESCE(sum(is_staff_in) FILTER (WHERE NOT is_late), 0) AS staff_in_on_time,
    sum(is_staff_out) AS staff_out_all, COALESCE(sum(is_staff_out) FILTER (WHERE NOT is_late), 0) AS staff_out_on_time
  FROM crossings
  GROUP BY store_id, line_id, window_start
)
SELECT
  COALESCE(told.store_id, counted.store_id) AS store_id, COALESCE(told.line_id, counted.line_id) AS line_id,
  COALESCE(told.window_start, counted.window_start) AS window_start,
  in_count, in_on_time, in_all, out_count, out_on_time, out_all
FROM told
FULL OUTER JOIN counted
  ON told.store_id = counted.store_id AND told.line_id = counted.line_id AND told.window_start = counted.window_start
WHERE counted.line_id IS NULL
  OR (told.line_id IS NULL AND on_time > 0)
  OR (
    told.line_id IS NOT NULL
    AND NOT (
      in_count = in_on_time AND out_count = out_on_time
      AND staff_in_count = staff_in_on_time AND staff_out_count = staff_out_on_time
    )
    AND NOT (
      in_count = in_all AND out_count = out_all
      AND staff_in_count = staff_in_all AND staff_out_count = staff_out_all
    )
  )
