-- question: How many customers came in and went out in each quarter of an hour?
SELECT
  epoch_ms(time_bucket(INTERVAL 15 MINUTE, window_start)) AS quarter_ms,
  sum(in_count)::BIGINT AS in_count,
  sum(out_count)::BIGINT AS out_count
FROM traffic_minute
GROUP BY quarter_ms
ORDER BY quarter_ms
