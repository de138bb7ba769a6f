-- question: Which stays in zones have ended, and which tracks were found to be one person?
-- grain: one stay, as the edge closed it, or one merge of two tracks
-- reads: event
-- window: none
-- lateness: on time only
SELECT
  store_id, device_id, event_id, rowtime, event_time_ms,
  CASE WHEN kind = 'track_merge' THEN track_merge.from_track_id END AS from_track_id,
  CASE WHEN kind = 'track_merge' THEN track_merge.to_track_id ELSE visit.track_id END AS track_id,
  visit.zone_id AS zone_id, visit.zone_kind AS zone_kind, visit.lane_id AS lane_id, visit.camera_id AS camera_id,
  visit.entered_ms AS entered_ms, visit.left_ms AS left_ms, visit.`end` AS `end`, visit.is_staff AS is_staff
FROM event
WHERE kind = 'visit' OR kind = 'track_merge'
