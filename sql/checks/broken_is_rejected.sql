-- check: A record that was broken on purpose is rejected for a reason of its own, not as late or a duplicate.
-- level: fail
-- reads: sent, rejected_v1
SELECT sent.shard_id, sent.sequence_number, sent.event_id, fate, reason
FROM sent
LEFT JOIN rejected_v1 ON sent.shard_id = rejected_v1.shard_id AND sent.sequence_number = rejected_v1.sequence_number
WHERE fate = 'broken' AND COALESCE(reason IN ('late', 'duplicate'), TRUE)
