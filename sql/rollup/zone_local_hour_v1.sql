-- question: How full was each zone, by the hour on the store's own clock, and how long did customers stay?
-- grain: one zone and local hour
-- reads: zone_minute_v1, dwell_minute_v1, local_minute
-- quality: coverage, camera_up_share, late_share, lost_share
-- The hours of zone_hour, on the store's clock. A minute without a row counts as not watched. An hour that only
-- corrects earlier ones, or in which visits ended while nobody watched the zone, has coverage 0 and an occupancy of 0.
-- Buckets that corrections took back stay, negative ones too: sums over any longer time are exact.
WITH
facts AS (
  SELECT
    store_id, zone_id, zone_kind, lane_id, window_start AS minute_start, occupancy_max, person_ms, interval_ms, entered,
    "left", staff_person_ms, coverage, camera_up_share, late_share,
    0 AS visits, 0 AS pass_throughs, 0 AS staff_visits, 0 AS dwell_ms, 0 AS lost_visits
  FROM zone_minute_v1
  UNION ALL
  SELECT
    store_id, zone_id, zone_kind, NULL, window_start, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL,
    visits, pass_throughs, staff_visits, dwell_ms, lost_visits
  FROM dwell_minute_v1
),
summed AS (
  SELECT
    facts.store_id, zone_id, business_date, hour_of_day, local_minute.window_start, window_end,
    max(zone_kind) AS zone_kind,
    max(lane_id) AS lane_id,
    COALESCE(max(occupancy_max), 0) AS occupancy_max,
    CAST(sum(person_ms) AS BIGINT) AS person_ms,
    CAST(sum(interval_ms) AS BIGINT) AS interval_ms,
    CAST(sum(entered) AS BIGINT) AS entered,
    CAST(sum("left") AS BIGINT) AS "left",
    CAST(sum(staff_person_ms) AS BIGINT) AS staff_person_ms,
    CAST(sum(visits) AS BIGINT) AS visits,
    CAST(sum(pass_throughs) AS BIGINT) AS pass_throughs,
    CAST(sum(staff_visits) AS BIGINT) AS staff_visits,
    CAST(sum(dwell_ms) AS BIGINT) AS dwell_ms,
    CAST(sum(lost_visits) AS BIGINT) AS lost_visits,
    sum(coverage) / hour_minutes AS coverage,
    avg(camera_up_share) AS camera_up_share,
    -- By the time watched, for rows do not tell the number of snapshots: the same while their length stays the same.
    sum(late_share * interval_ms) / NULLIF(sum(interval_ms) FILTER (WHERE late_share IS NOT NULL), 0) AS late_share
  FROM facts
  JOIN local_minute ON facts.store_id = local_minute.store_id AND facts.minute_start = local_minute.minute_start
  GROUP BY facts.store_id, zone_id, business_date, hour_of_day, local_minute.window_start, window_end, hour_minutes
),
bucket_hour AS (
  SELECT
    dwell_minute_v1.store_id, zone_id, local_minute.window_start,
    bucket.lower_ms AS lower_ms, CAST(sum(bucket."count") AS BIGINT) AS people
  FROM dwell_minute_v1
  JOIN local_minute
    ON dwell_minute_v1.store_id = local_minute.store_id AND dwell_minute_v1.window_start = local_minute.minute_start
  CROSS JOIN UNNEST(dwell_histogram) AS bucket
  GROUP BY dwell_minute_v1.store_id, zone_id, local_minute.window_start, bucket.lower_ms
),
histogram_hour AS (
  SELECT
    store_id, zone_id, window_start,
    array_agg(CAST(ROW(lower_ms, people) AS ROW(lower_ms BIGINT, "count" BIGINT)) ORDER BY lower_ms) AS dwell_histogram
  FROM bucket_hour
  WHERE people <> 0
  GROUP BY store_id, zone_id, window_start
),
measured AS (
  SELECT
    summed.*,
    COALESCE(dwell_histogram, CAST(ARRAY[] AS ARRAY(ROW(lower_ms BIGINT, "count" BIGINT)))) AS dwell_histogram,
    -- An hour that only corrects earlier ones has no share of its own.
    CASE
      WHEN visits + pass_throughs > 0 AND lost_visits >= 0
        THEN CAST(lost_visits AS DOUBLE) / (visits + pass_throughs)
    END AS lost_share
  FROM summed
  LEFT JOIN histogram_hour
    ON summed.store_id = histogram_hour.store_id
    AND summed.zone_id = histogram_hour.zone_id
    AND summed.window_start = histogram_hour.window_start
),
covered AS (
  SELECT
    store_id, zone_id, zone_kind, lane_id, business_date, hour_of_day, window_start, window_end,
    COALESCE(CAST(person_ms AS DOUBLE) / NULLIF(interval_ms, 0), 0e0) AS occupancy_mean,
    occupancy_max, person_ms, interval_ms, entered, "left", staff_person_ms,
    visits, pass_throughs, staff_visits, dwell_ms, lost_visits, dwell_histogram,
    COALESCE(coverage, 0e0) AS coverage, camera_up_share, late_share, lost_share
  FROM measured
)
SELECT
  store_id, zone_id, zone_kind, lane_id, business_date, hour_of_day, window_start, window_end,
  occupancy_mean, occupancy_max, person_ms, interval_ms, entered, "left", staff_person_ms,
  visits, pass_throughs, staff_visits, dwell_ms, lost_visits, dwell_histogram,
  coverage, camera_up_share, late_share, lost_share,
  ${quality} AS quality
FROM covered
