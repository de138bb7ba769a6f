-- question: How many customers were in the store at the end of each minute?
SELECT
  epoch_ms(window_start) AS minute_ms,
  (sum(sum(in_count) - sum(out_count)) OVER (ORDER BY window_start))::BIGINT AS present
FROM traffic_minute
GROUP BY window_start
ORDER BY minute_ms
