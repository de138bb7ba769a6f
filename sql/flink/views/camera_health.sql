-- question: Which share of the expected frames did each camera give, by each of its reports?
-- grain: one camera and report
-- reads: event
-- window: none
-- lateness: on time only
SELECT
  store_id, device_id, rowtime, event_time_ms - MOD(event_time_ms, 60000) AS minute_ms,
  health.camera_id AS camera_id, health.state AS state,
  health.frames_expected AS frames_expected, health.frames_seen AS frames_seen,
  health.inference_ms_p50 AS inference_ms_p50, health.spooled_events AS spooled_events,
  health.model_sha256 AS model_sha256,
  -- A camera of which nothing was expected was not up.
  COALESCE(LEAST(CAST(health.frames_seen AS DOUBLE) / NULLIF(health.frames_expected, 0), 1e0), 0e0) AS up_share
FROM event
WHERE kind = 'health'
