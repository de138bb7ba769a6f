-- question: What did each store's zones hold, in stretches of 10 s?
-- grain: one store and window of 10 s
-- reads: snapshot
-- window: tumbling, 10 s
-- lateness: on time only
SELECT
  store_id, window_time AS rowtime,
  TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_end) AS window_end_seconds,
  ZONE_SUMS(zones, interval_ms, event_time_ms, is_late) AS zones
FROM TABLE(TUMBLE(TABLE snapshot, DESCRIPTOR(rowtime), INTERVAL '10' SECOND))
GROUP BY store_id, window_start, window_end, window_time
