-- question: How many visits ended in each zone, and how long were they?
-- grain: one zone and minute in which a visit ended
-- reads: visit, store_minute
-- writes: dwell_minute_v1
-- window: tumbling, 1 minute, on the time of the change
-- lateness: on time only
-- quality: coverage, camera_up_share, late_share, lost_share
WITH
-- A change adds what the visit counts for now, and takes back what it counted for before.
counted AS (
  SELECT store_id, zone_id, zone_kind, rowtime, 1 AS weight, dwell_ms, is_staff, `end`
  FROM visit
  WHERE merged_into IS NULL
  UNION ALL
  SELECT store_id, zone_id, zone_kind, rowtime, -1, previous_dwell_ms, previous_is_staff, previous_end
  FROM visit
  WHERE previous_dwell_ms IS NOT NULL
),
facts AS (
  SELECT
    store_id, zone_id, zone_kind, rowtime,
    CASE WHEN NOT is_staff AND dwell_ms >= ${pass_through_ms} THEN weight ELSE 0 END AS visits,
    CASE WHEN NOT is_staff AND dwell_ms < ${pass_through_ms} THEN weight ELSE 0 END AS pass_throughs,
    CASE WHEN is_staff THEN weight ELSE 0 END AS staff_visits,
    CASE WHEN NOT is_staff AND dwell_ms >= ${pass_through_ms} THEN dwell_ms END AS dwell_ms,
    CASE WHEN NOT is_staff AND `end` = 'lost' THEN weight ELSE 0 END AS lost_visits,
    weight
  FROM counted
),
zone_minutes AS (
  SELECT
    store_id, zone_id, zone_kind, window_start, window_end,
    SUM(CAST(visits AS BIGINT)) AS visits,
    SUM(CAST(pass_throughs AS BIGINT)) AS pass_throughs,
    SUM(CAST(staff_visits AS BIGINT)) AS staff_visits,
    COALESCE(SUM(dwell_ms * weight), CAST(0 AS BIGINT)) AS dwell_ms,
    SUM(CAST(lost_visits AS BIGINT)) AS lost_visits,
    DURATION_HISTOGRAM(dwell_ms, weight) AS dwell_histogram
  FROM TABLE(TUMBLE(TABLE facts, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, zone_id, zone_kind, window_start, window_end
),
watched AS (
  SELECT
    zone_minutes.store_id, zone_id, zone_kind, zone_minutes.window_start, zone_minutes.window_end,
    visits, pass_throughs, staff_visits, dwell_ms, lost_visits, dwell_histogram,
    ZONE_OF(store_minute.zones, zone_id, zone_kind) AS zone
  FROM zone_minutes
  LEFT JOIN store_minute
    ON zone_minutes.store_id = store_minute.store_id
    AND zone_minutes.window_start = store_minute.window_start
    AND zone_minutes.window_end = store_minute.window_end
  -- A change that alters nothing is no news.
  WHERE visits <> 0 OR pass_throughs <> 0 OR staff_visits <> 0 OR dwell_ms <> 0 OR lost_visits <> 0
    OR CARDINALITY(dwell_histogram) <> 0
),
measured AS (
  SELECT
    *,
    -- Of a zone that is null Flink takes the fields for not null.
    CASE WHEN zone IS NULL THEN 0e0 ELSE zone.interval_ms / 60000e0 END AS coverage,
    CASE WHEN zone IS NOT NULL THEN zone.camera_up_share END AS camera_up_share,
    CASE WHEN zone IS NOT NULL THEN CAST(zone.late_snapshots AS DOUBLE) / zone.snapshots END AS late_share,
    -- A minute that only corrects earlier ones has no share of its own.
    CASE
      WHEN visits + pass_throughs > 0 AND lost_visits >= 0 THEN CAST(lost_visits AS DOUBLE) / (visits + pass_throughs)
    END AS lost_share
  FROM watched
)
SELECT
  store_id, zone_id, zone_kind,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  visits, pass_throughs, staff_visits, dwell_ms, lost_visits, dwell_histogram,
  coverage, camera_up_share, late_share, lost_share, ${quality} AS quality
FROM measured
