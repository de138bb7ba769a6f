-- check: A customer's visit to a lane's queue begins a journey, or passes through; a journey begins in such a visit.
-- level: fail
-- reads: visit, journey
-- A visit (stays in one zone, less than 30 s apart) can hold several journeys, as service in between separates them;
-- where a lane has several queue zones one journey can hold several visits. Hence row by row instead of by totals:
-- 1. A visit of 5 s or more, or one that did not end by leaving, begins a journey: its own, with its track and its
--    first instant; with several queue zones at the lane, one that lasts at that instant. (No staff stay is in a
--    customer's visit, and whatever comes before its first stay at the lane is 30 s away or a service.)
-- 2. A journey's first instant lies in a visit to its lane's queue, staff's visits too: one may hold a customer's stay.
WITH
queue_visit AS (
  SELECT store_id, visit_id, lane_id, zone_id, track_id, entered_time, left_time, is_staff, is_pass_through, "end"
  FROM visit
  WHERE zone_kind = 'queue' AND lane_id IS NOT NULL
),
lane AS (
  SELECT store_id, lane_id, count(DISTINCT zone_id) AS queue_zones
  FROM queue_visit
  GROUP BY store_id, lane_id
)
SELECT queue_visit.store_id, queue_visit.lane_id, queue_visit.visit_id AS id, 'visit without a journey' AS problem
FROM queue_visit
JOIN lane ON queue_visit.store_id = lane.store_id AND queue_visit.lane_id = lane.lane_id
WHERE NOT is_staff AND NOT (is_pass_through AND "end" = 'left')
  -- Rule 1 for the end of a lost pass-through needs that the visit is the whole spell.
  AND (NOT is_pass_through OR queue_zones = 1)
  AND NOT EXISTS (
    SELECT 1
    FROM journey
    WHERE journey.store_id = queue_visit.store_id
      AND journey.lane_id = queue_visit.lane_id
      AND journey.joined_time <= queue_visit.entered_time
      AND journey.queue_left_time >= queue_visit.entered_time
      AND (
        queue_zones > 1
        OR (journey.joined_time = queue_visit.entered_time AND journey.track_id = queue_visit.track_id)
      )
  )
UNION ALL
SELECT store_id, lane_id, journey_id, 'journey outside every visit'
FROM journey
WHERE NOT EXISTS (
  SELECT 1
  FROM queue_visit
  WHERE queue_visit.store_id = journey.store_id
    AND queue_visit.lane_id = journey.lane_id
    AND queue_visit.entered_time <= journey.joined_time
    AND queue_visit.left_time >= journey.joined_time
)
