-- check: Every record that was sent is in event_v1 or in rejected_v1, once; a late event is in both.
-- level: fail
-- reads: sent, event_v1, rejected_v1
WITH
stored AS (
  SELECT
    shard_id, sequence_number, 1 AS events, CASE WHEN is_late THEN 1 ELSE 0 END AS late_events,
    0 AS rejections, 0 AS late_rejections
  FROM event_v1
  UNION ALL
  SELECT shard_id, sequence_number, 0, 0, 1, CASE WHEN reason = 'late' THEN 1 ELSE 0 END
  FROM rejected_v1
),
outcomes AS (
  SELECT
    shard_id, sequence_number,
    sum(events) AS events, sum(late_events) AS late_events,
    sum(rejections) AS rejections, sum(late_rejections) AS late_rejections
  FROM stored
  GROUP BY shard_id, sequence_number
),
fates AS (
  SELECT
    sent.shard_id, sent.sequence_number, sent.event_id,
    COALESCE(events, 0) AS events, COALESCE(late_events, 0) AS late_events,
    COALESCE(rejections, 0) AS rejections, COALESCE(late_rejections, 0) AS late_rejections
  FROM sent
  LEFT JOIN outcomes ON sent.shard_id = outcomes.shard_id AND sent.sequence_number = outcomes.sequence_number
)
SELECT *
FROM fates
WHERE NOT (events = 1 AND late_events = 0 AND rejections = 0)
  AND NOT (events = 1 AND late_events = 1 AND rejections = 1 AND late_rejections = 1)
  AND NOT (events = 0 AND rejections = 1 AND late_rejections = 0)
