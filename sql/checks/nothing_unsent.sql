-- check: Nothing is in the lake that was not sent, and nothing was sent twice to one place in the stream.
-- level: fail
-- reads: sent, event_v1, rejected_v1
WITH stored AS (
  SELECT shard_id, sequence_number, event_id, 'event_v1' AS found_in FROM event_v1
  UNION ALL
  SELECT shard_id, sequence_number, event_id, 'rejected_v1' FROM rejected_v1
)
SELECT stored.shard_id, stored.sequence_number, stored.event_id, found_in
FROM stored
LEFT JOIN sent ON stored.shard_id = sent.shard_id AND stored.sequence_number = sent.sequence_number
WHERE sent.shard_id IS NULL
UNION ALL
SELECT shard_id, sequence_number, min(event_id), 'sent'
FROM sent
GROUP BY shard_id, sequence_number
HAVING count(*) > 1
