-- question: How well was each store watched in each of its open hours: its doors, its zones, its lanes?
-- grain: one store, kind of measurement (traffic, zones, lanes) and open hour
-- reads: open_hour, traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1
-- quality: coverage, camera_up_share, late_share
-- margin: 28 days
-- order: store_id, kind, window_start
-- column: kind = What is measured: traffic (lines at the doors), zones or lanes
-- column: open_share = Share of the hour in which the store is open, 0 to 1
-- column: places = Lines, zones or lanes that should have been watched
-- column: coverage = Share of the hour that was watched, as a mean over the places; a place without a row was not
-- A place is expected from a day with a row of it until 28 days later. So one that falls silent is missed for that
-- long, and is then taken as gone; and an answer about some days depends on no others than these 28.
-- The coverage is rounded, so that every engine sees the same sum on the same side of a limit.
WITH
place_hour AS (
  SELECT
    store_id, 'traffic' AS kind, line_id AS place_id, business_date, window_start, coverage, camera_up_share, late_share
  FROM traffic_local_hour_v1
  UNION ALL
  SELECT store_id, 'zones', zone_id, business_date, window_start, coverage, camera_up_share, late_share
  FROM zone_local_hour_v1
  UNION ALL
  SELECT store_id, 'lanes', lane_id, business_date, window_start, coverage, camera_up_share, late_share
  FROM lane_local_hour_v1
),
place_day AS (
  SELECT store_id, kind, place_id, business_date
  FROM place_hour
  GROUP BY store_id, kind, place_id, business_date
),
stepped AS (
  SELECT
    place_day.*,
    CASE
      WHEN date_diff(
        'day', lag(business_date) OVER (PARTITION BY store_id, kind, place_id ORDER BY business_date), business_date
      ) <= 28 THEN 0
      ELSE 1
    END AS returns
  FROM place_day
),
spell_day AS (
  SELECT
    stepped.*,
    sum(returns) OVER (
      PARTITION BY store_id, kind, place_id
      ORDER BY business_date
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS spell
  FROM stepped
),
life AS (
  SELECT
    store_id, kind, place_id, min(business_date) AS first_date, date_add('day', 28, max(business_date)) AS last_date
  FROM spell_day
  GROUP BY store_id, kind, place_id, spell
),
open_day AS (
  SELECT store_id, business_date FROM open_hour GROUP BY store_id, business_date
),
expected AS (
  SELECT open_day.store_id, open_day.business_date, life.kind, count(*) AS places
  FROM open_day
  INNER JOIN life
    ON life.store_id = open_day.store_id AND open_day.business_date BETWEEN life.first_date AND life.last_date
  GROUP BY open_day.store_id, open_day.business_date, life.kind
),
seen AS (
  SELECT
    store_id, kind, business_date, window_start,
    sum(coverage) AS coverage,
    avg(camera_up_share) AS camera_up_share,
    COALESCE(
      sum(late_share * coverage) / NULLIF(sum(coverage) FILTER (WHERE late_share IS NOT NULL), 0e0), avg(late_share)
    ) AS late_share
  FROM place_hour
  GROUP BY store_id, kind, business_date, window_start
),
measured AS (
  SELECT
    open_hour.store_id, kinds.kind, open_hour.business_date, open_hour.iso_weekday, open_hour.hour_of_day,
    open_hour.window_start, open_hour.open_share,
    COALESCE(expected.places, 0) AS places,
    round(COALESCE(seen.coverage / CAST(expected.places AS DOUBLE), 0e0), 6) AS coverage,
    seen.camera_up_share, seen.late_share
  FROM open_hour
  CROSS JOIN (VALUES ('traffic'), ('zones'), ('lanes')) AS kinds (kind)
  LEFT JOIN expected
    ON expected.store_id = open_hour.store_id
    AND expected.business_date = open_hour.business_date
    AND expected.kind = kinds.kind
  LEFT JOIN seen
    ON seen.store_id = open_hour.store_id
    AND seen.business_date = open_hour.business_date
    AND seen.window_start = open_hour.window_start
    AND seen.kind = kinds.kind
)
SELECT
  store_id, kind, business_date, iso_weekday, hour_of_day, window_start, open_share, places,
  coverage, camera_up_share, late_share,
  ${quality} AS quality
FROM measured
