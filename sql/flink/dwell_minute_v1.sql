-- question: How many visits ended in each zone, and how long were they?
-- grain: one zone and minute in which a visit ended
-- reads: visit, zone_minute
-- writes: dwell_minute_v1
-- window: tumbling, 1 minute, on the end of the stay
-- lateness: on time only
WITH
-- A stay that continues a visit adds what the longer visit counts for, less what the shorter one did before.
visit_change AS (
  SELECT
    store_id, zone_id, zone_kind, rowtime, CAST(0 AS BIGINT) AS interval_ms,
    CASE WHEN is_staff THEN 0 WHEN dwell_ms >= ${pass_through_ms} THEN 1 ELSE 0 END
      - CASE WHEN is_staff THEN 0 WHEN previous_dwell_ms >= ${pass_through_ms} THEN 1 ELSE 0 END AS visits,
    CASE WHEN is_staff THEN 0 WHEN dwell_ms < ${pass_through_ms} THEN 1 ELSE 0 END
      - CASE WHEN is_staff THEN 0 WHEN previous_dwell_ms < ${pass_through_ms} THEN 1 ELSE 0 END AS pass_throughs,
    CASE WHEN is_staff AND revision = 1 THEN 1 ELSE 0 END AS staff_visits,
    CASE WHEN is_staff THEN 0 WHEN dwell_ms >= ${pass_through_ms} THEN dwell_ms ELSE 0 END
      - CASE WHEN is_staff THEN 0 WHEN previous_dwell_ms >= ${pass_through_ms} THEN previous_dwell_ms ELSE 0 END
      AS dwell_ms,
    CASE WHEN NOT is_staff AND `end` = 'lost' THEN 1 ELSE 0 END AS lost_visits
  FROM visit
),
watched AS (
  SELECT
    store_id, zone_id, zone_kind, rowtime, interval_ms,
    0 AS visits, 0 AS pass_throughs, 0 AS staff_visits, CAST(0 AS BIGINT) AS dwell_ms, 0 AS lost_visits
  FROM zone_minute
),
facts AS (
  SELECT * FROM visit_change
  UNION ALL
  SELECT * FROM watched
),
zone_minutes AS (
  SELECT
    store_id, zone_id, zone_kind, window_start, window_end,
    SUM(CAST(visits AS BIGINT)) AS visits,
    SUM(CAST(pass_throughs AS BIGINT)) AS pass_throughs,
    SUM(CAST(staff_visits AS BIGINT)) AS staff_visits,
    SUM(dwell_ms) AS dwell_ms,
    SUM(CAST(lost_visits AS BIGINT)) AS lost_visits,
    SUM(interval_ms) AS interval_ms
  FROM TABLE(TUMBLE(TABLE facts, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
  GROUP BY store_id, zone_id, zone_kind, window_start, window_end
)
SELECT
  store_id, zone_id, zone_kind,
  CAST(window_start AS TIMESTAMP_LTZ(3)) AS window_start,
  CAST(window_end AS TIMESTAMP_LTZ(3)) AS window_end,
  visits, pass_throughs, staff_visits, dwell_ms, lost_visits,
  interval_ms / 60000e0 AS coverage
FROM zone_minutes
WHERE visits <> 0 OR pass_throughs <> 0 OR staff_visits <> 0 OR dwell_ms <> 0 OR lost_visits <> 0
