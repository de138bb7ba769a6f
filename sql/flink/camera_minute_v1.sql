-- question: How did each camera and its analysis do, minute by minute?
-- grain: one camera and minute
-- reads: event
-- writes: camera_minute_v1
-- window: the device's own minute, reported at its last millisecond
-- lateness: on time only
WITH health_event AS (
  SELECT *, event_time_ms - MOD(event_time_ms, 60000) AS minute_ms
  FROM event
  WHERE kind = 'health'
)
SELECT
  store_id, device_id,
  TO_TIMESTAMP_LTZ(minute_ms, 3) AS window_start,
  TO_TIMESTAMP_LTZ(minute_ms + 60000, 3) AS window_end,
  health.camera_id AS camera_id, health.state AS state,
  health.frames_expected AS frames_expected, health.frames_seen AS frames_seen,
  health.inference_ms_p50 AS inference_ms_p50, health.spooled_events AS spooled_events,
  health.model_sha256 AS model_sha256,
  -- A camera of which nothing was expected was not up.
  COALESCE(LEAST(CAST(health.frames_seen AS DOUBLE) / NULLIF(health.frames_expected, 0), 1e0), 0e0) AS up_share
FROM health_event
