-- question: How did each queue journey end, and how long did the customer wait?
-- grain: one revision of one queue journey
-- reads: journey_change, journey
-- writes: journey_v1
-- window: none
-- lateness: on time only
WITH told AS (
  -- What is settled is told at once, and again if it changes.
  SELECT
    store_id, journey_id, revision, lane_id, track_id, joined_ms, left_ms, `end`, service_start_ms, service_end_ms,
    outcome, wait_ms, queue_ms, merged_into
  FROM journey_change
  WHERE is_settled AND NOT is_pass_through
  UNION ALL
  -- Nothing came after the queue for as long as a service may take: only now is it known that nobody was served.
  SELECT
    store_id, journey_id, revision + 1, lane_id, track_id, joined_ms, left_ms, `end`, service_start_ms,
    service_end_ms, outcome, wait_ms, queue_ms, CAST(NULL AS STRING)
  FROM journey
  WHERE NOT is_settled
)
SELECT
  store_id, journey_id, revision, lane_id, track_id,
  TO_TIMESTAMP_LTZ(joined_ms, 3) AS joined_time,
  TO_TIMESTAMP_LTZ(left_ms, 3) AS queue_left_time,
  TO_TIMESTAMP_LTZ(service_start_ms, 3) AS service_start_time,
  TO_TIMESTAMP_LTZ(service_end_ms, 3) AS service_end_time,
  outcome, `end`,
  wait_ms / 1000e0 AS wait_seconds,
  queue_ms / 1000e0 AS queue_seconds,
  (service_end_ms - service_start_ms) / 1000e0 AS service_seconds,
  wait_ms > ${target_wait_ms} AS is_over_target,
  merged_into
FROM told
