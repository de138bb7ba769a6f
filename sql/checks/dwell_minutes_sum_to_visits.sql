-- check: Over all minutes a zone has the visits, pass-throughs, dwell and histogram that its visits give.
-- level: fail
-- reads: dwell_minute_v1, visit
-- A single minute can hold a correction of earlier ones; the sum is exact when the job was drained, or the days closed.
WITH
by_minute AS (
  SELECT
    store_id, zone_id, sum(visits) AS visits, sum(pass_throughs) AS pass_throughs, sum(staff_visits) AS staff_visits,
    sum(dwell_ms) AS dwell_ms, sum(lost_visits) AS lost_visits
  FROM dwell_minute_v1
  GROUP BY store_id, zone_id
),
by_visit AS (
  SELECT
    store_id, zone_id,
    count(*) FILTER (WHERE NOT is_staff AND NOT is_pass_through) AS visits,
    count(*) FILTER (WHERE NOT is_staff AND is_pass_through) AS pass_throughs,
    count(*) FILTER (WHERE is_staff) AS staff_visits,
    COALESCE(
      sum(CAST(round(dwell_seconds * 1000) AS BIGINT)) FILTER (WHERE NOT is_staff AND NOT is_pass_through), 0
    ) AS dwell_ms,
    count(*) FILTER (WHERE NOT is_staff AND "end" = 'lost') AS lost_visits
  FROM visit
  GROUP BY store_id, zone_id
),
by_bucket AS (
  SELECT
    store_id, zone_id, sum(bucket."count") AS visits,
    sum(bucket."count" * bucket.lower_ms) AS least_ms,
    sum(bucket."count" * CASE WHEN bucket.lower_ms = 0 THEN 100 ELSE floor(bucket.lower_ms * 11 / 10e0) END) AS most_ms
  FROM dwell_minute_v1
  CROSS JOIN UNNEST(dwell_histogram) AS bucket
  GROUP BY store_id, zone_id
)
SELECT
  COALESCE(by_minute.store_id, by_visit.store_id) AS store_id, COALESCE(by_minute.zone_id, by_visit.zone_id) AS zone_id,
  by_minute.visits AS visits_by_minute, by_visit.visits AS visits_by_visit, by_bucket.visits AS visits_by_bucket,
  by_minute.pass_throughs AS pass_throughs_by_minute, by_visit.pass_throughs AS pass_throughs_by_visit,
  by_minute.staff_visits AS staff_visits_by_minute, by_visit.staff_visits AS staff_visits_by_visit,
  by_minute.dwell_ms AS dwell_ms_by_minute, by_visit.dwell_ms AS dwell_ms_by_visit,
  by_bucket.least_ms, by_bucket.most_ms,
  by_minute.lost_visits AS lost_visits_by_minute, by_visit.lost_visits AS lost_visits_by_visit
FROM by_minute
FULL OUTER JOIN by_visit ON by_minute.store_id = by_visit.store_id AND by_minute.zone_id = by_visit.zone_id
LEFT JOIN by_bucket ON by_minute.store_id = by_bucket.store_id AND by_minute.zone_id = by_bucket.zone_id
WHERE by_minute.zone_id IS NULL
  OR by_minute.visits <> COALESCE(by_visit.visits, 0)
  OR by_minute.pass_throughs <> COALESCE(by_visit.pass_throughs, 0)
  OR by_minute.staff_visits <> COALESCE(by_visit.staff_visits, 0)
  OR by_minute.dwell_ms <> COALESCE(by_visit.dwell_ms, 0)
  OR by_minute.lost_visits <> COALESCE(by_visit.lost_visits, 0)
  OR by_minute.visits <> COALESCE(by_bucket.visits, 0)
  OR by_minute.dwell_ms < by_bucket.least_ms OR (by_minute.dwell_ms >= by_bucket.most_ms AND by_bucket.visits > 0)
