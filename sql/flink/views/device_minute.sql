-- question: For how long did each device watch, minute by minute, and were its cameras up?
-- grain: one device and minute
-- reads: watch
-- window: tumbling, 1 minute
-- lateness: on time only
WITH reports AS (
  SELECT
    store_id, device_id, rowtime, CAST(interval_ms AS BIGINT) AS interval_ms,
    CASE WHEN kind = 'snapshot' THEN CASE WHEN is_late THEN 1e0 ELSE 0e0 END END AS late_snapshots,
    up_share
  FROM watch
)
SELECT
  store_id, device_id, window_start, window_end,
  COALESCE(SUM(interval_ms), CAST(0 AS BIGINT)) AS interval_ms,
  AVG(late_snapshots) AS late_share,
  AVG(up_share) AS camera_up_share
FROM TABLE(TUMBLE(TABLE reports, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
GROUP BY store_id, device_id, window_start, window_end
