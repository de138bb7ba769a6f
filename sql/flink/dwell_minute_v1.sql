-- question: How many visits ended in each zone, and how long were they?
-- grain: one zone and minute in which a visit ended
-- reads: visit, zone_minute
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
    weight,
    CAST(0 AS BIGINT) AS interval_ms, CAST(0 AS BIGINT) AS snapshots, CAST(0 AS BIGINT) AS late_snapshots,
    CAST(NULL AS DOUBLE) AS camera_up_share
  FROM counted
  UNION ALL
  SELECT
    store_id, zone_id, zone_kind, rowtime, 0, 0, 0, CAST(NULL AS BIGINT), 0, 0,
    interval_ms, snapshots, late_snapshots, camera_up_share
  FROM zone_minute
),
zone_minutes AS (
  SELECT
    store_id, zone_id, zone_kind, window_start, window_end,
    SUM(CAST(visits AS BIGINT)) AS visits,
    SUM(CAST(pass_throughs AS BIGINT)) AS pass_throughs,
    SUM(CAST(staff_visits AS BIGINT)) AS staff_visits,
    COALESCE(SUM(dwell_ms * weight), CAST(0 AS BIGINT)) AS dwell_ms,
    SUM(CAST(lost_visits AS BIGINT)) AS lost_visits,
    DURATION_HISTOGRAM(dwell_ms, weight) AS dwell_histogram,
    SUM(interval_ms) AS interval_ms,
    SUM(snapshots) AS snapshots,
    SUM(late_snapshots) AS late_snapshots,
    AVG(camera_up_share) AS camera_up_share
  FROM TABLE(TUMBLE(TABLE facts, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, zone_id, zone_kind, window_start, window_end
),
measured AS (
  SELECT
    *,
    interval_ms / 60000e0 AS coverage,
    CAST(late_snapshots AS DOUBLE) / NULLIF(snapshots, 0) AS late_share,
    -- A minute that only corrects earlier ones has no share of its own.
    CASE
      WHEN visits + pass_throughs > 0 AND lost_visits >= 0 THEN CAST(lost_visits AS DOUBLE) / (visits + pass_throughs)
    END AS lost_share
  FROM zone_minutes
  WHERE visits <> 0 OR pass_throughs <> 0 OR staff_visits <> 0 OR dwell_ms <> 0 OR lost_visits <> 0
    OR CARDINALITY(dwell_histogram) <> 0
)
SELECT
  store_id, zone_id, zone_kind,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  visits, pass_throughs, staff_visits, dwell_ms, lost_visits, dwell_histogram,
  coverage, camera_up_share, late_share, lost_share, ${quality} AS quality
FROM measured
