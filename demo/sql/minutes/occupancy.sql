-- question: How many customers were in each zone on average, minute by minute?
-- unit: people
-- within: 0.1
SELECT 'occupancy_mean.' || zone_id AS name, epoch_ms(window_start) AS minute_ms, occupancy_mean AS value
FROM zone_minute
ORDER BY ALL
