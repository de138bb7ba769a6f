-- question: What was received and not counted, and why?
-- grain: one received record
-- reads: inference, sequenced, distinct_event
-- writes: rejected_v1
-- window: none
-- lateness: late events are named here; they also lie in event_v1
SELECT
  arrival_time, shard_id, sequence_number, reject_reason AS reason, reject_detail AS detail,
  store_id, device_id, event_id, TO_TIMESTAMP_LTZ(event_time_ms, 3) AS event_time, size_bytes, head
FROM inference
WHERE reject_reason IS NOT NULL
UNION ALL
SELECT
  arrival_time, shard_id, sequence_number, 'duplicate', CAST(NULL AS STRING),
  store_id, device_id, event_id, TO_TIMESTAMP_LTZ(event_time_ms, 3), size_bytes, CAST(NULL AS STRING)
FROM sequenced
WHERE is_duplicate
UNION ALL
SELECT
  arrival_time, shard_id, sequence_number, 'late', CAST(NULL AS STRING),
  store_id, device_id, event_id, TO_TIMESTAMP_LTZ(event_time_ms, 3), size_bytes, CAST(NULL AS STRING)
FROM distinct_event
WHERE is_late
