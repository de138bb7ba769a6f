-- check: A zone's minute is the sum of the snapshots in event_v1: those on time, or all once its day was reconciled.
-- level: fail
-- reads: zone_minute_v1, event_v1
WITH
looks AS (
  SELECT
    store_id, date_trunc('minute', event_time) AS window_start, snapshot.interval_ms AS interval_ms, is_late,
    zone.zone_id AS zone_id, zone.person_ms AS person_ms, zone.entered AS entered, zone."left" AS "left",
    zone.count_max AS count_max, zone.staff_person_ms AS staff_person_ms
  FROM (SELECT * FROM event_v1 WHERE kind = 'snapshot') AS snapshots
  CROSS JOIN UNNEST(snapshot.zones) AS zone
),
-- Both ways of counting, told apart by `with_late`.
counted AS (
  SELECT looks.*, ways.with_late
  FROM looks
  CROSS JOIN (SELECT TRUE AS with_late UNION ALL SELECT FALSE) AS ways
  WHERE with_late OR NOT is_late
),
recounted AS (
  SELECT
    store_id, zone_id, window_start, with_late,
    sum(person_ms) AS person_ms, sum(interval_ms) AS interval_ms, sum(entered) AS entered, sum("left") AS "left",
    max(count_max) AS occupancy_max, sum(staff_person_ms) AS staff_person_ms
  FROM counted
  GROUP BY store_id, zone_id, window_start, with_late
),
told AS (
  SELECT
    store_id, zone_id, window_start, person_ms, interval_ms, entered, "left", occupancy_max, staff_person_ms,
    COALESCE(late_share, 0) > 0 AS with_late
  FROM zone_minute_v1
),
-- A minute of which every snapshot was late has a row only once it is reconciled.
due AS (
  SELECT recounted.*
  FROM recounted
  LEFT JOIN told
    ON recounted.store_id = told.store_id AND recounted.zone_id = told.zone_id
    AND recounted.window_start = told.window_start
  WHERE recounted.with_late = COALESCE(told.with_late, FALSE)
)
SELECT
  COALESCE(told.store_id, due.store_id) AS store_id, COALESCE(told.zone_id, due.zone_id) AS zone_id,
  COALESCE(told.window_start, due.window_start) AS window_start,
  told.person_ms AS person_ms_told, due.person_ms AS person_ms_counted,
  told.interval_ms AS interval_ms_told, due.interval_ms AS interval_ms_counted,
  told.entered AS entered_told, due.entered AS entered_counted,
  told."left" AS left_told, due."left" AS left_counted,
  told.occupancy_max AS occupancy_max_told, due.occupancy_max AS occupancy_max_counted
FROM told
FULL OUTER JOIN due
  ON told.store_id = due.store_id AND told.zone_id = due.zone_id AND told.window_start = due.window_start
WHERE told.zone_id IS NULL OR due.zone_id IS NULL
  OR told.person_ms <> due.person_ms OR told.interval_ms <> due.interval_ms
  OR told.entered <> due.entered OR told."left" <> due."left"
  OR told.occupancy_max <> due.occupancy_max OR told.staff_person_ms <> due.staff_person_ms
