-- question: Who was where, from when to when?
-- grain: one revision of one visit
-- reads: visit
-- writes: visit_v1
-- window: none
-- lateness: on time only
SELECT
  store_id, visit_id, revision, zone_id, zone_kind, lane_id, camera_id, track_id,
  TO_TIMESTAMP_LTZ(entered_ms, 3) AS entered_time,
  TO_TIMESTAMP_LTZ(left_ms, 3) AS left_time,
  dwell_ms / 1000e0 AS dwell_seconds,
  dwell_ms < ${pass_through_ms} AS is_pass_through,
  is_staff, `end`, merged_into, event_id
FROM visit
