-- question: What did each store's zones and tills hold, minute by minute, and did their cameras watch?
-- grain: one store and minute
-- reads: watch
-- window: tumbling, 1 minute
-- lateness: on time only
-- A snapshot stays one row until its window is over: sixty zones would else be sixty keyed rows.
SELECT
  store_id, window_start, window_end, window_time AS rowtime,
  ZONE_SUMS(zones, interval_ms, event_time_ms, is_late, camera_id, up_share) AS zones,
  LANE_PRESENCE(zones, interval_ms, event_time_ms) AS presences
FROM TABLE(TUMBLE(TABLE watch, DESCRIPTOR(rowtime), INTERVAL '1' MINUTE))
GROUP BY store_id, window_start, window_end, window_time
