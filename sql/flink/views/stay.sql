-- question: Which stays in zones have ended?
-- grain: one stay, as the edge closed it
-- reads: event
-- window: none
-- lateness: on time only
SELECT
  store_id, event_id, rowtime,
  visit.zone_id AS zone_id, visit.zone_kind AS zone_kind, visit.lane_id AS lane_id, visit.camera_id AS camera_id,
  visit.track_id AS track_id, visit.entered_ms AS entered_ms, visit.left_ms AS left_ms,
  visit.`end` AS `end`, visit.is_staff AS is_staff
FROM event
WHERE kind = 'visit'
