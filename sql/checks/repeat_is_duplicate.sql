-- check: Of an event that was sent several times one record is stored; each other is named a duplicate or rejected.
-- level: fail
-- reads: sent, event_v1, rejected_v1
WITH
copies AS (
  SELECT event_id, count(*) AS records FROM sent WHERE event_id IS NOT NULL AND fate <> 'broken' GROUP BY event_id
),
named AS (
  SELECT rejected_v1.event_id, count(*) AS records
  FROM rejected_v1
  JOIN sent ON rejected_v1.shard_id = sent.shard_id AND rejected_v1.sequence_number = sent.sequence_number
  WHERE reason <> 'late' AND fate <> 'broken'
  GROUP BY rejected_v1.event_id
)
SELECT copies.event_id, copies.records AS sent_times, COALESCE(named.records, 0) AS named_times
FROM copies
JOIN (SELECT DISTINCT event_id FROM event_v1) AS stored ON copies.event_id = stored.event_id
LEFT JOIN named ON copies.event_id = named.event_id
WHERE copies.records <> 1 + COALESCE(named.records, 0)
