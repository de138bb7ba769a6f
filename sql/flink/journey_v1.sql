-- question: How did each queue journey end, and how long did the customer wait?
-- grain: one queue journey
-- reads: journey
-- writes: journey_v1
-- window: none
-- lateness: on time only
SELECT
  store_id,
  CONCAT_WS('/', lane_id, track_id, CAST(joined_ms AS STRING)) AS journey_id,
  lane_id, track_id,
  TO_TIMESTAMP_LTZ(joined_ms, 3) AS joined_time,
  TO_TIMESTAMP_LTZ(left_ms, 3) AS queue_left_time,
  TO_TIMESTAMP_LTZ(service_start_ms, 3) AS service_start_time,
  TO_TIMESTAMP_LTZ(service_end_ms, 3) AS service_end_time,
  outcome,
  wait_ms / 1000e0 AS wait_seconds,
  COALESCE(wait_ms, left_ms - joined_ms) / 1000e0 AS queue_seconds,
  (service_end_ms - service_start_ms) / 1000e0 AS service_seconds,
  wait_ms > ${target_wait_ms} AS is_over_target
FROM journey
