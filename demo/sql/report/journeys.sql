-- question: Who queued where and when, for how long, and how did it end?
SELECT lane_id, epoch_ms(joined_time) AS joined_ms, outcome, queue_seconds
FROM journey
ORDER BY joined_ms, lane_id, journey_id
