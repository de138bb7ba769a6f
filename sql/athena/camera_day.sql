-- question: How well did each camera see on each day?
-- grain: one store, camera and date
-- reads: camera_minute_v1, store_v1
-- order: business_date DESC, store_id, camera_id
-- chart: line x=business_date y=up_share by=camera_id
-- column: business_date = Date where the store is
-- column: minutes = Minutes of which the camera told
-- column: up_share = Frames that were analysed over those that should have been, at most 1
-- column: dark_minutes = Minutes in which the picture was dark
-- column: frozen_minutes = Minutes in which the picture did not change
-- column: down_minutes = Minutes without a picture
-- column: is_moved = It looked at another scene than its zones were drawn on, in some minute
-- A minute of which the camera told nothing has no row: then minutes is below what the open hours have.
SELECT
  minutes.store_id, minutes.camera_id,
  CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date) AS business_date,
  count(*) AS minutes,
  CASE
    WHEN sum(minutes.frames_seen) > sum(minutes.frames_expected) THEN 1e0
    ELSE CAST(sum(minutes.frames_seen) AS DOUBLE) / NULLIF(CAST(sum(minutes.frames_expected) AS DOUBLE), 0e0)
  END AS up_share,
  count(CASE WHEN minutes.state = 'dark' THEN 1 END) AS dark_minutes,
  count(CASE WHEN minutes.state = 'frozen' THEN 1 END) AS frozen_minutes,
  count(CASE WHEN minutes.state = 'down' THEN 1 END) AS down_minutes,
  COALESCE(bool_or(minutes.is_moved), FALSE) AS is_moved
FROM camera_minute_v1 AS minutes
LEFT JOIN store_v1 ON store_v1.store_id = minutes.store_id
GROUP BY
  minutes.store_id, minutes.camera_id,
  CAST(at_timezone(minutes.window_start, COALESCE(store_v1.time_zone, 'UTC')) AS date)
