-- check: A store's day begins where the one before ended, lasts 23 to 25 hours, and is open within itself or closed.
-- level: fail
-- reads: store_day_v1
WITH days AS (
  SELECT
    store_id, business_date, day_start, day_end, is_open, opens_at, closes_at, open_hours,
    lag(business_date) OVER (PARTITION BY store_id ORDER BY business_date) AS date_before,
    lag(day_end) OVER (PARTITION BY store_id ORDER BY business_date) AS end_before
  FROM store_day_v1
)
SELECT store_id, business_date, day_start, day_end, is_open, opens_at, closes_at, open_hours
FROM days
WHERE day_end < day_start + INTERVAL '23' HOUR OR day_end > day_start + INTERVAL '25' HOUR
  OR (date_before = date_add('day', -1, business_date) AND end_before <> day_start)
  OR is_open <> (opens_at IS NOT NULL) OR is_open <> (closes_at IS NOT NULL) OR is_open <> (open_hours > 0)
  OR closes_at <= opens_at OR opens_at < day_start OR closes_at > day_end
