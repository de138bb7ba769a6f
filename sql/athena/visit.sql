-- question: Who was where, from when to when, as known now?
-- grain: one visit
-- reads: visit_v1
-- A visit's rows differ by revision, and the highest is valid; one that was found to be part of another is left out.
WITH ranked AS (
  SELECT *, row_number() OVER (PARTITION BY store_id, visit_id ORDER BY revision DESC) AS age
  FROM visit_v1
)
SELECT
  store_id, visit_id, revision, zone_id, zone_kind, lane_id, camera_id, track_id, entered_time, left_time,
  dwell_seconds, is_pass_through, is_staff, "end", event_id
FROM ranked
WHERE age = 1 AND merged_into IS NULL
