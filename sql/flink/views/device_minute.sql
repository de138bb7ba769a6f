-- question: For how long did each device watch, minute by minute, and were its cameras up?
-- grain: one device and minute
-- reads: event, camera_health
-- window: tumbling, 1 minute
-- lateness: on time only
WITH reports AS (
  SELECT
    store_id, device_id, rowtime, CAST(snapshot.interval_ms AS BIGINT) AS interval_ms,
    CASE WHEN is_late THEN 1 ELSE 0 END AS late_snapshots, CAST(NULL AS DOUBLE) AS up_share
  FROM event
  WHERE kind = 'snapshot'
  UNION ALL
  SELECT store_id, device_id, rowtime, CAST(NULL AS BIGINT), CAST(NULL AS INT), up_share
  FROM camera_health
)
SELECT
  store_id, device_id, window_start, window_end,
  COALESCE(SUM(interval_ms), CAST(0 AS BIGINT)) AS interval_ms,
  AVG(CAST(late_snapshots AS DOUBLE)) AS late_share,
  AVG(up_share) AS camera_up_share
FROM TABLE(TUMBLE(TABLE reports, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
GROUP BY store_id, device_id, window_start, window_end
