-- question: Which visits are new, longer than before, or part of another one?
-- grain: one revision of one visit
-- reads: followed
-- window: none
-- lateness: on time only
SELECT
  store_id, event_id, rowtime,
  visit_id, revision, zone_id, zone_kind, lane_id, camera_id, track_id, entered_ms, left_ms, `end`, is_staff,
  left_ms - entered_ms AS dwell_ms,
  -- What the visit counted for before; null for a new one.
  previous_dwell_ms, previous_is_staff, previous_end,
  merged_into
FROM followed
CROSS JOIN UNNEST(followed.changes.visits) AS visit (
  visit_id, revision, zone_id, zone_kind, lane_id, camera_id, track_id, entered_ms, left_ms, `end`, is_staff,
  previous_dwell_ms, previous_is_staff, previous_end, merged_into
)
