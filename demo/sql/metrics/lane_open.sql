-- question: How long was each lane open?
-- unit: s
-- within: 5
-- note: for each time it opened; presence at the till is told every 5 s
SELECT 'lane_open_seconds.' || lane_id AS name, sum(open_ms) / 1000 AS value
FROM lane_minute
GROUP BY lane_id
