-- question: What did the devices watch, and which share of the expected frames did each camera give?
-- grain: one snapshot of a device, or one report of a camera
-- reads: event
-- window: none
-- lateness: on time only
SELECT
  kind, store_id, device_id, event_time_ms, rowtime, is_late,
  snapshot.interval_ms AS interval_ms, snapshot.zones AS zones,
  health, health.camera_id AS camera_id,
  CASE
    WHEN kind = 'health'
      -- A camera of which nothing was expected was not up.
      THEN COALESCE(LEAST(CAST(health.frames_seen AS DOUBLE) / NULLIF(health.frames_expected, 0), 1e0), 0e0)
  END AS up_share
FROM event
WHERE kind = 'snapshot' OR kind = 'health'
