-- question: When did a camera not give its pictures, from when to when, and which places does it watch?
-- Minutes in a row in the same state are one gap; the places are those whose visits the camera told.
WITH
minutes AS (
  SELECT
    camera_id, state, up_share, epoch_ms(window_start) AS minute_ms,
    epoch_ms(window_start)
    - 60000 * row_number() OVER (PARTITION BY camera_id, state ORDER BY window_start) AS gap
  FROM camera_minute
  WHERE quality <> 'good' OR state <> 'ok'
),
watched AS (
  SELECT camera_id, list(DISTINCT COALESCE(lane_id, zone_id) ORDER BY COALESCE(lane_id, zone_id)) AS places
  FROM visit
  GROUP BY camera_id
)
SELECT
  minutes.camera_id, state, min(minute_ms) AS start_ms, max(minute_ms) + 60000 AS end_ms, avg(up_share) AS up_share,
  COALESCE(any_value(watched.places), []) AS places
FROM minutes
LEFT JOIN watched ON minutes.camera_id = watched.camera_id
GROUP BY minutes.camera_id, state, gap
ORDER BY start_ms, minutes.camera_id
