-- question: What did each customer do at a lane, and what just before?
-- grain: one stay of a customer in a lane's queue or service zone
-- reads: stay
-- window: none; a track's last stay at the lane is kept for the state's time to live
-- lateness: on time only
SELECT
  store_id, lane_id, track_id, zone_kind, entered_ms, left_ms, `end`, rowtime,
  LAG(zone_kind) OVER same_track AS previous_kind,
  LAG(left_ms) OVER same_track AS previous_left_ms
FROM stay
WHERE lane_id IS NOT NULL AND zone_kind IN ('queue', 'service') AND NOT is_staff
WINDOW same_track AS (PARTITION BY store_id, lane_id, track_id ORDER BY rowtime)
