-- question: How did each queue journey end, as known now?
-- grain: one queue journey
-- reads: journey_v1
-- A journey's rows differ by revision, and the highest is valid; one that was found to be part of another is left out.
WITH ranked AS (
  SELECT *, row_number() OVER (PARTITION BY store_id, journey_id ORDER BY revision DESC) AS age
  FROM journey_v1
)
SELECT
  store_id, journey_id, revision, lane_id, track_id, joined_time, queue_left_time, service_start_time,
  service_end_time, outcome, "end", wait_seconds, queue_seconds, service_seconds, is_over_target
FROM ranked
WHERE age = 1 AND merged_into IS NULL
