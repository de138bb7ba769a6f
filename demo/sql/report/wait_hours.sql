-- question: How long was the wait of all who joined at each lane, hour by hour, and how long that of the served alone?
-- A percentile of the served is the least wait that covers the share, as in wait_estimate.
WITH of_served AS (
  SELECT
    lane_id, date_trunc('hour', joined_time) AS window_start,
    quantile_disc(wait_seconds, 0.5) AS served_median, quantile_disc(wait_seconds, 0.9) AS served_p90
  FROM journey
  WHERE outcome = 'served'
  GROUP BY lane_id, date_trunc('hour', joined_time)
)
SELECT
  estimate.lane_id, epoch_ms(estimate.window_start) AS start_ms, joined, served, abandoned, censored,
  wait_seconds_median AS median, wait_seconds_median_low AS median_low, wait_seconds_median_high AS median_high,
  wait_seconds_p90 AS p90, wait_seconds_p90_low AS p90_low, wait_seconds_p90_high AS p90_high,
  over_target_share AS late, over_target_share_low AS late_low, over_target_share_high AS late_high,
  served_median, served_p90
FROM wait_estimate AS estimate
LEFT JOIN of_served ON estimate.lane_id = of_served.lane_id AND estimate.window_start = of_served.window_start
ORDER BY estimate.lane_id, start_ms
