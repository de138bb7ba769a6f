-- question: How long was each lane's queue, minute by minute, and was the lane open?
SELECT
  lane_id, epoch_ms(window_start) AS minute_ms,
  queue_length_mean AS mean, queue_length_max AS maximum, coverage, open_ms
FROM lane_minute
WHERE queue_length_mean IS NOT NULL
ORDER BY lane_id, minute_ms
