-- question: Which visit does each stay belong to?
-- grain: one stay, with its visit so far
-- reads: stay
-- window: none; a visit's last stay is kept for the state's time to live
-- lateness: on time only
WITH visit_of_stay AS (
  SELECT
    *,
    VISIT_SO_FAR(entered_ms, left_ms, CAST(${visit_gap_ms} AS BIGINT)) OVER (
      PARTITION BY store_id, zone_id, track_id
      ORDER BY rowtime
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS visit
  FROM stay
)
SELECT
  store_id, zone_id, zone_kind, lane_id, camera_id, track_id, event_id, rowtime, `end`, is_staff, left_ms,
  visit.entered_ms AS entered_ms,
  visit.revision AS revision,
  left_ms - visit.entered_ms AS dwell_ms,
  -- What the visit counted for before this stay; null for a first stay.
  visit.previous_left_ms - visit.entered_ms AS previous_dwell_ms
FROM visit_of_stay
