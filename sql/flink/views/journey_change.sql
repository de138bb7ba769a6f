-- question: What has become known of each queue journey?
-- grain: one revision of one queue journey
-- reads: followed
-- window: none
-- lateness: on time only
SELECT
  store_id, rowtime, journey_id, revision, lane_id, track_id, joined_ms, left_ms, `end`,
  service_start_ms, service_end_ms, is_settled, merged_into,
  CASE WHEN service_start_ms IS NOT NULL THEN 'served' WHEN `end` = 'left' THEN 'abandoned' ELSE 'censored' END AS outcome,
  service_start_ms - joined_ms AS wait_ms,
  COALESCE(service_start_ms, left_ms) - joined_ms AS queue_ms,
  -- Who only stepped through the queue did not join it.
  service_start_ms IS NULL AND `end` = 'left' AND left_ms - joined_ms < ${pass_through_ms} AS is_pass_through
FROM followed
CROSS JOIN UNNEST(followed.changes.journeys) AS journey (
  journey_id, revision, lane_id, track_id, joined_ms, left_ms, `end`, service_start_ms, service_end_ms, is_settled,
  merged_into
)
