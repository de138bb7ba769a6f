-- question: What does each zone hold now?
-- grain: one zone and window of 10 s whose values changed, and each zone at least once in 5 minutes
-- reads: zone_snapshot
-- writes: live_zone
-- window: tumbling, 10 s
-- lateness: on time only
-- quality: coverage
WITH
-- The value at the end of a window is the one of its last snapshot: the greatest of (offset in the window, value).
windowed AS (
  SELECT
    store_id, zone_id, zone_kind, lane_id, window_start, window_end, window_time AS rowtime,
    MOD(MAX(MOD(event_time_ms, 10000) * 1099511627776 + `count`), 1099511627776) AS occupancy,
    MOD(MAX(MOD(event_time_ms, 10000) * 1099511627776 + longest_stay_ms), 1099511627776) AS longest_stay_ms,
    MAX(count_max) AS occupancy_max,
    SUM(person_ms) AS person_ms,
    SUM(CAST(interval_ms AS BIGINT)) AS interval_ms
  FROM TABLE(TUMBLE(TABLE zone_snapshot, DESCRIPTOR(rowtime), INTERVAL '10' SECOND))
  GROUP BY store_id, zone_id, zone_kind, lane_id, window_start, window_end, window_time
),
compared AS (
  SELECT
    *,
    LAG(occupancy) OVER same_zone AS previous_occupancy,
    LAG(person_ms) OVER same_zone AS previous_person_ms,
    LAG(interval_ms) OVER same_zone AS previous_interval_ms
  FROM windowed
  WINDOW same_zone AS (PARTITION BY store_id, zone_id ORDER BY rowtime)
),
numbered AS (
  SELECT
    *,
    interval_ms / 10000e0 AS coverage,
    TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_end) AS window_end_seconds
  FROM compared
)
SELECT
  store_id, zone_id, zone_kind, COALESCE(lane_id, '') AS lane_id,
  CAST(occupancy AS INT) AS occupancy,
  CAST(person_ms AS DOUBLE) / interval_ms AS occupancy_mean,
  occupancy_max,
  longest_stay_ms / 1000e0 AS longest_stay_seconds,
  CASE WHEN zone_kind = 'queue' THEN longest_stay_ms / 1000e0 ELSE 0e0 END AS longest_wait_seconds,
  coverage, ${quality} AS quality,
  window_end_seconds * CAST(1000 AS BIGINT) AS window_end_ms,
  window_end_seconds + CAST(${live_item_days} * 86400 AS BIGINT) AS expires_at
FROM numbered
WHERE previous_occupancy IS NULL
  -- While somebody is there, the longest stay grows from window to window: that is a change too.
  OR occupancy > 0 OR person_ms > 0
  OR occupancy <> previous_occupancy OR person_ms <> previous_person_ms OR interval_ms <> previous_interval_ms
  -- Spread over the 5 minutes by zone, so that the writes do not come all at once.
  OR MOD(window_end_seconds / 10 + ASCII(MD5(zone_id)), 30) = 0
