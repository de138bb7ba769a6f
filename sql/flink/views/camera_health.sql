-- question: How did each camera and its analysis do, by each of its reports?
-- grain: one camera and report
-- reads: watch
-- window: none
-- lateness: on time only
SELECT
  store_id, device_id, rowtime, event_time_ms - MOD(event_time_ms, 60000) AS minute_ms,
  camera_id, health.state AS state,
  health.frames_expected AS frames_expected, health.frames_seen AS frames_seen,
  health.inference_ms_p50 AS inference_ms_p50, health.spooled_events AS spooled_events,
  health.model_sha256 AS model_sha256, health.frames_dropped AS frames_dropped, health.decode_errors AS decode_errors,
  health.is_moved AS is_moved,
  up_share
FROM watch
WHERE kind = 'health'
