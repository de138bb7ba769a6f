-- question: How did each queue journey end, and how long did the customer wait?
-- grain: one queue journey
-- reads: queue_stay, lane_stay
-- window: interval join; what follows a queue is waited for ${journey_horizon_minutes} minutes, the longest service
-- lateness: on time only
WITH followed AS (
  SELECT
    queue_stay.store_id, queue_stay.lane_id, queue_stay.track_id, queue_stay.rowtime,
    queue_stay.joined_ms, queue_stay.left_ms, queue_stay.`end`,
    -- The next stay belongs to the journey when it begins within the gap that also joins stays to visits.
    CASE WHEN next_stay.entered_ms - queue_stay.left_ms < ${visit_gap_ms} THEN next_stay.zone_kind ELSE 'none' END AS next_kind,
    next_stay.entered_ms AS next_entered_ms,
    next_stay.left_ms AS next_left_ms
  FROM queue_stay
  LEFT JOIN lane_stay AS next_stay
    ON queue_stay.store_id = next_stay.store_id
    AND queue_stay.lane_id = next_stay.lane_id
    AND queue_stay.track_id = next_stay.track_id
    AND queue_stay.left_ms = next_stay.previous_left_ms
    AND next_stay.rowtime > queue_stay.rowtime
    AND next_stay.rowtime <= queue_stay.rowtime + INTERVAL '${journey_horizon_minutes}' MINUTE
  WHERE queue_stay.zone_kind = 'queue'
)
SELECT
  store_id, lane_id, track_id, rowtime, joined_ms, left_ms,
  CASE WHEN next_kind = 'service' THEN 'served' WHEN `end` = 'left' THEN 'abandoned' ELSE 'censored' END AS outcome,
  CASE WHEN next_kind = 'service' THEN next_entered_ms END AS service_start_ms,
  CASE WHEN next_kind = 'service' THEN next_left_ms END AS service_end_ms,
  CASE WHEN next_kind = 'service' THEN next_entered_ms - joined_ms END AS wait_ms
FROM followed
WHERE next_kind <> 'queue'
  -- Who only stepped through the queue did not join it.
  AND NOT (next_kind = 'none' AND `end` = 'left' AND left_ms - joined_ms < ${pass_through_ms})
