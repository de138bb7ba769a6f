-- question: What came in, to count a day again and to look things up?
-- grain: one event
-- reads: distinct_event
-- writes: event_v1
-- window: none
-- lateness: late events too
SELECT
  event_id, kind, store_id, device_id, boot_id, seq, TO_TIMESTAMP_LTZ(event_time_ms, 3) AS event_time,
  arrival_time, shard_id, sequence_number, is_late,
  snapshot, visit, crossing, hazard, health, track_merge, heat, original, left_out
FROM distinct_event
