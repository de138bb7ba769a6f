-- question: Which events do a closed day's facts stand on?
-- grain: one event
-- reads: stored_event
-- window: none
-- lateness: late events count like all others
SELECT
  event_id, kind, store_id, device_id, boot_id, seq,
  EXTRACT(EPOCH FROM CAST(event_time AS TIMESTAMP(3))) * 1000
    + EXTRACT(MILLISECOND FROM CAST(event_time AS TIMESTAMP(3))) AS event_time_ms,
  CAST(event_time AS TIMESTAMP_LTZ(3)) AS rowtime,
  snapshot, visit, crossing, hazard, health, track_merge, heat, is_late
FROM stored_event
