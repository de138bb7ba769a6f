-- check: In every minute of a lane joined = served + abandoned + censored, and no figure is beyond its bounds.
-- level: fail
-- reads: lane_minute_v1
SELECT
  store_id, lane_id, window_start, joined, served, abandoned, censored, served_over_target, wait_ms, wait_ms_max,
  queue_ms, open_ms
FROM lane_minute_v1
WHERE joined <> served + abandoned + censored
  OR served < 0 OR abandoned < 0 OR censored < 0 OR wait_ms < 0
  OR served_over_target < 0 OR served_over_target > served
  OR (served > 0) <> (wait_ms_max IS NOT NULL) OR wait_ms_max > wait_ms OR wait_ms > queue_ms
  OR open_ms < 0 OR open_ms > 60000
