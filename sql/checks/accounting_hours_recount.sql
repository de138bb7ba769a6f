-- check: An accounted day's hours are what event_v1 and rejected_v1 give when counted again.
-- level: fail
-- reads: accounting_hour_v1, event_v1, rejected_v1
WITH
outcomes AS (
  SELECT
    store_id, device_id, arrival_time, CASE WHEN is_late THEN 'late' ELSE 'accepted' END AS outcome
  FROM event_v1
  UNION ALL
  SELECT COALESCE(store_id, ''), COALESCE(device_id, ''), arrival_time, reason
  FROM rejected_v1
  WHERE reason <> 'late'
),
recounted AS (
  SELECT
    store_id, device_id, date_trunc('hour', arrival_time) AS window_start,
    count(*) AS received,
    count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
    count(*) FILTER (WHERE outcome = 'late') AS late,
    count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate,
    count(*) FILTER (WHERE outcome NOT IN ('accepted', 'late', 'duplicate')) AS rejected
  FROM outcomes
  GROUP BY store_id, device_id, date_trunc('hour', arrival_time)
),
accounted_day AS (
  SELECT DISTINCT date_trunc('day', window_start) AS day_start FROM accounting_hour_v1
),
due AS (
  SELECT recounted.*
  FROM recounted
  JOIN accounted_day ON date_trunc('day', recounted.window_start) = accounted_day.day_start
)
SELECT
  COALESCE(told.store_id, due.store_id) AS store_id, COALESCE(told.device_id, due.device_id) AS device_id,
  COALESCE(told.window_start, due.window_start) AS window_start,
  told.received AS received_told, due.received AS received_counted,
  told.accepted AS accepted_told, due.accepted AS accepted_counted,
  told.late AS late_told, due.late AS late_counted,
  told.duplicate AS duplicate_told, due.duplicate AS duplicate_counted,
  told.rejected AS rejected_told, due.rejected AS rejected_counted
FROM accounting_hour_v1 AS told
FULL OUTER JOIN due
  ON told.store_id = due.store_id AND told.device_id = due.device_id AND told.window_start = due.window_start
WHERE told.received IS NULL OR due.received IS NULL
  OR told.received <> due.received OR told.accepted <> due.accepted OR told.late <> due.late
  OR told.duplicate <> due.duplicate OR told.rejected <> due.rejected
