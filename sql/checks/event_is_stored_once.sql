-- check: Every event that was sent is in event_v1 once, or was rejected for a reason of its own; no other is there.
-- level: fail
-- reads: sent, event_v1, rejected_v1
WITH
stored AS (
  SELECT event_id, count(*) AS times FROM event_v1 GROUP BY event_id
),
rejected AS (
  SELECT DISTINCT event_id FROM rejected_v1 WHERE event_id IS NOT NULL AND reason NOT IN ('late', 'duplicate')
),
meant AS (
  SELECT DISTINCT event_id FROM sent WHERE fate = 'event'
)
SELECT
  COALESCE(meant.event_id, stored.event_id) AS event_id, COALESCE(times, 0) AS times,
  meant.event_id IS NOT NULL AS is_sent
FROM meant
FULL OUTER JOIN stored ON meant.event_id = stored.event_id
LEFT JOIN rejected ON meant.event_id = rejected.event_id
WHERE meant.event_id IS NULL OR times > 1 OR (stored.event_id IS NULL AND rejected.event_id IS NULL)
