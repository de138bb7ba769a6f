-- question: How far can each place's and each lane's numbers be trusted, hour by hour, and by which signs?
SELECT
  lane_id AS place_id, 'lane' AS kind, epoch_ms(window_start) AS start_ms, quality,
  coverage, camera_up_share, late_share, lost_share, little_gap
FROM lane_hour
UNION ALL
-- A lane's queue and service zones are graded with it.
SELECT
  zone_id, zone_kind, epoch_ms(window_start), quality,
  coverage, camera_up_share, late_share, lost_share, NULL
FROM zone_hour
WHERE lane_id IS NULL
ORDER BY place_id, start_ms
