-- question: What does each zone hold now?
-- grain: one zone and window of 10 s whose values changed, and each zone at least once in 5 minutes
-- reads: store_window
-- writes: live_zone
-- window: tumbling, 10 s
-- lateness: on time only
-- quality: coverage
WITH
-- Compared with the window before store by store: zone by zone it would be the costliest step of the job.
changed AS (
  SELECT
    store_id, window_end_seconds,
    ZONE_CHANGES(zones, CAST(window_end_seconds / 10 AS BIGINT)) OVER (
      PARTITION BY store_id
      -- A store's windows come in their order: nothing needs to be kept and sorted.
      ORDER BY proctime
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS zones
  FROM (SELECT *, PROCTIME() AS proctime FROM store_window) AS by_store
),
zones_now AS (
  SELECT
    store_id, window_end_seconds, zone_id, zone_kind, lane_id, `count` AS occupancy, longest_stay_ms,
    count_max AS occupancy_max, person_ms, interval_ms,
    interval_ms / 10000e0 AS coverage
  FROM changed
  CROSS JOIN UNNEST(zones) AS zone (
    zone_id, zone_kind, lane_id, camera_id, `count`, longest_stay_ms, count_max, person_ms, interval_ms, entered, `left`,
    staff_person_ms, snapshots, late_snapshots, last_time_ms, camera_up_share
  )
)
SELECT
  store_id, zone_id, zone_kind, COALESCE(lane_id, '') AS lane_id,
  occupancy,
  CAST(person_ms AS DOUBLE) / interval_ms AS occupancy_mean,
  occupancy_max,
  longest_stay_ms / 1000e0 AS longest_stay_seconds,
  CASE WHEN zone_kind = 'queue' THEN longest_stay_ms / 1000e0 ELSE 0e0 END AS longest_wait_seconds,
  coverage, ${quality} AS quality,
  window_end_seconds * CAST(1000 AS BIGINT) AS window_end_ms,
  window_end_seconds + CAST(${live_item_days} * 86400 AS BIGINT) AS expires_at
FROM zones_now
