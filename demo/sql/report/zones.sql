-- question: How full was each zone, minute by minute?
SELECT
  zone_id, zone_kind, lane_id, epoch_ms(window_start) AS minute_ms,
  occupancy_mean AS mean, occupancy_max AS maximum, coverage
FROM zone_minute
ORDER BY zone_id, minute_ms
