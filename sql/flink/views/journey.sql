-- question: How did each queue journey end?
-- grain: one queue journey, once nothing can change it any more
-- reads: journey_change
-- window: interval join; what changes a journey is waited for ${journey_horizon_minutes} minutes, the longest service
-- lateness: on time only
SELECT
  known.store_id, known.rowtime, known.journey_id, known.revision, known.lane_id, known.track_id, known.joined_ms,
  known.left_ms, known.`end`, known.service_start_ms, known.service_end_ms, known.is_settled, known.outcome,
  known.wait_ms, known.queue_ms
FROM journey_change AS known
LEFT JOIN journey_change AS later
  ON known.store_id = later.store_id
  AND known.journey_id = later.journey_id
  AND known.revision = later.revision - 1
  AND later.rowtime BETWEEN known.rowtime AND known.rowtime + INTERVAL '${journey_horizon_minutes}' MINUTE
WHERE later.journey_id IS NULL AND known.merged_into IS NULL AND NOT known.is_pass_through
