-- question: How long was each lane's queue on average, minute by minute?
-- unit: people
-- within: 0.1
SELECT 'queue_length_mean.' || lane_id AS name, epoch_ms(window_start) AS minute_ms, queue_length_mean AS value
FROM lane_minute
WHERE queue_length_mean IS NOT NULL
ORDER BY ALL
