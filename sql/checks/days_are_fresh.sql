-- check: Every store that trades has the hours of its latest open day that is over.
-- level: warn
-- reads: zone_local_hour_v1, store_day_v1
-- A day is due six hours after its midnight: by then it is reconciled and summed. Over is told by the clock of whoever
-- asks, and without one by the newest hour in the lake: a store that fell silent is found either way.
WITH
told AS (
  SELECT store_id, max(business_date) AS last_date, max(window_end) AS last_time
  FROM zone_local_hour_v1
  GROUP BY store_id
),
clock AS (
  SELECT COALESCE(${now}, max(last_time)) AS now_time FROM told
),
due AS (
  SELECT store_day_v1.store_id, max(store_day_v1.business_date) AS due_date
  FROM store_day_v1
  CROSS JOIN clock
  WHERE store_day_v1.is_open AND store_day_v1.day_end + INTERVAL '6' HOUR <= clock.now_time
  GROUP BY store_day_v1.store_id
)
SELECT due.store_id, due.due_date, told.last_date
FROM due
LEFT JOIN told ON due.store_id = told.store_id
WHERE told.last_date IS NULL OR told.last_date < due.due_date
