-- check: Of the hours that a store was open, at least eight in ten were watched on each day that it has figures of.
-- level: warn
-- reads: zone_local_hour_v1, store_day_v1
-- By the zone that was watched best. A day without any figure is told by days_are_fresh, or by data_coverage.
WITH
zones AS (
  SELECT
    zone_local_hour_v1.store_id, zone_local_hour_v1.business_date, zone_id,
    sum(coverage * CAST(date_diff('second', window_start, window_end) AS DOUBLE)) / 3600e0 AS watched_hours
  FROM zone_local_hour_v1
  JOIN store_day_v1
    ON zone_local_hour_v1.store_id = store_day_v1.store_id
    AND zone_local_hour_v1.business_date = store_day_v1.business_date
  WHERE store_day_v1.is_open
    AND zone_local_hour_v1.window_end > store_day_v1.opens_at
    AND zone_local_hour_v1.window_start < store_day_v1.closes_at
  GROUP BY zone_local_hour_v1.store_id, zone_local_hour_v1.business_date, zone_id
),
days AS (
  SELECT store_id, business_date, max(watched_hours) AS watched_hours
  FROM zones
  GROUP BY store_id, business_date
)
SELECT days.store_id, days.business_date, days.watched_hours, store_day_v1.open_hours
FROM days
JOIN store_day_v1 ON days.store_id = store_day_v1.store_id AND days.business_date = store_day_v1.business_date
WHERE days.watched_hours < 0.8e0 * store_day_v1.open_hours
