-- question: How did each camera and its analysis do, minute by minute?
-- grain: one camera and minute
-- reads: camera_health
-- writes: camera_minute_v1
-- window: the device's own minute, reported at its last millisecond
-- lateness: on time only
-- quality: camera_up_share
WITH measured AS (
  SELECT *, up_share AS camera_up_share FROM camera_health
)
SELECT
  store_id, device_id,
  TO_TIMESTAMP_LTZ(minute_ms, 3) AS window_start,
  TO_TIMESTAMP_LTZ(minute_ms + 60000, 3) AS window_end,
  camera_id, state, frames_expected, frames_seen, inference_ms_p50, spooled_events, model_sha256,
  frames_dropped, decode_errors, is_moved, up_share,
  ${quality} AS quality
FROM measured
