-- question: Which events count once, and which of them came behind the watermark?
-- grain: one event
-- reads: sequenced
-- window: none
-- lateness: judged here, once, for every table: a second look at the watermark could answer otherwise
SELECT
  event_id, kind, store_id, device_id, boot_id, seq, event_time_ms, rowtime,
  arrival_time, shard_id, sequence_number, size_bytes,
  snapshot, visit, crossing, hazard, health, track_merge, heat, original, left_out,
  -- No watermark yet (and none in batch) means that nothing is late.
  COALESCE(rowtime <= CURRENT_WATERMARK(rowtime), FALSE) AS is_late
FROM sequenced
WHERE NOT is_duplicate
