-- question: How well was each store watched in each of its open hours: its doors, its zones, its lanes?
-- grain: one store, kind of measurement (traffic, zones, lanes) and open hour
-- reads: open_hour, traffic_local_hour_v1, zone_local_hour_v1, lane_local_hour_v1, zone_v1, lane_v1
-- quality: coverage, camera_up_share, late_share
-- order: store_id, kind, window_start
-- column: kind = What is measured: traffic (lines at the doors), zones or lanes
-- column: open_share = Share of the hour in which the store is open, 0 to 1
-- column: places = Lines, zones or lanes that should have been watched
-- column: coverage = Share of the hour that was watched, as a mean over the places; a place without a row was not
-- A place is expected from its first row on: until its last one, or for good if zone_v1 or lane_v1 lists it. What is
-- listed and was never seen is expected always. Days after the latest one in the lake are not over, and left out.
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
listed AS (
  SELECT store_id, 'zones' AS kind, zone_id AS place_id FROM zone_v1
  UNION ALL
  SELECT store_id, 'lanes', lane_id FROM lane_v1
),
seen_place AS (
  SELECT store_id, kind, place_id, min(business_date) AS first_date, max(business_date) AS last_date
  FROM place_hour
  GROUP BY store_id, kind, place_id
),
place AS (
  SELECT
    COALESCE(seen_place.store_id, listed.store_id) AS store_id,
    COALESCE(seen_place.kind, listed.kind) AS kind,
    seen_place.first_date,
    CASE WHEN listed.place_id IS NULL THEN seen_place.last_date END AS last_date
  FROM seen_place
  FULL OUTER JOIN listed
    ON listed.store_id = seen_place.store_id
    AND listed.kind = seen_place.kind
    AND listed.place_id = seen_place.place_id
),
open_day AS (
  SELECT store_id, business_date FROM open_hour GROUP BY store_id, business_date
),
expected AS (
  SELECT open_day.store_id, open_day.business_date, place.kind, count(*) AS places
  FROM open_day
  INNER JOIN place
    ON place.store_id = open_day.store_id
    AND open_day.business_date >= COALESCE(place.first_date, open_day.business_date)
    AND open_day.business_date <= COALESCE(place.last_date, open_day.business_date)
  GROUP BY open_day.store_id, open_day.business_date, place.kind
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
  WHERE open_hour.business_date <= COALESCE((SELECT max(last_date) FROM seen_place), open_hour.business_date)
)
SELECT
  store_id, kind, business_date, iso_weekday, hour_of_day, window_start, open_share, places,
  coverage, camera_up_share, late_share,
  ${quality} AS quality
FROM measured
