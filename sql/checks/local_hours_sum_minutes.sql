-- check: A store's hours of a day that was summed are what its minutes give, over the whole day.
-- level: fail
-- reads: traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1, traffic_minute_v1, zone_minute_v1, dwell_minute_v1, lane_minute_v1, store_day_v1
-- Days whose minutes are past their time are left out, and imported history, which has none.
WITH
hours AS (
  SELECT store_id, business_date, 'in_count' AS measure, CAST(sum(in_count) AS BIGINT) AS by_hour
  FROM traffic_local_hour_v1
  WHERE source = 'minutes'
  GROUP BY store_id, business_date
  UNION ALL
  SELECT store_id, business_date, 'person_ms', CAST(sum(person_ms) AS BIGINT)
  FROM zone_local_hour_v1
  GROUP BY store_id, business_date
  UNION ALL
  SELECT store_id, business_date, 'dwell_ms', CAST(sum(dwell_ms) AS BIGINT)
  FROM zone_local_hour_v1
  GROUP BY store_id, business_date
  UNION ALL
  SELECT store_id, business_date, 'wait_ms', CAST(sum(wait_ms) AS BIGINT)
  FROM lane_local_hour_v1
  GROUP BY store_id, business_date
  UNION ALL
  SELECT store_id, business_date, 'joined', CAST(sum(joined) AS BIGINT)
  FROM lane_local_hour_v1
  GROUP BY store_id, business_date
),
minutes AS (
  SELECT store_id, window_start, 'in_count' AS measure, CAST(in_count AS BIGINT) AS number FROM traffic_minute_v1
  UNION ALL
  SELECT store_id, window_start, 'person_ms', person_ms FROM zone_minute_v1
  UNION ALL
  SELECT store_id, window_start, 'dwell_ms', dwell_ms FROM dwell_minute_v1
  UNION ALL
  SELECT store_id, window_start, 'wait_ms', wait_ms FROM lane_minute_v1
  UNION ALL
  SELECT store_id, window_start, 'joined', joined FROM lane_minute_v1
),
days AS (
  SELECT minutes.store_id, store_day_v1.business_date, minutes.measure, CAST(sum(number) AS BIGINT) AS by_minute
  FROM minutes
  JOIN store_day_v1
    ON minutes.store_id = store_day_v1.store_id
    AND minutes.window_start >= store_day_v1.day_start AND minutes.window_start < store_day_v1.day_end
  GROUP BY minutes.store_id, store_day_v1.business_date, minutes.measure
)
SELECT hours.store_id, hours.business_date, hours.measure, hours.by_hour, days.by_minute
FROM hours
JOIN days
  ON hours.store_id = days.store_id AND hours.business_date = days.business_date AND hours.measure = days.measure
WHERE hours.by_hour <> days.by_minute
